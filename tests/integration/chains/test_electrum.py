"""A real Electrum server: TLS, the past by histories, and quorums with a node and an explorer."""

import hashlib
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from base58 import b58encode_check

from benchmarks.bitcoin.ledger import Ledger
from monitor.chains import AtHeight, ChainError, Depth, Reason, Tag
from monitor.devnet.nodes import BitcoinNode, ElectrumServer
from monitor.model import Height
from tests.chains.conftest import Opener
from tests.support.certificates import certificate
from tests.support.chains import BITCOIN_ACCOUNTS, BTC, REGTEST, happened
from tests.support.electrum_proxies import Cutter, Liar
from tests.support.explorers import Explorer
from tests.support.nodes import BitcoinFactory, ElectrumFactory, by_rpc
from tests.support.waiting import eventually

pytestmark = pytest.mark.integration

LATEST = Tag("latest")
AMOUNTS = dict(zip(BITCOIN_ACCOUNTS, (546, 12_345_678_901, 123_456_789, 2_000), strict=True))
OTHERS = [
    b58encode_check(b"\0" + hashlib.sha256(number.to_bytes(2, "big")).digest()[:20]).decode() for number in range(20)
]
WANTED = {BTC: [*BITCOIN_ACCOUNTS, *OTHERS]}
EXPECTED = AMOUNTS | dict.fromkeys(OTHERS, 0)


def by_electrum(url: str, **more: Any) -> dict[str, Any]:
    return {"url": url, "protocol": "electrum", **more}


def by_explorer(url: str) -> dict[str, Any]:
    return {"url": url, "protocol": "esplora"}


def caught_up(server: ElectrumServer, node: BitcoinNode) -> None:
    eventually(lambda: server.height() == node.rpc("getblockcount"))


async def test_a_certificate_is_pinned_or_signed_by_a_known_authority_or_refused(
    bitcoin_node: BitcoinFactory, electrum_server: ElectrumFactory, open_reader: Opener, tmp_path: Path
) -> None:
    node = bitcoin_node()
    node.fund(AMOUNTS)
    shown, another = certificate(tmp_path / "shown"), certificate(tmp_path / "another")
    url = electrum_server(node, tls=(shown.pem, shown.key)).tls_url
    for trust in ({"certificate": shown.fingerprint}, {"ca_file": shown.authority}):
        reading = await open_reader(REGTEST, by_electrum(url, **trust)).read(WANTED, LATEST)
        assert reading.balances == {BTC: EXPECTED}
    for distrust in ({}, {"certificate": another.fingerprint}, {"ca_file": another.authority}):
        with pytest.raises(ChainError, match=shown.fingerprint) as failure:
            await open_reader(REGTEST, by_electrum(url, **distrust)).read(WANTED, LATEST)
        assert failure.value.reason is Reason.CERTIFICATE


async def test_every_block_of_the_past_is_what_the_node_said_then(
    bitcoin_node: BitcoinFactory, electrum_server: ElectrumFactory, open_reader: Opener
) -> None:
    node = bitcoin_node()
    ledger = Ledger(node, 60)
    ledger.fund(600, watched=300)
    said: dict[int, tuple[str, dict[str, int]]] = {}
    for number in range(12):
        ledger.block(25) if number != 5 else ledger.reorganise(2, 25)
        scan = node.rpc("scantxoutset", "start", [f"raw({each.script.hex()})" for each in ledger.watched])
        held = {each.script.hex(): 0 for each in ledger.watched}
        for output in scan["unspents"]:
            held[output["scriptPubKey"]] += int(output["amount"] * 10**8)
        balances = {each.address: held[each.script.hex()] for each in ledger.watched}
        said[scan["height"]] = (scan["bestblock"], balances)
    electrum = electrum_server(node)
    wanted = {BTC: [each.address for each in ledger.watched]}
    reader = open_reader(REGTEST, by_electrum(electrum.url, batch=25))
    assert len({tuple(balances.values()) for _, balances in said.values()}) > 8
    for height, (block, balances) in said.items():
        if node.rpc("getblockhash", height) != block:
            continue  # a reorganisation has taken it since
        reading = await reader.read(wanted, AtHeight(Height(height)))
        assert (reading.block.hash, reading.balances) == (block, {BTC: balances})
    tip = node.rpc("getblockcount")
    assert (await reader.read(wanted, Depth(3))).balances == {BTC: said[tip - 3][1]}
    assert happened(reader.endpoints()[0]) == {}


async def test_a_node_an_electrum_server_and_an_explorer_agree_at_the_same_block_hash(
    bitcoin_node: BitcoinFactory, electrum_server: ElectrumFactory, open_reader: Opener
) -> None:
    node = bitcoin_node()
    height = node.fund(AMOUNTS)
    electrum = electrum_server(node)
    async with Explorer(node).serving() as explorer:
        endpoints = by_rpc(node), by_electrum(electrum.url), by_explorer(explorer)
        reader = open_reader(REGTEST, *endpoints, quorum=3)
        reading = await reader.read(WANTED, LATEST)
        assert (reading.block.hash, reading.balances) == (node.rpc("getbestblockhash"), {BTC: EXPECTED})
        assert len(reading.endpoints) == 3
        node.fund({BITCOIN_ACCOUNTS[0]: 1000})
        node.mine(2)
        caught_up(electrum, node)
        for choice in (AtHeight(Height(height)), Depth(3)):
            past = await reader.read(WANTED, choice)
            assert (past.block.number, past.balances, len(past.endpoints)) == (height, {BTC: EXPECTED}, 3)
        assert (await reader.read(WANTED, LATEST)).balances == {BTC: EXPECTED | {BITCOIN_ACCOUNTS[0]: 1546}}


async def test_servers_that_lie_lag_or_cut_the_line_are_outvoted_and_named(
    bitcoin_node: BitcoinFactory, electrum_server: ElectrumFactory, open_reader: Opener
) -> None:
    node = bitcoin_node()
    node.fund(AMOUNTS)
    node.mine(2)
    electrum = electrum_server(node)
    stale = Explorer(node)
    async with AsyncExitStack() as stack:
        stale_url = await stack.enter_async_context(stale.serving())
        await open_reader(REGTEST, by_explorer(stale_url)).read(WANTED, LATEST)
        stale.frozen = True
        gone = node.rpc("getbestblockhash")
        node.rpc("invalidateblock", gone)
        node.mine(2)
        caught_up(electrum, node)
        guilty = {
            "liar": by_electrum(await stack.enter_async_context(Liar(electrum.url).serving())),
            "lying-explorer": by_explorer(await stack.enter_async_context(Explorer(node, lie=5).serving())),
            "cutter": by_electrum(await stack.enter_async_context(Cutter(electrum.url).serving())),
            "stale": by_explorer(stale_url),
            "behind": by_explorer(await stack.enter_async_context(Explorer(node, behind=1).serving())),
        }
        honest = {
            "node": by_rpc(node),
            "electrum": by_electrum(electrum.url),
            "explorer": by_explorer(await stack.enter_async_context(Explorer(node).serving())),
        }
        for name, endpoint in guilty.items():
            named = [{**each, "name": who} for who, each in {name: endpoint, **honest}.items()]
            reader = open_reader(REGTEST, *named, quorum=2)
            reading = await reader.read(WANTED, LATEST)
            assert reading.balances == {BTC: EXPECTED}, name
            states = {state.name: state for state in reader.endpoints()}
            assert {who for who, state in states.items() if state.disagreements} <= {name}
            match name:
                case "liar" | "lying-explorer":
                    assert (states[name].disagreements, states[name].standing) == (1, "doubted")
                    assert name not in reading.endpoints
                case "cutter":
                    assert (states[name].up, happened(states[name])["refused"] > 0) == (False, True)
                case "stale" | "behind":
                    assert states[name].lag == 1
                    assert name not in reading.endpoints
