"""What a single cell can mean: nothing, an amount, a height, a moment."""

import re
from datetime import UTC, datetime, time
from decimal import Decimal

from monitor.formats import quoted
from monitor.model import Height

MARKERS = frozenset({"null", "NULL", "Null", "\\N"})
"""What databases export for nothing."""
EMPTY = MARKERS | {""}
_AMOUNT = re.compile(r"(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,2})?", re.ASCII)
_HEIGHT = re.compile(r"\d{1,18}", re.ASCII)
_NO_HEIGHT = frozenset({"", "-", "latest"})
_LONGEST = 100  # characters; uint256 has 78 digits


class Quoted(str):
    """A cell that stood in quotes, where that matters: its white space is its own, and ``null`` in it is a text."""

    __slots__ = ()


class Padded(str):
    """A text with white space around it that may be its table's. It is not the same as one that has it for its own."""

    __slots__ = ()
    __hash__ = str.__hash__

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Padded) and str.__eq__(self, other)


def signed(cell: str) -> str:
    """A text that may have been signed, so that each character counts: as it is, or empty for an empty marker.

    White space that no quotes hold makes it ``Padded``: it is part of the cell (RFC 4180), or was put there to align.
    """
    if isinstance(cell, Quoted):
        return str(cell)
    text = cell.strip()
    if text in EMPTY:
        return ""
    return cell if text == cell else Padded(cell)


def clean(cell: str) -> str:
    r"""``cell`` without the spaces around it; the markers ``null`` and ``\N`` that databases export become empty."""
    text = cell.strip()
    return "" if text in EMPTY else text


def name_of(header: str) -> str:
    """A column's name as it is compared: without case, spaces and underscores (``redeem script/ public key``)."""
    return "".join(header.replace("_", " ").split()).casefold()


def amount(text: str) -> Decimal:
    """A non-negative decimal number, exactly.

    Plain digits with at most one point, or a number with an exponent of at most two digits, as spreadsheets write small
    ones (``1.5E-08``). Everything else is refused by ValueError: signs, thousands separators, currency marks, NaN and
    infinities, digits of other scripts.
    """
    if len(text) > _LONGEST or not _AMOUNT.fullmatch(text):
        raise ValueError(f"the amount {quoted(text)} is not a plain decimal number")
    return Decimal(text)


def height(text: str) -> Height | None:
    """A block height; None where none is stated (empty, ``-``) or none is fixed (``latest``)."""
    if text in _NO_HEIGHT:
        return None
    if not _HEIGHT.fullmatch(text):
        raise ValueError(f"the height {quoted(text)} is not a block number")
    return Height(int(text))


def moment(text: str) -> datetime:
    """An ISO 8601 date (its first second, UTC), or a date and time that says its offset from UTC."""
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{quoted(text)} is not an ISO 8601 date such as 2026-05-06 or 2026-05-06T16:00:00Z") from None
    if parsed.tzinfo is not None:
        try:
            return parsed.astimezone(UTC)
        except OverflowError:
            raise ValueError(f"{quoted(text)} is no moment of the calendar") from None
    if parsed.time() != time() or "T" in text or " " in text:
        raise ValueError(f"{quoted(text)} has a time but no offset from UTC; end it with Z or +00:00")
    return parsed.replace(tzinfo=UTC)
