"""What goes into the history is there after a stop, and a history that fails never stands in the way."""

import asyncio
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from monitor.daemon.stored import StoredJournals, written
from monitor.store import Store, StoreError
from tests.support.daemons import Site, until, watching


async def test_each_network_has_its_own_journals(tmp_path: Path) -> None:
    store = await Store.open(f"sqlite+aiosqlite:///{tmp_path}/history.db")
    bitcoin, litecoin = StoredJournals(store, "bitcoin"), StoredJournals(store, "litecoin")
    await bitcoin.begin("node", [b"a"])
    await bitcoin.append("node", [b"b"])
    assert (await bitcoin.load("node"), await litecoin.load("node")) == ([b"a", b"b"], [])
    await store.close()


async def test_a_history_that_cannot_be_used_is_told_and_the_present_goes_on(tmp_path: Path) -> None:
    store = await Store.open(f"sqlite+aiosqlite:///{tmp_path}/history.db")
    async with store._transaction() as connection:
        await connection.exec_driver_sql("DROP TABLE journals")
    journals = StoredJournals(store, "bitcoin")
    with capture_logs() as logged:
        assert await journals.load("node") == ()
        await journals.begin("node", [b"a"])
        await journals.append("node", [b"b"])
    told = [each["event"] for each in logged if each["log_level"] == "error"]
    assert told == ["the history was not read", "the history is not written"], "the latter once, however often"
    await store.close()


async def test_journals_of_endpoints_that_were_removed_are_deleted(site: Site) -> None:
    """At the start, and once a day: an endpoint that is away for a moment loses nothing, unless that moment comes."""
    site.exchange("okx", [])
    site.network("bitcoin", "http://127.0.0.1:1")
    store = await Store.open(site.sections["store"]["url"])
    for network, endpoint in (("bitcoin", "node-1"), ("bitcoin", "node-2"), ("litecoin", "node-1")):
        await StoredJournals(store, network).begin(endpoint, [b"scan"])
    async with watching(site.write()):

        async def deleted() -> bool:
            kept = [await store.journal("bitcoin", "node-2"), await store.journal("litecoin", "node-1")]
            return not any(kept)

        await until(deleted)
        assert await store.journal("bitcoin", "node-1") == [b"scan"]
    await store.close()


async def test_a_job_that_is_cancelled_ends_after_its_write() -> None:
    begun, go_on, ended = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def write() -> None:
        begun.set()
        await go_on.wait()
        ended.set()

    job = asyncio.create_task(written(write()))
    await begun.wait()
    job.cancel()
    await asyncio.sleep(0)
    assert not job.done()
    go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await job
    assert ended.is_set()


async def test_whether_it_was_written_is_the_answer() -> None:
    async def write(error: Exception | None = None) -> None:
        if error:
            raise error

    assert await written(write())
    assert not await written(write(StoreError("the history cannot be written")))
    with pytest.raises(ZeroDivisionError):
        await written(write(ZeroDivisionError()))
