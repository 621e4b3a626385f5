"""What a single cell means."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.published.cells import EMPTY, amount, clean, moment

TEXT = st.text(max_size=6) | st.sampled_from([*EMPTY, " null ", "\\N\n", "\u00a0", "nul"])
NO_PLAIN_NUMBER = [
    "",
    ".",
    "1.2.3",
    "-1",
    "+1",
    "1e100",
    "1_0",
    "1,5",
    " 1",
    "٣",
    "NaN",
    "Infinity",
    "0" * 101,
]


@given(TEXT)
def test_a_cell_is_empty_or_its_text_without_the_space_around_it(cell: str) -> None:
    assert clean(cell) in {"", cell.strip()}
    assert (clean(cell) == "") == (cell.strip() in EMPTY)


@given(st.decimals(0, 10**30, allow_nan=False, allow_infinity=False))
def test_an_amount_is_read_exactly(number: Decimal) -> None:
    assert str(amount(f"{number:f}")) == str(Decimal(f"{number:f}"))


@pytest.mark.parametrize(("text", "number"), [("1.", "1"), (".5", "0.5"), ("1e5", "100000"), ("1E-08", "0.00000001")])
def test_a_spreadsheets_numbers_are_read(text: str, number: str) -> None:
    assert amount(text) == Decimal(number)


@pytest.mark.parametrize("text", NO_PLAIN_NUMBER)
def test_what_is_no_plain_number_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a plain decimal number"):
        amount(text)


def test_the_longest_amount_has_a_hundred_digits() -> None:
    assert amount("1" * 100) == Decimal("1" * 100)


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59"])
def test_a_moment_outside_the_calendar_is_none(text: str) -> None:
    with pytest.raises(ValueError, match="no moment of the calendar"):
        moment(text)
