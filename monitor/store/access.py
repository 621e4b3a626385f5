"""One database: how it is opened, and how anything is read from it or written to it."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, nullcontext
from dataclasses import asdict, replace
from datetime import timedelta
from functools import cache, lru_cache
from itertools import islice
from typing import Any, Self

import structlog
from sqlalchemy import Column, Dialect, Executable, Select, Table, select
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from sqlalchemy.pool import StaticPool

from monitor.model import Block, Document, StoreState
from monitor.store.database import StoreError, opened
from monitor.store.lease import Lease, leased

_log = structlog.get_logger(__name__)

_ROWS = 500  # rows in one INSERT: SQLite takes 32 766 variables at the most
PART = 250
"""Rows that the event loop's thread looks at in one go, in some milliseconds."""
_WAITS_IN_VAIN = "the history cannot be taken over"


class Access:
    """Transactions and queries; what they are about is said by those that inherit."""

    def __init__(self, engine: AsyncEngine, opened: AsyncExitStack) -> None:
        """``opened`` is closed with the store."""
        self._engine = engine
        self._opened = opened
        self._writing = asyncio.Lock()  # SQLite has one writer; queueing here beats its busy loop
        # A database in memory has one connection for all: the end of a query would roll back what is being written.
        alone = isinstance(engine.pool, StaticPool)
        self._reading: AbstractAsyncContextManager[None] = self._writing if alone else nullcontext()
        self._state = StoreState()
        self._lease: Lease | None = None

    @property
    def state(self) -> StoreState:
        """How writing went."""
        return replace(self._state, keeps=self.keeps)

    @property
    def keeps(self) -> bool:
        """Whether it is this one that keeps the history: by itself, or by the lease of those that share it."""
        return self._lease is None or self._lease.held

    async def still_keeps(self) -> bool:
        """Ask the database, where it is shared: who stood still may have lost it meanwhile.

        Raises StoreError where it is lost, or cannot be asked; :attr:`keeps` says which.
        """
        if self._lease:
            async with self._transaction():
                pass
        return self.keeps

    async def turned(self) -> None:
        """Wait until that has changed, if it ever does."""
        await (self._lease.turned if self._lease else asyncio.Event()).wait()

    @classmethod
    async def open(
        cls,
        url: str,
        *,
        alone: bool = False,
        lease: timedelta | None = None,
        silent: timedelta | None = None,
        new: bool = True,
    ) -> Self:
        """Open the database and migrate it; ``alone``: refuse one that another process has opened so.

        With a ``lease``, others with one may have it open as well; what those write that do not hold it is not kept.
        A transaction that is ``silent`` for longer than that, or than the lease, is ended by the server.
        Without ``new`` there must be one already. Raises :class:`StoreError`.
        """
        async with AsyncExitStack() as stack:
            engine = await stack.enter_async_context(opened(url, alone=alone, shared=lease or silent, new=new))
            store = cls(engine, stack)
            if lease:
                try:
                    store._lease = await stack.enter_async_context(leased(engine, lease, store._renewed))
                except (SQLAlchemyError, OSError) as error:
                    raise StoreError(f"the history cannot be shared: {error.__cause__ or error}") from error
            store._opened = stack.pop_all()
            return store

    async def close(self) -> None:
        """Let go of the database."""
        await self._opened.aclose()

    @asynccontextmanager
    async def _transaction(self) -> AsyncIterator[AsyncConnection]:
        """One writer at a time; commits at the end, rolls back on an error. Every write goes through here."""
        if not self.keeps:
            yield _NOWHERE
            return
        try:
            async with self._writing, self._engine.begin() as connection:
                if self._lease:
                    await self._lease.confirm(connection)
                yield connection
                if self._lease:
                    await self._lease.confirm(connection)
        except Exception as error:  # also what a driver raises for a value that its database cannot hold
            cause = error.__cause__ or error
            told = str(cause).splitlines()[0] if str(cause) else type(cause).__name__
            self._note(failure := f"the history cannot be written: {told}")
            raise StoreError(failure) from error
        self._note("")

    def _renewed(self, failure: str) -> None:
        """Note how asking for the lease went: who waits for it, and cannot ask, could not take over."""
        if failure and not self.keeps:
            self._note(f"{_WAITS_IN_VAIN}: {failure}")
        elif not failure and self._state.failure.startswith(_WAITS_IN_VAIN):
            self._note("")

    def _note(self, failure: str) -> None:
        """Record how a write has ended; the log tells when that changes."""
        before = self._state
        self._state = StoreState(before.writes + 1, before.failures + bool(failure), failure)
        if failure and failure != before.failure:
            _log.error("the history is not written", error=failure)
        elif before.failure and not failure:
            _log.info("the history is written again")

    @asynccontextmanager
    async def _query(self) -> AsyncIterator[AsyncConnection]:
        try:
            async with self._reading, self._engine.connect() as connection:
                yield connection
        except (SQLAlchemyError, OSError) as error:
            raise StoreError(f"the history cannot be read: {error.__cause__ or error}") from error

    async def _rows(self, query: Any) -> Sequence[Any]:  # noqa: ANN401 - SQLAlchemy rows, typed where they are used
        async with self._query() as connection:
            return (await connection.execute(query)).all()

    async def _rows_plain(
        self, query: Callable[[int], Select[Any]], each: Sequence[Any], *others: object
    ) -> Sequence[Any]:
        """What ``query`` of so many values as ``each`` finds, which are bound first, and then the ``others``.

        All of them are as the driver takes them, and so are the rows. For values by the million, as _upsert_plain.
        """
        async with self._query() as connection:
            found = await connection.exec_driver_sql(_plain(self._engine.dialect, query, len(each)), (*each, *others))
            return found.all()

    async def _parts(self, query: Any) -> AsyncIterator[Sequence[Any]]:  # noqa: ANN401 - as _rows
        """The same, a part at a time: many rows at once would hold the event loop up."""
        async with self._query() as connection:
            async for part in (await connection.stream(query.execution_options(yield_per=PART))).partitions():
                yield part

    async def _row_of(self, table: Table, exchange: str) -> Any:  # noqa: ANN401 - as _rows
        """The one row of an exchange, or None."""
        rows = await self._rows(select(table).where(table.c.exchange == exchange))
        return rows[0] if rows else None

    async def _write(self, statement: Executable) -> None:
        async with self._transaction() as connection:
            await connection.execute(statement)

    async def _put(self, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
        async with self._transaction() as connection:
            await self._upsert(connection, table, rows)

    async def _upsert(self, connection: AsyncConnection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
        """Write ``rows`` in the place of those with the same keys."""
        statement = _upserting(self._engine.dialect.name, table)
        for start in range(0, len(rows), _ROWS):
            await connection.execute(statement, list(rows[start : start + _ROWS]))

    async def _upsert_plain(
        self, connection: AsyncConnection, table: Table, rows: Iterable[tuple[Any, ...]], *, once: str
    ) -> None:
        """Write ``rows``, of a value for each column as the driver takes it; the column ``once`` stays as it was.

        For rows by the million: to have each value of each named and looked at takes as long as to write it.
        """
        statement = str(_upserting(self._engine.dialect.name, table, once).compile(dialect=self._engine.dialect))
        remaining = iter(rows)
        while some := list(islice(remaining, _ROWS)):
            await connection.exec_driver_sql(statement, some)

    def _bound(self, column: Column[Any], value: object) -> Any:  # noqa: ANN401 - what the driver takes
        """``value`` as the driver takes it for ``column``."""
        process = column.type.dialect_impl(self._engine.dialect).bind_processor(self._engine.dialect)
        return process(value) if process else value


@lru_cache(8)
def _plain(dialect: Dialect, query: Callable[[int], Select[Any]], count: int) -> str:
    """Make the statement once for each ``count``: mostly they are as many as may be asked for together."""
    return str(query(count).compile(dialect=dialect))


@cache
def _upserting(dialect: str, table: Table, once: str = "") -> Any:  # noqa: ANN401 - of one of two dialects
    """Make the statement once: it is a thousand objects that only the cycle collector lets go."""
    insert: Any = sqlite.insert
    if dialect == "postgresql":
        from sqlalchemy.dialects.postgresql import insert  # noqa: PLC0415 - most keep their history in SQLite
    new = insert(table)
    keys = [column.name for column in table.primary_key]
    others = {column.name: new.excluded[column.name] for column in table.columns if column.name not in (*keys, once)}
    return new.on_conflict_do_update(index_elements=keys, set_=others)


class _Nowhere:
    """A connection to nothing: of those who share a history, one alone writes it."""

    inserted_primary_key = None

    async def execute(self, *_: object) -> "_Nowhere":
        return self

    exec_driver_sql = execute


_NOWHERE: Any = _Nowhere()


def block_columns(block: Block) -> dict[str, Any]:
    return {"block_number": block.number, "block_hash": block.hash, "block_at": block.timestamp}


def document_columns(document: Document) -> dict[str, Any]:
    return asdict(document) | {"members": list(document.members)}


def document_of(row: Any) -> Document:  # noqa: ANN401 - a row of SQLAlchemy
    return Document(row.source, row.sha256, row.size, row.fetched_at, row.modified_at, tuple(row.members))
