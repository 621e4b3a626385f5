"""Packed reads and two endpoints that must agree, on a chain that moves."""

import asyncio

import pytest

from monitor.chains import ChainError, Depth, Reason, Tag
from monitor.devnet.nodes import Anvil
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


@pytest.fixture
def honest(anvil: AnvilFactory) -> Anvil:
    node = anvil()
    fund(node)
    return node


@pytest.fixture
def liar(anvil: AnvilFactory, honest: Anvil) -> Anvil:
    """A copy that tells another balance in the very same block."""
    copy = anvil(arguments=("--fork-url", honest.url))
    copy.rpc("anvil_setBalance", ACCOUNTS[4], hex(10**30))  # without a block of its own
    heads = [each.rpc("eth_getBlockByNumber", "latest", False)["hash"] for each in (copy, honest)]
    assert heads[0] == heads[1]
    return copy


async def test_a_liar_at_the_very_same_block_is_outvoted_and_named(
    honest: Anvil, liar: Anvil, open_reader: Opener
) -> None:
    reader = open_reader(ETHEREUM, *({"url": each.url} for each in (liar, honest, honest)), quorum=2)
    reading = await reader.read({ETH: ACCOUNTS}, LATEST)
    assert reading.balances[ETH][ACCOUNTS[4]] == int(honest.rpc("eth_getBalance", ACCOUNTS[4], "latest"), 16)
    assert set(reading.endpoints) == {"node-2", "node-3"}
    states = reader.endpoints()
    assert [state.disagreements for state in states] == [1, 0, 0]
    assert ACCOUNTS[4] in states[0].last_error


async def test_a_liar_at_the_very_same_block_and_one_other_are_both_told_and_neither_believed(
    honest: Anvil, liar: Anvil, open_reader: Opener
) -> None:
    reader = open_reader(ETHEREUM, {"url": liar.url}, {"url": honest.url}, quorum=2)
    with pytest.raises(ChainError) as caught:
        await reader.read({ETH: ACCOUNTS}, LATEST)
    assert caught.value.reason is Reason.DISAGREEMENT
    true = int(honest.rpc("eth_getBalance", ACCOUNTS[4], "latest"), 16)
    for told in ("node-1", "node-2", ACCOUNTS[4], str(10**30), str(true)):
        assert told in str(caught.value)
    assert [state.disagreements for state in reader.endpoints()] == [1, 1]
