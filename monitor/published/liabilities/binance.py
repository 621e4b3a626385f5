"""The snapshot that Binance's page shows (``userReserveAuditProofSnapshot``), as its interface answers it.

``customerLiability`` is what is owed. The reserves that are stated beside it, in two parts, are held against each other
and no more. What a custodian keeps is in the wallet list as well, under the custodian's name: it is not added again.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from monitor.formats import exact, quoted
from monitor.formats.strict_json import Json
from monitor.model import frozen
from monitor.published.archives import PublishedFile
from monitor.published.contents import Content
from monitor.published.errors import Cause, LayoutError
from monitor.published.liabilities.figures import Row, root_of, rows_of
from monitor.published.liabilities.layouts import Layout, Statement
from monitor.published.liabilities.sums import Stated, add_up
from monitor.published.trees import load
from monitor.registry import Registry

_ROWS = "snapshotDataList"
_READ = frozenset(
    {"coin", "ratio", "customerLiability", "binanceLiability", "exchangeBalance", "thirdPartyCustody"}
    | {"marginInsurance", "futureInsurance", "customerLiabilityUsdt"}
)
_FUNDS = ("marginInsurance", "futureInsurance")
_TIME = re.compile(r"(\d\d)/(\d\d)/(\d\d) (\d\d):(\d\d):(\d\d) UTC", re.ASCII)
_AUDIT = re.compile(r"PR(\d\d)([A-Z]{3})(\d\d)", re.ASCII)
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")


def _read(file: PublishedFile, content: Content, registry: Registry) -> Statement | None:
    if content is not Content.JSON:
        return None
    tree, _ = load(file)
    snapshot = _snapshot(tree)
    if snapshot is None:
        return None
    try:
        return _statement(Row("data", snapshot), rows_of(snapshot[_ROWS], _ROWS), registry)
    except ValueError as error:
        raise LayoutError(Cause.INCONSISTENT, f"{file.name}: {error}; the snapshot cannot be relied on") from error


def _snapshot(tree: Json) -> Mapping[str, Json] | None:
    inner = tree.get("data", tree) if isinstance(tree, dict) else None
    return inner if isinstance(inner, dict) and _ROWS in inner else None


def _statement(head: Row, rows: Sequence[Row], registry: Registry) -> Statement:
    owed: list[Stated] = []
    notes: list[str] = []
    for row in rows:
        owed.append(_owed(row))
        notes.extend(row.unknown(_READ))
        notes.extend(_funds(row))
    summed = add_up(owed, registry)
    report = head.text("auditId")
    return Statement(
        _moment(head.text("snapshotTime"), report),
        frozen(summed.amounts),
        frozen({}),
        report,
        root_of(head.text("merkleRootHash"), "merkleRootHash"),
        summed.unknown,
        (*summed.notes, *notes),
    )


def _owed(row: Row) -> Stated:
    """What is owed of one asset, where its figures agree with each other. Raises ValueError."""
    name, owed, reserves = row.text("coin"), row.amount("customerLiability"), row.amount("binanceLiability")
    if not name:
        raise ValueError(f"{row.place}: no coin is named")
    parts = [row.amount(key) for key in ("exchangeBalance", "thirdPartyCustody") if row.text(key)]
    if parts and not exact.agrees(reserves, exact.total(parts)):
        raise ValueError(
            f"{row.place}: binanceLiability of {name} is {reserves}, but exchangeBalance and thirdPartyCustody "
            f"add up to {exact.total(parts)}"
        )
    if row.text("ratio"):
        row.check_ratio("ratio", reserves, owed)
    return Stated(name, owed, row.place)


def _funds(row: Row) -> list[str]:
    """Insurance funds are Binance's own, and owed to nobody by name."""
    held = [f"{key} {row.amount(key)}" for key in _FUNDS if row.text(key)]
    return [f"{row.place}: of {row.text('coin')} {' and '.join(held)} are not counted as owed"] if held else []


def _moment(text: str, report: str) -> datetime:
    """The day stands first, as in the report's id, which writes the month in letters. Raises ValueError."""
    found = _TIME.fullmatch(text)
    if found is None:
        raise ValueError(f"snapshotTime is {quoted(text)}, not such as 01/04/26 00:00:00 UTC")
    day, month, year, hour, minute, second = map(int, found.groups())
    named = _AUDIT.fullmatch(report)
    if named and (named[1], named[2], named[3]) != (found[1], dict(enumerate(_MONTHS, 1)).get(month), found[3]):
        raise ValueError(f"snapshotTime is {quoted(text)} (day first), but auditId is {quoted(report)}")
    try:
        return datetime(2000 + year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError as error:
        raise ValueError(f"snapshotTime is {quoted(text)}: {error}") from None


LAYOUT = Layout("binance-snapshot", _read)
