"""Reading Bitcoin through bitcoind, Esplora and Electrum, alone and together."""

import asyncio
import json
from contextlib import AsyncExitStack
from typing import Any

import pytest
from aiohttp import web

from monitor.chains import ChainError, Depth, Height, Reason, Tag
from monitor.model import OwnerQuestion, Token
from tests.chains.conftest import Opener
from tests.support.bitcoin_standins import BitcoindStandIn, Chain, ElectrumStandIn, EsploraStandIn, script_of
from tests.support.chains import BITCOIN_ACCOUNTS, BTC, REGTEST, happened

AMOUNTS = dict(zip(BITCOIN_ACCOUNTS, (1, 2_099_999_997_690_000, 123_456_789, 0), strict=True))
WANTED = {BTC: BITCOIN_ACCOUNTS}
LATEST = Tag("latest")

StandIn = BitcoindStandIn | EsploraStandIn | ElectrumStandIn
PROTOCOLS: dict[str, type[Any]] = {"bitcoind": BitcoindStandIn, "esplora": EsploraStandIn, "electrum": ElectrumStandIn}


class World:
    """One chain and servers that look at it."""

    def __init__(self, stack: AsyncExitStack) -> None:
        self.chain = Chain(dict(AMOUNTS))
        self._stack = stack

    async def node(self, protocol: str, chain: Chain | None = None) -> Any:
        node = PROTOCOLS[protocol](chain or self.chain)
        await self._stack.enter_async_context(node.serving())
        return node

    async def endpoint(self, protocol: str, chain: Chain | None = None) -> dict[str, str]:
        return {"url": (await self.node(protocol, chain)).url, "protocol": protocol}


@pytest.fixture
def world(stack: AsyncExitStack) -> World:
    return World(stack)


@pytest.fixture
async def bitcoind(world: World) -> BitcoindStandIn:
    node: BitcoindStandIn = await world.node("bitcoind")
    return node


@pytest.fixture
async def esplora(world: World) -> EsploraStandIn:
    node: EsploraStandIn = await world.node("esplora")
    return node


@pytest.fixture
async def electrum(world: World) -> ElectrumStandIn:
    node: ElectrumStandIn = await world.node("electrum")
    return node


# --- what all have in common ---


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("choice", [LATEST, Tag("safe"), Tag("finalized"), Depth(0), Height(100)])
async def test_every_account_is_read_exactly_at_the_tip(
    world: World, open_reader: Opener, protocol: str, choice: Any
) -> None:
    reading = await open_reader(REGTEST, await world.endpoint(protocol)).read(WANTED, choice)
    assert reading.balances == {BTC: AMOUNTS}
    assert (reading.block.number, reading.block.hash) == (100, world.chain.hash_at(100))
    assert reading.block.timestamp.timestamp() == world.chain.time_at(100)


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("choice", [Depth(1), Height(99)])
async def test_a_block_under_the_tip_is_refused_rather_than_approximated(
    world: World, open_reader: Opener, protocol: str, choice: Any
) -> None:
    reader = open_reader(REGTEST, await world.endpoint(protocol))
    with pytest.raises(ChainError, match="set `block: latest`") as failure:
        await reader.read(WANTED, choice)
    assert failure.value.reason is Reason.PAST_BLOCK
    assert reader.endpoints()[0].up is None


@pytest.mark.parametrize("protocol", PROTOCOLS)
async def test_a_block_over_the_tip_is_behind(world: World, open_reader: Opener, protocol: str) -> None:
    with pytest.raises(ChainError) as failure:
        await open_reader(REGTEST, await world.endpoint(protocol)).read(WANTED, Height(101))
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
    reading = await open_reader(REGTEST, *endpoints, quorum=3).read(WANTED, LATEST)
    assert reading.balances == {BTC: AMOUNTS}
    assert set(reading.endpoints) == {"node-1", "node-2", "node-3"}


@pytest.mark.parametrize("liar", PROTOCOLS)
async def test_a_liar_among_the_protocols_is_outvoted_and_named(world: World, open_reader: Opener, liar: str) -> None:
    lies = Chain(AMOUNTS | {BITCOIN_ACCOUNTS[0]: 5})
    lies.headers = world.chain.headers
    endpoints = [await world.endpoint(protocol, lies if protocol == liar else None) for protocol in PROTOCOLS]
    reader = open_reader(REGTEST, *endpoints, quorum=2)
    assert (await reader.read(WANTED, LATEST)).balances == {BTC: AMOUNTS}
    disagreeing = {state.protocol for state in reader.endpoints() if state.disagreements}
    assert disagreeing <= {liar}
    if liar != "electrum":  # the last is asked only when the first two disagree
        assert disagreeing == {liar}


async def test_endpoints_at_different_blocks_do_not_agree_by_chance(world: World, open_reader: Opener) -> None:
    ahead = Chain(dict(AMOUNTS))
    ahead.mine()
    endpoints = [await world.endpoint("electrum"), await world.endpoint("esplora", ahead)]
    with pytest.raises(ChainError, match="stand at different blocks") as failure:
        await open_reader(REGTEST, *endpoints, quorum=2).read(WANTED, LATEST)
    assert failure.value.reason is Reason.TIP_MOVED


# --- bitcoind ---


async def test_one_scan_serves_all_accounts(bitcoind: BitcoindStandIn, open_reader: Opener) -> None:
    await open_reader(REGTEST, {"url": bitcoind.url}).read(WANTED, LATEST)
    assert bitcoind.methods.count("scantxoutset") == 1
    (scan,) = (body for body in bitcoind.asked if body["method"] == "scantxoutset")
    assert set(scan["params"][1]) == {f"raw({script_of(account).hex()})" for account in BITCOIN_ACCOUNTS}


async def test_the_block_of_a_scan_is_the_one_that_the_scan_names(
    bitcoind: BitcoindStandIn, open_reader: Opener
) -> None:
    async def mine(body: Any) -> None:
        if body["method"] == "scantxoutset" and bitcoind.chain.height == 100:
            bitcoind.chain.mine()

    bitcoind.mischief = mine
    reading = await open_reader(REGTEST, {"url": bitcoind.url}).read(WANTED, LATEST)
    assert reading.block.number == 101


async def test_a_scan_at_another_block_does_not_pass_for_the_wanted_height(
    bitcoind: BitcoindStandIn, open_reader: Opener
) -> None:
    async def mine(body: Any) -> None:
        if body["method"] == "scantxoutset" and bitcoind.chain.height == 100:
            bitcoind.chain.mine()

    bitcoind.mischief = mine
    with pytest.raises(ChainError) as failure:
        await open_reader(REGTEST, {"url": bitcoind.url}).read(WANTED, Height(100))
    assert failure.value.reason in {Reason.TIP_MOVED, Reason.PAST_BLOCK}


async def test_a_scan_of_someone_else_is_waited_for(bitcoind: BitcoindStandIn, open_reader: Opener) -> None:
    bitcoind.other_scans = 3
    reader = open_reader(REGTEST, {"url": bitcoind.url})
    assert (await reader.read(WANTED, LATEST)).balances == {BTC: AMOUNTS}
    assert happened(reader.endpoints()[0]) == {"busy": 3}


async def test_a_scan_of_someone_else_without_end_is_busy(bitcoind: BitcoindStandIn, open_reader: Opener) -> None:
    bitcoind.other_scans = 10**6
    with pytest.raises(ChainError, match="scans for someone else") as failure:
        await open_reader(REGTEST, {"url": bitcoind.url}).read(WANTED, LATEST)
    assert failure.value.reason is Reason.BUSY


async def test_two_readings_never_scan_at_the_same_time(bitcoind: BitcoindStandIn, open_reader: Opener) -> None:
    under_way = 0

    async def watch(body: Any) -> None:
        nonlocal under_way
        if body["method"] == "scantxoutset":
            under_way += 1
            assert under_way == 1
            await asyncio.sleep(0.02)
            under_way -= 1

    bitcoind.mischief = watch
    reader = open_reader(REGTEST, {"url": bitcoind.url})
    readings = await asyncio.gather(*(reader.read(WANTED, LATEST) for _ in range(3)))
    assert [reading.balances for reading in readings] == [{BTC: AMOUNTS}] * 3


async def test_a_reading_that_is_given_up_aborts_its_scan(bitcoind: BitcoindStandIn, open_reader: Opener) -> None:
    bitcoind.scan_ends.clear()
    reading = asyncio.create_task(open_reader(REGTEST, {"url": bitcoind.url}).read(WANTED, LATEST))
    await bitcoind.scanning.wait()
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    assert bitcoind.asked[-1]["params"] == ["abort"]


async def test_a_scan_may_take_longer_than_other_requests(bitcoind: BitcoindStandIn, open_reader: Opener) -> None:
    bitcoind.scan_ends.clear()
    reader = open_reader(REGTEST, {"url": bitcoind.url, "timeout": "50ms"})
    reading = asyncio.create_task(reader.read(WANTED, LATEST))
    await bitcoind.scanning.wait()
    await asyncio.sleep(0.15)
    bitcoind.scan_ends.set()
    assert (await reading).balances == {BTC: AMOUNTS}


async def test_a_probe_does_not_scan(bitcoind: BitcoindStandIn, open_reader: Opener) -> None:
    states = await open_reader(REGTEST, {"url": bitcoind.url}).check(WANTED)
    assert states[0].up
    assert [body["params"] for body in bitcoind.asked if body["method"] == "scantxoutset"] == [["status"]]


def _error(code: int, message: str) -> Any:
    return lambda body: web.json_response(
        {"id": body["id"], "result": None, "error": {"code": code, "message": message}}, status=500
    )


@pytest.mark.parametrize(
    ("method", "answer", "reason"),
    [
        ("getblockhash", _error(-28, "Loading block index…"), "warming_up"),
        ("getblockchaininfo", _error(-28, "Verifying blocks…"), "warming_up"),
        ("scantxoutset", _error(-32601, "Method not found"), "rpc_error"),
        ("scantxoutset", lambda _: web.Response(status=503, text="Work queue depth exceeded"), "busy"),
        ("scantxoutset", lambda _: web.Response(status=401, text=""), "http_status"),
        ("scantxoutset", lambda _: web.Response(text="not JSON"), "not_json"),
        ("getblockchaininfo", lambda body: web.json_response({"id": body["id"], "result": []}), "malformed"),
        ("getblockheader", lambda body: web.json_response({"id": body["id"], "result": {}}), "malformed"),
        ("scantxoutset", lambda body: web.json_response({"id": body["id"], "result": None}), "malformed"),
        ("scantxoutset", lambda body: web.json_response({"id": body["id"], "result": {"success": False}}), "busy"),
    ],
)
async def test_every_refusal_of_bitcoind_has_its_reason(
    bitcoind: BitcoindStandIn, open_reader: Opener, method: str, answer: Any, reason: str
) -> None:
    async def mischief(body: Any) -> web.Response | None:
        return answer(body) if body["method"] == method else None

    bitcoind.mischief = mischief
    with pytest.raises(ChainError) as failure:
        await open_reader(REGTEST, {"url": bitcoind.url}).read(WANTED, LATEST)
    assert failure.value.reason == reason


async def test_a_node_that_still_syncs_is_behind(bitcoind: BitcoindStandIn, open_reader: Opener) -> None:
    bitcoind.syncing = True
    with pytest.raises(ChainError, match="still syncing: block 100 of 107") as failure:
        await open_reader(REGTEST, {"url": bitcoind.url}).read(WANTED, LATEST)
    assert failure.value.reason is Reason.BEHIND


@pytest.mark.parametrize(
    "change",
    [
        lambda scan: scan | {"unspents": scan["unspents"][1:]},
        lambda scan: scan | {"unspents": [*scan["unspents"], scan["unspents"][0]]},
        lambda scan: scan | {"unspents": [scan["unspents"][0] | {"scriptPubKey": "00"}, *scan["unspents"][1:]]},
        lambda scan: scan | {"unspents": [scan["unspents"][0] | {"amount": "1"}, *scan["unspents"][1:]]},
        lambda scan: scan | {"unspents": None},
        lambda scan: scan | {"bestblock": "00"},
        lambda scan: {key: value for key, value in scan.items() if key != "total_amount"},
    ],
)
async def test_a_scan_whose_parts_do_not_fit_is_refused(
    bitcoind: BitcoindStandIn, open_reader: Opener, change: Any
) -> None:
    bitcoind.twist = lambda answer: (
        answer | {"result": change(answer["result"])} if "unspents" in str(answer.get("result")) else answer
    )
    with pytest.raises(ChainError) as failure:
        await open_reader(REGTEST, {"url": bitcoind.url}).read(WANTED, LATEST)
    assert failure.value.reason is Reason.MALFORMED


# --- Esplora ---


async def test_what_an_explorer_has_in_its_mempool_is_not_counted(esplora: EsploraStandIn, open_reader: Opener) -> None:
    reading = await open_reader(REGTEST, {"url": esplora.url, "protocol": "esplora"}).read(WANTED, LATEST)
    assert reading.balances == {BTC: AMOUNTS}


@pytest.mark.parametrize("protocol", ["esplora", "electrum"])
async def test_a_tip_that_moves_during_the_reading_starts_it_again(
    world: World, open_reader: Opener, protocol: str
) -> None:
    node = await world.node(protocol)
    moved = False

    def move(asked: Any, answer: Any) -> Any:
        nonlocal moved
        if not moved and ("/address/" in asked if protocol == "esplora" else "get_balance" in json.dumps(asked)):
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


@pytest.mark.parametrize("protocol", ["esplora", "electrum"])
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


@pytest.mark.parametrize(
    ("path", "answer", "reason"),
    [
        ("/blocks/tip/hash", "<html>", "malformed"),
        ("/block-height/0", "", "malformed"),
        ("/block/", {"id": "00"}, "malformed"),
        ("/block/", "rubbish", "not_json"),
        ("/address/", [], "malformed"),
        (
            "/address/",
            {"address": BITCOIN_ACCOUNTS[1], "chain_stats": {"funded_txo_sum": 2, "spent_txo_sum": 1}},
            "malformed",
        ),
        ("/address/", {}, "malformed"),
        (
            "/address/",
            {"address": BITCOIN_ACCOUNTS[0], "chain_stats": {"funded_txo_sum": 1, "spent_txo_sum": 2}},
            "malformed",
        ),
        (
            "/address/",
            {"address": BITCOIN_ACCOUNTS[0], "chain_stats": {"funded_txo_sum": 1.5, "spent_txo_sum": 0}},
            "malformed",
        ),
        ("/address/", web.Response, "http_status"),
    ],
)
async def test_rubbish_from_an_explorer_is_refused(
    esplora: EsploraStandIn, open_reader: Opener, path: str, answer: Any, reason: str
) -> None:
    def twist(asked: str, true: Any) -> Any:
        if not asked.startswith(path):
            return true
        return web.Response(status=400, text="Too many history entries") if answer is web.Response else answer

    esplora.twist = twist
    reader = open_reader(REGTEST, {"url": esplora.url, "protocol": "esplora"})
    with pytest.raises(ChainError) as failure:
        await reader.read({BTC: BITCOIN_ACCOUNTS[:1]}, LATEST)
    assert failure.value.reason == reason


# --- Electrum ---


async def test_electrum_accounts_travel_in_batches_on_one_connection(
    electrum: ElectrumStandIn, open_reader: Opener
) -> None:
    reader = open_reader(REGTEST, {"url": electrum.url, "protocol": "electrum", "batch": 3})
    assert (await reader.read(WANTED, LATEST)).balances == {BTC: AMOUNTS}
    await reader.read(WANTED, LATEST)
    batches = [len(asked) for asked in electrum.asked if "get_balance" in str(asked)]
    assert batches == [3, 1, 3, 1]
    assert electrum.connections == 1
    assert electrum.asked[0][0]["method"] == "server.version"


async def test_a_cut_connection_is_opened_again(electrum: ElectrumStandIn, open_reader: Opener) -> None:
    cut = iter([None])
    electrum.twist = lambda asked, line: next(cut, line) if "get_balance" in str(asked) else line
    reader = open_reader(REGTEST, {"url": electrum.url, "protocol": "electrum"})
    assert (await reader.read(WANTED, LATEST)).balances == {BTC: AMOUNTS}
    assert electrum.connections == 2
    assert happened(reader.endpoints()[0]) == {"refused": 1}


async def test_the_chain_of_an_electrum_server_is_asked_once_on_each_connection(
    electrum: ElectrumStandIn, open_reader: Opener
) -> None:
    def asked() -> int:
        return sum("blockchain.block.header" in str(request) for request in electrum.asked)

    reader = open_reader(REGTEST, {"url": electrum.url, "protocol": "electrum"})
    await reader.read(WANTED, LATEST)
    await reader.read(WANTED, LATEST)
    assert asked() == 1
    electrum.twist = lambda request, line: None if "get_balance" in str(request) and electrum.connections == 1 else line
    await reader.read(WANTED, LATEST)  # the balances are cut off and asked for again on a second connection
    electrum.chain.headers[0] = electrum.chain.headers[1]
    with pytest.raises(ChainError) as failure:
        await reader.read(WANTED, LATEST)
    assert failure.value.reason is Reason.WRONG_CHAIN
    assert asked() == 2


async def test_notifications_between_the_answers_are_passed_over(
    electrum: ElectrumStandIn, open_reader: Opener
) -> None:
    note = b'{"jsonrpc": "2.0", "method": "blockchain.headers.subscribe", "params": [{"height": 101, "hex": "00"}]}\n'
    electrum.twist = lambda _, line: note + line
    reading = await open_reader(REGTEST, {"url": electrum.url, "protocol": "electrum"}).read(WANTED, LATEST)
    assert reading.balances == {BTC: AMOUNTS}


@pytest.mark.parametrize(
    ("method", "line", "reason"),
    [
        (
            "server.version",
            b'[{"id": 0, "error": {"code": 1, "message": "unsupported protocol version"}}]\n',
            "rpc_error",
        ),
        ("get_balance", b"<html>\n", "malformed"),
        (
            "get_balance",
            b'{"jsonrpc": "2.0", "id": null, "error": {"code": -32600, "message": "batch too large"}}\n',
            "malformed",
        ),
        ("get_balance", b"[]\n", "malformed"),
        ("headers.subscribe", b'[{"id": ID, "result": {"height": 100, "hex": "00"}}]\n', "malformed"),
        ("headers.subscribe", b'[{"id": ID, "result": null}]\n', "malformed"),
        ("get_balance", b'[{"id": ID, "result": {"confirmed": -1}}]\n', "malformed"),
        ("get_balance", b'[{"id": ID, "result": null}]\n', "malformed"),
        ("get_balance", b'[{"id": ID, "error": {"code": -101, "message": "excessive resource usage"}}]\n', "rpc_error"),
    ],
)
async def test_rubbish_from_an_electrum_server_is_refused(
    electrum: ElectrumStandIn, open_reader: Opener, method: str, line: bytes, reason: str
) -> None:
    def twist(asked: Any, true: bytes) -> bytes:
        return line.replace(b"ID", str(asked[0]["id"]).encode()) if method in str(asked) else true

    electrum.twist = twist
    reader = open_reader(REGTEST, {"url": electrum.url, "protocol": "electrum"})
    with pytest.raises(ChainError) as failure:
        await reader.read({BTC: BITCOIN_ACCOUNTS[:1]}, LATEST)
    assert failure.value.reason == reason


async def test_an_electrum_server_that_says_nothing_is_given_up(electrum: ElectrumStandIn, open_reader: Opener) -> None:
    electrum.twist = lambda asked, line: b"" if "get_balance" in str(asked) else line
    reader = open_reader(REGTEST, {"url": electrum.url, "protocol": "electrum", "timeout": "50ms"})
    with pytest.raises(ChainError) as failure:
        await reader.read(WANTED, LATEST)
    assert failure.value.reason is Reason.TIMEOUT
