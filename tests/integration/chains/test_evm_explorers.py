"""Explorers before a real node: what contracts see of the block that they are called in."""

import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from monitor.chains import AtHeight, ChainError, Depth, Reason
from monitor.chains.evm.multicall import MULTICALL3
from monitor.devnet.nodes import Anvil
from monitor.model import Height
from tests.chains.conftest import Opener
from tests.support.chains import ETH, ETHEREUM, USDC, USDT, account
from tests.support.evm import issue
from tests.support.evm_explorers import EtherscanFront
from tests.support.nodes import AnvilFactory

pytestmark = pytest.mark.integration

MULTICALL = Path("benchmarks/balances/Multicall.json")
ACCOUNTS = [account(0x1000 + number) for number in range(1200)]


class Behind:
    """An anvil as an :class:`EtherscanFront` asks it."""

    chain_id = 1

    def __init__(self, node: Anvil) -> None:
        self.node = node
        self.heeds = True

    async def reply(self, method: str, params: list[Any]) -> dict[str, Any]:
        if method == "eth_call" and not self.heeds:
            params = [params[0], "latest"]
        asked = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
        async with aiohttp.ClientSession() as session, session.post(self.node.url, json=asked) as answer:
            return await answer.json()  # type: ignore[no-any-return]


@pytest.fixture
async def stack() -> AsyncIterator[AsyncExitStack]:
    async with AsyncExitStack() as stack:
        yield stack


@pytest.fixture
def node(anvil: AnvilFactory) -> Anvil:
    node = anvil()
    node.rpc("anvil_setCode", MULTICALL3, json.loads(MULTICALL.read_text(encoding="utf-8"))["deployedBytecode"])
    return node


@pytest.mark.parametrize("protocol", ["etherscan", "blockscout"])
async def test_a_real_node_names_the_block_in_which_contracts_are_called(
    node: Anvil, open_reader: Opener, stack: AsyncExitStack, protocol: str
) -> None:
    for number, name in enumerate(ACCOUNTS[:50]):
        node.rpc("anvil_setBalance", name, hex(number * 10**18))
    issue(node, str(USDT.contract), ACCOUNTS[1], 77)
    node.mine(2)
    height = int(node.rpc("eth_blockNumber"), 16)
    node.mine(3)
    node.rpc("anvil_setBalance", ACCOUNTS[0], hex(10**30))
    node.mine(1)
    front = EtherscanFront(Behind(node))
    url = node.url if protocol == "blockscout" else await stack.enter_async_context(front.serving()) and front.url
    reader = open_reader(ETHEREUM, {"protocol": protocol, "url": url})
    wanted = {ETH: ACCOUNTS, USDT: ACCOUNTS, USDC: ACCOUNTS[:1]}
    for choice in (AtHeight(Height(height)), Depth(4)):
        reading = await reader.read(wanted, choice)
        assert reading.block.number == height
        coins = dict.fromkeys(ACCOUNTS, 0) | {name: number * 10**18 for number, name in enumerate(ACCOUNTS[:50])}
        assert reading.balances == {ETH: coins, USDT: dict.fromkeys(ACCOUNTS, 0) | {ACCOUNTS[1]: 77}}
        assert "there is no contract" in reading.failed[USDC]
    assert reader.endpoints()[0].method == "multicall3"


async def test_a_front_that_ignores_the_block_is_found_out(
    node: Anvil, open_reader: Opener, stack: AsyncExitStack
) -> None:
    node.mine(3)
    behind = Behind(node)
    behind.heeds = False
    front = EtherscanFront(behind)
    await stack.enter_async_context(front.serving())
    with pytest.raises(ChainError) as caught:
        await open_reader(ETHEREUM, {"protocol": "etherscan", "url": front.url}).read({ETH: ACCOUNTS}, Depth(2))
    assert caught.value.reason is Reason.UNPINNED


async def test_an_explorer_and_a_node_tell_the_same(node: Anvil, open_reader: Opener, stack: AsyncExitStack) -> None:
    node.rpc("anvil_setBalance", ACCOUNTS[3], "0x7")
    node.mine(2)
    front = EtherscanFront(Behind(node))
    await stack.enter_async_context(front.serving())
    explorer = {"protocol": "etherscan", "url": front.url}
    reading = await open_reader(ETHEREUM, {"url": node.url}, explorer, quorum=2).read({ETH: ACCOUNTS}, Depth(1))
    assert (len(reading.endpoints), reading.balances[ETH][ACCOUNTS[3]]) == (2, 7)
