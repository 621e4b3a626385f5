"""Tron by JSON-RPC and by the HTTP API: all balances at the newest block, or the newest solidified one."""

import itertools
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

import pytest
from aiohttp import web

from monitor.chains import AtHeight, ChainError, Depth, Reason, Tag
from monitor.chains.tron.accounts import from_hex, to_hex
from monitor.model import Height, Token
from tests.chains.conftest import Opener
from tests.support.chains import account as evm_account
from tests.support.chains import happened
from tests.support.owner_standins import OwnerStandIn, places, spoilt
from tests.support.tron import ANSWERS, TRON, TRX, USDT, USDT_HEX, TronStandIn, account

Nodes = Callable[[], Awaitable[TronStandIn]]
Endpoint = Callable[[TronStandIn], dict[str, Any]]

LATEST, FINALIZED = Tag("latest"), Tag("finalized")
NUMBERS = range(1, 41)
ACCOUNTS = [account(number) for number in NUMBERS]
COINS = {account(number): number * 10**6 for number in NUMBERS}
TETHER = {account(number): number * 10**9 for number in NUMBERS}
WANTED = {TRX: ACCOUNTS, USDT: ACCOUNTS}


@pytest.fixture
def tron(stack: AsyncExitStack) -> Nodes:
    """``await tron()``: another node, that tells the truth."""

    async def started() -> TronStandIn:
        node = TronStandIn()
        node.coins = {evm_account(number): number * 10**6 for number in NUMBERS}
        node.tokens[USDT_HEX] = {evm_account(number): number * 10**9 for number in NUMBERS}
        await stack.enter_async_context(node.serving())
        return node

    return started


def http(node: TronStandIn) -> dict[str, Any]:
    return {"protocol": "tron", "url": node.url}


def jsonrpc(node: TronStandIn) -> dict[str, Any]:
    return {"protocol": "tron-jsonrpc", "url": f"{node.url}jsonrpc"}


@pytest.fixture(params=[http, jsonrpc])
def endpoint(request: pytest.FixtureRequest) -> Endpoint:
    """Either protocol."""
    way: Endpoint = request.param
    return way


# --- balances ---


@pytest.mark.parametrize("runs", [("deployless", "multicall3"), ("multicall3",), ()], ids=str)
async def test_coins_and_tokens_are_read_by_the_best_way_there_is(
    tron: Nodes, open_reader: Opener, endpoint: Endpoint, runs: tuple[str, ...]
) -> None:
    node = await tron()
    node.runs = set(runs)
    blocked = max(TETHER, key=TETHER.__getitem__)
    node.blocked = {to_hex(TRON, blocked)}
    reader = open_reader(TRON, endpoint(node))
    reading = await reader.read(WANTED, LATEST)
    assert (reading.balances[TRX], reading.balances[USDT]) == (COINS, TETHER)
    assert reading.positions == {USDT.frozen: {blocked: TETHER[blocked]}}, "whom the issuer has blocked"
    assert (reading.block.number, reading.block.hash) == (node.tip, f"0x{node.tip:016x}{0:048x}")
    (state,) = reader.endpoints()
    expected = "deployless" if "deployless" in runs and endpoint is http else "multicall3" if runs else "batch"
    assert (state.method, happened(state)) == (expected, {})


async def test_many_accounts_take_few_requests(tron: Nodes, open_reader: Opener, endpoint: Endpoint) -> None:
    node = await tron()
    reader = open_reader(TRON, endpoint(node))
    await reader.read(WANTED, LATEST)
    node.asked.clear()
    await reader.read(WANTED, LATEST)
    assert len(node.methods) == 2 + 3 + len(WANTED) + 1, (
        "the chain twice, the block thrice, one call a token, whom USDT blocks"
    )


@pytest.mark.parametrize("runs", [("deployless", "multicall3"), ()], ids=["packed", "singles"])
async def test_accounts_that_were_never_activated_hold_nothing(
    tron: Nodes, open_reader: Opener, endpoint: Endpoint, runs: tuple[str, ...]
) -> None:
    node = await tron()
    node.runs = set(runs)
    reading = await open_reader(TRON, endpoint(node)).read({TRX: [account(99), account(1)]}, LATEST)
    assert reading.balances[TRX] == {account(99): 0, account(1): 10**6}


async def test_a_call_that_takes_the_machine_too_long_is_halved(
    tron: Nodes, open_reader: Opener, endpoint: Endpoint
) -> None:
    node = await tron()
    node.at_once = 15
    reader = open_reader(TRON, endpoint(node))
    reading = await reader.read(WANTED, LATEST)
    assert (reading.balances[TRX], reading.balances[USDT]) == (COINS, TETHER)
    assert reader.endpoints()[0].method != "batch"


@pytest.mark.parametrize("runs", [("deployless", "multicall3"), ("multicall3",), ()], ids=str)
async def test_a_token_that_is_none_fails_by_its_name_and_alone(
    tron: Nodes, open_reader: Opener, endpoint: Endpoint, runs: tuple[str, ...]
) -> None:
    node = await tron()
    node.runs = set(runs)
    stranger = Token("NONE", "tron", account(77), 6)
    node.tokens[evm_account(78)] = {evm_account(3): -1}
    refusing = Token("NO", "tron", account(78), 6)
    asset = Token("BTT", "tron", "1002000", 6)
    wanted = {TRX: ACCOUNTS, stranger: ACCOUNTS, refusing: ACCOUNTS, asset: ACCOUNTS}
    reading = await open_reader(TRON, endpoint(node)).read(wanted, LATEST)
    assert reading.balances == {TRX: COINS}
    assert {token.asset for token in reading.failed} == {"NONE", "NO", "BTT"}
    assert "Smart contract is not exist" in reading.failed[stranger]
    assert account(3) in reading.failed[refusing] or endpoint is jsonrpc
    assert "REVERT" in reading.failed[refusing]


# --- one block ---


async def test_when_a_block_comes_in_between_the_reading_begins_again(
    tron: Nodes, open_reader: Opener, endpoint: Endpoint
) -> None:
    node = await tron()
    steps = itertools.chain((0, 0, 0, 0, 0, 1), itertools.repeat(0))
    node.moves = lambda: next(steps)
    reader = open_reader(TRON, endpoint(node))
    first = node.tip
    reading = await reader.read({TRX: ACCOUNTS}, LATEST)
    assert reading.block.number == first + 1
    assert happened(reader.endpoints()[0]) == {"tip_moved": 1}


async def test_where_a_window_is_allowed_two_passes_over_many_blocks_count_with_the_lower_reading(
    tron: Nodes, open_reader: Opener, endpoint: Endpoint
) -> None:
    node = await tron()
    await open_reader(TRON, endpoint(node)).read({TRX: ACCOUNTS}, LATEST)
    node.moves = lambda: 1
    reading = await open_reader(TRON, endpoint(node), window="20s").read({TRX: ACCOUNTS}, LATEST)
    assert reading.block.since is not None
    assert reading.block.since.number < reading.block.number


async def test_a_reorganisation_at_the_same_height_is_seen(tron: Nodes, open_reader: Opener) -> None:
    node = await tron()

    async def reorganise(body: Any) -> None:
        node.fork += "data" in body

    node.mischief = reorganise
    with pytest.raises(ChainError, match="tip_moved"):
        await open_reader(TRON, http(node)).read({TRX: ACCOUNTS}, LATEST)


async def test_blocks_that_come_too_quickly_are_an_error_that_says_what_to_do(
    tron: Nodes, open_reader: Opener, endpoint: Endpoint
) -> None:
    node = await tron()
    node.moves = lambda: 1
    with pytest.raises(ChainError, match=r"block \d+ came after \d+ while it was read; a nearer endpoint"):
        await open_reader(TRON, endpoint(node)).read({TRX: ACCOUNTS}, LATEST)


async def test_a_balance_that_changed_while_ways_were_tried_out_rules_no_way_out(
    tron: Nodes, open_reader: Opener
) -> None:
    node = await tron()

    async def change(body: Any) -> None:
        if "data" in body and len(node.asked) < 7:
            node.coins[evm_account(1)] += 1
            node.tip += 1

    node.mischief = change
    reader = open_reader(TRON, http(node))
    await reader.read({TRX: ACCOUNTS}, LATEST)
    assert reader.endpoints()[0].method == "deployless"


async def test_finalized_is_the_solidified_state(tron: Nodes, open_reader: Opener) -> None:
    node = await tron()
    for tag in (FINALIZED, Tag("safe")):
        reading = await open_reader(TRON, http(node)).read(WANTED, tag)
        assert reading.block.number == node.tip - 19
        assert reading.balances[TRX] == {name: coins - 1 for name, coins in COINS.items()}


async def test_jsonrpc_tells_the_solidified_state_on_its_solidity_port_only(tron: Nodes, open_reader: Opener) -> None:
    node = await tron()
    with pytest.raises(ChainError, match=r"past_block: .* solidity port \(httpSolidityPort\), use `protocol: tron`"):
        await open_reader(TRON, jsonrpc(node)).read(WANTED, FINALIZED)
    node.solidity_port = True
    reading = await open_reader(TRON, jsonrpc(node)).read(WANTED, FINALIZED)
    assert reading.block.number == node.tip - 19
    assert reading.balances[TRX][account(3)] == 3 * 10**6 - 1


@pytest.mark.parametrize("choice", [AtHeight(Height(66987000)), Depth(5)])
async def test_past_blocks_are_refused(tron: Nodes, open_reader: Opener, endpoint: Endpoint, choice: Any) -> None:
    node = await tron()
    with pytest.raises(ChainError, match=r"past_block: .*it tells only its newest state"):
        await open_reader(TRON, endpoint(node)).read(WANTED, choice)
    assert not any("constant" in method or "Balance" in method for method in node.methods)


async def test_the_newest_block_by_its_number_is_read_and_a_later_one_is_not_there_yet(
    tron: Nodes, open_reader: Opener, endpoint: Endpoint
) -> None:
    node = await tron()
    reader = open_reader(TRON, endpoint(node))
    newest = (await reader.read({TRX: ACCOUNTS}, LATEST)).block.number
    assert (await reader.read({TRX: ACCOUNTS}, AtHeight(newest))).block.number == newest
    with pytest.raises(ChainError, match="behind"):
        await reader.read({TRX: ACCOUNTS}, AtHeight(Height(newest + 1)))


async def test_another_network_of_trons_is_another_chain(tron: Nodes, open_reader: Opener, endpoint: Endpoint) -> None:
    node = await tron()
    node.genesis = {**node.genesis, "blockID": f"{0:056x}94a9059e"}
    with pytest.raises(ChainError, match=r"wrong_chain: .*tron:2494104990, but tron is tron:728126428"):
        await open_reader(TRON, endpoint(node)).read(WANTED, LATEST)


@pytest.mark.parametrize("method", ["eth_chainId", "eth_getBlockByNumber", "eth_getBalance", "eth_call"])
@pytest.mark.parametrize("result", [5, "0x", "rubbish", {}], ids=str)
async def test_rubbish_of_the_jsonrpc_is_malformed(tron: Nodes, open_reader: Opener, method: str, result: Any) -> None:
    node = await tron()
    node.runs = set()

    async def rubbish(body: Any) -> web.Response | None:
        calls = body if isinstance(body, list) else [body]
        if calls[0]["method"] != method:
            return None
        replies = [{"jsonrpc": "2.0", "id": call["id"], "result": result} for call in calls]
        return web.json_response(replies if isinstance(body, list) else replies[0])

    node.mischief = rubbish
    with pytest.raises(ChainError, match="malformed"):
        await open_reader(TRON, jsonrpc(node)).read({TRX: ACCOUNTS, USDT: ACCOUNTS}, LATEST)


# --- several endpoints ---


async def test_both_protocols_agree_at_the_same_block_and_outvote_one_that_lies(
    tron: Nodes, open_reader: Opener
) -> None:
    nodes = [await tron() for _ in range(3)]
    nodes[0].coins[evm_account(5)] = 10**15
    endpoints = (http(nodes[0]), jsonrpc(nodes[1]), http(nodes[2]))
    reader = open_reader(TRON, *endpoints, quorum=2)
    reading = await reader.read(WANTED, LATEST)
    assert (reading.balances[TRX], reading.endpoints) == (COINS, ("node-2", "node-3"))
    assert [state.disagreements for state in reader.endpoints()] == [1, 0, 0]


async def test_an_endpoint_that_has_yet_to_reach_the_block_is_not_taken_at_its_word(
    tron: Nodes, open_reader: Opener
) -> None:
    """It would read the block before, and stand at the right one by the time it is looked at again."""
    nodes = [await tron() for _ in range(2)]
    nodes[1].tip -= 1
    nodes[1].coins[evm_account(5)] = 1

    async def arrive(body: Any) -> None:
        if "data" in body and nodes[1].tip < nodes[0].tip:
            nodes[1].tip += 1
            nodes[1].coins = dict(nodes[0].coins)

    nodes[1].mischief = arrive
    reader = open_reader(TRON, http(nodes[0]), http(nodes[1]), quorum=2)
    reading = await reader.read(WANTED, LATEST)
    assert reading.balances[TRX] == COINS
    assert [state.disagreements for state in reader.endpoints()] == [0, 0]


@pytest.mark.parametrize("path", ["getblockbynum", "getnowblock", "getaccount", "triggerconstantcontract"])
async def test_whatever_an_endpoint_refuses_the_next_one_answers(tron: Nodes, open_reader: Opener, path: str) -> None:
    nodes = [await tron() for _ in range(2)]
    nodes[0].runs = nodes[1].runs = set() if path == "getaccount" else {"deployless"}

    async def refuse(_: Any) -> web.Response | None:
        return web.Response(status=403, text="no") if nodes[0].asked[-1][0].endswith(path) else None

    nodes[0].mischief = refuse
    reader = open_reader(TRON, *(http(node) for node in nodes))
    reading = await reader.read({TRX: ACCOUNTS}, LATEST)
    assert reading.balances[TRX] == COINS
    if path != "triggerconstantcontract":
        assert reading.endpoints == ("node-2",)


async def test_a_node_that_lacks_resources_is_asked_again(tron: Nodes, open_reader: Opener) -> None:
    node = await tron()
    once = iter([web.json_response(ANSWERS["error"])])

    async def busy(_: Any) -> web.Response | None:
        return next(once, None)

    node.mischief = busy
    reader = open_reader(TRON, http(node))
    assert (await reader.read({TRX: ACCOUNTS}, LATEST)).balances[TRX] == COINS
    assert happened(reader.endpoints()[0]) == {"rate_limited": 1}


# --- as documented ---

OWNER = from_hex("0x" + ANSWERS["/wallet/getaccount"]["address"][2:])


async def read_documented(open_reader: Opener, answers: dict[str, Any]) -> Any:
    constant = answers["/wallet/triggerconstantcontract"]
    no_program = {"result": {"code": "OTHER_ERROR", "message": ""}}
    by_selector = {
        "70a08231": constant,
        "e47d6060": {**ANSWERS["/wallet/triggerconstantcontract"], "constant_result": ["0" * 64]},
    }
    served = {
        **answers,
        "/wallet/triggerconstantcontract": lambda body: by_selector.get(body["data"][:8], no_program),
    }
    async with OwnerStandIn(served).serving() as url:
        reader = open_reader(TRON, {"url": url}, behind_after="100000d")
        return await reader.read({TRX: [OWNER], USDT: [OWNER]}, LATEST)


async def test_documented_answers_are_understood_and_staked_coins_are_not_added(open_reader: Opener) -> None:
    reading = await read_documented(open_reader, ANSWERS)
    assert reading.balances == {TRX: {OWNER: 1793227200}, USDT: {OWNER: 10**6}}
    assert (reading.block.number, reading.block.timestamp.isoformat()) == (66987627, "2026-04-29T06:40:09+00:00")


PLACES = [
    ("/wallet/getblockbynum", ("blockID",)),
    ("/wallet/getblockbynum", ()),
    *(
        ("/wallet/getnowblock", path)
        for path in places(ANSWERS["/wallet/getnowblock"])
        if path[-1:] and path[-1] in {"blockID", "block_header", "raw_data", "number", "timestamp"}
    ),
    ("/wallet/getnowblock", ()),
    ("/wallet/getaccount", ()),
    ("/wallet/getaccount", ("address",)),
    ("/wallet/getaccount", ("balance",)),
    ("/wallet/triggerconstantcontract", ()),
    ("/wallet/triggerconstantcontract", ("constant_result",)),
    ("/wallet/triggerconstantcontract", ("constant_result", 0)),
    ("/wallet/triggerconstantcontract", ("transaction", "ret")),
]


@pytest.mark.parametrize(("path", "place"), PLACES, ids=str)
@pytest.mark.parametrize("value", [{"x": 1}, -1, "rubbish", [None]], ids=str)
async def test_anything_but_the_documented_kind_is_malformed(
    open_reader: Opener, path: str, place: tuple[Any, ...], value: Any
) -> None:
    with pytest.raises(ChainError) as caught:
        await read_documented(open_reader, ANSWERS | {path: spoilt(ANSWERS[path], place, value)})
    assert caught.value.reason is Reason.MALFORMED


@pytest.mark.parametrize("kind", ["reverted", "no contract"])
async def test_documented_refusals_of_a_token_are_its_own(open_reader: Opener, kind: str) -> None:
    reading = await read_documented(open_reader, ANSWERS | {"/wallet/triggerconstantcontract": ANSWERS[kind]})
    assert list(reading.failed) == [USDT]
