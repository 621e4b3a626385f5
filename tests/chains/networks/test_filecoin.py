"""Filecoin, by ``lotus``: tipsets and empty heights, miners, actors that there are not, two names of one account."""

import json
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from monitor.chains import AtHeight, ChainError, Depth, Reason, Tag
from monitor.chains.filecoin.miners import Miner, miner_of, parts_of
from monitor.chains.filecoin.tipsets import cid_of_key, tipset_of
from monitor.chains.rest_api import decimal
from monitor.model import Height, Token
from monitor.model.balances import disjoint
from monitor.registry.addresses import decode
from tests.chains.conftest import Opener
from tests.support.networks.filecoin import GENESIS, FilecoinStandIn, cids
from tests.support.networks.standin import START, Asked

FIL = FilecoinStandIn.coin
ONE, TWO, THREE = [FilecoinStandIn.account(number) for number in range(1, 4)]
MINER, ACTOR = "f01729", "f24vg6ut43yw2h2jqydgbg2xq7x6f4kub3bg6as6i"
ETHEREUM = decode(FilecoinStandIn.network, "0x52908400098527886e0f7030069857d2e4169ee7").canonical
"""As an actor of its virtual machine for Ethereum is called beside."""
DATA = json.loads((Path(__file__).parents[2] / "data" / "chains" / "filecoin.json").read_text())
FINALIZED = Tag("finalized")
NOTHING_LOCKED = {"PreCommitDeposits": "0", "LockedFunds": "0", "InitialPledge": "0"}


@pytest.fixture
async def node(stack: AsyncExitStack) -> FilecoinStandIn:
    return await stack.enter_async_context(FilecoinStandIn().give([ONE, TWO, THREE]).serving())


def hash_of(height: int) -> str:
    return cid_of_key(list(cids(height)))


def test_a_tipset_is_called_by_the_cid_of_its_key() -> None:
    """The main net's first, as public test data of a parser of Filecoin have it."""
    assert cid_of_key([{"/": GENESIS}]) == "bafy2bzacea3l7hchfijz5fvswab36fxepf6oagecp5hrstmol7zpm2l4tedf6"


def test_a_tipset_is_read_as_the_documentation_shows_one() -> None:
    tipset = tipset_of(DATA["tipset"])
    assert (tipset.block.number, tipset.block.timestamp.isoformat()) == (5_000_000, "2025-05-27T00:40:00+00:00")
    assert (tipset.block.hash, tipset.key) == (cid_of_key([{"/": GENESIS}]), [{"/": GENESIS}])
    assert tipset.parents == cid_of_key(DATA["tipset"]["Blocks"][0]["Parents"])


def test_a_miner_is_read_as_the_documentation_shows_one() -> None:
    assert miner_of(DATA["miner"]) == Miner(10**27, (50_000, 4, 300), owed=2)


@pytest.mark.parametrize(
    "links",
    [[], [{"/": "Qm" + GENESIS[2:]}], [{"/": GENESIS.upper()}], [{"/": GENESIS[:-4]}], [{"/": ""}], [GENESIS], [{}]],
    ids=str,
)
def test_what_is_no_key_has_no_name(links: Any) -> None:
    with pytest.raises((ValueError, TypeError, LookupError)):
        cid_of_key(links)


@pytest.mark.parametrize(
    ("choice", "below"),
    [(FINALIZED, 5), (Tag("safe"), 5), (Tag("latest"), 0), (Depth(0), 0), (Depth(7), 7)],
    ids=str,
)
async def test_balances_are_asked_for_by_the_key_of_the_tipset_that_is_meant(
    node: FilecoinStandIn, open_reader: Opener, choice: Any, below: int
) -> None:
    reading = await open_reader(node.network, {"url": node.url}).read({FIL: [ONE, TWO]}, choice)
    assert (reading.block.number, reading.block.hash) == (START - below, hash_of(START - below))
    assert reading.balances == node.truth({FIL: [ONE, TWO]}, START - below)
    nobodys, *asked = [params[1] for params in node.calls("Filecoin.StateGetActor")]
    assert asked == [cids(START - below)] * 2
    assert nobodys not in [cids(height) for height in range(START + 1)]


async def test_an_empty_height_is_that_of_the_tipset_before(node: FilecoinStandIn, open_reader: Opener) -> None:
    node.empty = {START - 50, START - 51}
    reading = await open_reader(node.network, {"url": node.url}).read({FIL: [ONE]}, AtHeight(Height(START - 50)))
    assert (reading.block.number, reading.block.hash) == (START - 52, hash_of(START - 52))
    assert reading.balances == node.truth({FIL: [ONE]}, START - 52)


async def test_a_node_that_leaves_out_tipsets_is_found_out(node: FilecoinStandIn, open_reader: Opener) -> None:
    def twist(asked: Asked, answer: Any) -> Any:
        return node._tipset(START - 90) if "ByHeight" in asked.path and asked.body[0] == START - 50 else answer

    node.twist = twist
    with pytest.raises(ChainError, match=f"it is about {START - 90}") as caught:
        await open_reader(node.network, {"url": node.url}).read({FIL: [ONE]}, AtHeight(Height(START - 50)))
    assert caught.value.reason is Reason.MALFORMED


# --- what counts ---


async def test_a_miner_has_what_is_locked_and_in_escrow_but_not_what_it_owes(
    node: FilecoinStandIn, open_reader: Opener
) -> None:
    node.held[None, MINER] = 10**27
    locked = {"PreCommitDeposits": "0", "LockedFunds": f"{10**26}", "InitialPledge": f"{7 * 10**26}"}
    node.states[MINER], node.escrow[MINER] = {**locked, "FeeDebt": f"{10**24}"}, f"{10**25}"
    node.held[None, ACTOR], node.states[ACTOR] = 10**20, {"Signers": ["f0101"], "InitialBalance": f"{10**20}"}
    reading = await open_reader(node.network, {"url": node.url}).read({FIL: [MINER, ACTOR]}, AtHeight(Height(START)))
    assert reading.balances == {FIL: {MINER: 10**27 - 10**24 + 10**25, ACTOR: 10**20}}
    assert {part.position and part.position.name: held for part, held in reading.positions.items()} == {
        "pledged FIL": {MINER: 7 * 10**26},
        "vesting FIL": {MINER: 10**26},
        "escrowed FIL": {MINER: 10**25},
    }


@pytest.mark.parametrize("state", [[], "rubbish", {"FeeDebt": 1}, {"FeeDebt": "-1"}, {"FeeDebt": None}], ids=str)
async def test_a_state_that_is_none_is_refused(node: FilecoinStandIn, open_reader: Opener, state: Any) -> None:
    node.held[None, MINER], node.states[MINER] = 10**27, state
    with pytest.raises(ChainError) as caught:
        await open_reader(node.network, {"url": node.url}).read({FIL: [MINER]}, FINALIZED)
    assert caught.value.reason is Reason.MALFORMED


async def test_a_miner_that_owes_more_than_it_has_holds_nothing(node: FilecoinStandIn, open_reader: Opener) -> None:
    node.held[None, MINER], node.states[MINER] = 10**18, {**NOTHING_LOCKED, "FeeDebt": f"{10**20}"}
    reading = await open_reader(node.network, {"url": node.url}).read({FIL: [MINER]}, FINALIZED)
    assert reading.balances == {FIL: {MINER: 0}}


def test_no_more_is_locked_than_a_miner_has() -> None:
    parts = parts_of(FIL, {MINER: Miner(100, (70, 0, 60), owed=10, escrow=5), ACTOR: Miner(7)})
    assert {part.position and part.position.name: held for part, held in parts.items()} == {
        "pledged FIL": {MINER: 70},
        "vesting FIL": {MINER: 20},
        "escrowed FIL": {MINER: 5},
    }


async def test_a_miner_without_a_balance_may_have_something_in_escrow(
    node: FilecoinStandIn, open_reader: Opener
) -> None:
    node.states[MINER], node.escrow[MINER] = {**NOTHING_LOCKED, "FeeDebt": "0"}, "77"
    reading = await open_reader(node.network, {"url": node.url}).read({FIL: [MINER]}, FINALIZED)
    assert reading.balances == {FIL: {MINER: 77}}


async def test_a_miner_that_is_named_twice_is_locked_once(node: FilecoinStandIn, open_reader: Opener) -> None:
    state = {**NOTHING_LOCKED, "InitialPledge": "50", "FeeDebt": "0"}
    for name in (MINER, ACTOR):
        node.held[None, name], node.states[name] = 10**18, state
    node.ids[ACTOR] = MINER
    reading = await open_reader(node.network, {"url": node.url}).read({FIL: [MINER, ACTOR]}, FINALIZED)
    assert reading.within == {ACTOR: MINER}
    assert list(reading.positions.values()) == [{ACTOR: 50}]


async def test_an_account_that_is_named_by_its_id_as_well_is_one(node: FilecoinStandIn, open_reader: Opener) -> None:
    node.held[None, MINER], node.states[MINER], node.ids = 10**18, {"Address": ONE}, {ONE: MINER, THREE: "f0555"}
    reading = await open_reader(node.network, {"url": node.url}).read({FIL: [ONE, TWO, THREE, MINER]}, FINALIZED)
    assert reading.within == {ONE: MINER}


@pytest.mark.parametrize(
    ("named", "within"),
    [
        ([ACTOR, ETHEREUM], {ETHEREUM: ACTOR}),
        ([ACTOR, ETHEREUM, MINER], {ACTOR: MINER, ETHEREUM: ACTOR}),
        ([ETHEREUM, MINER], {ETHEREUM: MINER}),
    ],
)
async def test_an_actor_that_is_named_by_two_addresses_counts_once(
    node: FilecoinStandIn, open_reader: Opener, named: list[str], within: dict[str, str]
) -> None:
    for name in named:
        node.held[None, name] = 10**18
    node.ids = {ACTOR: MINER, ETHEREUM: MINER, ONE: "f0555"}
    reading = await open_reader(node.network, {"url": node.url}).read({FIL: [ONE, *named]}, FINALIZED)
    assert reading.within == within
    counted = disjoint(reading.balances, reading.within)[FIL]
    assert sum(counted[name] for name in named) == 10**18 - 5
    assert min(counted.values()) >= 0


async def test_without_ids_nobody_is_asked_for_theirs(node: FilecoinStandIn, open_reader: Opener) -> None:
    await open_reader(node.network, {"url": node.url}).read({FIL: [ONE, THREE]}, FINALIZED)
    assert not node.calls("Filecoin.StateLookupID")


# --- what there is not ---


@pytest.mark.parametrize(
    "absent", ["actor not found", "getting actor: actor not found", "resolve address {0}: actor not found", None]
)
async def test_an_actor_that_two_calls_do_not_find_holds_nothing(
    node: FilecoinStandIn, open_reader: Opener, absent: Any
) -> None:
    node.absent = absent
    reading = await open_reader(node.network, {"url": node.url}).read({FIL: [TWO, "f0404", ACTOR]}, FINALIZED)
    assert reading.balances == {FIL: {TWO: 0, "f0404": 0, ACTOR: 0}}
    assert node.calls("Filecoin.StateLookupID")[0] == [TWO, cids(START - 5)]


async def test_an_actor_that_another_call_finds_is_no_zero(node: FilecoinStandIn, open_reader: Opener) -> None:
    absent = {"error": {"code": 1, "message": "actor not found"}}
    node.twist = lambda asked, answer: (
        absent if asked.path.endswith("StateGetActor") and asked.body[1] == cids(START - 5) else answer
    )
    with pytest.raises(ChainError, match="it finds no actor") as caught:
        await open_reader(node.network, {"url": node.url}).read({FIL: [ONE]}, FINALIZED)
    assert caught.value.reason is Reason.MALFORMED


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        ("bad tipset height: lookbacks of more than 16h40m0s are disallowed", Reason.PRUNED),
        ("getting actor: load state tree: failed to load state tree x: ipld: could not find x", Reason.PRUNED),
        ("server busy. Wait(n=3) would exceed context deadline", Reason.BUSY),
        ("actor not found in this cache, try again", Reason.RPC_ERROR),
        ("method 'Filecoin.StateGetActor' not found", Reason.RPC_ERROR),
    ],
)
async def test_other_errors_are_no_zero(
    node: FilecoinStandIn, open_reader: Opener, message: str, reason: Reason
) -> None:
    error = {"error": {"code": 1, "message": message}}
    node.twist = lambda asked, answer: error if asked.path.endswith("StateGetActor") else answer
    with pytest.raises(ChainError) as caught:
        await open_reader(node.network, {"url": node.url}).read({FIL: [TWO]}, FINALIZED)
    assert caught.value.reason is reason


async def test_a_chain_that_began_otherwise_is_named_by_its_first_block(
    node: FilecoinStandIn, open_reader: Opener
) -> None:
    node.genesis = GENESIS[:-1] + "4"
    with pytest.raises(ChainError, match=f"it is on fil:{GENESIS[:-1]}4") as caught:
        await open_reader(node.network, {"url": node.url}).read({FIL: [ONE]}, FINALIZED)
    assert caught.value.reason is Reason.WRONG_CHAIN


async def test_tokens_are_refused_by_name_and_alone(node: FilecoinStandIn, open_reader: Opener) -> None:
    token = Token("USDT", "filecoin", "0x0000000000000000000000000000000000000001", 6)
    reading = await open_reader(node.network, {"url": node.url}).read({FIL: [ONE], token: [ONE]}, FINALIZED)
    assert reading.balances == node.truth({FIL: [ONE]}, START - 5)
    assert reading.failed == {token: "tokens of Filecoin are not read"}


@pytest.mark.parametrize("value", ["-1", "1.5", "", " 1", "٣", "1e3", 7, None, str(2**128)])
def test_an_amount_is_text_of_as_many_bits_as_it_may_have(value: Any) -> None:
    with pytest.raises(ValueError, match=r"is not a number in text|has more than 128 bits"):
        decimal(value, 128)
    assert decimal(str(2**128 - 1), 128) == 2**128 - 1
