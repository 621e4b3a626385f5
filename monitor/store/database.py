"""Opening a database and bringing its schema up to date."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, event
from sqlalchemy.engine import make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry, StaticPool

from monitor.formats import ForeseenError

_MIGRATIONS = Path(__file__).parent / "migrations"


class StoreError(ForeseenError):
    """The history cannot be opened, read or written; the message names the database and what to do."""


async def connect(url: str) -> AsyncEngine:
    """Open the database at ``url`` with the newest schema, creating both where they are missing.

    Raises :class:`StoreError`.
    """
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise StoreError("store.url is not a database URL; write it like sqlite+aiosqlite:///var/history.db") from error
    shown = parsed.render_as_string(hide_password=True)
    try:
        if parsed.get_backend_name() == "sqlite":
            engine = _sqlite(parsed.database, url)
        else:
            engine = create_async_engine(url, pool_pre_ping=True)
    except (SQLAlchemyError, ModuleNotFoundError, OSError) as error:
        raise StoreError(f"{shown}: {error}") from error
    try:
        async with engine.begin() as connection:
            await connection.run_sync(_upgrade)
    except (SQLAlchemyError, OSError) as error:
        await engine.dispose()
        reason = str(error.__cause__ or error).splitlines()[0]
        raise StoreError(
            f"{shown}: {reason}; check that it exists, may be written and is a database of ours"
        ) from error
    return engine


def _sqlite(database: str | None, url: str) -> AsyncEngine:
    if database in {None, "", ":memory:"}:
        return create_async_engine(url, poolclass=StaticPool)  # one connection, or each would see its own database
    Path(str(database)).parent.mkdir(parents=True, exist_ok=True)
    engine = create_async_engine(url)
    event.listen(engine.sync_engine, "connect", _use_wal)
    return engine


def _use_wal(connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
    cursor = connection.cursor()
    # NORMAL with WAL never corrupts: a power cut may lose the last commits, a killed process loses none.
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", "busy_timeout=10000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _upgrade(connection: Connection) -> None:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
