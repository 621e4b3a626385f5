"""Packed reads and two endpoints that must agree, on a chain that moves."""

import asyncio

import pytest

from monitor.chains import Depth, Tag
from tests.chains.conftest import Opener
from tests.integration.chains.test_evm import ACCOUNTS, fund, send
from tests.support.chains import ETH, ETHEREUM, USDT, happened
from tests.support.nodes import AnvilFactory
from tests.support.proxies import Proxy

pytestmark = pytest.mark.integration

LATEST = Tag("latest")


class Interrupted(Proxy):
    """Lets something happen to the chain just before the first large call."""

    def __init__(self, upstream: str, *disturbance: object) -> None:
        super().__init__(upstream)
        self._disturbance = disturbance
        self.done = False

    async def reply(self, call: dict[str, object]) -> dict[str, object]:
        if call["method"] == "eth_call" and len(str(call)) > 1000 and not self.done:
            self.done = True
            method, *params = self._disturbance
            await self.node({"jsonrpc": "2.0", "id": 0, "method": method, "params": params})
        return await self.node(call)


async def test_a_reorganisation_between_the_header_and_the_packed_read_is_noticed_and_read_again(
    anvil: AnvilFactory, open_reader: Opener
) -> None:
    node = anvil()
    fund(node)
    for number in range(5):
        send(node, ACCOUNTS[number], value=10**18)
    old = node.rpc("eth_getBlockByNumber", "latest", False)["hash"]
    proxies = [Interrupted(node.url, "anvil_reorg", 3, []), Proxy(node.url)]
    async with proxies[0].serving() as first, proxies[1].serving() as second:
        reader = open_reader(ETHEREUM, {"url": first}, {"url": second}, quorum=2)
        reading = await reader.read({ETH: ACCOUNTS, USDT: ACCOUNTS}, LATEST)
        states = reader.endpoints()
    assert reading.block.hash == node.rpc("eth_getBlockByNumber", hex(reading.block.number), False)["hash"] != old
    assert set(happened(states[0])) & {"tip_moved", "behind"}
    assert [state.method for state in states] == ["override", "override"]
    assert [state.disagreements for state in states] == [0, 0]
    assert reading.balances[ETH] == {
        name: int(node.rpc("eth_getBalance", name, {"blockHash": reading.block.hash}), 16) for name in ACCOUNTS
    }


async def test_transfers_throughout_packed_reads_by_two_endpoints_change_nothing_in_the_sum(
    anvil: AnvilFactory, open_reader: Opener
) -> None:
    node = anvil()
    pair = ACCOUNTS[0], ACCOUNTS[-1]
    for name in pair:
        node.rpc("anvil_setBalance", name, hex(10**18))
        node.rpc("anvil_impersonateAccount", name)
    node.mine(3)
    stopped, moved = asyncio.Event(), 0

    async def move() -> None:
        nonlocal moved
        while not stopped.is_set():
            source, target = pair if moved % 2 else pair[::-1]
            await asyncio.to_thread(send, node, target, value=10**17, sender=source)
            moved += 1

    moving = asyncio.create_task(move())
    try:
        reader = open_reader(ETHEREUM, {"url": node.url}, {"name": "other", "url": node.url}, quorum=2)
        seen: set[str] = set()
        while len(seen) < 10:
            # anvil shows the transfer of the block that it is making in the state of the newest one
            reading = await reader.read({ETH: ACCOUNTS}, Depth(1))
            assert sum(reading.balances[ETH].values()) == 2 * 10**18
            assert len(reading.endpoints) == 2
            seen.add(reading.block.hash)
    finally:
        stopped.set()
        await moving
    assert [(state.method, state.disagreements) for state in reader.endpoints()] == [("override", 0)] * 2
