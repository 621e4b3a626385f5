"""bitcoind: its one scan, and every way in which a node refuses it or answers rubbish."""

import asyncio
import time
from typing import Any

import pytest
from aiohttp import web

from monitor.chains import ChainError, Reason, Tag
from monitor.chains.bitcoin import scan
from monitor.chains.bitcoin.bitcoind import BitcoindNode
from monitor.chains.link import Link
from monitor.model import Work
from monitor.settings import EndpointSettings
from tests.chains.conftest import Opener
from tests.support.bitcoin_standins import BitcoindStandIn, script_of
from tests.support.chains import BITCOIN_ACCOUNTS, BTC, REGTEST, happened
from tests.support.journals import Journals

WANTED = {BTC: BITCOIN_ACCOUNTS}
LATEST = Tag("latest")


async def test_one_scan_serves_all_accounts(bitcoind: BitcoindStandIn, open_reader: Opener) -> None:
    await open_reader(REGTEST, {"url": bitcoind.url}).read(WANTED, LATEST)
    assert bitcoind.methods.count("scantxoutset") == 1
    (scan,) = (body for body in bitcoind.asked if body["method"] == "scantxoutset")
    assert set(scan["params"][1]) == {f"raw({script_of(account).hex()})" for account in BITCOIN_ACCOUNTS}


async def test_a_header_is_that_of_its_hash_or_none(bitcoind: BitcoindStandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    link = Link(EndpointSettings.model_validate({"url": bitcoind.url}))
    node = BitcoindNode(REGTEST, link)
    for told in ("00" * 80, "no header", ""):
        monkeypatch.setattr(bitcoind, "on_getblockheader", lambda *_, told=told: told)
        with pytest.raises(ChainError, match="got another header"):
            await node.header_at(7)
    assert await node.header_at(101) is None, "it is above the tip"
    await link.close()


async def test_a_block_that_comes_while_it_is_scanned_is_taken_back(
    bitcoind: BitcoindStandIn, open_reader: Opener, amounts: dict[str, int]
) -> None:
    async def mine(body: Any) -> None:
        if body["method"] == "scantxoutset" and bitcoind.chain.height == 100:
            bitcoind.chain.mine()
            bitcoind.chain.amounts[BITCOIN_ACCOUNTS[0]] = 77

    bitcoind.mischief = mine
    reader = open_reader(REGTEST, {"url": bitcoind.url})
    reading = await reader.read(WANTED, LATEST)
    assert (reading.block.number, reading.block.hash) == (100, bitcoind.chain.hash_at(100))
    assert reading.balances == {BTC: amounts}
    assert (await reader.read(WANTED, LATEST)).balances == {BTC: amounts | {BITCOIN_ACCOUNTS[0]: 77}}
    assert bitcoind.scans == 1


async def test_a_scan_of_someone_else_is_waited_for(
    bitcoind: BitcoindStandIn, open_reader: Opener, amounts: dict[str, int]
) -> None:
    bitcoind.other_scans = 3
    reader = open_reader(REGTEST, {"url": bitcoind.url})
    assert (await reader.read(WANTED, LATEST)).balances == {BTC: amounts}
    assert happened(reader.endpoints()[0]) == {"busy": 3}


async def test_a_scan_of_someone_else_without_end_is_busy(bitcoind: BitcoindStandIn, open_reader: Opener) -> None:
    bitcoind.other_scans = 10**6
    with pytest.raises(ChainError, match="scans for someone else") as failure:
        await open_reader(REGTEST, {"url": bitcoind.url}).read(WANTED, LATEST)
    assert failure.value.reason is Reason.BUSY


async def test_two_readings_never_scan_at_the_same_time(
    bitcoind: BitcoindStandIn, open_reader: Opener, amounts: dict[str, int]
) -> None:
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
    assert [reading.balances for reading in readings] == [{BTC: amounts}] * 3


async def test_a_reading_that_is_given_up_aborts_its_scan(bitcoind: BitcoindStandIn, open_reader: Opener) -> None:
    bitcoind.scan_ends.clear()
    reading = asyncio.create_task(open_reader(REGTEST, {"url": bitcoind.url}).read(WANTED, LATEST))
    await bitcoind.scanning.wait()
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    assert bitcoind.asked[-1]["params"] == ["abort"]


async def killed_while_it_scans(bitcoind: BitcoindStandIn, open_reader: Opener) -> Journals:
    """What a monitor has kept that was killed in the middle of a scan, which the node goes on with."""
    journals, kept = Journals(), Journals()
    bitcoind.scan_ends.clear()
    reading = asyncio.create_task(open_reader(REGTEST, {"url": bitcoind.url}, keeper=journals).read(WANTED, LATEST))
    await bitcoind.scanning.wait()
    bitcoind.scanning_since = began = time.time()
    kept.entries = {endpoint: list(entries) for endpoint, entries in journals.entries.items()}
    reading.cancel()
    await asyncio.gather(reading, return_exceptions=True)
    bitcoind.scanning_since = began
    bitcoind.asked.clear()
    return kept


def aborts(bitcoind: BitcoindStandIn) -> int:
    return sum(body["method"] == "scantxoutset" and body["params"] == ["abort"] for body in bitcoind.asked)


async def test_a_scan_that_a_killed_monitor_has_left_behind_is_aborted_after_its_restart(
    bitcoind: BitcoindStandIn, open_reader: Opener, amounts: dict[str, int]
) -> None:
    kept = await killed_while_it_scans(bitcoind, open_reader)
    reader = open_reader(REGTEST, {"url": bitcoind.url}, keeper=kept)
    assert (await reader.read(WANTED, LATEST)).balances == {BTC: amounts}
    assert aborts(bitcoind) == 1
    assert happened(reader.endpoints()[0]) == {}
    again = open_reader(REGTEST, {"url": bitcoind.url}, keeper=kept)
    assert (await again.read(WANTED, LATEST)).balances == {BTC: amounts}
    assert aborts(bitcoind) == 1


@pytest.mark.parametrize("seconds", [-3600, -2, 10])
async def test_a_scan_that_began_at_another_time_is_someone_elses_and_not_aborted(
    bitcoind: BitcoindStandIn, open_reader: Opener, seconds: float
) -> None:
    kept = await killed_while_it_scans(bitcoind, open_reader)
    assert bitcoind.scanning_since
    bitcoind.scanning_since += seconds
    with pytest.raises(ChainError, match="scans for someone else"):
        await open_reader(REGTEST, {"url": bitcoind.url}, keeper=kept).read(WANTED, LATEST)
    assert aborts(bitcoind) == 0


async def test_a_node_that_does_not_tell_since_when_it_scans_is_waited_for(
    bitcoind: BitcoindStandIn, open_reader: Opener
) -> None:
    kept = await killed_while_it_scans(bitcoind, open_reader)
    bitcoind.tells_commands = False
    with pytest.raises(ChainError, match="scans for someone else"):
        await open_reader(REGTEST, {"url": bitcoind.url}, keeper=kept).read(WANTED, LATEST)
    assert aborts(bitcoind) == 0


async def test_a_scan_that_was_refused_is_not_taken_for_ours_later(
    bitcoind: BitcoindStandIn, open_reader: Opener
) -> None:
    """Another monitor may have begun its own a moment before."""
    journals = Journals()
    bitcoind.scanning_since = time.time()
    for _ in range(2):
        with pytest.raises(ChainError, match="scans for someone else"):
            await open_reader(REGTEST, {"url": bitcoind.url}, keeper=journals).read(WANTED, LATEST)
    assert aborts(bitcoind) == 0


async def test_a_scan_may_take_longer_than_other_requests(
    bitcoind: BitcoindStandIn, open_reader: Opener, amounts: dict[str, int]
) -> None:
    bitcoind.scan_ends.clear()
    reader = open_reader(REGTEST, {"url": bitcoind.url, "timeout": "50ms"})
    reading = asyncio.create_task(reader.read(WANTED, LATEST))
    await bitcoind.scanning.wait()
    await asyncio.sleep(0.15)
    bitcoind.scan_ends.set()
    assert (await reading).balances == {BTC: amounts}


async def test_the_progress_of_a_scan_is_shown_while_it_runs(
    bitcoind: BitcoindStandIn, open_reader: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scan, "_LOOK", 0.001)
    bitcoind.scan_ends.clear()
    reader = open_reader(REGTEST, {"url": bitcoind.url})
    reading = asyncio.create_task(reader.read(WANTED, LATEST))
    async with asyncio.timeout(10):
        while reader.endpoints()[0].work is None:  # noqa: ASYNC110 - there is no event
            await asyncio.sleep(0.001)
    assert reader.endpoints()[0].work == Work("scanning the unspent outputs", 0.42)
    bitcoind.scan_ends.set()
    await reading
    assert reader.endpoints()[0].work is None


async def test_a_probe_does_not_scan(bitcoind: BitcoindStandIn, open_reader: Opener) -> None:
    (found,) = await open_reader(REGTEST, {"url": bitcoind.url}).examine(WANTED)
    assert found.error is None
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
        ("scantxoutset", _error(-32601, "Method not found"), "unsupported"),
        ("scantxoutset", _error(-1, "Unable to read UTXO set"), "rpc_error"),
        ("scantxoutset", lambda _: web.Response(status=503, text="Work queue depth exceeded"), "busy"),
        ("scantxoutset", lambda _: web.Response(status=401, text=""), "http_status"),
        ("scantxoutset", lambda _: web.Response(text="not JSON"), "not_json"),
        ("getblockchaininfo", lambda body: web.json_response({"id": body["id"], "result": []}), "malformed"),
        ("getblockheader", lambda body: web.json_response({"id": body["id"], "result": {}}), "malformed"),
        ("scantxoutset", lambda body: web.json_response({"id": body["id"], "result": None}), "malformed"),
        ("scantxoutset", lambda body: web.json_response({"id": body["id"], "result": {"success": False}}), "busy"),
        ("getblockheader", _error(-5, "Block not found"), "tip_moved"),
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
