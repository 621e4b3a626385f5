"""The hub: many jobs end at the same time, and each sees the World that knows what it changed."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime

import aiohttp

from monitor.daemon.clock import SteadyClock
from monitor.daemon.hub import Hub
from monitor.metrics import Metrics
from monitor.model import World
from monitor.registry import load as load_registry
from monitor.settings import Settings
from monitor.store import Store
from tests.support.daemons import Site, signed

NOW = datetime(2026, 6, 14, 12, tzinfo=UTC)


class Counted(Metrics):
    """Counts the Worlds that it is given."""

    prepared = 0

    def prepare(self, world: World) -> None:
        self.prepared += 1
        super().prepare(world)


async def test_many_who_ask_at_once_are_served_by_one_judgement_that_knows_what_all_have_changed(
    site: Site, store: Store
) -> None:
    site.exchange("okx", [signed(1)])
    metrics = Counted(lambda: None)
    async with aiohttp.ClientSession() as session:
        hub = Hub(store, session, metrics, SteadyClock(lambda: NOW, lambda: 0))
        await hub.start(Settings.model_validate(site.sections), load_registry())
        before = metrics.prepared

        async def change(number: int) -> None:
            hub.reload = replace(hub.reload, error=f"{hub.reload.error} {number}")
            await hub.assess()
            assert hub.world
            assert str(number) in hub.world.reload.error

        await asyncio.gather(*map(change, range(10)))
        await hub.close()
    assert metrics.prepared - before == 2, "the first has begun before the others asked"
