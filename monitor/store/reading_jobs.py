"""Readings that a monitor asks of a reader on another machine: a row for each, in the PostgreSQL that both use.

What a request and an answer mean, those know who ask and answer.
"""

import asyncio
import uuid
from collections.abc import AsyncIterator, Collection
from contextlib import AbstractContextManager, asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog
from sqlalchemy import and_, delete, func, insert, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from monitor.store import tables
from monitor.store.bell import Bell, rung_or_late
from monitor.store.database import StoreError
from monitor.store.lease import Lease, LeaseLostError, leased

_log = structlog.get_logger(__name__)

_READER = "reader "
"""What the names of readers' leases begin with."""
_ASKED, _ANSWERED = "reading_asked", "reading_answered"
"""The channels: of the first a reader's name is told, of the second a job's id."""


class NoReaderError(Exception):
    """No process answers for a reader: there never was one, or the last one is gone."""


@dataclass(frozen=True, slots=True)
class ReadingJob:
    """What a reader is asked to do."""

    id: str
    network: str
    kind: str
    request: bytes


class ReadingJobs:
    """Both sides of them. All methods raise StoreError where the database cannot be asked."""

    def __init__(self, engine: AsyncEngine, length: timedelta) -> None:
        """``length`` is that of the readers' lease: how long one may be silent before it counts as gone."""
        self._engine = engine
        self._length = length
        self._asked = Bell(engine, _ASKED)
        self._answered = Bell(engine, _ANSWERED)

    async def close(self) -> None:
        """Listen no more."""
        await self._asked.close()
        await self._answered.close()

    # --- who asks ---

    async def ask(self, reader: str, job: tuple[str, str, bytes], patience: timedelta) -> bytes:
        """Have ``reader`` do a job (network, kind, request), and return its answer.

        Raises TimeoutError after ``patience``, NoReaderError where nobody answers for it, for as long as the lease is,
        and StoreError where the database cannot be asked, or has lost the job.
        """
        network, kind, request = job
        found = uuid.uuid4().hex
        row = {"id": found, "reader": reader, "network": network, "kind": kind, "request": request}
        with self._answered.waiting(found) as rung:
            try:
                async with asyncio.timeout(patience.total_seconds()):
                    await self._put(row, patience)
                    return await self._answer(found, reader, rung)
            finally:
                with suppress(StoreError):  # then it is swept
                    await asyncio.shield(self._forget(found))

    async def _put(self, row: dict[str, Any], patience: timedelta) -> None:
        columns, now = tables.reading_jobs.c, func.clock_timestamp()
        async with self._transaction() as connection:
            await connection.execute(delete(tables.reading_jobs).where(columns.until < now))  # of those who are gone
            await connection.execute(insert(tables.reading_jobs).values(**row, asked_at=now, until=now + patience))
            await connection.execute(select(func.pg_notify(_ASKED, row["reader"])))

    async def _answer(self, job: str, reader: str, rung: asyncio.Event) -> bytes:
        jobs, leases, now = tables.reading_jobs.c, tables.leases.c, func.clock_timestamp()
        since = now - self._length
        lives = select(leases.name).where(leases.name == _lease_of(reader), leases.until > since).exists()
        looked = select(jobs.answer, and_(jobs.asked_at < since, ~lives)).where(jobs.id == job)
        while True:
            await rung_or_late(rung)
            try:
                async with self._transaction() as connection:
                    row = (await connection.execute(looked)).one_or_none()
            except StoreError:
                continue  # it may be back in time, and the answer with it
            if row is None:
                raise StoreError("the database has lost what was asked, as after a crash of its own")
            answer, gone = row
            if answer is not None:
                return bytes(answer)
            if gone:
                raise NoReaderError

    async def _forget(self, job: str) -> None:
        async with self._transaction() as connection:
            await connection.execute(delete(tables.reading_jobs).where(tables.reading_jobs.c.id == job))

    # --- who answers ---

    @asynccontextmanager
    async def leased(self, reader: str) -> AsyncIterator[Lease]:
        """The lease of ``reader``: of all processes of its name one answers, the others follow it."""
        try:
            async with leased(self._engine, self._length, _note, _lease_of(reader)) as lease:
                yield lease
        except (SQLAlchemyError, OSError) as error:
            raise StoreError(f"the database cannot be asked: {error.__cause__ or error}") from error

    def asked(self, reader: str) -> AbstractContextManager[asyncio.Event]:
        """An event that is set when ``reader`` is asked something; see :func:`rung_or_late`."""
        return self._asked.waiting(reader)

    async def take(self, reader: str, lease: Lease, running: Collection[str]) -> tuple[list[ReadingJob], set[str]]:
        """Return what ``reader`` is asked besides the jobs that are ``running``, and those of these that still count.

        Raises LeaseLostError where another process answers now.
        """
        columns = tables.reading_jobs.c
        waits = and_(columns.reader == reader, columns.answer.is_(None), columns.until > func.clock_timestamp())
        new = (
            select(columns.id, columns.network, columns.kind, columns.request)
            .where(waits, columns.id.not_in(running))
            .order_by(columns.asked_at)
            .with_for_update(skip_locked=True)  # of whom has just given up
        )
        async with self._transaction() as connection:
            await lease.confirm(connection)
            found = [ReadingJob(*row) for row in await connection.execute(new)]
            counted = await connection.scalars(select(columns.id).where(waits, columns.id.in_(running)))
            return found, set(counted)

    async def answer(self, job: str, answer: bytes, lease: Lease) -> None:
        """Answer a job, all of it in one transaction, and wake who waits for it. Raises as :meth:`take`."""
        jobs = tables.reading_jobs
        async with self._transaction() as connection:
            await lease.confirm(connection)
            await connection.execute(update(jobs).where(jobs.c.id == job).values(answer=answer))
            await connection.execute(select(func.pg_notify(_ANSWERED, job)))

    @asynccontextmanager
    async def _transaction(self) -> AsyncIterator[AsyncConnection]:
        try:
            async with self._engine.begin() as connection:
                yield connection
        except LeaseLostError:
            raise
        except Exception as error:  # also what a driver raises while the server starts
            raise StoreError(f"the database cannot be asked: {error.__cause__ or error}") from error


def _lease_of(reader: str) -> str:
    return f"{_READER}{reader}"


def _note(failure: str) -> None:
    if failure:
        _log.warning("the reader's lease is not renewed", error=failure)


async def answering_readers(url: str) -> frozenset[str]:
    """Return the names of the readers that answer over the database at ``url``, without touching what is there.

    None where it has no tables yet, or cannot be asked.
    """
    leases = tables.leases.c
    engine = create_async_engine(url)
    try:
        async with engine.connect() as connection:
            held = await connection.scalars(select(leases.name).where(leases.until > func.clock_timestamp()))
            return frozenset(name.removeprefix(_READER) for name in held if name.startswith(_READER))
    except (SQLAlchemyError, OSError):
        return frozenset()
    finally:
        await engine.dispose()
