"""On a disk that is full the present goes on: new numbers count from memory, and an alert says what is not kept."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from itertools import product

import pytest

from tests.support.daemons import Site, Watched, list_of, publish, signed, until, watching

ROWS = [signed(number) for number in range(1, 5)]
FULL = "database or disk is full"
FAIL = f"SELECT RAISE(FAIL, '{FULL}')"


@asynccontextmanager
async def full_disk(site: Site) -> AsyncIterator[None]:
    """Nothing can be written to the history while the block lasts."""
    path = site.folder / "history.db"

    def change(statement: Callable[[str, str], str]) -> None:
        with closing(sqlite3.connect(path, timeout=60)) as database:
            tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            for table, event in product(tables, ("INSERT", "UPDATE")):
                database.execute(statement(table, event))
            database.commit()

    # In a thread: the daemon, which may be writing just now, runs on this loop.
    await asyncio.to_thread(
        change, lambda table, event: f"CREATE TRIGGER {table}_{event} BEFORE {event} ON {table} BEGIN {FAIL}; END"
    )
    yield
    await asyncio.to_thread(change, lambda table, event: f"DROP TRIGGER {table}_{event}")


@pytest.fixture
def okx(site: Site) -> Site:
    site.exchange("okx", ROWS)
    site.owes("okx", ETH="100")
    site.write(alerts={"rules": {"PorStoreFailing": {"clear_after": "0s"}}})
    return site


async def alert(watched: Watched) -> str:
    return str((await watched.alerts()).get("PorStoreFailing", {}).get("summary", ""))


async def test_new_documents_count_from_memory_and_are_written_once_that_is_possible(
    okx: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with watching(okx.path) as watched:
        await until(watched.ready)
        assert await watched.get("/-/ready") == (200, "ready\n")
        assert await watched.value("por_store_failing") == 0
        async with full_disk(okx):
            publish(okx.list("okx"), list_of([*ROWS, signed(5)]))
            okx.owes("okx", ETH="90")

            async def counted() -> bool:
                rows = await watched.value("por_claims", exchange="okx", network="ethereum", verdict="verified")
                return (rows, await watched.value("por_liabilities", exchange="okx", asset="ETH")) == (5, 90)

            await until(counted)

            async def told() -> bool:
                summary = await alert(watched)
                return FULL in summary and "the wallets of okx, the liabilities of okx" in summary

            await until(told)
            status, text = await watched.get("/-/ready")
            assert status == 200, "it watches on"
            assert FULL in text
            assert "okx: wallets in use, but not in the history" in text
            assert await watched.value("por_store_failing") == 1
            assert (await watched.value("por_store_write_failures_total") or 0) >= 1
            assert await watched.value("por_wallet_list_changes_total", exchange="okx", change="added") == 1
            assert await watched.value("por_document_refused", exchange="okx", document="wallets") == 0

        async def over() -> bool:
            return not await alert(watched) and await watched.value("por_store_failing") == 0

        await until(over)
    async with watching(okx.path) as watched:
        assert await watched.value("por_claims", exchange="okx", network="ethereum", verdict="verified") == 5
        assert await watched.value("por_liabilities", exchange="okx", asset="ETH") == 90
        assert await watched.value("por_wallet_list_changes_total", exchange="okx", change="added") == 1
