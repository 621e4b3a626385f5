"""The days around each exchange's report, out of the history: what its reserves are compared with."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

import structlog

from monitor.daemon.clock import Clock
from monitor.judgement import days_around
from monitor.model import Audit, DayHeld, Step
from monitor.store import Store, StoreError

_log = structlog.get_logger(__name__)

_AGAIN = timedelta(minutes=10)
"""How often the days are read anew: one may have ended, or been read from archives by a command."""


class ReportDays:
    """What the history has of the days around the reports that audits tell of."""

    def __init__(self, store: Store, now: Clock) -> None:
        self._store = store
        self._now = now
        self._known: dict[str, tuple[datetime, datetime, Collection[DayHeld]]] = {}
        """By exchange: the moment of the audit, when it was read, and what was."""

    async def of(self, audits: Mapping[str, Audit]) -> Mapping[str, Collection[DayHeld]]:
        """By exchange of ``audits`` the days around its report that are over; what cannot be read stays as it was."""
        self._known = {name: each for name, each in self._known.items() if name in audits}
        for name, audit in audits.items():
            await self._renew(name, audit)
        return {name: days for name, (_, _, days) in self._known.items()}

    async def _renew(self, exchange: str, audit: Audit) -> None:
        now = self._now()
        of, read_at, _ = self._known.get(exchange, (None, None, ()))
        if of == audit.at and read_at is not None and timedelta() <= now - read_at < _AGAIN:
            return
        around = days_around(audit)
        try:
            days = await self._store.days(exchange, around[0], min(around[1], Step.DAILY.begins(now))) if around else ()
        except StoreError as error:
            _log.error("the history was not read", exchange=exchange, error=str(error))
            return
        self._known[exchange] = audit.at, now, days
