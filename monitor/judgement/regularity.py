"""How regularly an exchange publishes: months in a row, gaps, and roots that were replaced under the same report."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from monitor.model import Publication, Regularity, RootChange

REPORT = "report"
"""The kind of a publication that states what is owed; other kinds are schemes of proofs."""

CIRCUIT = " circuit"
"""What ends the kind of a publication that is the circuit, or the keys, of a proof."""

LISTED = "listed"
"""The kind of a publication that an exchange's own page lists; nothing more was seen of it here."""

BEFORE_ITS_REPORT = timedelta(days=1)
"""How long before its report a proof may be published."""

_LATELY = timedelta(days=92)
"""A gap is news for a quarter; after that it stays in the record."""


def regularity(publications: Iterable[Publication], months_between: int, now: datetime) -> Regularity | None:
    """What ``publications`` of one exchange come to; None of nothing.

    A report is missing where the next one came more than half a period after the month in which it was due.
    """
    record = sorted(publications, key=lambda each: each.seen_at)
    moments = sorted({each.as_of for each in reports_of(record)})
    if not moments:
        return None  # a proof alone says nothing of reports
    gaps = {later: tuple(_due(before, later, months_between)) for before, later in pairwise(moments)}
    last_gap = max((later for later, due in gaps.items() if due), default=moments[0])
    return Regularity(
        months=tuple(dict.fromkeys(_month(moment) for moment in moments)),
        in_a_row=len({_month(moment) for moment in moments if moment >= last_gap}),
        missing=tuple(month for later in moments[1:] for month in gaps[later]),
        root_changes=tuple(_root_changes(record, now)),
    )


def reports_of(publications: Iterable[Publication]) -> list[Publication]:
    """The reports: those that were seen, and of those that the exchange lists the others."""
    record = list(publications)
    seen = {each.report_id for each in record if each.kind == REPORT}
    return [each for each in record if each.kind == REPORT or (each.kind == LISTED and each.report_id not in seen)]


def missing_lately(found: Regularity, now: datetime) -> tuple[str, ...]:
    """Those of the missing months that lie in the last quarter."""
    first = _month(now - _LATELY)
    return tuple(month for month in found.missing if month >= first)


def _month(moment: datetime) -> str:
    return f"{moment:%Y-%m}"


def _due(before: datetime, later: datetime, months_between: int) -> Iterator[str]:
    """The months in which a report was due after ``before`` and none came until ``later``."""
    grace = timedelta(days=15 * months_between)
    year, month = before.year, before.month
    while True:
        year, month = year + (month - 1 + months_between) // 12, (month - 1 + months_between) % 12 + 1
        due = datetime(year, month, min(before.day, 28), tzinfo=before.tzinfo)
        if due + grace >= later:
            return
        yield _month(due)


def _root_changes(record: Sequence[Publication], now: datetime) -> Iterator[RootChange]:
    """Publications of one kind, one after the other, about the same report and with another root."""
    newest: dict[str, Publication] = {}
    for each in record:
        before = newest.get(each.kind)
        if before and before.root and each.root not in {"", before.root} and _same_report(before, each, record, now):
            report = each.report_id or each.as_of.isoformat()
            what = "circuit" if each.kind.endswith(CIRCUIT) else "root"
            yield RootChange(each.seen_at, report, before.root, each.root, what)
        if each.root:
            newest[each.kind] = each


def _same_report(before: Publication, each: Publication, record: Sequence[Publication], now: datetime) -> bool:
    """Whether two publications of one kind are of one report: by its id, or by the moment that it is as of.

    A proof that names no report may be published a little before its own: only when none has come is it of the old one.
    """
    if before.report_id or each.report_id:
        return before.report_id == each.report_id
    if before.as_of != each.as_of or each.kind == REPORT:
        return before.as_of == each.as_of
    until = each.seen_at + BEFORE_ITS_REPORT
    came = (other for other in record if other.kind == REPORT and other.as_of != each.as_of)
    return now >= until and not any(before.seen_at < other.seen_at <= until for other in came)
