"""Starknet: how contracts tell balances, which of them are no tokens, and batches."""

from contextlib import AsyncExitStack

import pytest

from monitor.chains import ChainError, Depth, Reason, Tag
from monitor.chains.starknet.node import selector
from monitor.model import Token
from tests.chains.conftest import Opener
from tests.support.networks.standin import START
from tests.support.networks.starknet import StarknetStandIn, block_hash

ONE, TWO = StarknetStandIn.account(1), StarknetStandIn.account(2)
ETH, (STRK, USDT) = StarknetStandIn.coin, StarknetStandIn.tokens
FINALIZED = Tag("finalized")


@pytest.fixture
async def node(stack: AsyncExitStack) -> StarknetStandIn:
    return await stack.enter_async_context(StarknetStandIn().give([ONE]).serving())


async def test_balances_are_asked_for_at_the_blocks_hash(node: StarknetStandIn, open_reader: Opener) -> None:
    await open_reader(node.network, {"url": node.url}).read({ETH: [ONE, TWO]}, Depth(7))
    (_, nowhere), *asked = node.calls("starknet_call")
    assert {block["block_hash"] for _, block in asked} == {block_hash(START - 7)}
    assert nowhere["block_hash"] not in map(block_hash, range(START + 1))
    assert asked[-1][0] == {
        "contract_address": "0x49d36570d4e46f48e99674bd3fcc84644ddd6b96f7c741b1562b82f9e004dc7",
        "entry_point_selector": "0x2e4263afad30923c891518314c3c95dbe830a16874e8abc5777a9a20b54c76e",
        "calldata": ["0x2"],
    }


async def test_both_halves_of_a_balance_count(node: StarknetStandIn, open_reader: Opener) -> None:
    node.held[ETH.contract, ONE] = 7 << 128 | 5
    reading = await open_reader(node.network, {"url": node.url}).read({ETH: [ONE]}, FINALIZED)
    assert reading.balances == {ETH: {ONE: 7 << 128 | 5}}


@pytest.mark.parametrize("words", [[], ["0x1"], ["0x1", "0x0", "0x0"], [hex(2**128), "0x0"], ["0x0", hex(2**128)]])
async def test_what_is_not_two_halves_is_no_balance(
    node: StarknetStandIn, open_reader: Opener, words: list[str]
) -> None:
    balance = selector("balanceOf")
    node.twist = lambda asked, answer: words if balance in str(asked) and "error" not in answer else answer
    with pytest.raises(ChainError) as caught:
        await open_reader(node.network, {"url": node.url}).read({ETH: [ONE]}, FINALIZED)
    assert caught.value.reason is Reason.MALFORMED


async def test_a_contract_that_tells_balances_by_the_newer_name_alone_is_asked_by_that(
    node: StarknetStandIn, open_reader: Opener
) -> None:
    for contract in node.contracts.values():
        contract["getters"] = frozenset({"balance_of"})
    reading = await open_reader(node.network, {"url": node.url}).read({USDT: [ONE, TWO]}, FINALIZED)
    assert reading.balances == {USDT: {ONE: node.units(USDT.contract, ONE, START), TWO: 0}}


async def test_contracts_that_are_not_what_the_registry_says_fail_by_name_and_alone(
    node: StarknetStandIn, open_reader: Opener
) -> None:
    missing = Token("DAI", "starknet", "0x" + "0da" * 20, 18)
    native = Token("ETH", "starknet", None, 18)
    node.contracts[int(str(USDT.contract), 16)]["decimals"] = 18
    node.contracts[int(str(STRK.contract), 16)]["getters"] = frozenset()
    wanted = {token: [ONE] for token in (ETH, STRK, USDT, missing, native)}
    reading = await open_reader(node.network, {"url": node.url}).read(wanted, FINALIZED)
    assert reading.balances == {ETH: {ONE: node.units(ETH.contract, ONE, START)}}
    assert reading.failed == {
        STRK: "its contract tells no balances",
        USDT: "its contract says 18 decimals, the registry 6",
        missing: f"there is no contract at {missing.contract} at block {START}",
        native: "Starknet has no coin that is no contract",
    }


async def test_a_node_without_batches_is_asked_one_by_one(node: StarknetStandIn, open_reader: Opener) -> None:
    node.batches = False
    reading = await open_reader(node.network, {"url": node.url}).read({ETH: [ONE, TWO]}, FINALIZED)
    assert reading.balances == node.truth({ETH: [ONE, TWO]}, START)


async def test_a_chain_of_that_name_that_began_otherwise_is_another(node: StarknetStandIn, open_reader: Opener) -> None:
    node.genesis = "0x1"
    with pytest.raises(ChainError, match="whose first block is 0x1") as caught:
        await open_reader(node.network, {"url": node.url}).read({ETH: [ONE]}, FINALIZED)
    assert caught.value.reason is Reason.WRONG_CHAIN
    node.genesis = ""
    assert (await open_reader(node.network, {"url": node.url}).read({ETH: [ONE]}, FINALIZED)).balances


async def test_a_call_that_fails_for_another_reason_is_no_zero(node: StarknetStandIn, open_reader: Opener) -> None:
    refusal = {"error": {"code": -32603, "message": "Internal error"}}
    node.twist = lambda asked, answer: refusal if "'calldata': ['0x2']" in str(asked) else answer
    with pytest.raises(ChainError, match="Internal error") as caught:
        await open_reader(node.network, {"url": node.url}).read({ETH: [ONE, TWO]}, FINALIZED)
    assert caught.value.reason is Reason.RPC_ERROR
