"""What happened to an exchange, out of all tables that tell of it, the newest first."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Table, and_, delete, insert, or_, select

from monitor.judgement import CIRCUIT, LISTED, REPORT
from monitor.model import Event, EventKind, EventPlace, ListChange
from monitor.store import codec, tables
from monitor.store.access import Access


class Events(Access):
    """Alerts and reorganisations are kept here; changes of lists, reports and roots have tables of their own."""

    async def save_events(self, events: Collection[Event]) -> None:
        """Keep ``events`` of the kinds that no other table tells."""
        rows = [
            {
                "exchange": event.exchange,
                "at": event.at,
                "kind": event.kind.value,
                "subject": event.subject,
                "name": event.name,
                "severity": event.severity,
                "summary": event.summary,
            }
            for event in events
        ]
        if rows:
            async with self._transaction() as connection:
                await connection.execute(insert(tables.events), rows)

    async def prune_events(self, before: datetime) -> None:
        """Forget what happened before, of the kinds that no other table tells."""
        await self._write(delete(tables.events).where(tables.events.c.at < before))

    async def events(
        self, exchange: str, most: int, *, before: EventPlace | None = None, until: datetime | None = None
    ) -> Sequence[tuple[EventPlace, Event]]:
        """The newest ``most`` events of ``exchange``, newest first: those before a place, and not after ``until``."""
        found = []
        for number, source in enumerate(_SOURCES):
            columns = source.table.c
            at = columns[source.at]
            wanted = [columns.exchange == exchange]
            if source.table is tables.publications:
                wanted.append(columns.kind != LISTED)  # it was not seen to happen
            if until is not None:
                wanted.append(at <= until)
            if before is not None:
                same = and_(at == before.at, columns.id < before.id) if number == before.source else at == before.at
                wanted.append(or_(at < before.at, same) if number <= before.source else at < before.at)
            newest = select(source.table).where(*wanted).order_by(at.desc(), columns.id.desc()).limit(most)
            for row in await self._rows(newest):
                moment = getattr(row, source.at)
                found.append((EventPlace(moment, number, row.id), source.event(row)))
        return sorted(found, key=lambda each: each[0], reverse=True)[:most]


def _list_changed(row: Any) -> Event:  # noqa: ANN401 - a row of SQLAlchemy
    sizes = codec.sizes_of(row.coins)
    change = ListChange(row.added, row.removed, row.altered, row.restated, *sizes)
    return Event(row.exchange, row.at, EventKind.LIST_CHANGED, change=change)


def _published(row: Any) -> Event:  # noqa: ANN401 - a row of SQLAlchemy
    if row.kind == REPORT:
        return Event(row.exchange, row.seen_at, EventKind.REPORT, row.report_id, summary=row.root)
    kind = EventKind.CIRCUIT if row.kind.endswith(CIRCUIT) else EventKind.ROOT
    return Event(row.exchange, row.seen_at, kind, row.kind.removesuffix(CIRCUIT), summary=row.root)


def _kept(row: Any) -> Event:  # noqa: ANN401 - a row of SQLAlchemy
    return Event(row.exchange, row.at, EventKind(row.kind), row.subject, row.name, row.severity, row.summary)


@dataclass(frozen=True, slots=True)
class _Source:
    """A table that tells of events."""

    table: Table
    at: str
    """The column of the moment."""
    event: Callable[[Any], Event]


_SOURCES = (
    _Source(tables.changes, "at", _list_changed),
    _Source(tables.publications, "seen_at", _published),
    _Source(tables.events, "at", _kept),
)
