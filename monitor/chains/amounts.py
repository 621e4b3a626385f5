"""Amounts on the wire: whole coins with decimals in some protocols, base units in others."""

import re
from decimal import Decimal

from monitor.formats import exact

_MOST = 2**63 - 1
"""``CAmount`` of Bitcoin and its kin is a signed 64-bit integer; above it is rubbish."""


def units(coins: object, decimals: int) -> int:
    """Return ``coins``, a JSON number that was read exactly (Decimal or int), in base units of 10^-``decimals``.

    Raises ValueError for anything that is not a whole, non-negative number of base units.
    """
    number = Decimal(coins) if isinstance(coins, Decimal | int) and not isinstance(coins, bool) else Decimal("NaN")
    found = exact.base_units(number, decimals)
    if not 0 <= found <= _MOST:
        raise ValueError(f"{coins!s:.40} is not an amount that there can be")
    return found


def fixed(value: object, decimals: int) -> int:
    """Return the base units of an amount that is written as text with all of its ``decimals``, such as ``12.3450``."""
    places = rf"\.(\d{{{decimals}}})" if decimals else "()"
    match = re.fullmatch(rf"(\d{{1,19}}){places}", value, re.ASCII) if isinstance(value, str) else None
    if match is None or (found := int(match[1] + match[2])) > _MOST:
        raise ValueError(f"{value!r:.60} is no amount with {decimals} decimals")
    return found


def count(value: object) -> int:
    """Return a non-negative integer (satoshi, heights, times), refused when it is anything else."""
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= _MOST:
        raise ValueError(f"{value!r:.40} is not a count")
    return value
