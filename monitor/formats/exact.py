"""Decimals that are never rounded before they are judged (design, section 4, rule 3): the one place that reckons.

Whole coins and ratios are Decimal, base units int. Whatever would not fit is an error, never a rounded number.
"""

from collections.abc import Iterable
from decimal import (
    MAX_EMAX,
    MIN_EMIN,
    ROUND_DOWN,
    ROUND_FLOOR,
    Context,
    Decimal,
    DivisionByZero,
    Inexact,
    InvalidOperation,
    Overflow,
)
from functools import reduce

ZERO = Decimal()

UNBOUNDED = Decimal("Infinity")
"""An amount that nothing limits; sums and ratios of it are unbounded too."""

EXACT = Context(prec=1000, Emax=MAX_EMAX, Emin=MIN_EMIN, traps=[InvalidOperation, DivisionByZero, Overflow, Inexact])
"""Balances have at most 78 digits before and 255 after the point: sums and products of them fit many times over."""

_RATIO = Context(prec=50, rounding=ROUND_FLOOR, Emax=MAX_EMAX, Emin=MIN_EMIN)
_CUT = Context(prec=1000, rounding=ROUND_DOWN, Emax=MAX_EMAX, Emin=MIN_EMIN)
_LONGEST = 400
"""Digits, before or after the point, of an amount in coins that base units are made of."""


def add(*amounts: Decimal) -> Decimal:
    """Return the exact sum."""
    return total(amounts)


def total(amounts: Iterable[Decimal]) -> Decimal:
    """Return the exact sum; 0 of nothing, so ask only where nothing is missing."""
    return reduce(EXACT.add, amounts, ZERO)


def times(left: Decimal, right: Decimal) -> Decimal:
    """Return the exact product."""
    return EXACT.multiply(left, right)


def subtract(left: Decimal, right: Decimal) -> Decimal:
    """Return the exact difference."""
    return EXACT.subtract(left, right)


def shifted(value: Decimal, places: int) -> Decimal:
    """Return ``value`` times 10^``places``."""
    return value.scaleb(places, EXACT)


def reaches(reserves: Decimal, limit: Decimal, owed: Decimal) -> bool:
    """Tell whether reserves / owed >= limit, decided without a division; ``owed`` is not negative."""
    return reserves >= times(limit, owed)


def ratio(reserves: Decimal, owed: Decimal) -> Decimal:
    """Return reserves over owed to 50 digits, rounded down; ``owed`` is over 0.

    Rounding down keeps comparisons true: the quotient is under a limit of up to 50 digits exactly when the ratio is.
    """
    return _RATIO.divide(reserves, owed)


def cut(value: Decimal, places: int) -> Decimal:
    """Return ``value`` without what is after so many decimals, for people: 0.9999999 must not look like 1."""
    return value.quantize(Decimal(1).scaleb(-places), context=_CUT)


def plain(value: Decimal) -> str:
    """Return every digit, without an exponent and without zeros at the end: ``100000``, ``0.5``."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def coins(units: int, decimals: int) -> Decimal:
    """Return ``units`` base units of 10^-``decimals`` as whole coins."""
    return shifted(Decimal(units), -decimals)


def base_units(amount: Decimal, decimals: int) -> int:
    """Return ``amount`` coins in base units of 10^-``decimals``.

    Raises ValueError for what is no number, or no whole number of base units. Exponents are looked at before they are
    carried out: ``1e999999`` has a million digits.
    """
    if not amount.is_finite() or abs(int(amount.as_tuple().exponent)) > _LONGEST or amount.adjusted() > _LONGEST:
        raise ValueError(f"{amount!s:.40} is not an amount")
    units = shifted(amount, decimals)
    if units != units.to_integral_value():
        raise ValueError(f"{amount!s:.40} is not a whole number of base units")
    return int(units)


def agrees(stated: Decimal, found: Decimal) -> bool:
    """Tell whether a published figure agrees with what it should be, for all figures of lists, reports and proofs.

    Figures are published cut off or rounded, up or down, at some decimal: they agree with what is less than one unit
    of their last decimal away. Of whole numbers the last decimal is the ones, though zeros at their end say nothing.
    """
    exponent = stated.as_tuple().exponent
    unit = Decimal(1).scaleb(min(exponent, 0)) if isinstance(exponent, int) else ZERO
    return abs(subtract(found, stated)) < unit
