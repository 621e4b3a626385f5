"""What endpoints follow is kept in the history, and a history that fails never stands in the way."""

from pathlib import Path

from structlog.testing import capture_logs

from monitor.daemon.journals import StoredJournals
from monitor.store import Store


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
    assert [each["log_level"] for each in logged] == ["error"] * 3
    await store.close()
