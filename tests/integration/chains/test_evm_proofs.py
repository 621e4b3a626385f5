"""Proven balances from real anvil nodes, and from one that lies."""

import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import RawTestServer
from eth_abi.abi import encode
from eth_utils.crypto import keccak
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.chains import AtHeight, ChainError, Reason, Tag
from monitor.chains.evm.proofs import verifying
from monitor.chains.evm.proofs.header import state_root
from monitor.chains.evm.proofs.slots import place
from monitor.chains.evm.proofs.trie import Trie
from monitor.devnet.nodes import Anvil
from monitor.model import BalanceSlot, Height
from tests.chains.conftest import Opener
from tests.support.chains import ETH, ETHEREUM, USDC, USDT, account, happened
from tests.support.evm import DOLLAR
from tests.support.nodes import AnvilFactory

pytestmark = pytest.mark.integration

LATEST = Tag("latest")
SLOT = BalanceSlot(1)  # balanceOf is the second variable of the devnet's dollar
PINNED = {USDT.contract or "": SLOT}
ACCOUNTS = [account(0x1000 + number) for number in range(300)]
HOLDERS = 200
"""The accounts behind these have nothing, and are in no trie."""

Twist = Callable[[str, Any], Any]
"""Gets the method and the true reply or result; returns the one that is told."""


@pytest.fixture
def node(anvil: AnvilFactory) -> Anvil:
    node = anvil()
    node.rpc("anvil_setCode", USDT.contract, DOLLAR)
    chance = random.Random(4)
    for name in ACCOUNTS[:HOLDERS]:
        node.rpc("anvil_setBalance", name, hex(chance.getrandbits(80)))
        give(node, name, chance.getrandbits(60))
    node.mine()
    return node


def give(node: Anvil, name: str, dollars: int) -> None:
    node.rpc("anvil_setStorageAt", USDT.contract, f"0x{place(SLOT, name).hex()}", f"0x{dollars:064x}")


def told(node: Anvil, at: str = "latest") -> dict[str, int]:
    """The dollars of all accounts, as the contract tells them."""
    calls = {name: {"to": USDT.contract, "data": "0x70a08231" + name[2:].rjust(64, "0")} for name in ACCOUNTS}
    return {name: int(node.rpc("eth_call", call, at), 16) for name, call in calls.items()}


@asynccontextmanager
async def in_front_of(node: Anvil, twist: Twist) -> AsyncIterator[str]:
    """An endpoint that passes everything on to ``node``, and of whose replies ``twist`` makes others."""

    async def handle(request: web.BaseRequest) -> web.StreamResponse:
        asked = await request.json()
        async with aiohttp.ClientSession() as session, session.post(node.url, json=asked) as response:
            replies = await response.json()
        calls, answers = (asked, replies) if isinstance(asked, list) else ([asked], [replies])
        methods = {call["id"]: call["method"] for call in calls}
        twisted = [twist(methods[answer["id"]], answer) for answer in answers]
        return web.json_response(twisted if isinstance(asked, list) else twisted[0])

    async with RawTestServer(handle, host="127.0.0.1") as server:
        yield str(server.make_url("/"))


def result(change: Twist) -> Twist:
    """What ``change`` makes of results."""
    return lambda method, reply: reply | {"result": change(method, reply["result"])} if "result" in reply else reply


def no_proofs(code: int, message: str) -> Twist:
    """Every ``eth_getProof`` is refused."""

    def refused(method: str, reply: Any) -> Any:
        if method != "eth_getProof":
            return reply
        return {"jsonrpc": "2.0", "id": reply["id"], "error": {"code": code, "message": message}}

    return refused


async def test_proven_balances_are_those_that_are_told_at_the_newest_block_and_at_a_past_one(
    node: Anvil, open_reader: Opener
) -> None:
    height = int(node.rpc("eth_blockNumber"), 16)
    dollars = told(node)
    node.mine(3)
    node.rpc("anvil_setBalance", ACCOUNTS[-1], "0x7")
    give(node, ACCOUNTS[-1], 8)
    node.mine()
    reader = open_reader(ETHEREUM, {"url": node.url}, verify="proof", balance_slots=PINNED)
    wanted = {ETH: ACCOUNTS, USDT: ACCOUNTS}
    past = await reader.read(wanted, AtHeight(Height(height)))
    assert past.balances[USDT] == dollars
    assert past.balances[ETH][ACCOUNTS[-1]] == past.balances[USDT][ACCOUNTS[-1]] == 0
    now = await reader.read(wanted, LATEST)
    assert now.balances[USDT] == {**dollars, ACCOUNTS[-1]: 8}
    assert now.balances[ETH] == {**past.balances[ETH], ACCOUNTS[-1]: 7}
    assert (now.failed, reader.endpoints()[0].method, happened(reader.endpoints()[0])) == ({}, "proof", {})


@pytest.mark.parametrize("hardfork", ["berlin", "london", "paris", "shanghai", "cancun", "prague", "osaka"])
async def test_the_headers_of_every_fork_are_verified(anvil: AnvilFactory, open_reader: Opener, hardfork: str) -> None:
    node = anvil(arguments=("--hardfork", hardfork))
    node.rpc("anvil_setBalance", ACCOUNTS[0], "0x5")
    node.mine()
    reading = await open_reader(ETHEREUM, {"url": node.url}, verify="proof").read({ETH: ACCOUNTS[:2]}, LATEST)
    assert reading.balances[ETH] == {ACCOUNTS[0]: 5, ACCOUNTS[1]: 0}


async def test_the_balance_slot_of_a_token_that_is_not_pinned_is_found_once(node: Anvil, open_reader: Opener) -> None:
    reader = open_reader(ETHEREUM, {"url": node.url}, verify="proof")
    first = await reader.read({USDT: ACCOUNTS[:4]}, LATEST)
    assert first.balances[USDT] == {name: told(node)[name] for name in ACCOUNTS[:4]}
    sent = reader.endpoints()[0].requests
    await reader.read({USDT: ACCOUNTS[:4]}, LATEST)
    repeated = reader.endpoints()[0].requests - sent
    await reader.read({USDT: ACCOUNTS[:4]}, LATEST)
    assert reader.endpoints()[0].requests - sent == 2 * repeated
    assert repeated < sent - 2


async def test_a_token_that_computes_its_balances_fails_by_name_and_one_without_code_too(
    node: Anvil, open_reader: Opener
) -> None:
    node.rpc("anvil_setCode", USDC.contract, "0x602a5f5260205ff3")  # 42 for everybody: PUSH1 42, MSTORE at 0, RETURN it
    node.mine()
    reader = open_reader(ETHEREUM, {"url": node.url}, verify="proof", balance_slots=PINNED)
    reading = await reader.read({ETH: ACCOUNTS, USDT: ACCOUNTS, USDC: ACCOUNTS}, LATEST)
    assert set(reading.balances) == {ETH, USDT}
    assert "in no usual slot" in reading.failed[USDC]
    node.rpc("anvil_setCode", USDC.contract, "0x")
    node.mine()
    pinned = PINNED | {USDC.contract or "": SLOT}
    reader = open_reader(ETHEREUM, {"url": node.url}, verify="proof", balance_slots=pinned)
    assert "no contract" in (await reader.read({USDC: ACCOUNTS}, LATEST)).failed[USDC]


async def test_a_wrong_slot_fails_the_token_and_no_balance_of_it_counts(node: Anvil, open_reader: Opener) -> None:
    slots = {USDT.contract or "": BalanceSlot(0)}
    reader = open_reader(ETHEREUM, {"url": node.url}, {"url": node.url}, verify="proof", balance_slots=slots)
    reading = await reader.read({ETH: ACCOUNTS, USDT: ACCOUNTS}, LATEST)
    assert set(reading.balances) == {ETH}
    assert "not in Solidity slot 0" in reading.failed[USDT]


def lies_in_answers(method: str, result: Any) -> Any:
    """One balance of the packed answers is one more."""
    if method == "eth_call" and len(result) > 200:
        return result[:-1] + ("0" if result[-1] == "f" else f"{int(result[-1], 16) + 1:x}")
    return result


def lies_beside_proofs(method: str, result: Any) -> Any:
    """The balances beside the proofs are one more."""
    if method == "eth_getProof":
        return result | {"balance": hex(int(result["balance"], 16) + 1)}
    return result


def lies_in_proofs(method: str, result: Any) -> Any:
    """One byte of each account's leaf is another one."""
    if method == "eth_getProof":
        *above, leaf = result["accountProof"]
        return result | {"accountProof": [*above, leaf[:-2] + f"{int(leaf[-2:], 16) ^ 1:02x}"]}
    return result


def lies_in_words(method: str, result: Any) -> Any:
    """The words beside the storage proofs are one more."""
    if method == "eth_getProof":
        words = [each | {"value": hex(int(each["value"], 16) + 1)} for each in result["storageProof"]]
        return result | {"storageProof": words}
    return result


def lies_about_the_state(method: str, result: Any) -> Any:
    """The header has another state root."""
    if method == "eth_getBlockByNumber":
        return result | {"stateRoot": "0x" + "11" * 32}
    return result


@pytest.mark.parametrize(
    ("twist", "reason"),
    [
        (lies_in_answers, "disagreement"),
        (lies_beside_proofs, "disagreement"),
        (lies_in_words, "disagreement"),
        (lies_in_proofs, "malformed"),
        (lies_about_the_state, "malformed"),
    ],
)
async def test_a_lie_about_one_balance_is_refused_and_named_and_the_others_go_on(
    node: Anvil, open_reader: Opener, twist: Twist, reason: str
) -> None:
    wanted = {ETH: ACCOUNTS[:HOLDERS], USDT: ACCOUNTS[:HOLDERS]}
    honest = await open_reader(ETHEREUM, {"url": node.url}).read(wanted, LATEST)
    async with in_front_of(node, result(twist)) as liar:
        both = {"url": liar}, {"url": node.url}
        reader = open_reader(ETHEREUM, *both, verify="proof", balance_slots=PINNED)
        reading = await reader.read(wanted, LATEST)
        assert reading.balances == honest.balances
        assert reading.endpoints[0] == "node-2"
        state = reader.endpoints()[0]
        assert set(happened(state)) == {reason}
        assert "node-1" in state.last_error
        assert state.disagreements == (reason == "disagreement")

        alone = open_reader(ETHEREUM, {"url": liar}, verify="proof", balance_slots=PINNED)
        with pytest.raises(ChainError) as failure:
            await alone.read(wanted, LATEST)
        assert failure.value.reason == reason


async def test_a_header_that_one_endpoint_makes_up_is_believed_only_without_a_quorum(
    node: Anvil, anvil: AnvilFactory, open_reader: Opener
) -> None:
    other = anvil(arguments=("--timestamp", "1700000000"))  # true proofs, of a chain of its own
    other.mine(int(node.rpc("eth_blockNumber"), 16))
    endpoints = {"url": other.url}, {"url": node.url}, {"url": node.url, "name": "again"}
    reader = open_reader(ETHEREUM, *endpoints, verify="proof", quorum=2, behind_after="10000d")
    reading = await reader.read({ETH: ACCOUNTS}, LATEST)
    assert reading.block.hash == node.rpc("eth_getBlockByNumber", "latest", False)["hash"]
    assert "node-1" not in reading.endpoints
    assert set(reading.endpoints) == {"node-2", "again"}
    assert reading.balances[ETH][ACCOUNTS[0]] > 0


async def test_an_endpoint_without_proofs_agrees_on_headers_and_leaves_the_proofs_to_others(
    node: Anvil, open_reader: Opener
) -> None:
    refusing = no_proofs(-32601, "the method eth_getProof does not exist/is not available")
    async with in_front_of(node, refusing) as url:
        reader = open_reader(ETHEREUM, {"url": url}, {"url": node.url}, verify="proof", quorum=2)
        reading = await reader.read({ETH: ACCOUNTS}, LATEST)
        assert reading.endpoints == ("node-2", "node-1")
        assert happened(reader.endpoints()[0]) == {"unsupported": 1}
        assert "no eth_getProof" in reader.endpoints()[0].last_error
        assert reader.endpoints()[0].up is True


async def test_a_slot_that_was_found_is_found_anew_after_the_contract_has_moved_its_balances(
    node: Anvil, open_reader: Opener
) -> None:
    reader = open_reader(ETHEREUM, {"url": node.url}, verify="proof")
    wanted = {USDT: ACCOUNTS[:3]}
    assert (await reader.read(wanted, LATEST)).balances[USDT][ACCOUNTS[0]] == told(node)[ACCOUNTS[0]]
    memory, push, rest, slot = FORMS["Vyper"]
    assert slot
    node.rpc("anvil_setCode", USDT.contract, "0x" + memory.format(slot=push) + _LOAD + rest + _RETURN)
    node.rpc("anvil_setStorageAt", USDT.contract, f"0x{place(slot, ACCOUNTS[0]).hex()}", f"0x{77:064x}")
    node.mine()
    assert "not in Solidity slot 1" in (await reader.read(wanted, LATEST)).failed[USDT]
    assert (await reader.read(wanted, LATEST)).balances[USDT] == {ACCOUNTS[0]: 77, ACCOUNTS[1]: 0, ACCOUNTS[2]: 0}


async def test_words_that_are_too_many_for_a_node_are_asked_for_in_parts(node: Anvil, open_reader: Opener) -> None:
    largest = 0

    def limited(method: str, reply: Any) -> Any:
        nonlocal largest
        words = len(reply["result"]["storageProof"]) if method == "eth_getProof" else 0
        if words > 50:
            return {
                "jsonrpc": "2.0",
                "id": reply["id"],
                "error": {"code": -32000, "message": f"too many keys ({words})"},
            }
        largest = max(largest, words)
        return reply

    async with in_front_of(node, limited) as url:
        reader = open_reader(ETHEREUM, {"url": url, "batch": 40}, verify="proof", balance_slots=PINNED)
        reading = await reader.read({USDT: ACCOUNTS, ETH: ACCOUNTS}, LATEST)
    assert reading.balances[USDT] == told(node)
    assert 25 <= largest <= 50


async def test_an_examination_of_the_endpoints_asks_for_proofs(node: Anvil, open_reader: Opener) -> None:
    refusing = no_proofs(-32601, "the method eth_getProof does not exist/is not available")
    async with in_front_of(node, refusing) as url:
        reader = open_reader(ETHEREUM, {"url": url}, {"url": node.url}, verify="proof", block="latest")
        without, able = await reader.examine({USDT: ACCOUNTS[:1]})
        assert "no eth_getProof" in str(without.error)
        assert (able.error, able.abilities["proofs"], able.abilities["many balances"]) == (None, "yes", "proof")


async def test_pruned_proofs_say_what_to_do(node: Anvil, open_reader: Opener) -> None:
    refusing = no_proofs(-32602, "distance to target block exceeds maximum proof window")
    async with in_front_of(node, refusing) as url:
        with pytest.raises(ChainError, match="widen the node's proof window") as failure:
            await open_reader(ETHEREUM, {"url": url}, verify="proof").read({ETH: ACCOUNTS}, LATEST)
        assert failure.value.reason is Reason.PRUNED


# Tokens as short as can be: balanceOf is the whole contract.
_ACCOUNT_FIRST = "6004355f52{slot}602052"  # memory: the account, the slot
_SLOT_FIRST = "{slot}5f52600435602052"  # memory: the slot, the account
_LOAD, _RETURN = "60405f2054", "5f5260205ff3"  # SLOAD the place that is the hash of both; RETURN the word

FORMS = {
    "FiatToken's flag above the balance": (_ACCOUNT_FIRST, "6009", "60011b60011c", BalanceSlot(9, 255)),
    "a balance of 96 bits": (_ACCOUNT_FIRST, "6004", "60a01b60a01c", BalanceSlot(4, 96)),
    "Vyper": (_SLOT_FIRST, "6003", "", BalanceSlot(3, vyper=True)),
    "OpenZeppelin 5": (
        _ACCOUNT_FIRST,
        "7f52c63247e1f47db19d5ce0460030c497f067ca4cebf71ba98eeadabe20bace00",
        "",
        BalanceSlot(0x52C63247E1F47DB19D5CE0460030C497F067CA4CEBF71BA98EEADABE20BACE00),
    ),
    "shares": (_ACCOUNT_FIRST, "6009", "600302", None),
    "a balance above other data": (_ACCOUNT_FIRST, "6009", "60801c", None),
    "a gift for all": (_ACCOUNT_FIRST, "6009", "600701", None),
    "a slot that is not usual": (_ACCOUNT_FIRST, "610fff", "", None),
}


@pytest.mark.parametrize("form", FORMS)
async def test_balance_slots_are_found_whatever_form_the_balance_has(
    node: Anvil, open_reader: Opener, form: str
) -> None:
    memory, push, rest, expected = FORMS[form]
    node.rpc("anvil_setCode", USDC.contract, "0x" + memory.format(slot=push) + _LOAD + rest + _RETURN)
    if expected:
        flagged = 1000 + (1 << 255 if expected.bits < 256 else 0)
        node.rpc("anvil_setStorageAt", USDC.contract, f"0x{place(expected, ACCOUNTS[0]).hex()}", f"0x{flagged:064x}")
    node.mine()
    reader = open_reader(ETHEREUM, {"url": node.url}, verify="proof")
    reading = await reader.read({USDC: ACCOUNTS[:3]}, LATEST)
    if expected:
        assert reading.balances[USDC] == {ACCOUNTS[0]: 1000, ACCOUNTS[1]: 0, ACCOUNTS[2]: 0}
        pinned = {USDC.contract or "": expected}
        again = open_reader(ETHEREUM, {"url": node.url}, verify="proof", balance_slots=pinned)
        assert (await again.read({USDC: ACCOUNTS[:3]}, LATEST)).balances == reading.balances
    else:
        assert set(reading.failed) == {USDC}


class Proofs:
    """Answers of ``eth_getProof`` for all accounts, and the block that they are at."""

    def __init__(self, node: Anvil) -> None:
        self.root = state_root(node.rpc("eth_getBlockByNumber", "latest", False)).root
        self.accounts = {name: node.rpc("eth_getProof", name, [], "latest") for name in ACCOUNTS}
        keys = [f"0x{place(SLOT, name).hex()}" for name in ACCOUNTS]
        self.contract = node.rpc("eth_getProof", USDT.contract, keys, "latest")


@pytest.fixture
def proofs(node: Anvil) -> Proofs:
    return Proofs(node)


def test_accounts_and_words_that_are_not_there_are_proven_absent(proofs: Proofs) -> None:
    trie = Trie(proofs.root)
    absent = [name for name in ACCOUNTS if verifying.state(trie, name, proofs.accounts[name]).balance == 0]
    assert absent == ACCOUNTS[HOLDERS:]
    storage = Trie(verifying.state(trie, USDT.contract or "", proofs.contract).storage_root)
    words = verifying.words(storage, {name: place(SLOT, name) for name in ACCOUNTS}, proofs.contract)
    assert [name for name, word in words.items() if not word] == ACCOUNTS[HOLDERS:]
    assert min(len(answer["accountProof"]) for answer in proofs.accounts.values()) >= 2, "the trie has some depth"


@settings(max_examples=400, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_proof_with_any_byte_altered_is_refused(proofs: Proofs, data: st.DataObject) -> None:
    number = data.draw(st.integers(0, len(ACCOUNTS) - 1))
    name = ACCOUNTS[number]
    trie = Trie(proofs.root)
    storage = Trie(verifying.state(trie, USDT.contract or "", proofs.contract).storage_root)

    def altered(nodes: list[str]) -> list[str]:
        level = data.draw(st.integers(0, len(nodes) - 1))
        node = bytearray.fromhex(nodes[level][2:])
        node[data.draw(st.integers(0, len(node) - 1))] ^= data.draw(st.integers(1, 255))
        return [*nodes[:level], "0x" + node.hex(), *nodes[level + 1 :]]

    answer = proofs.accounts[name]
    with pytest.raises(ValueError, match=name):
        verifying.state(trie, name, answer | {"accountProof": altered(answer["accountProof"])})
    word = proofs.contract["storageProof"][number]
    with pytest.raises(ValueError, match=name):
        verifying.words(
            storage, {name: place(SLOT, name)}, {"storageProof": [word | {"proof": altered(word["proof"])}]}
        )


def test_every_byte_of_one_proof_counts(proofs: Proofs) -> None:
    name = ACCOUNTS[0]
    answer = proofs.accounts[name]
    trie = Trie(proofs.root)
    assert verifying.state(trie, name, answer).balance
    for level, text in enumerate(answer["accountProof"]):
        for offset in range(len(text) // 2 - 1):
            node = bytearray.fromhex(text[2:])
            node[offset] ^= 1
            nodes = [*answer["accountProof"][:level], "0x" + node.hex(), *answer["accountProof"][level + 1 :]]
            with pytest.raises(ValueError, match=name):
                verifying.state(trie, name, answer | {"accountProof": nodes})


def test_the_place_of_a_balance_is_soliditys() -> None:
    assert place(SLOT, ACCOUNTS[0]) == keccak(encode(["address", "uint256"], [ACCOUNTS[0], 1]))
    assert place(BalanceSlot(1, vyper=True), ACCOUNTS[0]) == keccak(encode(["uint256", "address"], [1, ACCOUNTS[0]]))
