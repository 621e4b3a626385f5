"""Numbers for people: cut off, never rounded up, never a zero for what is not zero."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.formats.exact import plain
from monitor.formats.figures import amount, dollars, limit, percent

ratios = st.decimals(min_value=0, max_value=1000, places=30)
amounts = st.decimals(min_value=0, max_value=10**15, places=18)


@pytest.mark.parametrize(
    ("ratio", "shown"),
    [
        ("1", "100.00 %"),
        ("0.9999996", "99.99 %"),
        ("0.99999999999999999999999999999999999999999999999999", "99.99 %"),
        ("1.0199999", "101.99 %"),
        ("12.5", "1,250.00 %"),
        ("0", "0.00 %"),
        ("0.0000000057499", "0.00000057 %"),
    ],
)
def test_a_ratio_is_cut_off(ratio: str, shown: str) -> None:
    assert percent(Decimal(ratio)) == shown


@given(ratios)
def test_no_ratio_is_shown_above_itself_or_as_nothing(ratio: Decimal) -> None:
    shown = Decimal(percent(ratio).removesuffix(" %").replace(",", "")) / 100
    assert shown <= ratio
    assert bool(shown) == bool(ratio)


@pytest.mark.parametrize(
    ("coins", "shown"),
    [
        ("100000", "100,000.0000"),
        ("545000.123456789012345678", "545,000.1234"),
        ("0", "0.0000"),
        ("0.00001234", "0.00001234"),
        ("1E+3", "1,000.0000"),
    ],
)
def test_an_amount_is_cut_off(coins: str, shown: str) -> None:
    assert amount(Decimal(coins)) == shown


@pytest.mark.parametrize(
    ("usd", "shown"), [("20471362005.4199", "$20,471,362,005.41"), ("0.009", "$0.009"), ("0", "$0.00"), ("5", "$5.00")]
)
def test_dollars_are_cut_off_at_the_cent(usd: str, shown: str) -> None:
    assert dollars(Decimal(usd)) == shown


@given(amounts)
def test_no_amount_is_shown_above_itself_or_as_nothing(coins: Decimal) -> None:
    shown = Decimal(amount(coins).replace(",", ""))
    assert shown <= coins
    assert bool(shown) == bool(coins)


@given(amounts)
def test_exact_keeps_every_digit_and_no_exponent(coins: Decimal) -> None:
    assert Decimal(plain(coins)) == coins
    assert "E" not in plain(coins)


def test_a_limit_is_shown_in_full() -> None:
    assert limit(Decimal("1.00125")) == "100.125 %"
    assert limit(Decimal(1)) == "100 %"
