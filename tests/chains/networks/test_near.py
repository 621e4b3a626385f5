"""NEAR: stake of validators, accounts that are not there, contracts that are no tokens."""

from contextlib import AsyncExitStack
from typing import Any

import pytest

from monitor.chains import ChainError, Depth, Reason, Tag
from monitor.model import PositionKind, Token
from tests.chains.conftest import Opener
from tests.support.networks.near import NearStandIn, block_hash
from tests.support.networks.standin import START, Asked

ONE, TWO = NearStandIn.account(1), NearStandIn.account(2)
NEAR, (USDT, USDC) = NearStandIn.coin, NearStandIn.tokens
FINALIZED = Tag("finalized")


@pytest.fixture
async def node(stack: AsyncExitStack) -> NearStandIn:
    return await stack.enter_async_context(NearStandIn().give([ONE]).serving())


async def test_every_question_names_the_block_by_its_hash(node: NearStandIn, open_reader: Opener) -> None:
    await open_reader(node.network, {"url": node.url}).read({NEAR: [ONE, TWO], USDT: [ONE]}, Depth(7))
    assert {asked["block_id"] for asked in node.calls("query")} == {block_hash(START - 7)}


async def test_a_validators_stake_counts_beside_what_is_free(node: NearStandIn, open_reader: Opener) -> None:
    node.held[None, ONE], node.locked[ONE] = 10**30 + 5, 10**30
    reading = await open_reader(node.network, {"url": node.url}).read({NEAR: [ONE]}, FINALIZED)
    assert reading.balances == {NEAR: {ONE: 10**30 + 5}}
    assert reading.positions == {NEAR.part("staked", PositionKind.STAKED): {ONE: 10**30}}


@pytest.mark.parametrize(
    ("told", "reason"), [({}, Reason.MALFORMED), ({"block_hash": block_hash(START - 1)}, Reason.UNPINNED)]
)
async def test_an_account_that_is_missing_somewhere_else_is_no_zero(
    node: NearStandIn, open_reader: Opener, told: dict[str, str], reason: Reason
) -> None:
    def twist(_: Asked, answer: Any) -> Any:
        if "UNKNOWN_ACCOUNT" in str(answer):
            return {"error": {**answer["error"], "cause": {"name": "UNKNOWN_ACCOUNT", "info": told}}}
        return answer

    node.twist = twist
    with pytest.raises(ChainError) as caught:
        await open_reader(node.network, {"url": node.url}).read({NEAR: [TWO]}, FINALIZED)
    assert caught.value.reason is reason


@pytest.mark.parametrize(
    ("cause", "reason"),
    [
        ("UNKNOWN_BLOCK", Reason.BEHIND),
        ("NO_SYNCED_BLOCKS", Reason.BEHIND),
        ("GARBAGE_COLLECTED_BLOCK", Reason.PRUNED),
        ("UNAVAILABLE_SHARD", Reason.PRUNED),
        ("INTERNAL_ERROR", Reason.RPC_ERROR),
    ],
)
async def test_what_nodes_say_instead_of_a_balance_is_no_zero(
    node: NearStandIn, open_reader: Opener, cause: str, reason: Reason
) -> None:
    error = {"code": -32000, "message": "Server error", "cause": {"name": cause, "info": {}}}
    node.twist = lambda asked, answer: {"error": error} if "amount" in str(answer) else answer
    with pytest.raises(ChainError, match=cause) as caught:
        await open_reader(node.network, {"url": node.url}).read({NEAR: [ONE]}, FINALIZED)
    assert caught.value.reason is reason


async def test_contracts_that_are_not_what_the_registry_says_fail_by_name_and_alone(
    node: NearStandIn, open_reader: Opener
) -> None:
    node.decimals[str(USDT.contract)] = 18
    missing = Token("DAI", "near", "dai.near", 18)
    wanted = {token: [ONE] for token in (NEAR, USDT, USDC, missing)}
    reading = await open_reader(node.network, {"url": node.url}).read(wanted, FINALIZED)
    assert reading.balances == node.truth({NEAR: [ONE], USDC: [ONE]}, START)
    assert reading.failed == {
        USDT: "its metadata say 18 decimals, the registry 6",
        missing: f"there is no fungible token at dai.near at block {START} (NO_CONTRACT_CODE)",
    }


@pytest.mark.parametrize("returned", [b"", b"7", b"[]", b'"-1"', b'"1.5"', b'"' + b"9" * 39 + b'"', b"\xff"])
async def test_what_a_token_returns_must_be_a_balance(node: NearStandIn, open_reader: Opener, returned: bytes) -> None:
    def twist(asked: Asked, answer: Any) -> Any:
        return {**answer, "result": list(returned)} if "ft_balance_of" in str(asked) else answer

    node.twist = twist
    with pytest.raises(ChainError) as caught:
        await open_reader(node.network, {"url": node.url}).read({USDT: [ONE]}, FINALIZED)
    assert caught.value.reason is Reason.MALFORMED


async def test_a_chain_of_that_name_that_began_otherwise_is_another(node: NearStandIn, open_reader: Opener) -> None:
    node.genesis = "another"
    with pytest.raises(ChainError, match="whose first block is another") as caught:
        await open_reader(node.network, {"url": node.url}).read({NEAR: [ONE]}, FINALIZED)
    assert caught.value.reason is Reason.WRONG_CHAIN
    node.genesis = None
    assert (await open_reader(node.network, {"url": node.url}).read({NEAR: [ONE]}, FINALIZED)).balances
