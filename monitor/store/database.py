"""Opening a database and bringing its schema up to date."""

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from pathlib import Path

from sqlalchemy import URL, Connection, event, func, insert, inspect, make_url, select
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, InvalidRequestError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry, StaticPool

from monitor.formats import ForeseenError
from monitor.store.lock import TakenError, locked
from monitor.store.tables import metadata, revision

_LIKE = {"sqlite": "sqlite+aiosqlite:///var/history.db", "postgresql": "postgresql+asyncpg://user@host/database"}
_ANY = " or ".join(_LIKE.values())
_EXTRA = "for PostgreSQL install what speaks to it: pip install --require-hashes -r requirements-postgresql.lock"

_LOCK = 0x506F52
"""Names our lock among the advisory locks of a PostgreSQL server."""
_UPGRADING = _LOCK + 1
"""The lock of who brings the schema up to date."""
NEWEST = max(path.stem for path in Path(__file__).parent.glob("migrations/versions/[0-9]*.py")).partition("_")[0]
"""The revision of the schema that :data:`metadata` describes."""


class StoreError(ForeseenError):
    """The history cannot be opened, read or written; the message names the database and what to do."""


@asynccontextmanager
async def opened(
    url: str, *, alone: bool = False, shared: timedelta | None = None, new: bool = True
) -> AsyncIterator[AsyncEngine]:
    """Open the database at ``url`` with the newest schema, creating both where they are missing.

    Args:
        url: As SQLAlchemy writes it.
        alone: Whether to refuse a database that another one has opened ``alone``. That holds until the end of the
            block, or of the process.
        shared: With ``alone``: let others in beside that give a length too. A transaction in which nothing is said for
            so long is ended by the server: who stands still, or is gone with its machine, locks nobody out.
        new: Whether a file that is not there is made.

    Raises:
        StoreError: it cannot be opened.

    """
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise StoreError(f"store.url is not a database URL; write it like {_ANY}") from error
    shown = parsed.render_as_string(hide_password=True)
    if parsed.get_backend_name() not in _LIKE:
        raise StoreError(f"{shown}: the history is kept in SQLite or PostgreSQL; write it like {_ANY}")
    async with AsyncExitStack() as stack:
        try:
            engine = _engine(parsed, new=new, silent=shared)
            stack.push_async_callback(engine.dispose)
            if alone:
                await _keep_others_out(engine, stack, shared=shared is not None)
            async with engine.begin() as connection:
                if engine.dialect.name == "postgresql":  # two that start at once
                    await connection.execute(select(func.pg_advisory_xact_lock(_UPGRADING)))
                await connection.run_sync(_upgrade, shown)
        except TakenError as error:
            raise StoreError(
                f"{shown}: another reserve-monitor uses it ({error}); stop that one first, give this one a "
                "store.url of its own, or set store.lease in both, which takes PostgreSQL"
            ) from error
        except (ModuleNotFoundError, ArgumentError, InvalidRequestError) as error:
            raise StoreError(f"{shown}: {error}; write it like {_ANY}; {_EXTRA}") from error
        except (SQLAlchemyError, OSError) as error:
            reason = str(error.__cause__ or error).splitlines()[0]
            raise StoreError(
                f"{shown}: {reason}; check that it exists, may be written and is a database of ours"
            ) from error
        yield engine


async def obstacle(url: str) -> str:
    """Return why a history cannot be kept at ``url``, without touching what is there; empty where it can."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        there = _place(parsed)
        return "" if there is None or os.access(there, os.W_OK) else f"{there} may not be written by this user"
    try:
        engine = _engine(parsed, new=False)
        try:
            async with engine.connect() as connection:
                await connection.execute(select(1))
        finally:
            await engine.dispose()
    except ModuleNotFoundError as error:
        return f"{error}; {_EXTRA}"
    except (SQLAlchemyError, OSError) as error:
        return str(error.__cause__ or error).splitlines()[0]
    return ""


def room(url: str) -> int | None:
    """Return the bytes that are free where the SQLite file at ``url`` is or would be; None for any other."""
    parsed = make_url(url)
    there = _place(parsed) if parsed.get_backend_name() == "sqlite" else None
    return shutil.disk_usage(there).free if there else None


def _place(url: URL) -> Path | None:
    """The file of a SQLite database, or what there is on the way to it; None of one in memory."""
    file = _file(url)
    return next(path for path in (file.absolute(), *file.absolute().parents) if path.exists()) if file else None


def _engine(url: URL, *, new: bool, silent: timedelta | None = None) -> AsyncEngine:
    """``silent``: how long a transaction may be so on a server."""
    if url.get_backend_name() != "sqlite":
        limit = {"idle_in_transaction_session_timeout": f"{silent / timedelta(milliseconds=1):.0f}"} if silent else {}
        return create_async_engine(url, pool_pre_ping=True, connect_args={"server_settings": limit})
    file = _file(url)
    if file is None:
        return create_async_engine(url, poolclass=StaticPool)  # one connection, or each would see its own database
    if not new and not file.exists():
        raise FileNotFoundError("there is no such file yet: `reserve-monitor run` makes it")
    file.parent.mkdir(parents=True, exist_ok=True)
    engine = create_async_engine(url)
    event.listen(engine.sync_engine, "connect", _use_wal)
    return engine


def _file(url: URL) -> Path | None:
    """The file of a SQLite database; None of one in memory."""
    return Path(url.database) if url.database and url.database != ":memory:" else None


async def _keep_others_out(engine: AsyncEngine, stack: AsyncExitStack, *, shared: bool) -> None:
    """Hold the database until ``stack`` ends; TakenError when another one does that does not share it as well."""
    if engine.dialect.name == "postgresql":
        connection = await stack.enter_async_context(engine.connect())
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        lock = func.pg_try_advisory_lock_shared if shared else func.pg_try_advisory_lock
        if not await connection.scalar(select(lock(_LOCK, func.hashtext(func.current_schema())))):
            raise TakenError("a session of the server holds its advisory lock")
    elif file := _file(engine.url):
        stack.enter_context(locked(file))


def _use_wal(connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
    cursor = connection.cursor()
    # NORMAL with WAL never corrupts: a power cut may lose the last commits, a killed process loses none.
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", "busy_timeout=10000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _upgrade(connection: Connection, shown: str) -> None:
    """Make the tables where there are none; else bring them up to date by the migrations since. Raises StoreError."""
    known = inspect(connection).has_table(revision.name)
    before = connection.scalar(select(revision.c.version_num)) if known else None
    if before is None:
        metadata.create_all(connection)
        revision.metadata.create_all(connection)
        connection.execute(insert(revision).values(version_num=NEWEST))
    elif before != NEWEST:
        from monitor.store.migrating import migrate  # noqa: PLC0415 - with Alembic, once for each version

        migrate(connection, before, shown)
