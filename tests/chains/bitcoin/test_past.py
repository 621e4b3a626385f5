"""What accounts held at a block of the past, by bitcoind, without rolling it back."""

import asyncio
from typing import Any

import pytest

from monitor.chains import AtHeight, ChainError, ChainReader, Reason, Tag
from monitor.model import Height
from tests.chains.conftest import Opener
from tests.support.bitcoin_standins import BitcoindStandIn
from tests.support.chains import BITCOIN_ACCOUNTS, BTC, REGTEST, happened

A, B, C, D = BITCOIN_ACCOUNTS
WANTED = {BTC: BITCOIN_ACCOUNTS}
LATEST = Tag("latest")
BLOCKS = 40


@pytest.fixture
def said(bitcoind: BitcoindStandIn) -> dict[int, dict[str, int]]:
    """What accounts held at every height; something happened in one block of four."""
    for number in range(BLOCKS):
        bitcoind.chain.mine()
        if number % 4 == 0:
            bitcoind.chain.amounts.update({A: number * 7, BITCOIN_ACCOUNTS[number % 3 + 1]: number % 8 * 1000})
    chain = bitcoind.chain
    return {
        height: {each: sum(coin["amount"].satoshi for coin in chain.outputs(each, height)) for each in BITCOIN_ACCOUNTS}
        for height in range(1, chain.height + 1)
    }


@pytest.fixture
def reader(bitcoind: BitcoindStandIn, open_reader: Opener) -> ChainReader:
    return open_reader(REGTEST, {"url": bitcoind.url})


def blocks_read(node: BitcoindStandIn) -> list[int]:
    """Heights of the blocks that were asked for."""
    single = (body for body in node.asked if isinstance(body, dict))
    return [node.chain.height_of(body["params"][0]) for body in single if body["method"] == "getblock"]


@pytest.mark.parametrize("filters", [True, False])
async def test_every_height_is_what_the_node_would_have_said_then(
    bitcoind: BitcoindStandIn, reader: ChainReader, said: dict[int, dict[str, int]], filters: bool
) -> None:
    bitcoind.filters = filters
    for height in (1, 6, 7, 60, 100, 101, 102, 105, 127, 128, 139, 140):
        reading = await reader.read(WANTED, AtHeight(Height(height)))
        assert (reading.block.number, reading.block.hash) == (height, bitcoind.chain.hash_at(height))
        assert reading.balances == {BTC: said[height]}
    assert bitcoind.scans == 1
    assert (await reader.read(WANTED, LATEST)).balances == {BTC: said[140]}


async def test_with_the_filter_index_only_blocks_that_matter_are_read_the_oldest_first(
    bitcoind: BitcoindStandIn, reader: ChainReader, said: dict[int, dict[str, int]]
) -> None:
    bitcoind.filters = True
    await reader.read(WANTED, AtHeight(Height(102)))
    assert blocks_read(bitcoind) == list(range(105, 141, 4))


async def test_without_the_filter_index_every_block_is_read_the_oldest_first(
    bitcoind: BitcoindStandIn, reader: ChainReader, said: dict[int, dict[str, int]]
) -> None:
    await reader.read(WANTED, AtHeight(Height(120)))
    assert blocks_read(bitcoind) == list(range(121, 141))


@pytest.mark.parametrize(
    ("filters", "first"), [(False, "block 111 is needed to get back to 110"), (True, "block 113 is needed")]
)
async def test_the_first_block_that_a_pruned_node_lacks_is_named_before_any_is_read(
    bitcoind: BitcoindStandIn, reader: ChainReader, said: dict[int, dict[str, int]], filters: bool, first: str
) -> None:
    bitcoind.filters, bitcoind.pruned_below = filters, 120
    with pytest.raises(ChainError, match=f"{first}.*only those from 120 on: let it keep more") as failure:
        await reader.read(WANTED, AtHeight(Height(110)))
    assert failure.value.reason is Reason.PRUNED
    assert not blocks_read(bitcoind)
    assert reader.endpoints()[0].up is not False
    assert (await reader.read(WANTED, AtHeight(Height(119)))).balances == {BTC: said[119]}
    assert (await reader.read(WANTED, LATEST)).balances == {BTC: said[140]}


async def test_a_block_that_is_pruned_while_others_are_undone_is_no_reading(
    bitcoind: BitcoindStandIn, reader: ChainReader, said: dict[int, dict[str, int]]
) -> None:
    async def prune(body: Any) -> None:
        if isinstance(body, dict) and body["method"] == "getblock":
            bitcoind.pruned_below = 125

    bitcoind.mischief = prune
    with pytest.raises(ChainError, match="it has let go of block") as failure:
        await reader.read(WANTED, AtHeight(Height(115)))
    assert failure.value.reason is Reason.PRUNED


@pytest.mark.parametrize("filters", [True, False])
async def test_a_reorganisation_while_blocks_are_undone_starts_it_again(
    bitcoind: BitcoindStandIn, reader: ChainReader, said: dict[int, dict[str, int]], filters: bool
) -> None:
    bitcoind.filters = filters
    await reader.read(WANTED, LATEST)

    async def reorganise(body: Any) -> None:
        if isinstance(body, dict) and body["method"] == "getblock":
            bitcoind.mischief = None
            bitcoind.chain = bitcoind.chain.fork(5)
            bitcoind.chain.mine(7)

    bitcoind.mischief = reorganise
    assert (await reader.read(WANTED, AtHeight(Height(110)))).balances == {BTC: said[110]}


async def test_filters_that_leave_a_block_out_are_noticed_where_it_makes_a_number_impossible(
    bitcoind: BitcoindStandIn, reader: ChainReader, said: dict[int, dict[str, int]]
) -> None:
    bitcoind.filters = True
    bitcoind.twist = lambda answer: (
        answer | {"result": answer["result"] | {"relevant_blocks": answer["result"]["relevant_blocks"][:1]}}
        if "relevant_blocks" in str(answer)
        else answer
    )
    bitcoind.chain.amounts[A] = 0
    with pytest.raises(ChainError, match="would have held -28 at block 103") as failure:
        await reader.read(WANTED, AtHeight(Height(103)))
    assert failure.value.reason is Reason.MALFORMED


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda result: result | {"completed": False}, "busy"),
        (lambda result: result | {"to_height": 5}, "malformed"),
        (lambda result: result | {"relevant_blocks": ["00"]}, "malformed"),
        (lambda result: {}, "malformed"),
    ],
)
async def test_a_scan_of_filters_that_is_not_whole_is_refused(
    bitcoind: BitcoindStandIn, reader: ChainReader, said: dict[int, dict[str, int]], change: Any, reason: str
) -> None:
    bitcoind.filters = True
    bitcoind.twist = lambda answer: (
        answer | {"result": change(answer["result"])} if "relevant_blocks" in str(answer) else answer
    )
    with pytest.raises(ChainError) as failure:
        await reader.read(WANTED, AtHeight(Height(110)))
    assert failure.value.reason == reason


async def test_two_heights_at_once_never_scan_filters_at_the_same_time(
    bitcoind: BitcoindStandIn, reader: ChainReader, said: dict[int, dict[str, int]]
) -> None:
    bitcoind.filters = True
    heights = (101, 110, 120)
    readings = await asyncio.gather(*(reader.read(WANTED, AtHeight(Height(height))) for height in heights))
    assert [reading.balances for reading in readings] == [{BTC: said[height]} for height in heights]
    assert happened(reader.endpoints()[0]) == {}
    assert bitcoind.scans == 1


async def test_a_quorum_at_a_height_agrees_whatever_the_nodes_have(
    bitcoind: BitcoindStandIn, said: dict[int, dict[str, int]], open_reader: Opener, stack: Any
) -> None:
    other = BitcoindStandIn(bitcoind.chain)
    other.filters = True
    await stack.enter_async_context(other.serving())
    reader = open_reader(REGTEST, {"url": bitcoind.url}, {"url": other.url}, quorum=2)
    reading = await reader.read(WANTED, AtHeight(Height(104)))
    assert reading.balances == {BTC: said[104]}
    assert set(reading.endpoints) == {"node-1", "node-2"}
