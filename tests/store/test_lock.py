"""One daemon for each history: a second one is told who has it, and a killed one leaves nothing locked."""

import asyncio
import sys
from pathlib import Path

import pytest

from monitor.store import Store, StoreError

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


async def test_a_second_daemon_is_refused_until_the_first_one_ends_however_it_ends(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path}/history.db"
    first = await asyncio.create_subprocess_exec(sys.executable, "-c", _HOLD, url, stdout=asyncio.subprocess.PIPE)
    try:
        assert first.stdout
        assert await first.stdout.readline() == b"held\n"
        with pytest.raises(StoreError, match=rf"another reserve-monitor uses it \(process {first.pid} holds .*\.lock"):
            await Store.open(url, alone=True)
        (tmp_path / "link.db").symlink_to(tmp_path / "history.db")
        with pytest.raises(StoreError, match="another reserve-monitor uses it"):
            await Store.open(f"sqlite+aiosqlite:///{tmp_path}/link.db", alone=True)
    finally:
        first.kill()
        await first.wait()
    await (await Store.open(url, alone=True)).close()
    await (await Store.open(url, alone=True)).close()


async def test_a_reader_beside_a_daemon_and_histories_in_memory_are_not_refused(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path}/history.db"
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
