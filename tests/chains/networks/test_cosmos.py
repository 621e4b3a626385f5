"""Cosmos chains, by ``cometbft``: heights, what is staked, denominations, and balances that are proven."""

import json
from base64 import b64decode
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from monitor.chains import AtHeight, ChainError, Depth, Reason, Tag
from monitor.chains.cosmos.headers import header_of
from monitor.chains.cosmos.node import DENOMS
from monitor.chains.cosmos.questions import DELEGATED, UNBONDING, amount_of, balance, stored, stored_amount, supply
from monitor.chains.protobuf import always, field
from monitor.model import Height, Token
from monitor.registry import load
from monitor.registry.addresses import decode
from tests.chains.conftest import Opener
from tests.support.networks.cosmos import CosmosStandIn
from tests.support.networks.standin import START, Asked

ATOM, USDC = CosmosStandIn.coin, CosmosStandIn.tokens[0]
ACCOUNTS = [CosmosStandIn.account(number) for number in range(1, 6)]
ONE, TWO = ACCOUNTS[:2]
WANTED = {ATOM: ACCOUNTS, USDC: ACCOUNTS}
MESSAGES = json.loads((Path(__file__).parents[2] / "data" / "chains" / "cosmos.json").read_text())["messages"]
FINALIZED = Tag("finalized")
_REFUSED = {"code": 1, "log": "", "height": "0", "value": None}


@pytest.fixture
async def node(stack: AsyncExitStack) -> CosmosStandIn:
    return await stack.enter_async_context(CosmosStandIn().give(ACCOUNTS).serving())


def hash_of(node: CosmosStandIn, height: int) -> str:
    return header_of(node.header(height)).hash


@pytest.mark.parametrize(
    ("choice", "below"),
    [(FINALIZED, 1), (Tag("safe"), 1), (Tag("latest"), 1), (Depth(0), 1), (Depth(7), 8), (AtHeight(Height(START)), 0)],
    ids=str,
)
async def test_the_newest_block_is_the_last_that_a_header_follows(
    node: CosmosStandIn, open_reader: Opener, choice: Any, below: int
) -> None:
    reading = await open_reader(node.network, {"url": node.url}).read(WANTED, choice)
    assert (reading.block.number, reading.block.hash) == (START - below, hash_of(node, START - below))
    assert reading.balances == node.truth(WANTED, START - below)
    assert {asked["height"] for asked in node.calls("abci_query")} == {str(START - below)}


async def test_what_is_staked_and_what_is_on_its_way_back_counts_on_all_pages(
    node: CosmosStandIn, open_reader: Opener
) -> None:
    node.staked[ONE], node.unbonding[ONE] = [5, 10**6, 7, 11, 13], [3, 2, 10**5]
    reading = await open_reader(node.network, {"url": node.url}).read({ATOM: [ONE, TWO]}, FINALIZED)
    assert reading.balances == node.truth({ATOM: [ONE, TWO]}, START - 1)
    free = node.bank("uatom", ONE, START - 1)
    staked, back = 5 + 10**6 + 7 + 11 + 13, 3 + 2 + 10**5
    assert reading.balances[ATOM][ONE] == free + staked + back
    assert {part.position and part.position.name: held for part, held in reading.positions.items()} == {
        "delegated ATOM": {ONE: staked},
        "unbonding ATOM": {ONE: back},
    }


async def test_nodes_that_call_other_coins_staked_disagree(
    node: CosmosStandIn, stack: AsyncExitStack, open_reader: Opener
) -> None:
    other = await stack.enter_async_context(CosmosStandIn().give(ACCOUNTS).serving())
    node.staked[ONE], other.unbonding[ONE] = [5], [5]
    reader = open_reader(node.network, {"url": node.url}, {"url": other.url}, quorum=2)
    with pytest.raises(ChainError, match="delegated ATOM") as caught:
        await reader.read({ATOM: [ONE]}, FINALIZED)
    assert caught.value.reason is Reason.DISAGREEMENT


async def test_a_list_without_end_is_refused(node: CosmosStandIn, open_reader: Opener) -> None:
    node.staked[ONE] = [1] * 5
    node.ends = False
    with pytest.raises(ChainError, match="a page has nothing, or what was on another") as caught:
        await open_reader(node.network, {"url": node.url}).read({ATOM: [ONE]}, FINALIZED)
    assert caught.value.reason is Reason.MALFORMED


async def test_coins_that_there_are_not_fail_by_name_and_alone(node: CosmosStandIn, open_reader: Opener) -> None:
    missing = Token("USDT", "cosmos", "ibc/" + "0" * 64, 6)
    reading = await open_reader(node.network, {"url": node.url}).read({ATOM: [ONE], missing: [ONE]}, FINALIZED)
    assert reading.balances == node.truth({ATOM: [ONE]}, START - 1)
    assert reading.failed == {missing: f"there are no coins of {missing.contract} at block {START - 1}"}


def test_the_own_coin_of_every_chain_of_the_registry_is_known() -> None:
    assert DENOMS.keys() == {network.name for network in load().networks.values() if network.family == "cosmos"}


@pytest.mark.parametrize(
    ("log", "reason"),
    [
        ("cannot query with height in the future; please provide a valid height: invalid height", Reason.BEHIND),
        ("failed to load state at height 5; version does not exist (latest height: 9): invalid request", Reason.PRUNED),
        ("codespace undefined code 111222: panic", Reason.RPC_ERROR),
    ],
)
async def test_what_the_application_refuses_is_no_zero(
    node: CosmosStandIn, open_reader: Opener, log: str, reason: Reason
) -> None:
    node.twist = lambda asked, answer: {"response": {**_REFUSED, "log": log}} if asked.path == "abci_query" else answer
    with pytest.raises(ChainError, match=log[:20]) as caught:
        await open_reader(node.network, {"url": node.url}).read({ATOM: [TWO]}, FINALIZED)
    assert caught.value.reason is reason


async def test_an_answer_without_a_value_is_no_zero(node: CosmosStandIn, open_reader: Opener) -> None:
    def twist(asked: Asked, answer: Any) -> Any:
        return {"response": {**answer["response"], "value": None}} if "Balance" in str(asked) else answer

    node.twist = twist
    with pytest.raises(ChainError, match="it holds no coin") as caught:
        await open_reader(node.network, {"url": node.url}).read({ATOM: [TWO]}, FINALIZED)
    assert caught.value.reason is Reason.MALFORMED


async def test_a_node_that_still_syncs_is_behind(node: CosmosStandIn, open_reader: Opener) -> None:
    node.catching_up = True
    with pytest.raises(ChainError, match="still syncing") as caught:
        await open_reader(node.network, {"url": node.url}).read(WANTED, FINALIZED)
    assert caught.value.reason is Reason.BEHIND


async def test_a_commit_of_another_chain_is_refused(node: CosmosStandIn, open_reader: Opener) -> None:
    def twist(asked: Asked, answer: Any) -> Any:
        if asked.path == "commit":
            answer["signed_header"]["header"] = {**answer["signed_header"]["header"], "chain_id": "another"}
        return answer

    node.twist = twist
    with pytest.raises(ChainError, match="it is about the chain another"):
        await open_reader(node.network, {"url": node.url}).read(WANTED, FINALIZED)


async def test_a_node_that_takes_few_questions_at_once_is_asked_fewer(node: CosmosStandIn, open_reader: Opener) -> None:
    node.batches = False
    reading = await open_reader(node.network, {"url": node.url}).read(WANTED, FINALIZED)
    assert reading.balances == node.truth(WANTED, START - 1)


# --- proofs ---


async def test_balances_are_proven_by_the_header_that_follows(node: CosmosStandIn, open_reader: Opener) -> None:
    reading = await open_reader(node.network, {"url": node.url}, verify="proof").read(WANTED, FINALIZED)
    assert reading.balances == node.truth(WANTED, START - 1)
    assert 0 in reading.balances[ATOM].values()
    assert all(asked["prove"] for asked in node.calls("abci_query") if asked["path"] == "/store/bank/key")


async def test_what_is_staked_is_no_part_of_what_is_proven(node: CosmosStandIn, open_reader: Opener) -> None:
    node.staked[ONE] = [10**6]
    reading = await open_reader(node.network, {"url": node.url}, verify="proof").read({ATOM: [ONE]}, FINALIZED)
    assert reading.balances == {ATOM: {ONE: node.units(None, ONE, START - 1) - 10**6}}


async def test_a_value_that_is_told_and_not_proven_is_a_disagreement(node: CosmosStandIn, open_reader: Opener) -> None:
    key = stored(decode(node.network, ONE).payload, "uatom").data
    node.told[key] = b"999999999999"
    with pytest.raises(ChainError, match="it tells b'999999999999' and proves") as caught:
        await open_reader(node.network, {"url": node.url}, verify="proof").read({ATOM: [ONE]}, FINALIZED)
    assert caught.value.reason is Reason.DISAGREEMENT


@pytest.mark.parametrize("change", ["nothing told", "no proof", "another's proof"])
async def test_a_zero_that_is_not_proven_to_be_absent_is_refused(
    node: CosmosStandIn, open_reader: Opener, change: str
) -> None:
    """Of one who holds something it is told that there is nothing, by no proof, or by that of one who has nothing."""

    def twist(asked: Asked, answer: Any) -> Any:
        if asked.path != "abci_query" or asked.body["path"] != "/store/bank/key":
            return answer
        response = answer["response"]
        match (response["value"], change):
            case (None, _):
                absent.append(response["proofOps"])
            case (_, "nothing told"):
                response["value"] = None
            case (_, "no proof"):
                response |= {"value": None, "proofOps": None}
            case _:
                response |= {"value": None, "proofOps": absent[0]}
        return answer

    absent: list[Any] = []
    node.twist = twist
    with pytest.raises(ChainError) as caught:
        await open_reader(node.network, {"url": node.url}, verify="proof").read({ATOM: [TWO, ONE]}, FINALIZED)
    assert caught.value.reason is (Reason.DISAGREEMENT if change == "nothing told" else Reason.MALFORMED)


async def test_proofs_of_another_state_are_refused(node: CosmosStandIn, open_reader: Opener) -> None:
    hash_of(node, START)  # of the state before
    node.held[None, ONE] += 10**9
    with pytest.raises(ChainError, match="the state of which it is has the root") as caught:
        await open_reader(node.network, {"url": node.url}, verify="proof").read({ATOM: [ONE]}, FINALIZED)
    assert caught.value.reason is Reason.MALFORMED


async def test_the_root_is_believed_only_in_a_header_that_makes_its_hash(
    node: CosmosStandIn, open_reader: Opener
) -> None:
    def twist(asked: Asked, answer: Any) -> Any:
        if asked.path == "commit" and asked.body["height"] == str(START):
            answer["signed_header"]["header"] = {**answer["signed_header"]["header"], "app_hash": "00" * 32}
        return answer

    node.twist = twist
    with pytest.raises(ChainError, match=f"the header of block {START} does not make its hash") as caught:
        await open_reader(node.network, {"url": node.url}, verify="proof").read({ATOM: [ONE]}, FINALIZED)
    assert caught.value.reason is Reason.UNSUPPORTED


async def test_the_header_must_follow_the_block_that_is_read(node: CosmosStandIn, open_reader: Opener) -> None:
    def twist(asked: Asked, answer: Any) -> Any:
        if asked.path == "commit" and asked.body["height"] == str(START):
            header = node._made(START, "99" * 32)
            answer["signed_header"]["header"] = header
            answer["signed_header"]["commit"]["block_id"]["hash"] = header_of(header).hash
        return answer

    node.twist = twist
    with pytest.raises(ChainError, match=f"its block {START - 1} is {'99' * 32}") as caught:
        await open_reader(node.network, {"url": node.url}, verify="proof").read({ATOM: [ONE]}, FINALIZED)
    assert caught.value.reason is Reason.TIP_MOVED


def test_questions_and_answers_are_as_the_sdk_writes_them() -> None:
    def written(name: str) -> bytes:
        return b64decode(MESSAGES[name])

    account = "cosmos155svs6sgxe55rnvs6ghprtqu0mh69kehrn0dqr"
    assert balance(account, "uatom").data == written("balance_request")
    assert supply("uatom").data == written("supply_request")
    assert amount_of(written("balance"), "uatom") == amount_of(written("supply"), "uatom") == 123_456_789
    assert DELEGATED.question(account, b"").data == written("delegated_request")
    assert DELEGATED.question(account, b"\1\2\3").data == written("delegated_request_2")
    assert UNBONDING.question(account, b"\1\2\3").data == written("unbonding_request")
    one, other = "cosmosvaloper1sjllsnramtg3ewxqwwrwjxfgc4n4ef9u2lcnj0", f"cosmosvaloper1{'q' * 38}"

    def of_two(name: str) -> bytes:
        """The same with another validator in the second entry."""
        before, _, after = written(name).rpartition(one.encode())
        return before + other.encode() + after

    assert DELEGATED.page(of_two("delegated"), "uatom") == ({one: 100_000_000, other: 5}, b"\1\2\3")
    assert DELEGATED.page(written("delegated_none"), "uatom") == ({}, b"")
    assert UNBONDING.page(of_two("unbonding"), "uatom") == ({one: 990 + 10, other: 990 + 10}, b"")
    with pytest.raises(ValueError, match="a coin of 'uatom', not uosmo"):
        DELEGATED.page(of_two("delegated"), "uosmo")
    for listing, name in ((DELEGATED, "delegated"), (UNBONDING, "unbonding")):
        with pytest.raises(ValueError, match="a validator twice"):
            listing.page(written(name), "uatom")


@pytest.mark.parametrize(
    ("value", "units"),
    [(None, 0), (b"0", 0), (b"400000000", 400000000), (field(1, b"uatom") + always(2, b"17"), 17)],
)
def test_what_the_store_holds_is_digits_or_in_old_versions_a_coin(value: bytes | None, units: int) -> None:
    assert stored_amount(value, "uatom") == units


@pytest.mark.parametrize("value", [b"", b"-1", b"1.5", b"9" * 80, b"\xff", field(1, b"uosmo") + always(2, b"17")])
def test_what_is_neither_is_no_balance(value: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        stored_amount(value, "uatom")
