"""How each of the last 90 days was: the worst status of every asset, from the daily steps of the history."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from aiohttp import web

from monitor.model import Assessment, ReserveStatus, Step
from monitor.web import words
from monitor.web.deps import Deps

COUNT = 90
_DAY = timedelta(days=1)
_FRESH = timedelta(seconds=30)
"""How long the present day, of which the page knows the newest anyway, is not read again."""

Statuses = Mapping[str, ReserveStatus]
"""The worst status of each asset that was owed."""

_NOTHING_SAID: Statuses = {"": ReserveStatus.UNKNOWN}
"""Of an exchange of which no asset is known."""


@dataclass(slots=True)
class _Read:
    """What was read of one exchange."""

    day: date
    """The last of ``days`` for which it was read."""
    at: datetime
    days: dict[date, Statuses] = field(default_factory=dict)


class Days:
    """The last 90 days of every exchange. A day that is over is read once."""

    def __init__(self) -> None:
        self._read: dict[str, _Read] = {}
        self._reading = asyncio.Lock()

    async def until(self, deps: Deps, exchange: str, at: datetime, now: datetime) -> Mapping[date, Statuses]:
        """Return the days of ``exchange`` up to the one of ``at``, those in which nobody watched left out.

        Raises:
            ForeseenError: they cannot be read.

        """
        if at.date() != now.date():
            return await _days(deps, exchange, at - COUNT * _DAY, at)
        async with self._reading:
            read = self._read.get(exchange)
            if read is None or read.day != now.date():
                read = self._read[exchange] = _Read(
                    now.date(), now, dict(await _days(deps, exchange, now - COUNT * _DAY, now))
                )
            elif not timedelta() <= now - read.at <= _FRESH:
                read.days |= await _days(deps, exchange, now, now)
                read.at = now
            return read.days


DAYS = web.AppKey("days", Days)


async def _days(deps: Deps, exchange: str, since: datetime, until: datetime) -> dict[date, Statuses]:
    end = datetime.combine(until.date(), time(), UTC) + _DAY
    steps = await deps.statuses(exchange, Step.DAILY, since, end)
    return {at.date(): statuses for at, statuses in steps.items()}


def with_present(days: Mapping[date, Statuses], assessment: Assessment) -> Mapping[date, Statuses]:
    """Return ``days`` with what is so just now."""
    today, now = assessment.at.date(), {each.asset: each.status for each in words.weighed(assessment)}
    before = days.get(today, {})
    worst = {name: words.worst_of((status, before.get(name, status))) for name, status in now.items()}
    return {**days, today: {**before, **(worst or _NOTHING_SAID)}}


@dataclass(frozen=True, slots=True)
class Strip:
    """A row of days, drawn: for each status, the path of its days in a field of 90 by 1."""

    paths: Mapping[str, str]
    said: str
    """The same in a sentence."""
    last: ReserveStatus | None
    """How the last day was."""
    unchanged: int
    """For how many days, the last one included, it was always the same."""
    whole: bool
    """Whether it was otherwise before that: the time began within the strip."""


def strip(days: Mapping[date, Statuses], last: date, asset: str | None = None) -> Strip:
    """Draw the 90 days that end with ``last``, of one asset or of the exchange's worst. Days unwatched stay empty."""
    row = [_worst(days.get(last - back * _DAY, {}), asset) for back in reversed(range(COUNT))]
    paths: dict[str, str] = {}
    for start, length, status in _runs(row):
        if status is not None:
            paths[status] = paths.get(status, "") + f"M{start} 0h{length}v1h-{length}z"
    *_, (start, unchanged, _) = _runs(row)
    return Strip(paths, _said(row, last), row[-1], unchanged, whole=any(row[:start]))


def _worst(statuses: Statuses, asset: str | None) -> ReserveStatus | None:
    if asset is not None:
        return statuses.get(asset)
    return words.worst_of(statuses.values()) if statuses else None


def _runs(row: Sequence[ReserveStatus | None]) -> Iterable[tuple[int, int, ReserveStatus | None]]:
    start = 0
    for place in range(1, len(row) + 1):
        if place == len(row) or row[place] is not row[start]:
            yield start, place - start, row[start]
            start = place


def _said(row: Sequence[ReserveStatus | None], last: date) -> str:
    """``Of the last 90 days: 3 not covered (the last on 2026-03-02), 80 covered, 7 not watched``."""
    counts = {status: row.count(status) for status in (*words.WORST_FIRST, None)}
    breach = ""
    if counts[ReserveStatus.BREACH]:
        back = row[::-1].index(ReserveStatus.BREACH)
        breach = f" (the last on {last - back * _DAY})"
    parts = [
        f"{count} {words.called(status).lower()}{breach if status is ReserveStatus.BREACH else ''}"
        for status, count in counts.items()
        if count
    ]
    return f"Of {COUNT} days: {', '.join(parts)}"
