"""A PostgreSQL server that goes away and comes back: the watch goes on, and what was known meanwhile is kept."""

import asyncio

import pytest

from monitor.model import ReserveStatus, Step
from monitor.store import Store
from tests.support.daemons import Site, list_of, publish, signed, until, watching
from tests.support.postgresql import PostgreSQL

pytestmark = pytest.mark.integration


async def test_a_database_that_is_away_is_told_and_written_once_it_is_back(site: Site, postgresql: PostgreSQL) -> None:
    url = postgresql.database()
    site.exchange("okx", [signed(1)])
    site.owes("okx", ETH="100")
    site.write(store={"url": url}, alerts={"rules": {"PorStoreFailing": {"clear_after": "0s"}}})
    async with watching(site.path) as watched:
        await until(watched.ready)
        await asyncio.to_thread(postgresql.kill)
        publish(site.list("okx"), list_of([signed(1), signed(2)]))

        async def counted() -> bool:
            return await watched.value("por_claims", exchange="okx", network="ethereum", verdict="verified") == 2

        async def failing() -> bool:
            return "PorStoreFailing" in await watched.alerts()

        async def over() -> bool:
            return not await failing()

        await until(counted)
        await until(failing)
        await asyncio.to_thread(postgresql.start)
        await until(over)
    store = await Store.open(url)
    kept = await store.document("okx", "wallets")
    assert kept is not None
    assert kept.content.count(b"\n") == 3
    (day,) = await store.history("okx", Step.DAILY)
    assert day.assets["ETH"].spent.keys() == {ReserveStatus.UNKNOWN}
    await store.close()
