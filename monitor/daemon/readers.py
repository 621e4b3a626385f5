"""Readers of the networks that a configuration names."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace

from monitor.chains import ChainReader
from monitor.chains.opening import open_network
from monitor.model import Network
from monitor.registry import Registry
from monitor.settings import NetworkSettings


def configured_network(name: str, settings: NetworkSettings, registry: Registry) -> Network:
    """The registry's network, or the test network that the configuration puts in its place."""
    network = registry.networks[name]
    return replace(network, caip2=settings.caip2) if settings.caip2 else network


@asynccontextmanager
async def open_readers(
    networks: Mapping[str, NetworkSettings], registry: Registry
) -> AsyncIterator[dict[str, ChainReader]]:
    """The readers of ``networks`` by name, until the end of the block."""
    readers = {
        name: open_network(configured_network(name, each, registry), each, balance_slots=registry.balance_slots(name))
        for name, each in networks.items()
    }
    try:
        yield readers
    finally:
        await asyncio.gather(*(reader.close() for reader in readers.values()))
