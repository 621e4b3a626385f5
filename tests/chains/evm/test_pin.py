"""Nodes that answer of another block than they are asked for: they are held to it by what they heed, or not read."""

from contextlib import AsyncExitStack

import pytest

from monitor.chains import AtHeight, ChainError, Depth, Reason, Tag
from monitor.model import Height
from tests.chains.conftest import Opener
from tests.support.careless import METHODS, Careless
from tests.support.chains import ETH, ETHEREUM, USDT, account, happened
from tests.support.standins import EvmStandIn

ACCOUNTS = [account(number) for number in range(1, 9)]
THEN, NOW = dict.fromkeys(ACCOUNTS, 100), dict.fromkeys(ACCOUNTS, 40)
"""What every account holds up to block 90, the finalized one, and since."""
WANTED = {ETH: ACCOUNTS, USDT: ACCOUNTS}


class Node(Careless):
    """Every account holds ``THEN`` up to block 90, and ``NOW`` since."""

    miner = ACCOUNTS[0]

    def at(self, number: int) -> None:
        self.coins = THEN if number <= 90 else NOW
        self.tokens = {str(USDT.contract): self.coins}


@pytest.fixture
async def node(stack: AsyncExitStack) -> Careless:
    node = Node()
    await stack.enter_async_context(node.serving())
    return node


def by_hash(node: EvmStandIn) -> bool:
    """Whether a balance was asked for by the hash of the finalized block."""
    return any(node.hash_of(90) in str(body) for body in node.asked)


@pytest.mark.parametrize("runs", [set(), {"override"}, {"deployless"}])
@pytest.mark.parametrize("careless", [METHODS, *(frozenset({each}) for each in ("eth_getBalance", "eth_call"))])
async def test_a_node_that_ignores_hashes_is_read_by_number(
    node: Careless, open_reader: Opener, careless: frozenset[str], runs: set[str]
) -> None:
    node.ignored, node.careless, node.runs = (dict,), careless, runs
    reader = open_reader(ETHEREUM, {"url": node.url})
    for choice in (Tag("finalized"), Depth(20), AtHeight(Height(7))):
        reading = await reader.read(WANTED, choice)
        assert reading.balances == {ETH: THEN, USDT: THEN}
    assert not by_hash(node)
    assert happened(reader.endpoints()[0]) == {}


async def test_a_packed_call_that_ignores_hashes_gives_way_to_calls_that_do_not(
    node: Careless, open_reader: Opener
) -> None:
    node.ignored, node.careless, node.runs = (dict,), frozenset({"override"}), {"override"}
    reader = open_reader(ETHEREUM, {"url": node.url})
    assert (await reader.read(WANTED, Tag("finalized"))).balances == {ETH: THEN, USDT: THEN}
    assert reader.endpoints()[0].method == "batch"
    assert by_hash(node)


async def test_a_node_that_ignores_numbers_too_is_not_read_and_is_told_why(node: Careless, open_reader: Opener) -> None:
    node.ignored = (dict, str)
    reader = open_reader(ETHEREUM, {"url": node.url})
    for choice in (Tag("finalized"), AtHeight(Height(7))):
        with pytest.raises(ChainError, match="newest state whatever block is asked for") as failure:
            await reader.read(WANTED, choice)
        assert failure.value.reason is Reason.UNPINNED
    assert reader.endpoints()[0].up is False


async def test_a_node_that_says_nothing_of_a_block_that_it_does_not_know_is_read_by_hash(
    node: Careless, open_reader: Opener
) -> None:
    node.unknown = None  # as Besu does
    reader = open_reader(ETHEREUM, {"url": node.url})
    assert (await reader.read(WANTED, Tag("finalized"))).balances == {ETH: THEN, USDT: THEN}
    assert by_hash(node)


async def test_numbers_hold_a_node_that_takes_those_above_its_head_for_the_head_or_for_nothing(
    node: Careless, open_reader: Opener
) -> None:
    node.unknown = "0x0"
    assert (await open_reader(ETHEREUM, {"url": node.url}).read(WANTED, Tag("finalized"))).balances[ETH] == THEN
    assert not by_hash(node)


@pytest.mark.parametrize("method", ["eth_call", "eth_getBalance"])
async def test_one_method_that_ignores_numbers_is_enough_not_to_read_a_node_that_ignores_hashes(
    node: Careless, open_reader: Opener, method: str
) -> None:
    node.ignored, node.careless = (dict, str), frozenset({method})
    with pytest.raises(ChainError) as failure:
        await open_reader(ETHEREUM, {"url": node.url}).read(WANTED, Tag("finalized"))
    assert failure.value.reason is Reason.UNPINNED


async def test_it_is_found_out_once_and_again_after_a_failure(node: Careless, open_reader: Opener) -> None:
    reader = open_reader(ETHEREUM, {"url": node.url})
    for _ in range(2):
        await reader.read(WANTED, Tag("finalized"))
    assert node.methods.count("eth_getCode") == 1, "which nothing but the trial asks for"
    node.twist = lambda _: None
    with pytest.raises(ChainError):
        await reader.read(WANTED, Tag("finalized"))
    node.twist = lambda answer: answer
    node.ignored = (dict,)  # it comes back as another node
    assert (await reader.read(WANTED, Tag("finalized"))).balances == {ETH: THEN, USDT: THEN}


async def test_a_block_of_another_number_than_was_asked_for_is_refused(node: Careless, open_reader: Opener) -> None:
    real = node.on_eth_getBlockByNumber
    node.on_eth_getBlockByNumber = lambda _, full: real("latest", full)  # type: ignore[assignment, method-assign]
    with pytest.raises(ChainError, match="it is block 100") as failure:
        await open_reader(ETHEREUM, {"url": node.url}).read(WANTED, AtHeight(Height(7)))
    assert failure.value.reason is Reason.MALFORMED
