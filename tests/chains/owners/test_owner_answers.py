"""What each protocol makes of the answers that its chain can give about an account."""

import json
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import replace
from typing import Any

import pytest
from base58 import b58encode
from coincurve import PrivateKey
from Crypto.Hash import RIPEMD160

from monitor.chains import ChainError, ChainReader, Reason
from monitor.chains.starknet.node import selector
from monitor.model import OwnerAnswer, OwnerOutcome, OwnerQuestion
from tests.chains.conftest import Opener
from tests.support.owner_standins import PROTOCOLS, STRANGER, Failing, OwnerStandIn, Protocol

CONFIRMED, REFUTED, UNDECIDED = OwnerOutcome.CONFIRMED, OwnerOutcome.REFUTED, OwnerOutcome.UNDECIDED
BY_NAME = {protocol.name: protocol for protocol in PROTOCOLS}
Answers = dict[str, Any]


class World:
    """A node that gives the documented answers, and how they are altered."""

    def __init__(self, protocol: Protocol, node: OwnerStandIn, url: str, open_reader: Opener) -> None:
        self.protocol = protocol
        self.question = protocol.question
        self.node = node
        self.url = url
        self._open = open_reader

    @property
    def answers(self) -> Answers:
        return self.node.answers

    def reader(self, **settings: Any) -> ChainReader:
        return self._open(self.protocol.network, {"url": self.url}, behind_after="99999d", **settings)

    async def ask(self, question: OwnerQuestion | None = None, **settings: Any) -> OwnerAnswer:
        (answer,) = await self.reader(**settings).confirm([question or self.question])
        return answer

    async def refused(self, reason: Reason, text: str = ".", **settings: Any) -> None:
        with pytest.raises(ChainError, match=text) as failure:
            await self.ask(**settings)
        assert failure.value.reason is reason, failure.value


Worlds = Callable[[str], Awaitable[World]]


@pytest.fixture
def world(stack: AsyncExitStack, open_reader: Opener) -> Worlds:
    async def started(name: str) -> World:
        node = OwnerStandIn(BY_NAME[name].answers)
        return World(BY_NAME[name], node, await stack.enter_async_context(node.serving()), open_reader)

    return started


# --- Aptos ---

APTOS_BLOCK = "/blocks/by_height/168339071"
APTOS_ACCOUNT = "/accounts/0x" + "a1" * 32


async def test_aptos_knows_the_present_authentication_key(world: Worlds) -> None:
    aptos = await world("aptos")
    assert "its authentication key is that of the key that signed" in (await aptos.ask()).reason
    aptos.answers[APTOS_ACCOUNT]["authentication_key"] = "0x" + "cc" * 32
    rotated = await aptos.ask()
    assert (rotated.outcome, "is 0xcccccc" in rotated.reason) == (REFUTED, True)


async def test_an_aptos_account_that_no_key_signs_for_is_left_to_others(world: Worlds) -> None:
    aptos = await world("aptos")
    aptos.answers[APTOS_ACCOUNT]["authentication_key"] = "0x" + "00" * 32
    answer = await aptos.ask()
    assert (answer.outcome, "no key signs for it" in answer.reason) == (UNDECIDED, True)


async def test_aptos_is_asked_for_the_account_at_the_version_after_the_block(world: Worlds) -> None:
    aptos = await world("aptos")
    answer = await aptos.ask()
    assert aptos.node.bodies[APTOS_ACCOUNT][1:] == [[("ledger_version", "549666386")]]
    assert (answer.block.number, answer.block.timestamp.year) == (168339071, 2024)


async def test_aptos_tells_a_missing_account_from_a_missing_or_forgotten_version(world: Worlds) -> None:
    aptos = await world("aptos")
    aptos.answers[APTOS_ACCOUNT] = Failing(
        404, {"message": "…", "error_code": "account_not_found", "vm_error_code": None}
    )
    answer = await aptos.ask()
    assert (answer.outcome, answer.reason) == (UNDECIDED, "the chain knows no such account")
    aptos.answers[APTOS_ACCOUNT] = Failing(404, {"message": "…", "error_code": "version_not_found"})
    await aptos.refused(Reason.BEHIND)
    aptos.answers[APTOS_ACCOUNT] = Failing(410, {"message": "…", "error_code": "version_pruned"})
    await aptos.refused(Reason.PRUNED)


async def test_aptos_blocks_that_are_missing_or_another_are_noticed(world: Worlds) -> None:
    aptos = await world("aptos")
    blocks = [aptos.answers[APTOS_BLOCK], {**aptos.answers[APTOS_BLOCK], "block_hash": "0x" + "b2" * 32}]
    aptos.answers[APTOS_BLOCK] = lambda _: blocks[aptos.node.asked.count(APTOS_BLOCK) % 2 == 0]
    await aptos.refused(Reason.TIP_MOVED)
    aptos.answers[APTOS_BLOCK] = Failing(410, {"error_code": "block_pruned"})
    await aptos.refused(Reason.PRUNED)
    aptos.answers[APTOS_BLOCK] = Failing(404, {"error_code": "block_not_found"})
    await aptos.refused(Reason.BEHIND)
    aptos.answers[APTOS_BLOCK] = {**blocks[0], "block_height": "5"}
    await aptos.refused(Reason.MALFORMED, "about block 5")


# --- Antelope ---

KEY, OTHER = (PrivateKey(secret).public_key.format() for secret in (b"\1" * 32, STRANGER))
ACCOUNT = "/v1/chain/get_account"


def modern(key: bytes) -> str:
    return "PUB_K1_" + b58encode(key + RIPEMD160.new(key + b"K1").digest()[:4]).decode()


def permission(name: str, threshold: int, *keys: tuple[str, int]) -> dict[str, Any]:
    listed = [{"key": key, "weight": weight} for key, weight in keys]
    delegate = {"permission": {"actor": "someone", "permission": "active"}, "weight": threshold}
    return {"perm_name": name, "required_auth": {"threshold": threshold, "keys": listed, "accounts": [delegate]}}


@pytest.mark.parametrize(
    ("permissions", "keys", "outcome", "reason"),
    [
        ([permission("active", 1, (modern(KEY), 1))], [KEY], CONFIRMED, "weigh 1 of the 1 that active needs"),
        ([permission("owner", 1, (modern(KEY), 1))], [KEY], CONFIRMED, "that owner needs"),
        ([permission("active", 2, (modern(KEY), 1), (modern(OTHER), 1))], [KEY], UNDECIDED, "weigh 1 of the 2"),
        ([permission("active", 2, (modern(KEY), 1), (modern(OTHER), 1))], [KEY, OTHER], CONFIRMED, "weigh 2 of the 2"),
        ([permission("active", 3, (modern(KEY), 2), (modern(OTHER), 1))], [KEY, OTHER], CONFIRMED, "weigh 3 of the 3"),
        ([permission("active", 1), permission("owner", 1)], [KEY], UNDECIDED, "weigh 0 of the 1 that active needs and"),
        ([permission("claim", 1, (modern(KEY), 1))], [KEY], UNDECIDED, "neither the permission active nor owner"),
        ([permission("active", 0, (modern(OTHER), 1))], [KEY], UNDECIDED, "weigh 0 of the 0"),
        ([permission("active", 1, ("PUB_R1_7z", 1))], [KEY], UNDECIDED, "weigh 0 of the 1"),
        ([], [KEY], UNDECIDED, "neither"),
    ],
)
async def test_antelope_keys_must_reach_the_threshold_of_a_ruling_permission(
    world: Worlds, permissions: list[Any], keys: list[bytes], outcome: OwnerOutcome, reason: str
) -> None:
    antelope = await world("antelope")
    antelope.answers[ACCOUNT]["permissions"] = permissions
    answer = await antelope.ask(replace(antelope.question, keys=tuple(keys)))
    assert (answer.outcome, reason in answer.reason) == (outcome, True), answer.reason


async def test_antelope_keys_that_are_not_enough_are_refuted_where_nobody_else_has_a_say(world: Worlds) -> None:
    antelope = await world("antelope")
    alone = permission("active", 2, (modern(KEY), 1), (modern(OTHER), 1))
    alone["required_auth"]["accounts"] = []
    antelope.answers[ACCOUNT]["permissions"] = [alone]
    answer = await antelope.ask(replace(antelope.question, keys=(KEY,)))
    assert (answer.outcome, "weigh 1 of the 2" in answer.reason) == (REFUTED, True)


async def test_antelope_names_the_last_irreversible_block(world: Worlds) -> None:
    answer = await (await world("antelope")).ask()
    assert (answer.block.number, answer.block.hash[:8]) == (329342800, "13a15f50")
    assert answer.block.timestamp.isoformat() == "2023-09-04T20:33:47.500000+00:00"


def failed(message: str) -> Failing:
    error = {"code": 0, "name": "exception", "what": "unspecified", "details": [{"message": message}]}
    return Failing(500, {"code": 500, "message": "Internal Service Error", "error": error})


async def test_antelope_tells_a_missing_account_from_other_failures(world: Worlds) -> None:
    antelope = await world("antelope")
    antelope.answers[ACCOUNT] = failed("unknown key (eosio::chain::name): okbtothemoon")
    answer = await antelope.ask()
    assert (answer.outcome, answer.reason) == (UNDECIDED, "the chain knows no such account")
    antelope.answers[ACCOUNT] = failed("deadline exceeded")
    await antelope.refused(Reason.RPC_ERROR, "deadline exceeded")


async def test_antelope_answers_about_the_past_or_about_others_are_not_believed(world: Worlds) -> None:
    antelope = await world("antelope")
    antelope.answers[ACCOUNT]["head_block_num"] = 329342799
    await antelope.refused(Reason.BEHIND)
    antelope.answers[ACCOUNT]["head_block_num"] = 329343133
    antelope.answers[ACCOUNT]["account_name"] = "another"
    await antelope.refused(Reason.MALFORMED, "about 'another'")


async def test_antelope_reads_no_block_under_its_tip(world: Worlds) -> None:
    await (await world("antelope")).refused(Reason.PAST_BLOCK, block=1)


# --- XRP Ledger ---

SIGNERS = ("ravbHNootpSNQkxyEFCWevSkHsFGDHfyop", "rE7n5PFBejTkUtkzjqVvg1iyUMWus5FQC1")
MASTER = "rN7n7otQDd6FczFgLdSqtcsAUxDkw6fzRH"


async def ask_rippled(rippled: World, *signers: str) -> tuple[OwnerOutcome, str]:
    answer = await rippled.ask(replace(rippled.question, signers=signers))
    return answer.outcome, answer.reason


async def test_the_xrp_ledger_knows_regular_keys_and_signer_lists(world: Worlds) -> None:
    rippled = await world("rippled")
    data = rippled.answers["account_info"]["result"]["account_data"]
    assert await ask_rippled(rippled, data["RegularKey"]) == (
        CONFIRMED,
        f"its regular key is that of the signer {data['RegularKey']}",
    )
    assert await ask_rippled(rippled, *SIGNERS) == (CONFIRMED, "the signers weigh 2 of its signer list's quorum of 2")
    outcome, reason = await ask_rippled(rippled, SIGNERS[0])
    assert (outcome, "weigh 1 of its signer list's quorum of 2" in reason) == (REFUTED, True)
    del data["RegularKey"]
    outcome, reason = await ask_rippled(rippled, "rMnXR9p2sZT9iZ6ew3iEqvBMyPts1ADc4i")
    assert (outcome, "it has no regular key" in reason) == (REFUTED, True)


async def test_a_master_key_counts_unless_it_is_disabled(world: Worlds) -> None:
    rippled = await world("rippled")
    assert (await ask_rippled(rippled, MASTER))[0] is REFUTED
    rippled.answers["account_info"]["result"]["account_data"]["Flags"] = 0
    assert await ask_rippled(rippled, MASTER) == (CONFIRMED, "its master key signed, and is not disabled")


async def test_signer_lists_may_stand_beside_the_account(world: Worlds) -> None:
    rippled = await world("rippled")
    result = rippled.answers["account_info"]["result"]
    result["signer_lists"] = result["account_data"].pop("signer_lists")
    assert (await ask_rippled(rippled, *SIGNERS))[0] is CONFIRMED
    result["signer_lists"] = []
    assert (await ask_rippled(rippled, *SIGNERS))[0] is REFUTED
    del result["signer_lists"]
    with pytest.raises(ChainError, match="signer_lists"):
        await ask_rippled(rippled, *SIGNERS)


async def test_the_xrp_ledger_tells_a_missing_account_from_a_missing_ledger(world: Worlds) -> None:
    rippled = await world("rippled")
    rippled.answers["account_info"] = {"result": {"error": "actNotFound", "error_code": 19, "status": "error"}}
    assert (await rippled.ask()).reason == "the ledger knows no such account"
    rippled.answers["account_info"] = {"result": {"error": "lgrNotFound", "status": "error"}}
    await rippled.refused(Reason.BEHIND)
    rippled.answers["account_info"] = {"result": {"error": "tooBusy", "status": "error"}}
    await rippled.refused(Reason.BUSY, "tooBusy")
    rippled.answers["ledger"] = {"result": {"error": "noNetwork", "status": "error"}}
    await rippled.refused(Reason.BEHIND, "noNetwork")


async def test_only_validated_ledgers_count(world: Worlds) -> None:
    rippled = await world("rippled")
    rippled.answers["account_info"]["result"]["validated"] = False
    await rippled.refused(Reason.MALFORMED, "not validated")
    rippled.answers["account_info"]["result"] |= {"validated": True, "ledger_hash": "0" * 64}
    await rippled.refused(Reason.UNPINNED, "another ledger")
    rippled.answers["ledger"]["result"]["validated"] = False
    await rippled.refused(Reason.MALFORMED, "not validated")


async def test_a_server_that_was_given_no_network_id_is_on_the_main_net(world: Worlds) -> None:
    rippled = await world("rippled")
    del rippled.answers["server_info"]["result"]["info"]["network_id"]
    assert (await rippled.ask()).outcome is CONFIRMED


# --- TON ---


async def test_ton_contracts_tell_their_key_or_have_none(world: Worlds) -> None:
    ton = await world("toncenter")
    result = ton.answers["/runGetMethod"]["result"]
    assert (await ton.ask()).reason.startswith("get_public_key is the key that signed, ")
    result["stack"] = [["num", "0x1"]]
    assert (await ton.ask()).outcome is REFUTED
    assert (await ton.ask(replace(ton.question, keys=((1).to_bytes(32, "big"),)))).outcome is CONFIRMED
    result |= {"exit_code": 11, "stack": []}
    answer = await ton.ask()
    assert (answer.outcome, "exit code 11" in answer.reason) == (UNDECIDED, True)


async def test_ton_is_asked_at_the_block_that_is_named(world: Worlds) -> None:
    ton = await world("toncenter")
    answer = await ton.ask()
    asked = {"address": "0:" + "70" * 32, "method": "get_public_key", "stack": [], "seqno": 30497145}
    assert ton.node.bodies["/runGetMethod"][1:] == [asked]
    assert (answer.block.number, answer.block.timestamp.timestamp()) == (30497145, 1687271330)


@pytest.mark.parametrize("found", [[], [["num", "0x1"], ["num", "0x2"]], [["cell", {}]], [["num", "1"]], [["num", 1]]])
async def test_a_stack_that_is_no_key_is_rubbish(world: Worlds, found: list[Any]) -> None:
    ton = await world("toncenter")
    ton.answers["/runGetMethod"]["result"]["stack"] = found
    await ton.refused(Reason.MALFORMED)


async def test_ton_errors_and_another_block_are_noticed(world: Worlds) -> None:
    ton = await world("toncenter")
    ton.answers["/runGetMethod"] = Failing(500, {"ok": False, "error": "LITE_SERVER_NOTREADY", "code": 500})
    await ton.refused(Reason.BEHIND)
    headers = [dict(ton.answers["/getBlockHeader"]["result"]) for _ in range(2)]
    headers[1]["id"] = {**headers[1]["id"], "root_hash": "AAAA"}
    asked = ton.node.asked
    ton.answers["/getBlockHeader"] = lambda _: {"ok": True, "result": headers[asked.count("/getBlockHeader") % 4 == 0]}
    asked.clear()
    await ton.refused(Reason.TIP_MOVED)
    ton.answers["/getBlockHeader"] = {"ok": True, "result": {**headers[0], "id": {"seqno": 4, "root_hash": "AAAA"}}}
    await ton.refused(Reason.MALFORMED, "about block 4")


# --- Starknet ---

STARK_KEY = hex(int.from_bytes(BY_NAME["starknet"].question.keys[0], "big"))


def telling(**keys: Any) -> Callable[[Any], Any]:
    """Answers of a contract that knows these getters and no others; a value may be an error's code."""
    by_selector = {selector(name): value for name, value in keys.items()}

    def answer(body: Any) -> Any:
        value = by_selector.get(body["params"][0]["entry_point_selector"], 21)
        return {"error": {"code": value, "message": "refused"}} if isinstance(value, int) else value

    return answer


@pytest.mark.parametrize("getter", ["get_public_key", "getPublicKey", "get_owner", "getSigner", "get_signer"])
async def test_starknet_contracts_tell_their_key_by_several_names(world: Worlds, getter: str) -> None:
    starknet = await world("starknet")
    starknet.answers["starknet_call"] = telling(**{getter: [STARK_KEY]})
    answer = await starknet.ask()
    assert (answer.outcome, answer.reason) == (CONFIRMED, f"{getter} is the key that signed, {STARK_KEY}")
    starknet.answers["starknet_call"] = telling(**{getter: ["0x7"]})
    answer = await starknet.ask()
    assert (answer.outcome, answer.reason) == (REFUTED, f"{getter} is 0x7, which did not sign")


async def test_starknet_contracts_that_tell_no_key_confirm_nobody(world: Worlds) -> None:
    starknet = await world("starknet")
    for none in (
        telling(),
        telling(get_public_key=40),
        telling(get_owner=[STARK_KEY, STARK_KEY]),
        telling(get_owner=[]),
    ):
        starknet.answers["starknet_call"] = none
        answer = await starknet.ask()
        assert (answer.outcome, "tells no key" in answer.reason) == (UNDECIDED, True)
    starknet.answers["starknet_call"] = {"error": {"code": 20, "message": "Contract not found"}}
    answer = await starknet.ask()
    assert (answer.outcome, answer.reason) == (UNDECIDED, "there is no contract at this account, and so no key")


async def test_starknet_is_asked_at_the_blocks_hash_and_about_the_account(world: Worlds) -> None:
    starknet = await world("starknet")
    answer = await starknet.ask()
    _, body = starknet.node.bodies["starknet_call"]
    call, block = body["params"]
    assert call == {
        "contract_address": "0x5" + "05" * 31,  # no leading zeros: the specification's pattern of a field element
        "entry_point_selector": "0x1a35984e05126dbecb7c3bb9929e7dd9106d460c59b1633739a5c733a5fb13b",
        "calldata": [],
    }
    assert block == {"block_hash": answer.block.hash}


async def test_starknet_errors_are_no_answers(world: Worlds) -> None:
    starknet = await world("starknet")
    starknet.answers["starknet_call"] = {"error": {"code": 24, "message": "Block not found"}}
    await starknet.refused(Reason.BEHIND)
    starknet.answers["starknet_call"] = {"error": {"code": -32603, "message": "Internal error"}}
    await starknet.refused(Reason.RPC_ERROR, "Internal error")
    starknet.answers["starknet_getBlockWithTxHashes"] = {"error": {"code": 32, "message": "There are no blocks"}}
    await starknet.refused(Reason.RPC_ERROR, "no blocks")


def test_selectors_are_those_of_starknet() -> None:
    # "get_public_key" and "get_owner" as Starknet's explorers and contracts show them
    assert selector("get_public_key") == "0x1a35984e05126dbecb7c3bb9929e7dd9106d460c59b1633739a5c733a5fb13b"
    assert selector("transfer") == "0x83afd3f4caedc6eebf44246fe54e38c95e3179a5ec9ea81740eca5b482d12e"


# --- NEAR ---


async def test_near_keys_need_full_access(world: Worlds) -> None:
    near = await world("near")
    assert (await near.ask()).reason == "the key that signed has full access"
    stranger = await near.ask(near.protocol.strangers[0])
    assert (stranger.outcome, stranger.reason) == (REFUTED, "the key that signed is none of its 2 access keys")
    limited = await near.ask(near.protocol.strangers[1])
    assert (limited.outcome, limited.reason) == (REFUTED, "the key that signed may only call stated methods")


async def test_near_tells_a_missing_account_from_a_missing_block(world: Worlds) -> None:
    near = await world("near")
    near.answers["query"]["keys"] = []
    locked = await near.ask()
    assert (locked.outcome, "its contract alone controls it" in locked.reason) == (UNDECIDED, True)

    def failing(cause: str) -> dict[str, Any]:
        return {
            "error": {
                "code": -32000,
                "name": "HANDLER_ERROR",
                "cause": {"name": cause, "info": {}},
                "message": "Server error",
            }
        }

    near.answers["query"] = failing("UNKNOWN_ACCOUNT")
    assert (await near.ask()).reason == "the chain knows no such account"
    for cause, reason in (
        ("UNKNOWN_BLOCK", Reason.BEHIND),
        ("GARBAGE_COLLECTED_BLOCK", Reason.PRUNED),
        ("INTERNAL_ERROR", Reason.RPC_ERROR),
    ):
        near.answers["query"] = failing(cause)
        await near.refused(reason, cause)


async def test_near_is_asked_at_the_final_block(world: Worlds) -> None:
    near = await world("near")
    await near.ask()
    hash_ = "GGJQ8yjmo7aEoj8ZpAhGehnq9BSWFx4xswHYzDwwAP2n"
    asked = {"request_type": "view_access_key_list", "block_id": hash_, "account_id": "reserves.okx.near"}
    assert [body["params"] for body in near.node.bodies["block"]] == [{"finality": "final"}, {"block_id": 19884918}]
    assert [body["params"] for body in near.node.bodies["query"]] == [asked]
    near.answers["query"]["block_hash"] = "another"
    await near.refused(Reason.UNPINNED, "another block")


# --- Blocks ---

TIPS: dict[str, tuple[str, ...]] = {
    "aptos": ("/", "block_height"),
    "rippled": ("ledger", "result", "ledger_index"),
    "toncenter": ("/getMasterchainInfo", "result", "last", "seqno"),
    "starknet": ("starknet_getBlockWithTxHashes", "block_number"),
    "near": ("block", "header", "height"),
}


@pytest.mark.parametrize("name", TIPS)
async def test_a_block_under_the_tip_can_be_chosen(world: Worlds, name: str) -> None:
    """The first block told is the tip, three above the one that the answers are about."""
    node = await world(name)
    key, *path = TIPS[name]
    recorded = json.dumps(node.answers[key])
    number = (await node.ask()).block.number
    told: list[Any] = []

    def answer(body: Any) -> Any:
        tip = not told or name in {"aptos", "toncenter"}
        told.append(body)
        document = json.loads(recorded)
        place = document
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = type(place[path[-1]])(number + 3) if tip else place[path[-1]]
        return document

    node.answers[key] = answer
    assert (await node.ask(block=3)).block.number == number
    assert told


@pytest.mark.parametrize("name", BY_NAME)
@pytest.mark.parametrize("block", ["safe", "latest", 0])
async def test_every_tag_names_a_block(world: Worlds, name: str, block: str | int) -> None:
    node = await world(name)
    node.answers["/eth/v1/beacon/headers/head"] = node.answers.get("/eth/v1/beacon/headers/finalized")
    assert (await node.ask(block=block)).outcome is CONFIRMED


# --- nodes that do not look at what they are asked for ---


@pytest.mark.parametrize("name", ["aptos", "toncenter", "starknet"])
async def test_a_node_that_answers_at_a_block_that_nobody_has_is_not_asked(world: Worlds, name: str) -> None:
    node = await world(name)
    node.node.heeds = False
    await node.refused(Reason.UNPINNED, "which nobody has")


@pytest.mark.parametrize("code", [20, 21, 40])
async def test_a_starknet_node_that_knows_no_contract_at_no_block_has_looked_at_another(
    world: Worlds, code: int
) -> None:
    starknet = await world("starknet")
    starknet.node.heeds = False
    starknet.answers["starknet_call"] = {"error": {"code": code, "message": "…"}}
    await starknet.refused(Reason.UNPINNED)


@pytest.mark.parametrize("name", ["rippled", "starknet", "near"])
async def test_a_node_that_tells_of_its_tip_for_any_number_is_not_believed(world: Worlds, name: str) -> None:
    await (await world(name)).refused(Reason.MALFORMED, "it is about", block=3)


async def test_an_account_that_is_missing_at_another_block_is_not_missing_at_this_one(world: Worlds) -> None:
    rippled, near = await world("rippled"), await world("near")
    rippled.answers["account_info"] = {"result": {"error": "actNotFound", "ledger_hash": "0" * 64, "validated": True}}
    await rippled.refused(Reason.UNPINNED, "another ledger")
    cause = {"name": "UNKNOWN_ACCOUNT", "info": {"block_hash": "another"}}
    near.answers["query"] = {"error": {"code": -32000, "message": "Server error", "cause": cause}}
    await near.refused(Reason.MALFORMED, "at another block")


@pytest.mark.parametrize("name", ["aptos", "rippled", "toncenter", "starknet", "near"])
async def test_a_block_has_the_time_that_each_node_tells(world: Worlds, open_reader: Opener, name: str) -> None:
    times = {
        "aptos": (APTOS_BLOCK, "block_timestamp"),
        "rippled": ("ledger", "result", "ledger", "close_time"),
        "toncenter": ("/getBlockHeader", "result", "gen_utime"),
        "starknet": ("starknet_getBlockWithTxHashes", "timestamp"),
        "near": ("block", "header", "timestamp"),
    }
    nodes = [await world(name) for _ in range(3)]
    key, *path = times[name]
    place = nodes[1].answers[key]
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = type(place[path[-1]])(int(place[path[-1]]) * 9 // 10)
    endpoints = [{"url": each.url} for each in nodes]
    reader = open_reader(nodes[0].protocol.network, *endpoints, quorum=2, behind_after="99999d")
    (answer,) = await reader.confirm([nodes[0].question])
    assert answer.outcome is CONFIRMED
    assert [state.disagreements for state in reader.endpoints()] == [0, 1, 0]
