"""Several processes on one PostgreSQL: which of them does what one alone may do, by a lease on its clock."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import structlog
from sqlalchemy import func, or_, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from monitor.store import tables

_KEEPER = "keeper"
"""Keeps the history, and tells people."""
_RENEWALS = 3
"""How often a lease is renewed in its own time, so that one that comes late or fails does not end it."""

_log = structlog.get_logger(__name__)


class LeaseLostError(Exception):
    """Another one holds the lease now."""


class Lease:
    """What one of them has of it: it is held, or waited for."""

    def __init__(self, engine: AsyncEngine, length: timedelta, name: str = _KEEPER) -> None:
        self._engine = engine
        self._length = length
        self._name = name
        self._holder = uuid.uuid4().hex
        self.held = False
        """Whether the database said so last. While it cannot be asked, that stays as it is: nobody else can have it."""
        self.turned = asyncio.Event()
        """Set once that has changed."""

    async def ask(self) -> None:
        """Take the lease if it is free, or renew it. Raises SQLAlchemyError or OSError."""
        from sqlalchemy.dialects.postgresql import insert  # noqa: PLC0415 - most keep their history in SQLite

        columns = tables.leases.c
        now = func.clock_timestamp()
        row: dict[str, Any] = {"holder": self._holder, "until": now + self._length}
        free = or_(columns.holder == self._holder, columns.until < now)
        taken = (
            insert(tables.leases)
            .values(name=self._name, **row)
            .on_conflict_do_update(index_elements=[columns.name], set_=row, where=free)
            .returning(columns.holder)
        )
        async with self._engine.begin() as connection:
            held = await connection.scalar(taken) is not None
        self._found(held=held)

    async def confirm(self, connection: AsyncConnection) -> None:
        """Renew it in ``connection``'s transaction, and let it pass on after that only.

        Asked at the begin and at the end: whoever waits meanwhile finds it renewed, however long the transaction took.
        Raises LeaseLostError where it has passed on before.
        """
        columns = tables.leases.c
        mine = update(tables.leases).where(columns.name == self._name, columns.holder == self._holder)
        renewed = mine.values(until=func.clock_timestamp() + self._length).returning(columns.holder)
        if await connection.scalar(renewed) is None:
            self._found(held=False)
            raise LeaseLostError("another monitor keeps it")

    def _found(self, *, held: bool) -> None:
        if held is not self.held:
            self.held = held
            self.turned.set()

    async def renew(self, told: Callable[[str], None]) -> None:
        """Ask again and again; ``told`` is why that failed, or empty."""
        while True:
            await asyncio.sleep(self._length.total_seconds() / _RENEWALS)
            try:
                async with asyncio.timeout(self._length.total_seconds()):
                    await self.ask()
            except Exception as error:  # noqa: BLE001 - whatever a driver raises: nobody else would ask again
                told(f"{error.__cause__ or error}" or type(error).__name__)
            else:
                told("")

    async def give_back(self) -> None:
        """Let another one have it at once. Raises SQLAlchemyError or OSError."""
        columns = tables.leases.c
        mine = (columns.name == self._name, columns.holder == self._holder)
        async with self._engine.begin() as connection:
            await connection.execute(update(tables.leases).where(*mine).values(until=func.clock_timestamp()))


@asynccontextmanager
async def leased(
    engine: AsyncEngine, length: timedelta, told: Callable[[str], None], name: str = _KEEPER
) -> AsyncIterator[Lease]:
    """A lease that is asked for at once, and again and again until the block ends; ``told`` how that went.

    Raises SQLAlchemyError or OSError where it cannot be asked for at first.
    """
    lease = Lease(engine, length, name)
    await lease.ask()
    lease.turned.clear()
    renewing = asyncio.create_task(lease.renew(told))
    try:
        yield lease
    finally:
        renewing.cancel()
        await asyncio.wait((renewing,))
        try:
            await lease.give_back()
        except (SQLAlchemyError, OSError) as error:
            _log.warning("the lease ends by itself", error=str(error.__cause__ or error))
