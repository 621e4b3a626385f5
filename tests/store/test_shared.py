"""Several monitors on one PostgreSQL: one keeps the history, and another one takes over when it is gone."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from monitor.store import Store, StoreError
from tests.support.daemons import until
from tests.support.postgresql import PostgreSQL

pytestmark = pytest.mark.integration

LEASE = timedelta(seconds=1)

_KEEP = """
import asyncio, sys
from datetime import timedelta
from monitor.store import Store

async def keep():
    store = await Store.open(sys.argv[1], alone=True, lease=timedelta(seconds=1))
    await store.put("said", "by the first")
    print(store.keeps, flush=True)
    await asyncio.Event().wait()

asyncio.run(keep())
"""

_STALL = """
import asyncio, os, signal, sys
from datetime import timedelta
from monitor.store import Store

async def stall():
    store = await Store.open(sys.argv[1], alone=True, lease=timedelta(seconds=1))
    async with store._transaction():
        print(store.keeps, flush=True)
        os.kill(os.getpid(), signal.SIGSTOP)

asyncio.run(stall())
"""


@pytest.fixture
def url(postgresql: PostgreSQL) -> str:
    return postgresql.database()


@pytest.fixture
async def open_stores() -> AsyncIterator[AsyncExitStack]:
    async with AsyncExitStack() as stack:
        yield stack


async def shared(url: str, stack: AsyncExitStack, lease: timedelta = LEASE) -> Store:
    store = await Store.open(url, alone=True, lease=lease)
    stack.push_async_callback(store.close)
    return store


async def test_who_is_killed_is_followed_by_the_next_and_what_only_that_one_wrote_before_is_not_kept(
    url: str, open_stores: AsyncExitStack
) -> None:
    first = await asyncio.create_subprocess_exec(sys.executable, "-c", _KEEP, url, stdout=asyncio.subprocess.PIPE)
    try:
        assert first.stdout
        assert await first.stdout.readline() == b"True\n"
        second = await shared(url, open_stores)
        await second.put("said", "by the second")
        assert (second.keeps, second.state.keeps) == (False, False)
        assert await second.get("said") == "by the first"
    finally:
        first.kill()
        await first.wait()

    await asyncio.wait_for(second.turned(), 30)

    assert (second.keeps, second.state.keeps) == (True, True)
    await second.put("said", "by the second")
    assert await second.get("said") == "by the second"


async def test_one_that_stood_still_writes_nothing_after_its_time(url: str, open_stores: AsyncExitStack) -> None:
    stalled = await shared(url, open_stores, timedelta(hours=1))
    engine = create_async_engine(url)
    async with engine.begin() as connection:
        await connection.execute(text("UPDATE leases SET until = clock_timestamp()"))  # an hour has passed
    await engine.dispose()
    other = await shared(url, open_stores)
    assert (stalled.keeps, other.keeps) == (True, True)

    assert await other.still_keeps()
    with pytest.raises(StoreError, match="another monitor keeps it"):
        await stalled.still_keeps()
    assert not stalled.keeps
    await stalled.decide({"told": 1}, [], [])

    assert not stalled.keeps
    await asyncio.wait_for(stalled.turned(), 1)
    assert await other.get("told") is None


async def test_one_that_stands_still_in_the_middle_of_a_write_is_followed(
    url: str, open_stores: AsyncExitStack
) -> None:
    stalled = await asyncio.create_subprocess_exec(sys.executable, "-c", _STALL, url, stdout=asyncio.subprocess.PIPE)
    try:
        assert stalled.stdout
        assert await stalled.stdout.readline() == b"True\n"
        other = await asyncio.wait_for(shared(url, open_stores), 10)

        async def followed() -> bool:
            return other.keeps

        await until(followed)
    finally:
        stalled.kill()
        await stalled.wait()


async def test_a_write_that_takes_longer_than_the_lease_does_not_lose_it(url: str, open_stores: AsyncExitStack) -> None:
    keeper = await shared(url, open_stores, timedelta(hours=1))
    async with keeper._transaction() as connection:
        await connection.execute(text("UPDATE leases SET until = clock_timestamp()"))  # an hour has passed
    assert (keeper.keeps, (await shared(url, open_stores)).keeps) == (True, False)


async def test_one_that_stops_gives_the_history_back_at_once(url: str, open_stores: AsyncExitStack) -> None:
    first = await shared(url, open_stores, timedelta(hours=1))
    await first.close()
    assert (await shared(url, open_stores)).keeps


async def test_one_that_shares_and_one_that_does_not_refuse_each_other(url: str, open_stores: AsyncExitStack) -> None:
    sharing = await shared(url, open_stores)
    with pytest.raises(StoreError, match=r"set store\.lease in both"):
        await Store.open(url, alone=True)
    await sharing.close()
    alone = await Store.open(url, alone=True)
    open_stores.push_async_callback(alone.close)
    with pytest.raises(StoreError, match="another reserve-monitor uses it"):
        await Store.open(url, alone=True, lease=LEASE)


async def test_several_that_start_at_once_on_an_empty_database_make_it_once(
    url: str, open_stores: AsyncExitStack
) -> None:
    stores = await asyncio.gather(*(shared(url, open_stores) for _ in range(3)))
    assert sum(store.keeps for store in stores) == 1


async def test_a_database_that_is_away_makes_nobody_a_keeper_or_takes_it_from_one(
    postgresql: PostgreSQL, url: str, open_stores: AsyncExitStack
) -> None:
    keeper, other = await shared(url, open_stores), await shared(url, open_stores)
    await asyncio.to_thread(postgresql.kill)

    async def told() -> bool:
        return "cannot be taken over" in other.state.failure

    await until(told)
    assert (keeper.keeps, other.keeps) == (True, False)
    await asyncio.to_thread(postgresql.start)

    async def over() -> bool:
        return keeper.keeps is not other.keeps and not other.state.failure

    await until(over)


async def test_whatever_goes_wrong_once_a_lease_is_asked_for_again(url: str, open_stores: AsyncExitStack) -> None:
    waits = await shared(url, open_stores), await shared(url, open_stores)
    lease = waits[1]._lease
    assert lease
    asked = asyncio.Event()

    async def ask() -> None:
        if "no known message" in waits[1].state.failure:
            asked.set()
        raise RuntimeError("no known message")  # as drivers raise for what a server should not say

    lease.ask = ask  # type: ignore[method-assign]
    await asyncio.wait_for(asked.wait(), 10)
