"""A copy made as docs/operations.md says, while the history is open and written, has all of it and is gone on with."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import make_url, select

from monitor.store import Store
from monitor.store.database import opened
from monitor.store.tables import metadata
from tests.store.test_migrations import put_released
from tests.support.postgresql import PostgreSQL


async def rows(url: str) -> dict[str, list[Any]]:
    async with opened(url) as engine, engine.connect() as connection:
        found = {table.name: (await connection.execute(select(table))).all() for table in metadata.sorted_tables}
    return {name: sorted(map(tuple, each), key=repr) for name, each in found.items()}


async def goes_on(copy: str, url: str) -> None:
    """The copy is as ``url`` was, and another monitor takes it."""
    assert await rows(copy) == await rows(url)
    store = await Store.open(copy, alone=True)
    wallets = await store.document("okx", "wallets")
    assert wallets is not None
    await store.put("alerts", {"gone on": True})
    await store.close()


@pytest.mark.parametrize("way", ["backup", "VACUUM INTO"])
async def test_a_copy_of_a_file_in_use_is_whole(tmp_path: Path, way: str) -> None:
    file, copy = tmp_path / "history.db", tmp_path / "copy.db"
    url = f"sqlite+aiosqlite:///{file}"
    await put_released(url)
    store = await Store.open(url, alone=True)
    await store.put("alerts", {"as": "they were"})
    with closing(sqlite3.connect(file)) as database:
        if way == "backup":
            with closing(sqlite3.connect(copy)) as target:
                database.backup(target)
        else:
            database.execute("VACUUM INTO ?", [str(copy)])
    await store.close()
    await goes_on(f"sqlite+aiosqlite:///{copy}", url)


@pytest.mark.integration
async def test_a_dump_of_postgresql_in_use_is_whole(postgresql: PostgreSQL, tmp_path: Path) -> None:
    url, copy = postgresql.database(), postgresql.database()
    await put_released(url)
    store = await Store.open(url, alone=True)
    await store.put("alerts", {"as": "they were"})
    dump = tmp_path / "history.dump"
    postgresql.run("pg_dump", "--format=custom", f"--file={dump}", str(make_url(url).database))
    postgresql.run("pg_restore", "--exit-on-error", f"--dbname={make_url(copy).database}", str(dump))
    await store.close()
    await goes_on(copy, url)
