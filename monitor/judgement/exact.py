"""Arithmetic that is never rounded before it is judged (design, section 4, rule 3)."""

from collections.abc import Iterable
from decimal import MAX_EMAX, MIN_EMIN, ROUND_FLOOR, Context, Decimal
from functools import reduce

ZERO = Decimal()

UNBOUNDED = Decimal("Infinity")
"""An amount that nothing limits; sums and ratios of it are unbounded too."""

CONTEXT = Context(prec=1000, Emax=MAX_EMAX, Emin=MIN_EMIN)
"""Balances have at most 78 digits before and 255 after the point: sums and products of them fit many times over."""

_SHOWN = Context(prec=50, rounding=ROUND_FLOOR, Emax=MAX_EMAX, Emin=MIN_EMIN)


def add(*amounts: Decimal) -> Decimal:
    """The exact sum."""
    return total(amounts)


def total(amounts: Iterable[Decimal]) -> Decimal:
    """The exact sum; 0 of nothing, so ask only where nothing is missing."""
    return reduce(CONTEXT.add, amounts, ZERO)


def times(left: Decimal, right: Decimal) -> Decimal:
    """The exact product."""
    return CONTEXT.multiply(left, right)


def subtract(left: Decimal, right: Decimal) -> Decimal:
    """The exact difference."""
    return CONTEXT.subtract(left, right)


def reaches(reserves: Decimal, limit: Decimal, owed: Decimal) -> bool:
    """Whether reserves / owed >= limit, decided without a division; ``owed`` is not negative."""
    return reserves >= times(limit, owed)


def ratio(reserves: Decimal, owed: Decimal) -> Decimal:
    """Reserves over owed to 50 digits, rounded down; ``owed`` is over 0.

    Rounding down keeps comparisons true: the quotient is under a limit of up to 50 digits exactly when the ratio is.
    """
    return _SHOWN.divide(reserves, owed)


def rounded_down(value: Decimal, places: int) -> Decimal:
    """``value`` for people: 0.9999999 must not look like 1."""
    return times(value, Decimal(10) ** places).to_integral_value(ROUND_FLOOR).scaleb(-places, CONTEXT)


def plain(value: Decimal) -> str:
    """Every digit, without an exponent and without zeros at the end."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
