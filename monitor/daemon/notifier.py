"""Telling people: what waits to be sent is written with the decision, and sent by jobs of their own.

A decision, the memory of alerts that it rests on and the notices that follow from it are one transaction: a process
that is killed after it sends them when it is back, one that is killed before it decides again. Where it was killed
while a channel had a message, nobody knows whether that arrived: it is sent once more, and says so.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import aiohttp
import structlog

from monitor.daemon.channels import Line
from monitor.daemon.clock import Clock
from monitor.daemon.stored import written
from monitor.formats.phrases import span
from monitor.model import ChannelState, Notice, SendFailure, World
from monitor.notify import (
    DEADLINE,
    Batch,
    Decision,
    Key,
    Links,
    SendError,
    Told,
    as_json,
    decide,
    due,
    from_json,
    message,
    standing,
)
from monitor.notify.alertmanager import payload
from monitor.settings import Settings
from monitor.store import Store

_TOLD = "told"
_LAST_WORDS = 5.0
"""Seconds that messages under way are given at the daemon's end."""

_log = structlog.get_logger(__name__)


class Notifier:
    """Decides with every World what each channel is to be told, and tells it."""

    def __init__(
        self,
        store: Store,
        session: aiohttp.ClientSession,
        now: Clock,
        *,
        page: Callable[[], str],
        wake: Callable[[str], None],
    ) -> None:
        """``page`` is where the page is unless the settings say otherwise; ``wake`` has a channel's job run soon."""
        self._store = store
        self._session = session
        self._now = now
        self._page = page
        self._wake = wake
        self._links = Links("")
        self._lines: Mapping[str, Line] = {}
        self._told: dict[str, tuple[Told, ...]] = {}
        self._waiting: list[Notice] = []
        self._unwritten: list[Notice] = []
        """Those of :attr:`_waiting` that the store does not hold, because it could not be written."""
        self._state: dict[str, Any] = {}
        """What else it does not hold."""
        self._sent: set[str] = set()
        """What it holds although it was sent."""
        self._flights: dict[str, asyncio.Task[None]] = {}

    async def restore(self) -> None:
        """Take up what an earlier run had told, and had still to tell. Raises StoreError."""
        self._told = from_json(await self._store.get(_TOLD))
        self._waiting = await self._store.notices()

    # --- Configuration -----------------------------------------------------------------------------------------------

    def prepare(self, settings: Settings) -> Mapping[str, Line]:
        """Open the channels of ``settings``; those that stay as they are, are the very ones that there are."""
        lines = {}
        for channel in settings.notify:
            known = self._lines.get(channel.label)
            same = known is not None and known.settings == channel
            lines[channel.label] = known if known and same else Line.opened(channel, self._session, known)
        return lines

    def adopt(self, settings: Settings, lines: Mapping[str, Line]) -> None:
        """Tell over ``lines`` from now on. What waits for a channel that is gone, goes with it."""
        self._links = Links(settings.web.external_url.rstrip("/") or self._page(), settings.web.runbook_url)
        self._lines = lines
        self._told = {label: told for label, told in self._told.items() if label in lines}
        lost = [notice for notice in self._waiting if notice.channel not in lines]
        if lost:
            channels = sorted({notice.channel for notice in lost})
            _log.warning("not told any more: the channel is gone", channels=channels, notices=len(lost))
            self._let_go(lost)

    def move(self, step: timedelta) -> None:
        """Go along with a step of the clock."""
        self._told = {label: tuple(each.moved(step) for each in told) for label, told in self._told.items()}
        self._waiting = [replace(each, at=each.at + step, since=each.since + step) for each in self._waiting]

    def states(self) -> tuple[ChannelState, ...]:
        """How every channel does."""
        return tuple(line.state(self._waits(label, line)) for label, line in self._lines.items())

    def _waits(self, label: str, line: Line) -> int:
        if line.alertmanager:
            return sum(not line.heard(each) for each in self._told.get(label, ()))
        return sum(notice.channel == label for notice in self._waiting)

    # --- Decisions ---------------------------------------------------------------------------------------------------

    async def keep(self, world: World, state: Mapping[str, Any]) -> None:
        """Decide what ``world`` gives to tell, and write that in one transaction with ``state``, by key."""
        decisions = {label: self._decided(label, line, world) for label, line in self._lines.items()}
        told = {label: decision.told for label, decision in decisions.items()}
        notices = [notice for decision in decisions.values() for notice in decision.notices]
        news = [label for label, line in self._lines.items() if _is_news(line, decisions[label])]
        self._state |= state
        if told != self._told:
            self._state[_TOLD] = as_json(told)
        self._told = told
        self._waiting += notices
        self._unwritten += notices
        await self._write()
        for label in news:
            self._wake(label)

    def _decided(self, label: str, line: Line, world: World) -> Decision:
        told = self._told.get(label, ())
        if line.alertmanager:
            unheard = {each.key for each in told if each.ended_at and not line.heard(each)}
            return Decision(standing(told, world, line.settings, unheard))
        waiting = {_key(notice) for notice in self._waiting if notice.channel == label}
        return decide(told, world, line.settings, waiting, failing=bool(line.failure))

    async def _write(self) -> None:
        state, notices, sent = dict(self._state), list(self._unwritten), set(self._sent)
        if not (state or notices or sent) or not await written(self._store.decide(state, notices, sent)):
            return
        self._state = {key: each for key, each in self._state.items() if each is not state.get(key)}
        self._unwritten = [notice for notice in self._unwritten if notice not in notices]
        self._sent -= sent

    # --- Delivery ----------------------------------------------------------------------------------------------------

    async def deliver(self, label: str) -> timedelta | None:
        """Send over one channel what is due, once. Returns when to come again, where that is before the next time."""
        line = self._lines.get(label)
        if line is None or not self._store.keeps:
            return None
        flight = self._flights.get(label)
        if flight is None:
            if pause := line.pause:
                return pause
            if line.alertmanager:
                return await self._post(label, line)
            batch = due([each for each in self._waiting if each.channel == label], line.settings, self._now())
            if not batch.notices:
                return batch.again
            flight = self._flights[label] = asyncio.create_task(self._send(label, line, batch))
        await asyncio.wait((flight,), timeout=DEADLINE.total_seconds())
        if not flight.done():
            late = f"no answer after {span(DEADLINE)}; it is not sent again before there is one"
            line.failed(SendFailure.TIMEOUT, late)
            return DEADLINE
        del self._flights[label]
        flight.result()
        if not line.failure and any(notice.channel == label for notice in self._waiting):
            self._wake(label)
        return line.pause

    async def _send(self, label: str, line: Line, batch: Batch) -> None:
        ids = [notice.id for notice in batch.notices]
        await written(self._store.trying(ids))
        if not self._store.keeps:
            return  # whoever took over sends it
        try:
            await line.send(message(batch.notices, self._links, digest=batch.digest))
        except SendError as error:
            line.failed(error.failure, str(error))
            _log.warning("not told", channel=label, error=str(error), notices=len(ids))
            if error.failure is SendFailure.TIMEOUT:
                self._waiting = [replace(each, tried=True) if each.id in ids else each for each in self._waiting]
            else:
                await written(self._store.not_sent([each.id for each in batch.notices if not each.tried]))
        else:
            line.succeeded(self._now())
            _log.info("told", channel=label, notices=len(ids))
            self._let_go(batch.notices)
            await self._write()

    def _let_go(self, notices: Sequence[Notice]) -> None:
        ids = {notice.id for notice in notices}
        self._sent |= ids - {notice.id for notice in self._unwritten}
        self._unwritten = [notice for notice in self._unwritten if notice.id not in ids]
        self._waiting = [notice for notice in self._waiting if notice.id not in ids]

    async def _post(self, label: str, line: Line) -> timedelta | None:
        told = self._told.get(label, ())
        if not told:
            return None
        await written(self._store.still_keeps())
        if not self._store.keeps:
            return None  # what it would tell may be over: whoever took over tells it
        try:
            await line.post(payload(told, self._links, line.settings.resend, self._now()))
        except SendError as error:
            line.failed(error.failure, str(error))
            _log.warning("not told", channel=label, error=str(error), notices=len(told))
            return line.pause
        line.succeeded(self._now(), told)
        return None

    async def close(self) -> None:
        """Wait a moment for what is being sent: it would be sent again else."""
        if self._flights:
            await asyncio.wait(self._flights.values(), timeout=_LAST_WORDS)


def _is_news(line: Line, decision: Decision) -> bool:
    if line.alertmanager:
        return any(not line.heard(each) for each in decision.told)
    return bool(decision.notices)


def _key(notice: Notice) -> Key:
    return Key(notice.alert, notice.severity, notice.exchange, notice.asset)
