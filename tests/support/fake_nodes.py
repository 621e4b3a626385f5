"""Nodes without a wire, for what endpoints do with each other in time."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any

from monitor.chains.block_choice import BlockChoice
from monitor.chains.endpoint import Endpoint
from monitor.chains.errors import ChainError, Reason
from monitor.chains.link import Link
from monitor.chains.network_reader import NetworkReader
from monitor.chains.node import Held, Node, Wanted
from monitor.model import Block, Height
from monitor.settings import EndpointSettings, NetworkSettings
from tests.support.chains import ETHEREUM


class FakeNode(Node):
    """Every account holds one unit; a block takes ``naming`` seconds to tell, balances take ``reading``."""

    naming = 0.0
    reading = 0.1
    hanging = False
    """Whether nothing comes until the request is given up."""
    failing: Reason | None = None
    moving = False
    """Whether its block leaves the chain while it is read."""

    async def identify(self) -> str:
        return self.network.caip2

    async def resolve(self, choice: BlockChoice) -> Block:
        await asyncio.sleep(self.naming)
        return Block(Height(100), "0x64", datetime.now(UTC))

    async def balances(self, wanted: Wanted, block: Block) -> Held:
        if self.failing:
            raise self.link.fault(self.failing, "it fails")
        self.link.requests += 1
        if self.hanging:
            await asyncio.sleep(self.link.timeout)
            raise self.link.fault(Reason.TIMEOUT, "no whole answer in time")
        await asyncio.sleep(self.reading)
        if self.moving:
            raise self.link.fault(Reason.TIP_MOVED, "it left the chain")
        return Held(block, {token: dict.fromkeys(accounts, 1) for token, accounts in wanted.items()})

    async def probe(self, sample: Wanted, block: Block) -> None:
        if self.failing:
            raise self.link.fault(self.failing, "it fails")

    async def close(self) -> None:
        pass


class Fakes:
    """``count`` endpoints, node-1 and so on, and the reader of them all."""

    def __init__(
        self,
        count: int,
        *,
        undoes: Sequence[int] = (),
        node: type[FakeNode] = FakeNode,
        chance: Callable[[], float] = lambda: 1.0,
        parties: Sequence[str] = (),
        endpoint: Mapping[str, Any] = MappingProxyType({}),
        largest_lag: timedelta = timedelta.max,
        **settings: Any,
    ) -> None:
        """``parties``: who runs them, in order; unless told, each is of a party of its own.

        ``endpoint``: settings that all of them have.
        """
        names = [f"node-{number}" for number in range(1, count + 1)]
        described = [
            {"name": name, "party": party, "url": "http://127.0.0.1:1", **endpoint}
            for name, party in zip(names, parties or names, strict=True)
        ]
        self.settings = NetworkSettings.model_validate({"endpoints": described, **settings})
        links = [Link(endpoint) for endpoint in self.settings.endpoints]
        self.nodes = [node(ETHEREUM, link) for link in links]
        self.endpoints = [
            Endpoint(ETHEREUM, "fake", node, link, undoes=number in undoes)
            for number, (node, link) in enumerate(zip(self.nodes, links, strict=True))
        ]
        self.reader = NetworkReader(ETHEREUM, self.settings, self.endpoints, largest_lag, chance)


def rate_limited(link: Link, retry_after: float) -> ChainError:
    return link.fault(Reason.RATE_LIMITED, "too many requests", retry_after=retry_after)


def endpoint_settings(**settings: Any) -> EndpointSettings:
    return EndpointSettings.model_validate({"name": "node-1", "url": "http://127.0.0.1:1", **settings})
