"""Amounts as proofs write them: one spelling each, so that what is shown is what was hashed."""

import re
from collections.abc import Mapping
from decimal import Decimal

from monitor.formats import exact
from monitor.proofs.fields import kind, shown
from monitor.proofs.scheme import ProofError

Amounts = Mapping[str, Decimal]
"""Whole coins by asset."""

_AMOUNT = re.compile(r"-?(?:0|[1-9][0-9]{0,39})(?:\.[0-9]{1,18})?")


def read(value: object, place: str, places: int | None) -> Decimal:
    """An amount in the only spelling that its format has; ``places`` as in :func:`spelt`.

    No exponent, sign ``+``, blank, leading zero or negative zero. Of a sibling's balances only the sums with others are
    hashed, so a second spelling of the same amount would be an alteration that no hash shows.
    """
    if not isinstance(value, str):
        raise ProofError(f"{place}: expected an amount as text, not {kind(value)}")
    if not _AMOUNT.fullmatch(value):
        raise ProofError(f"{place}: {shown(value)} is not an amount in plain digits")
    amount = Decimal(value)
    if spelt(amount, places) != value:
        how = "without trailing zeros" if places is None else f"with {places} decimals"
        raise ProofError(f"{place}: the format writes amounts {how}, so {value} should be {spelt(amount, places)}")
    return amount


def read_number(value: object, place: str) -> Decimal:
    """An amount that stands as a number in JSON, with the decimals that it is written with: it is hashed like that."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise ProofError(f"{place}: expected an amount as a number, as in the root, not {kind(value)}")
    amount = Decimal(value)
    if not _AMOUNT.fullmatch(format(amount, "f")) or (amount.is_signed() and not amount):
        raise ProofError(f"{place}: {shown(value)} is not an amount in plain digits")
    return amount


def spelt(amount: Decimal, places: int | None) -> str:
    """``amount`` in plain digits, with exactly ``places`` decimals, or (None) with as many as it needs.

    Nothing is rounded to fit: an amount that has more decimals than ``places`` keeps them, and is then no spelling of
    the format's.
    """
    if not amount:
        amount = Decimal(0)
    text = format(amount, "f")
    whole, _, fraction = text.partition(".")
    fraction = fraction.rstrip("0")
    if places is not None:
        fraction = fraction.ljust(places, "0")
    return f"{whole}.{fraction}" if fraction else whole


def added(left: Amounts, right: Amounts) -> dict[str, Decimal]:
    """The exact sums; the assets of ``left`` first, then what only ``right`` has."""
    nothing = Decimal(0)
    assets = [*left, *(asset for asset in right if asset not in left)]
    return {asset: exact.add(left.get(asset, nothing), right.get(asset, nothing)) for asset in assets}
