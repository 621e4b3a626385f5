from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import pytest

from monitor.chains.evm import node as evm_node
from monitor.chains.network_reader import NetworkReader
from monitor.model import Network
from tests.chains.conftest import Opener
from tests.support import chains


@pytest.fixture
def single_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    """EVM endpoints are asked for every balance by a call of its own: a reading takes long enough to be disturbed."""
    monkeypatch.setattr(evm_node, "methods_of", lambda _: ())


@pytest.fixture
async def open_reader() -> AsyncIterator[Opener]:
    """``open_reader(network, {...}, {...})``: a reader that is closed with the test."""
    async with AsyncExitStack() as stack:

        def opened(network: Network, *endpoints: dict[str, Any], **settings: Any) -> NetworkReader:
            reader = chains.reader(network, *endpoints, **settings)
            stack.push_async_callback(reader.close)
            return reader

        yield opened
