from contextlib import AsyncExitStack
from typing import Any

import pytest

from tests.support.bitcoin_standins import (
    BitcoindStandIn,
    BlockbookStandIn,
    Chain,
    ElectrumStandIn,
    EsploraStandIn,
)
from tests.support.chains import BITCOIN_ACCOUNTS

AMOUNTS = dict(zip(BITCOIN_ACCOUNTS, (1, 2_099_999_997_690_000, 123_456_789, 0), strict=True))
PROTOCOLS: dict[str, type[Any]] = {
    "bitcoind": BitcoindStandIn,
    "esplora": EsploraStandIn,
    "electrum": ElectrumStandIn,
    "blockbook": BlockbookStandIn,
}


@pytest.fixture
def amounts() -> dict[str, int]:
    """What the accounts of the stand-in's chain hold at its tip, block 100."""
    return dict(AMOUNTS)


@pytest.fixture
async def bitcoind(stack: AsyncExitStack, amounts: dict[str, int]) -> BitcoindStandIn:
    """A node that tells the truth until told otherwise."""
    node = BitcoindStandIn(Chain(amounts))
    await stack.enter_async_context(node.serving())
    return node


class World:
    """One chain and servers that look at it."""

    def __init__(self, stack: AsyncExitStack) -> None:
        self.chain = Chain(dict(AMOUNTS))
        self._stack = stack

    async def node(self, protocol: str, chain: Chain | None = None) -> Any:
        node = PROTOCOLS[protocol](chain or self.chain)
        await self._stack.enter_async_context(node.serving())
        return node

    async def endpoint(self, protocol: str, chain: Chain | None = None) -> dict[str, str]:
        return {"url": (await self.node(protocol, chain)).url, "protocol": protocol}


@pytest.fixture
def world(stack: AsyncExitStack) -> World:
    return World(stack)


@pytest.fixture
async def esplora(world: World) -> EsploraStandIn:
    node: EsploraStandIn = await world.node("esplora")
    return node


@pytest.fixture
async def blockbook(world: World) -> BlockbookStandIn:
    node: BlockbookStandIn = await world.node("blockbook")
    return node


@pytest.fixture
async def electrum(world: World) -> ElectrumStandIn:
    node: ElectrumStandIn = await world.node("electrum")
    return node
