"""Sums, products, base units and published figures: exact, or an error."""

from decimal import Decimal, Inexact

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.formats import exact

units = st.integers(0, 2**256 - 1)
decimals = st.integers(0, 255)


@given(units, decimals, units, decimals)
def test_sums_differences_and_products_of_any_two_balances_keep_every_digit(a: int, p: int, b: int, q: int) -> None:
    left, right = exact.coins(a, p), exact.coins(b, q)
    scale = 10**255
    whole = a * scale // 10**p, b * scale // 10**q
    assert exact.base_units(exact.add(left, right), 255) == sum(whole)
    assert exact.base_units(exact.subtract(left, right), 255) == whole[0] - whole[1]
    assert exact.shifted(exact.times(left, right), p + q) == a * b


def test_what_would_have_to_be_rounded_is_an_error() -> None:
    with pytest.raises(Inexact):
        exact.add(Decimal("1e600"), Decimal("1e-600"))


def test_what_nothing_limits_stays_so_in_sums_and_ratios() -> None:
    assert exact.add(exact.UNBOUNDED, Decimal(5)) == exact.ratio(exact.UNBOUNDED, Decimal(5)) == exact.UNBOUNDED


def test_a_ratio_has_50_digits_and_is_never_rounded_up() -> None:
    assert exact.ratio(Decimal(1), Decimal(3)) == Decimal(f"0.{'3' * 50}")
    assert exact.ratio(Decimal(2), Decimal(3)) == Decimal(f"0.{'6' * 50}")


@given(units, decimals)
def test_coins_come_back_to_their_base_units(amount: int, places: int) -> None:
    assert exact.base_units(exact.coins(amount, places), places) == amount


@pytest.mark.parametrize("rubbish", ["NaN", "Infinity", "1e999999", "1e-999999"])
def test_what_is_no_amount_has_no_base_units(rubbish: str) -> None:
    with pytest.raises(ValueError, match="not an amount"):
        exact.base_units(Decimal(rubbish), 8)


@pytest.mark.parametrize("amount", ["0.123456789", "123456789012345678901234567890.000000001"])
def test_a_fraction_of_a_base_unit_is_refused(amount: str) -> None:
    with pytest.raises(ValueError, match="not a whole number"):
        exact.base_units(Decimal(amount), 8)


@pytest.mark.parametrize(
    ("stated", "found"),
    [
        ("1.23", "1.23"),
        ("1.23", "1.239999999999999999"),  # cut off
        ("1.24", "1.235"),  # rounded
        ("1.24", "1.2300000001"),  # rounded up
        ("1.2300", "1.23"),
        ("7", "7.9999"),
        ("0", "0.9"),
        ("1E+3", "1000.5"),
    ],
)
def test_a_figure_agrees_with_what_is_less_than_one_of_its_last_unit_away(stated: str, found: str) -> None:
    assert exact.agrees(Decimal(stated), Decimal(found))


@pytest.mark.parametrize(
    ("stated", "found"),
    [
        ("1.23", "1.24"),
        ("1.23", "1.22"),
        ("1.2300", "1.2301"),
        ("7", "8"),
        ("1E+3", "1001"),
        ("7", "Infinity"),
        ("Infinity", "7"),
    ],
)
def test_a_figure_does_not_agree_with_what_is_a_whole_unit_away(stated: str, found: str) -> None:
    assert not exact.agrees(Decimal(stated), Decimal(found))


@given(st.decimals(0, 10**6, places=4), st.integers(0, 4))
def test_what_is_cut_is_never_more_and_less_than_a_unit_below(value: Decimal, places: int) -> None:
    shown = exact.cut(value, places)
    assert shown <= value < exact.add(shown, Decimal(1).scaleb(-places))
    assert exact.agrees(shown, value)
