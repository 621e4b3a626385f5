"""Values that many answers share, as JSON's types: moments, numbers, blocks, documents."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from monitor.formats.exact import plain
from monitor.model import Basis, Block, Document

Json = dict[str, object]
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def time(moment: datetime | None) -> str | None:
    """RFC 3339, in UTC."""
    return moment.isoformat().replace("+00:00", "Z") if moment is not None else None


def microseconds(moment: datetime) -> int:
    """Since 1970, for cursors."""
    return (moment - _EPOCH) // _MICROSECOND


def from_microseconds(count: int) -> datetime:
    """The moment of :func:`microseconds`. Raises OverflowError where the calendar has none."""
    return _EPOCH + count * _MICROSECOND


def number(value: Decimal | None) -> str | None:
    """Every digit; None where there is no such number, be it that nothing limits it."""
    return plain(value) if value is not None and value.is_finite() else None


def by_basis(values: Mapping[Basis, Decimal]) -> Json:
    return {basis: number(value) for basis, value in values.items()}


def block(at: Block) -> Json:
    """With the first block of the window that it ends, if it does."""
    told: Json = {"number": at.number, "hash": at.hash, "time": time(at.timestamp)}
    return told if at.since is None else told | {"since": block(at.since)}


def document(read: Document | None) -> Json | None:
    if read is None:
        return None
    return {
        "source": read.source,
        "sha256": read.sha256,
        "size": read.size,
        "fetched_at": time(read.fetched_at),
        "modified_at": time(read.modified_at),
        "members": list(read.members),
    }
