"""What PostgreSQL tells at once (LISTEN): a channel, whose notifications each wake who waits for that name."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import Any

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

LOOKS = timedelta(seconds=3)
"""How often who waits looks by itself, and a connection that was lost is opened anew."""

_log = structlog.get_logger(__name__)


class Bell:
    """Listens to one channel, from the first that waits until :meth:`close`. What it misses, looking finds."""

    def __init__(self, engine: AsyncEngine, channel: str) -> None:
        self._engine = engine
        self._channel = channel
        self._waiting: dict[str, asyncio.Event] = {}
        self._listening: asyncio.Task[None] | None = None

    @contextmanager
    def waiting(self, name: str) -> Iterator[asyncio.Event]:
        """An event that notifications of ``name`` set; one waits for a name at a time."""
        self._listening = self._listening or asyncio.create_task(self._listen())
        rung = self._waiting[name] = asyncio.Event()
        try:
            yield rung
        finally:
            del self._waiting[name]

    async def close(self) -> None:
        """Listen no more."""
        if self._listening:
            self._listening.cancel()
            await asyncio.wait((self._listening,))

    async def _listen(self) -> None:
        while True:
            try:
                await self._until_lost()
            except Exception as error:  # noqa: BLE001 - whatever a driver raises: nobody else would listen again
                _log.info("not told by the database at once", error=str(error.__cause__ or error))
            await asyncio.sleep(LOOKS.total_seconds())

    async def _until_lost(self) -> None:
        lost = asyncio.Event()
        async with self._engine.connect() as connection:
            driver: Any = (await connection.get_raw_connection()).driver_connection
            driver.add_termination_listener(lambda _: lost.set())
            await driver.add_listener(self._channel, self._heard)
            for rung in self._waiting.values():  # what came before
                rung.set()
            try:
                await lost.wait()
            finally:
                await connection.invalidate()  # whoever had it next would listen too

    def _heard(self, _connection: object, _process: int, _channel: str, name: str) -> None:
        if rung := self._waiting.get(name):
            rung.set()


async def rung_or_late(rung: asyncio.Event) -> None:
    """Wait until ``rung`` is set, or it is time to look."""
    with suppress(TimeoutError):
        async with asyncio.timeout(LOOKS.total_seconds()):
            await rung.wait()
    rung.clear()
