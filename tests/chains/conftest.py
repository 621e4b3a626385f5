from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from typing import Any

import pytest
import stamina

from monitor.chains.network_reader import NetworkReader
from monitor.model import Network
from tests.support import chains
from tests.support.standins import EvmStandIn

Opener = Callable[..., NetworkReader]


@pytest.fixture(autouse=True)
def no_waiting() -> Iterator[None]:
    """Retries happen, but at once."""
    with stamina.set_testing(True, attempts=4, cap=True):
        yield


@pytest.fixture
async def stack() -> AsyncIterator[AsyncExitStack]:
    async with AsyncExitStack() as stack:
        yield stack


@pytest.fixture
def open_reader(stack: AsyncExitStack) -> Opener:
    """``open_reader(network, {...}, {...})``: a reader that is closed with the test."""

    def opened(network: Network, *endpoints: dict[str, Any], **settings: Any) -> NetworkReader:
        reader = chains.reader(network, *endpoints, **settings)
        stack.push_async_callback(reader.close)
        return reader

    return opened


@pytest.fixture
def evm(stack: AsyncExitStack) -> Callable[..., Awaitable[EvmStandIn]]:
    """``await evm()``: another EVM node that tells the truth until told otherwise."""

    async def started(chain_id: int = 1) -> EvmStandIn:
        node = EvmStandIn(chain_id)
        await stack.enter_async_context(node.serving())
        return node

    return started
