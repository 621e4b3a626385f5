"""The nodes that every other integration test stands on: they start, answer, fund exactly, and leave nothing behind."""

import hashlib
import os
import socket
from decimal import Decimal
from pathlib import Path

import pytest

from monitor.devnet import processes
from monitor.devnet.jsonrpc import JsonRpc, NoAnswerError
from monitor.devnet.nodes import Anvil, BitcoinNode
from monitor.devnet.nodes.bitcoin import script_of
from monitor.devnet.processes import NodeError
from tests.support.nodes import (
    AlertmanagerFactory,
    AnvilFactory,
    BitcoinFactory,
    ElectrumFactory,
    PrometheusFactory,
)
from tests.support.waiting import eventually

pytestmark = pytest.mark.integration

P2PKH = "1DcT5Wij5tfb3oVViF8mA8p4WrG98ahZPT"
P2SH = "393maTY7rQScy4SmYE1XSXUSgK73byhgfA"
P2TR = "bc1p5cyxnuxmeuwuvkwfem96lqzszd02n6xdcjrs20cac6yqjjwudpxqkedrcr"  # BIP-86, first receiving address
P2WSH = "bc1q82aks5ft2at48wp0sa6rr5vtzutvgzr8azts6w8nlu0dqc2dx24qvzwspk"


def test_anvil_is_the_chain_that_it_was_asked_to_be(anvil: AnvilFactory) -> None:
    assert [anvil(chain_id).rpc("eth_chainId") for chain_id in (1, 42161)] == ["0x1", "0xa4b1"]


def test_anvil_tells_latest_safe_and_finalized_apart(anvil: AnvilFactory) -> None:
    node = anvil()
    node.mine(10)
    heads = [int(node.rpc("eth_getBlockByNumber", tag, False)["number"], 16) for tag in ("latest", "safe", "finalized")]
    assert heads == [10, 8, 6]


def test_mainnet_addresses_of_every_form_are_funded_to_the_satoshi(bitcoin_node: BitcoinFactory) -> None:
    node = bitcoin_node()
    amounts = {P2PKH: 1_000, P2SH: 12_345_678_901, P2WSH: 60_000_000_000, P2TR: 21_000}
    height = node.fund(amounts)
    assert node.rpc("getblockcount") == height
    for address, satoshi in amounts.items():
        found = node.rpc("scantxoutset", "start", [f"raw({script_of(address).hex()})"])
        assert found["total_amount"] == Decimal(satoshi).scaleb(-8)
        assert [coin["height"] for coin in found["unspents"]] == [height]


def test_the_electrum_server_serves_the_chain_of_its_node(
    bitcoin_node: BitcoinFactory, electrum_server: ElectrumFactory
) -> None:
    node = bitcoin_node()
    node.fund({P2WSH: 7_000_000_000})
    server = electrum_server(node)
    assert server.height() == node.rpc("getblockcount")
    scripthash = hashlib.sha256(script_of(P2WSH)).digest()[::-1].hex()
    assert server.rpc("blockchain.scripthash.get_balance", scripthash) == {"confirmed": 7_000_000_000, "unconfirmed": 0}


def test_prometheus_scrapes_what_it_was_given_and_reports_to_alertmanager(
    tmp_path: Path, prometheus: PrometheusFactory, alertmanager: AlertmanagerFactory
) -> None:
    rules = tmp_path / "rules.yml"
    rules.write_text("groups: [{name: test, rules: [{alert: Always, expr: vector(1)}]}]")
    receiver = alertmanager()
    server = prometheus({"itself": "127.0.0.1:1"}, rules=[rules], alertmanager=f"127.0.0.1:{receiver.port}")
    eventually(lambda: [alert["labels"]["alertname"] for alert in receiver.alerts()] == ["Always"])
    eventually(lambda: [sample["value"][1] for sample in server.query("up")] == ["0"])


def test_a_killed_node_comes_back_where_it_was(bitcoin_node: BitcoinFactory) -> None:
    node = bitcoin_node()
    height, url = node.mine(3), node.url
    node.stop()
    with pytest.raises(NoAnswerError):
        node.rpc("getblockcount")
    assert node.start().url == url
    assert node.mine() == height + 1


def test_a_paused_node_accepts_connections_and_answers_only_after_it_was_resumed(anvil: AnvilFactory) -> None:
    node = anvil()
    node.pause()
    with pytest.raises(NoAnswerError):
        JsonRpc(node.url, timeout=0.2)("eth_chainId")
    node.resume()
    assert node.rpc("eth_chainId") == "0x1"


def test_a_node_takes_another_port_when_its_own_was_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        free = processes.free_port()
        ports = iter([other.getsockname()[1], free])
        monkeypatch.setattr(processes, "free_port", lambda _usual: next(ports))
        with BitcoinNode(tmp_path) as node:
            assert node.port == free


def test_a_node_that_cannot_start_says_what_it_said(tmp_path: Path) -> None:
    with (
        pytest.raises(NodeError, match="parsing command line arguments"),
        BitcoinNode(tmp_path, arguments=("-nosuch",)),
    ):
        pass


def test_stopping_leaves_no_process_behind(tmp_path: Path) -> None:
    with Anvil(1, tmp_path) as node:
        pid = node.pid
        assert pid is not None
    assert node.pid is None
    with pytest.raises(ProcessLookupError):
        os.killpg(pid, 0)
