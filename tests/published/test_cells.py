"""Cells that are read a column at a time mean what each of them means alone."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.published.cells import EMPTY, amount, amounts, clean, clean_column, moment

TEXT = st.text(max_size=6) | st.sampled_from([*EMPTY, " null ", "\\N\n", "\u00a0", "nul"])
NUMBER = st.decimals(0, 10**30, allow_nan=False, allow_infinity=False).map(str)
NO_PLAIN_NUMBER = st.sampled_from(
    [
        "",
        ".",
        "1.",
        ".5",
        "1.2.3",
        "-1",
        "+1",
        "1e5",
        "1E-08",
        "1e100",
        "1_0",
        "1,5",
        " 1",
        "٣",
        "NaN",
        "Infinity",
        "0" * 101,
    ]
)


def alone(text: str) -> tuple[Decimal | None, str | None]:
    try:
        return (amount(text) if text else None), None
    except ValueError as error:
        return None, str(error)


@given(st.lists(TEXT))
def test_a_column_is_cleaned_cell_by_cell(column: list[str]) -> None:
    assert [*clean_column(column)] == [*map(clean, column)]


@given(st.lists(NUMBER | NO_PLAIN_NUMBER) | st.lists(NUMBER) | st.lists(st.text("0123456789.", max_size=8)))
def test_a_column_of_amounts_is_read_text_by_text(texts: list[str]) -> None:
    found, faults = amounts(texts)
    assert [(found[place], faults.get(place)) for place in range(len(texts))] == [*map(alone, texts)]


@pytest.mark.parametrize("digits", [100, 101])
def test_an_amount_of_absurd_length_is_none(digits: int) -> None:
    found, faults = amounts(["1", "1" * digits])
    assert found[0] == Decimal(1)
    assert bool(faults) == (digits > 100)


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59"])
def test_a_moment_outside_the_calendar_is_none(text: str) -> None:
    with pytest.raises(ValueError, match="no moment of the calendar"):
        moment(text)
