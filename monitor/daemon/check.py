"""One pass without a server: what the command `check` does."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Sequence
from contextlib import asynccontextmanager

import aiohttp

from monitor.daemon import Report
from monitor.daemon.clock import SteadyClock
from monitor.daemon.hub import Hub
from monitor.model import World
from monitor.registry import Registry
from monitor.settings import Settings
from monitor.store import Store

_IN_MEMORY = "sqlite+aiosqlite://"


async def check(settings: Settings, registry: Registry, progress: Report) -> World:
    """Read every document, judge every signature, take one snapshot of every network, and assess.

    Nothing is kept: the daemon's history is neither read nor written.
    """
    async with one_pass(settings, registry, progress) as hub:
        return world_of(hub)


def world_of(hub: Hub) -> World:
    """What ``hub`` has assessed."""
    if hub.world is None:
        raise RuntimeError("an assessment leaves a World")
    return hub.world


@asynccontextmanager
async def one_pass(settings: Settings, registry: Registry, progress: Report) -> AsyncIterator[Hub]:
    """Do what :func:`check` does, and leave all that was found open until the end of the block."""
    store = await Store.open(_IN_MEMORY)
    async with aiohttp.ClientSession() as session:
        hub = Hub(store, session, SteadyClock())
        try:
            await hub.start(settings, registry)
            documents: list[Awaitable[object]] = [hub.refresh_wallets(name) for name in settings.exchanges]
            documents += [hub.refresh_liabilities(name) for name in settings.exchanges]
            documents += [hub.refresh_prices()] if settings.prices else []
            await _all("documents", documents, progress)
            await _all("proofs", [hub.refresh_proof(name) for name in settings.exchanges], progress)
            beside = [name for name in settings.networks if registry.networks[name].execution]
            await _all("networks", [hub.poll(name) for name in settings.networks if name not in beside], progress)
            if beside:  # they are read at the blocks of the others
                await _all("staked coins", [hub.poll(name) for name in beside], progress)
            await _all("owners", [hub.confirm(name) for name in settings.exchanges], progress)
            await _all("claimed amounts", [hub.audit(name) for name in settings.exchanges], progress)
            await hub.assess()
            yield hub
        finally:
            await hub.close()
            await store.close()


async def _all(what: str, steps: Sequence[Awaitable[object]], progress: Report) -> None:
    """Do all steps side by side."""
    done = 0
    progress(what, done, len(steps))
    for step in asyncio.as_completed(steps):
        await step
        done += 1
        progress(what, done, len(steps))
