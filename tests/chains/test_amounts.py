from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.chains.amounts import count, units


@given(st.integers(0, 2**63 - 1), st.integers(0, 18))
def test_coins_with_decimals_come_back_to_the_base_unit(amount: int, decimals: int) -> None:
    assert units(Decimal(amount).scaleb(-decimals), decimals) == amount


@given(st.integers(0, 21 * 10**14), st.integers(1, 10**6))
def test_a_fraction_of_a_base_unit_is_refused_however_small(amount: int, digits: int) -> None:
    number = Decimal(f"{amount // 10**8}.{amount % 10**8:08d}{digits:031d}")
    with pytest.raises(ValueError, match="whole number"):
        units(number, 8)


@pytest.mark.parametrize(
    "rubbish",
    [
        None,
        True,
        0.5,
        "1.0",
        [1],
        Decimal("NaN"),
        Decimal("Infinity"),
        Decimal(-1),
        Decimal("1e999999"),
        Decimal("1e-999999"),
        Decimal(2**63),
    ],
)
def test_what_is_no_amount_is_refused(rubbish: object) -> None:
    with pytest.raises(ValueError, match="not a"):
        units(rubbish, 8)


def test_exponents_are_read_as_they_stand() -> None:
    assert units(Decimal("1E-8"), 8) == 1
    assert units(Decimal("2.1e7"), 8) == 21 * 10**14
    assert units(Decimal("0E-8"), 8) == 0
    assert units(3, 8) == 3 * 10**8


@pytest.mark.parametrize("rubbish", [None, True, -1, 1.0, "1", 2**63])
def test_a_count_is_a_non_negative_integer(rubbish: object) -> None:
    with pytest.raises(ValueError, match="not a count"):
        count(rubbish)
