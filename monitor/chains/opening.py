"""Opening the reader of a network: with what asks nodes, which the rest of the room can do without."""

import asyncio
import random
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import timedelta

from monitor.chains.agreement import Chance
from monitor.chains.archive import Archive, Canary, canary_of
from monitor.chains.endpoint import Endpoint
from monitor.chains.journals import Following, Forgetful, Keeper
from monitor.chains.link import Link
from monitor.chains.network_reader import NetworkReader
from monitor.chains.proof_reader import ProofReader
from monitor.chains.protocols import PROTOCOLS, check_endpoint, furthest_ahead, largest_lag, oldest_block, protocol_of
from monitor.model import Address, BalanceSlot, Network
from monitor.registry import Registry
from monitor.settings import EndpointSettings, NetworkSettings


def open_network(
    network: Network,
    settings: NetworkSettings,
    keeper: Keeper | None = None,
    balance_slots: Mapping[Address, BalanceSlot] | None = None,
    chance: Chance = random.random,
) -> NetworkReader:
    """Open the reader of ``network`` through the endpoints of ``settings``; nothing is sent before it is used.

    ``keeper`` keeps what endpoints want to know again after a restart; without one that is forgotten.
    ``balance_slots``, by contract, say where tokens keep their balances, for `verify: proof`. ``chance`` decides which
    readings compare all parties (`ask_all`): numbers from 0 to 1.
    Raises ValueError, naming network and endpoint, where a protocol is unknown or does not serve the network.
    """
    oldest = oldest_block(network, settings)
    canary = canary_of(network, settings)
    confirmations = settings.block if isinstance(settings.block, int) else 0
    following = Following(keeper or Forgetful(), settings.rescan, confirmations)
    ahead = furthest_ahead(network, settings)
    endpoints = [
        _endpoint(network, endpoint, oldest, canary, following, ahead=ahead, window=settings.window)
        for endpoint in settings.endpoints
    ]
    lag = largest_lag(network, settings)
    if settings.verify == "proof":
        return ProofReader(network, settings, endpoints, lag, balance_slots or {}, chance=chance)
    return NetworkReader(network, settings, endpoints, lag, chance)


def import_nodes(networks: Mapping[str, NetworkSettings], registry: Registry) -> None:
    """Import what asks the endpoints of ``networks``, ahead of opening them: some libraries take most of a second."""
    for name, settings in networks.items():
        for endpoint in settings.endpoints:
            with suppress(ValueError):  # opening it says so
                PROTOCOLS[protocol_of(registry.networks[name], endpoint)].nodes()


def configured_network(name: str, settings: NetworkSettings, registry: Registry) -> Network:
    """Return the registry's network, or the test network that the configuration puts in its place."""
    network = registry.networks[name]
    return replace(network, caip2=settings.caip2) if settings.caip2 else network


@asynccontextmanager
async def open_readers(
    networks: Mapping[str, NetworkSettings], registry: Registry
) -> AsyncIterator[dict[str, NetworkReader]]:
    """Open the readers of ``networks`` by name, until the end of the block."""
    readers = {
        name: open_network(configured_network(name, each, registry), each, balance_slots=registry.balance_slots(name))
        for name, each in networks.items()
    }
    try:
        yield readers
    finally:
        await asyncio.gather(*(reader.close() for reader in readers.values()))


def _endpoint(
    network: Network,
    settings: EndpointSettings,
    oldest: timedelta | None,
    canary: Canary | None,
    following: Following,
    *,
    ahead: timedelta | None,
    window: timedelta | None,
) -> Endpoint:
    """The endpoint that ``settings`` describe; raises ValueError, naming it, when they do not fit the network."""
    link = Link(settings)
    try:
        check_endpoint(network, settings, window)
        name = protocol_of(network, settings)
        protocol = PROTOCOLS[name]
        node = protocol.nodes()(network, link)
        node.follow(following)
        node.window = window
        return Endpoint(
            network,
            name,
            node,
            link,
            oldest=oldest,
            ahead=ahead,
            undoes=protocol.undoes,
            archive=Archive(network, canary, told=settings.archive),
        )
    except ValueError as error:
        raise ValueError(f"networks.{network.name}, endpoint {settings.label}: {error}") from None
