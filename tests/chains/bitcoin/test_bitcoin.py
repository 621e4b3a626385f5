"""Reading Bitcoin through bitcoind, Esplora, Electrum and Blockbook, alone and together."""

import json
from typing import Any

import pytest

from monitor.chains import AtHeight, ChainError, Depth, Reason, Tag
from monitor.chains.block_choice import BlockChoice
from monitor.model import Height, OwnerQuestion, Token
from tests.chains.bitcoin.conftest import AMOUNTS, PROTOCOLS, World
from tests.chains.conftest import Opener
from tests.support.bitcoin_standins import Chain
from tests.support.chains import BITCOIN_ACCOUNTS, BTC, REGTEST, happened

WANTED = {BTC: BITCOIN_ACCOUNTS}
LATEST = Tag("latest")
HISTORIES = ["esplora", "electrum", "blockbook"]
"""Protocols that work out the past from histories."""


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("choice", [LATEST, Tag("safe"), Tag("finalized"), Depth(0), AtHeight(Height(100))])
async def test_every_account_is_read_exactly_at_the_tip(
    world: World, open_reader: Opener, protocol: str, choice: Any
) -> None:
    reading = await open_reader(REGTEST, await world.endpoint(protocol)).read(WANTED, choice)
    assert reading.balances == {BTC: AMOUNTS}
    assert (reading.block.number, reading.block.hash) == (100, world.chain.hash_at(100))
    assert reading.block.timestamp.timestamp() == world.chain.time_at(100)


@pytest.fixture
def said(world: World) -> dict[int, dict[str, int]]:
    """What accounts held at every height; something happened in one block of three, and the last one spends all."""
    chain = world.chain
    for number in range(30):
        chain.mine()
        if number % 3 == 0:
            chain.amounts.update({BITCOIN_ACCOUNTS[0]: number * 7, BITCOIN_ACCOUNTS[number % 4]: number % 5 * 1000})
    chain.mine()
    chain.amounts.update(dict.fromkeys(BITCOIN_ACCOUNTS, 0))
    return {
        height: {each: sum(coin["amount"].satoshi for coin in chain.outputs(each, height)) for each in BITCOIN_ACCOUNTS}
        for height in range(1, chain.height + 1)
    }


@pytest.mark.parametrize("protocol", PROTOCOLS)
async def test_every_height_is_what_it_was_then(
    world: World, open_reader: Opener, said: dict[int, dict[str, int]], protocol: str
) -> None:
    reader = open_reader(REGTEST, await world.endpoint(protocol))
    for height in (1, 6, 7, 99, 101, 103, 104, 118, 130, 131):
        reading = await reader.read(WANTED, AtHeight(Height(height)))
        assert (reading.block.number, reading.block.hash) == (height, world.chain.hash_at(height))
        assert reading.block.timestamp.timestamp() == world.chain.time_at(height)
        assert reading.balances == {BTC: said[height]}
    assert (await reader.read(WANTED, Depth(6))).balances == {BTC: said[125]}
    assert happened(reader.endpoints()[0]) == {}


async def test_the_past_is_the_same_by_all_protocols(
    world: World, open_reader: Opener, said: dict[int, dict[str, int]]
) -> None:
    endpoints = [await world.endpoint(protocol) for protocol in PROTOCOLS]
    reader = open_reader(REGTEST, *endpoints, quorum=4)
    for choice, height in ((AtHeight(Height(110)), 110), (Depth(3), 128)):
        reading = await reader.read(WANTED, choice)
        assert (reading.block.number, reading.balances) == (height, {BTC: said[height]})
        assert len(reading.endpoints) == 4


@pytest.mark.parametrize("protocol", HISTORIES)
async def test_an_account_at_rest_costs_no_transaction(world: World, open_reader: Opener, protocol: str) -> None:
    node = await world.node(protocol)
    reader = open_reader(REGTEST, {"url": node.url, "protocol": protocol})
    assert (await reader.read(WANTED, AtHeight(Height(50)))).balances == {BTC: AMOUNTS}
    assert not any("transaction.get" in str(each) or "/chain/" in str(each) for each in node.asked)


@pytest.mark.parametrize("protocol", HISTORIES)
async def test_a_block_of_the_past_that_leaves_the_chain_is_not_read_from_another(
    world: World, open_reader: Opener, protocol: str
) -> None:
    node = await world.node(protocol)
    original = world.chain.headers[95:]
    replaced = False

    def reorganise(asked: Any, answer: Any) -> Any:
        nonlocal replaced
        if not replaced and ("address" in str(asked) or "get_balance" in str(asked)):
            replaced = True
            del world.chain.headers[95:]
            del world.chain._held[95:]
            world.chain._salt += 5000
            world.chain.mine(8)
        return answer

    node.twist = reorganise
    reader = open_reader(REGTEST, {"url": node.url, "protocol": protocol})
    reading = await reader.read(WANTED, AtHeight(Height(97)))
    assert reading.block.hash == world.chain.hash_at(97)
    assert world.chain.headers[95:] != original
    assert happened(reader.endpoints()[0])["tip_moved"] > 0


@pytest.mark.parametrize("protocol", HISTORIES)
async def test_a_block_of_the_past_stays_while_the_chain_grows(
    world: World, open_reader: Opener, protocol: str
) -> None:
    node = await world.node(protocol)
    grown = 0

    def grow(asked: Any, answer: Any) -> Any:
        nonlocal grown
        if grown < 2 and ("address" in str(asked) or "get_balance" in str(asked)):
            grown += 1
            world.chain.mine()
            world.chain.amounts[BITCOIN_ACCOUNTS[0]] += 99
        return answer

    node.twist = grow
    reading = await open_reader(REGTEST, {"url": node.url, "protocol": protocol}).read(WANTED, Depth(2))
    assert (reading.block.number, reading.balances) == (98, {BTC: AMOUNTS})
    assert world.chain.height == 102


@pytest.mark.parametrize("protocol", PROTOCOLS)
async def test_a_block_over_the_tip_is_behind(world: World, open_reader: Opener, protocol: str) -> None:
    with pytest.raises(ChainError) as failure:
        await open_reader(REGTEST, await world.endpoint(protocol)).read(WANTED, AtHeight(Height(101)))
    assert failure.value.reason is Reason.BEHIND


@pytest.mark.parametrize("protocol", PROTOCOLS)
async def test_another_genesis_is_another_chain(world: World, open_reader: Opener, protocol: str) -> None:
    chain = Chain(dict(AMOUNTS))
    chain.headers = chain.headers[1:]
    with pytest.raises(ChainError, match="it is on bip122:") as failure:
        await open_reader(REGTEST, await world.endpoint(protocol, chain)).read(WANTED, LATEST)
    assert failure.value.reason is Reason.WRONG_CHAIN


@pytest.mark.parametrize("protocol", PROTOCOLS)
async def test_a_token_with_a_contract_fails_by_name(world: World, open_reader: Opener, protocol: str) -> None:
    token = Token("USDT", "bitcoin", "31", 8)
    reading = await open_reader(REGTEST, await world.endpoint(protocol)).read(
        {**WANTED, token: BITCOIN_ACCOUNTS}, LATEST
    )
    assert reading.balances == {BTC: AMOUNTS}
    assert "no contracts" in reading.failed[token]


async def test_owners_of_a_bitcoin_account_cannot_be_asked_for(world: World, open_reader: Opener) -> None:
    reader = open_reader(REGTEST, await world.endpoint("esplora"))
    with pytest.raises(ChainError) as failure:
        await reader.confirm([OwnerQuestion("bitcoin", BITCOIN_ACCOUNTS[0], ("x",), bytes(32), (bytes(65),))])
    assert failure.value.reason is Reason.UNSUPPORTED


async def test_all_protocols_agree_on_the_same_block(world: World, open_reader: Opener) -> None:
    endpoints = [await world.endpoint(protocol) for protocol in PROTOCOLS]
    reading = await open_reader(REGTEST, *endpoints, quorum=4).read(WANTED, LATEST)
    assert reading.balances == {BTC: AMOUNTS}
    assert set(reading.endpoints) == {"node-1", "node-2", "node-3", "node-4"}


@pytest.mark.parametrize("liar", PROTOCOLS)
async def test_a_liar_among_the_protocols_is_outvoted_and_named(world: World, open_reader: Opener, liar: str) -> None:
    lies = Chain(AMOUNTS | {BITCOIN_ACCOUNTS[0]: 5})
    lies.headers = world.chain.headers
    order = [liar, *(protocol for protocol in PROTOCOLS if protocol != liar)]
    endpoints = [await world.endpoint(protocol, lies if protocol == liar else None) for protocol in order]
    reader = open_reader(REGTEST, *endpoints, quorum=2)
    assert (await reader.read(WANTED, LATEST)).balances == {BTC: AMOUNTS}
    disagreeing = {state.protocol for state in reader.endpoints() if state.disagreements}
    assert disagreeing == {liar}


async def test_endpoints_at_different_blocks_do_not_agree_by_chance(world: World, open_reader: Opener) -> None:
    other = Chain(dict(AMOUNTS), salt=1000)
    endpoints = [await world.endpoint("electrum"), await world.endpoint("esplora", other)]
    with pytest.raises(ChainError, match="has left the chain") as failure:
        await open_reader(REGTEST, *endpoints, quorum=2).read(WANTED, LATEST)
    assert failure.value.reason is Reason.TIP_MOVED


async def test_endpoints_of_which_one_is_a_block_ahead_agree_on_the_block_that_both_have(
    world: World, open_reader: Opener
) -> None:
    behind = Chain(dict(AMOUNTS))
    behind.headers, behind._held = world.chain.headers[:], world.chain._held[:]
    world.chain.mine()
    world.chain.amounts[BITCOIN_ACCOUNTS[0]] = 5
    endpoints = [await world.endpoint("electrum"), await world.endpoint("esplora", behind)]
    reading = await open_reader(REGTEST, *endpoints, quorum=2).read(WANTED, LATEST)
    assert (reading.block.number, reading.balances) == (100, {BTC: AMOUNTS})


# --- a tip that moves ---


@pytest.mark.parametrize("protocol", HISTORIES)
async def test_a_tip_that_moves_during_the_reading_starts_it_again(
    world: World, open_reader: Opener, protocol: str
) -> None:
    node = await world.node(protocol)
    moved = False

    def move(asked: Any, answer: Any) -> Any:
        nonlocal moved
        if not moved and ("get_balance" in json.dumps(asked) if protocol == "electrum" else "/address/" in asked):
            moved = True
            world.chain.mine()
            world.chain.amounts[BITCOIN_ACCOUNTS[0]] += 99
        return answer

    node.twist = move
    reader = open_reader(REGTEST, {"url": node.url, "protocol": protocol})
    reading = await reader.read(WANTED, LATEST)
    assert reading.block.number == 101
    assert reading.balances == {BTC: AMOUNTS | {BITCOIN_ACCOUNTS[0]: 100}}
    assert happened(reader.endpoints()[0]) == {"tip_moved": 1}


@pytest.mark.parametrize("protocol", HISTORIES)
async def test_a_tip_that_never_rests_is_no_reading(world: World, open_reader: Opener, protocol: str) -> None:
    node = await world.node(protocol)

    def move(asked: Any, answer: Any) -> Any:
        if "address" in str(asked) or "get_balance" in str(asked):
            world.chain.mine()
        return answer

    node.twist = move
    with pytest.raises(ChainError) as failure:
        await open_reader(REGTEST, {"url": node.url, "protocol": protocol}).read(WANTED, LATEST)
    assert failure.value.reason is Reason.TIP_MOVED


@pytest.mark.parametrize("choice", [LATEST, Depth(3)], ids=str)
@pytest.mark.parametrize("liar", ["bitcoind", "esplora"])
async def test_a_time_that_is_told_wrong_is_contradicted_whoever_named_the_block(
    world: World, open_reader: Opener, liar: str, choice: BlockChoice
) -> None:
    """(An Electrum server gives the header itself, whose hash no other time makes.)"""

    class Late(Chain):
        def time_at(self, height: int) -> int:
            return super().time_at(height) + 600

    late = Late({})
    late.headers, late._held = world.chain.headers, world.chain._held
    endpoints = [await world.endpoint("electrum"), await world.endpoint(liar, late), await world.endpoint("electrum")]
    reader = open_reader(REGTEST, *endpoints, quorum=2)
    reading = await reader.read(WANTED, choice)
    assert reading.block.timestamp.timestamp() == world.chain.time_at(reading.block.number)
    assert [state.disagreements for state in reader.endpoints()] == [0, 1, 0]


@pytest.mark.parametrize("protocol", PROTOCOLS)
async def test_a_server_that_tells_of_its_tip_for_any_block_is_not_believed(
    world: World, open_reader: Opener, protocol: str
) -> None:
    """All but the genesis, by which it is known."""

    class Tip(Chain):
        def height_of(self, block: str) -> int:
            return self.height if block == self.hash_at(self.height) else super().height_of(block)

    tip = Tip({})
    tip.headers, tip._held = [world.chain.headers[0], *world.chain.headers[-1:] * world.chain.height], world.chain._held
    with pytest.raises(ChainError) as failure:
        await open_reader(REGTEST, await world.endpoint(protocol, tip)).read(WANTED, AtHeight(Height(50)))
    assert failure.value.reason is Reason.MALFORMED
