"""What happened to an exchange: in sentences, as JSON's types, and a page at a time."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from aiohttp import web

from monitor.formats import ForeseenError, exact
from monitor.formats.figures import amount
from monitor.formats.phrases import counted, first
from monitor.model import Event, EventKind, EventPlace, ListChange
from monitor.web.deps import Deps
from monitor.web.plain import Json, from_microseconds, microseconds, time
from monitor.web.table import csv_line
from monitor.web.words import alert_title

_CURSOR = re.compile(r"([0-9]{1,17})-([0-9]{1,3})-([0-9]{1,18})")


@dataclass(frozen=True, slots=True)
class Page:
    """Some of the record, newest first."""

    events: Sequence[tuple[EventPlace, Event]]
    cursor: str | None
    """Where the earlier ones begin; None where there are none."""


async def page_of(deps: Deps, exchange: str, cursor: str | None, most: int, until: datetime | None) -> Page:
    """The newest ``most`` events behind ``cursor``, and not after ``until``. Refused with 400 or 503."""
    try:
        found = await deps.events(exchange, most + 1, before=None if cursor is None else _place(cursor), until=until)
    except ForeseenError as error:
        raise web.HTTPServiceUnavailable(text=str(error)) from error
    shown = found[:most]
    return Page(shown, _cursor(shown[-1][0]) if len(found) > most else None)


def _cursor(place: EventPlace) -> str:
    return f"{microseconds(place.at)}-{place.source}-{place.id}"


def _place(cursor: str) -> EventPlace:
    parts = _CURSOR.fullmatch(cursor)
    try:
        at, source, number = map(int, parts.groups() if parts else ())
        return EventPlace(from_microseconds(at), source, number)
    except (ValueError, OverflowError):
        raise web.HTTPBadRequest(text="cursor is what the page before gave as such") from None


def told(event: Event) -> str:
    """The event in one sentence."""
    match event.kind:
        case EventKind.LIST_CHANGED if event.change is not None:
            return _changed(event.change)
        case EventKind.REPORT:
            return f"Report{_named(event.subject)} was first seen{_with('root', event.summary)}."
        case EventKind.ROOT:
            return f"A proof ({event.subject}) was first seen{_with('root', event.summary)}."
        case EventKind.CIRCUIT:
            return f"A proof ({event.subject}) was first seen{_with('circuit or keys', event.summary)}."
        case EventKind.ALERT_BEGUN:
            return f"Alert{_on(event.subject)}, {alert_title(event.name).lower()}: {event.summary}"
        case EventKind.ALERT_ENDED:
            return f"Alert{_on(event.subject)} over: {alert_title(event.name).lower()}."
        case _:
            return f"{event.subject}: {event.summary}."


def _changed(change: ListChange) -> str:
    parts = []
    if change.added:
        parts.append(f"{counted(change.added, 'row')} came{_claiming(change.added_coins)}")
    if change.removed:
        parts.append(f"{counted(change.removed, 'row')} went{_claiming(change.removed_coins)}")
    if change.altered:
        parts.append(f"of {counted(change.altered, 'row')} the evidence changed")
    if change.restated:
        parts.append(f"of {counted(change.restated, 'row')} only the amount or the height moved")
    return f"The list changed: {'; '.join(parts)}."


def _claiming(coins: Mapping[str, Decimal]) -> str:
    largest = sorted(coins.items(), key=lambda each: -each[1])
    named = [f"{amount(value)} {asset}" for asset, value in largest]
    return f", with {first(named, 5)} claimed" if named else ""


def _named(subject: str) -> str:
    return f" {subject}" if subject else ""


def _on(asset: str) -> str:
    return f" on {asset}" if asset else ""


def _with(what: str, digest: str) -> str:
    return f", with the {what} {digest}" if digest else ""


def event(happened: Event) -> Json:
    """The event as JSON's types."""
    change = happened.change
    return {
        "at": time(happened.at),
        "kind": happened.kind,
        "subject": happened.subject or None,
        "name": happened.name or None,
        "severity": happened.severity or None,
        "summary": told(happened),
        "digest": happened.summary or None if happened.kind in _DIGESTS else None,
        "change": None
        if change is None
        else {
            "added": change.added,
            "removed": change.removed,
            "altered": change.altered,
            "restated": change.restated,
            "added_coins": {asset: exact.plain(value) for asset, value in change.added_coins.items()},
            "removed_coins": {asset: exact.plain(value) for asset, value in change.removed_coins.items()},
        },
    }


def csv_lines(happened: Iterable[Event]) -> Iterator[str]:
    """One line for each event, below one of headings; coins as ``2 BTC; 5 ETH``."""
    yield csv_line((*_COLUMNS, *_CHANGE, *_COINS))
    for each in happened:
        own = event(each)
        cells = [own[name] for name in _COLUMNS]
        if each.change is not None:
            cells += [getattr(each.change, name) for name in _CHANGE]
            cells += [_coins(getattr(each.change, name)) for name in _COINS]
        else:
            cells += [None] * len((*_CHANGE, *_COINS))
        yield csv_line("" if cell is None else str(cell) for cell in cells)


def _coins(coins: Mapping[str, Decimal]) -> str:
    return "; ".join(f"{exact.plain(value)} {asset}" for asset, value in coins.items())


_COLUMNS = ("at", "kind", "subject", "name", "severity", "summary", "digest")
_CHANGE = ("added", "removed", "altered", "restated")
_COINS = ("added_coins", "removed_coins")
_DIGESTS = frozenset({EventKind.REPORT, EventKind.ROOT, EventKind.CIRCUIT})
