"""One daemon for each history: a second one is told who has it, and a killed one leaves nothing locked."""

import asyncio
import sys
from pathlib import Path

import pytest

from monitor.store import Store, StoreError
from tests.support.daemons import until

_HOLD = """
import asyncio, sys
from monitor.store import Store

async def hold():
    store = await Store.open(sys.argv[1], alone=True)
    print("held", flush=True)
    await asyncio.Event().wait()
    await store.close()

asyncio.run(hold())
"""


async def test_a_second_daemon_is_refused_until_the_first_one_ends_however_it_ends(url: str) -> None:
    first = await asyncio.create_subprocess_exec(sys.executable, "-c", _HOLD, url, stdout=asyncio.subprocess.PIPE)
    try:
        assert first.stdout
        assert await first.stdout.readline() == b"held\n"
        holder = rf"process {first.pid} holds .*\.lock" if "sqlite" in url else "session .* its advisory lock"
        with pytest.raises(StoreError, match=rf"another reserve-monitor uses it \(.*{holder}"):
            await Store.open(url, alone=True)
    finally:
        first.kill()
        await first.wait()

    async def taken() -> bool:
        try:
            await (await Store.open(url, alone=True)).close()
        except StoreError:  # a server may need a moment to see that its client is gone
            return False
        return True

    await until(taken)
    await (await Store.open(url, alone=True)).close()


async def test_a_history_by_another_name_is_the_same(tmp_path: Path) -> None:
    store = await Store.open(f"sqlite+aiosqlite:///{tmp_path}/history.db", alone=True)
    (tmp_path / "link.db").symlink_to(tmp_path / "history.db")
    with pytest.raises(StoreError, match="another reserve-monitor uses it"):
        await Store.open(f"sqlite+aiosqlite:///{tmp_path}/link.db", alone=True)
    await store.close()


async def test_a_reader_beside_a_daemon_and_histories_in_memory_are_not_refused(url: str) -> None:
    daemon = await Store.open(url, alone=True)
    await (await Store.open(url)).close()
    await daemon.close()
    one, other = [await Store.open("sqlite+aiosqlite://", alone=True) for _ in range(2)]
    await one.close()
    await other.close()


async def test_a_lock_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "history.db.lock").mkdir()
    with pytest.raises(StoreError, match=r"history\.db: .*Is a directory.*check that it exists, may be written"):
        await Store.open(f"sqlite+aiosqlite:///{tmp_path}/history.db", alone=True)


async def test_in_memory_a_query_waits_for_what_is_being_written_and_undoes_none_of_it() -> None:
    store = await Store.open("sqlite+aiosqlite://")
    await asyncio.gather(*(job for n in range(20) for job in (store.put(f"{n}", n), store.get("0"), store.get(f"{n}"))))
    assert [await store.get(f"{n}") for n in range(20)] == list(range(20))
    await store.close()
