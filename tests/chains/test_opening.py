import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor.chains import Depth, Tag, choice_of, is_readable
from monitor.chains.node import Node
from monitor.chains.protocols import PROTOCOLS, Clock, NodeProtocol, largest_lag
from monitor.model import Caip2, Network, Token
from monitor.registry import load
from monitor.settings import NetworkSettings
from tests.chains.conftest import Opener
from tests.support.chains import ETHEREUM, REGTEST
from tests.support.fake_nodes import FakeNode
from tests.support.solana import SOLANA
from tests.support.tron import TRON


@pytest.mark.parametrize(
    ("network", "endpoint", "message"),
    [
        (ETHEREUM, {"protocol": "bitcoind"}, r"networks.ethereum, endpoint node-1: protocol 'bitcoind' does not serve"),
        (ETHEREUM, {"protocol": "telepathy"}, "use evm"),
        (REGTEST, {"protocol": "evm"}, "use bitcoind or esplora or electrum or blockbook"),
        (REGTEST, {"protocol": "electrum"}, "begins with tcp:// or ssl://"),
        (ETHEREUM, {"url": "tcp://127.0.0.1:1"}, "begins with http:// or https://"),
        (ETHEREUM, {"user": "a:b"}, "endpoint node-1"),
        (
            Network("monero", Caip2("monero:1"), "monero", "Monero"),
            {},
            "networks.monero, endpoint node-1: balances of monero networks cannot be read yet",
        ),
    ],
)
async def test_an_endpoint_that_does_not_fit_its_network_is_refused_by_name(
    open_reader: Opener, network: Network, endpoint: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        open_reader(network, {"url": "http://127.0.0.1:1", **endpoint})


async def test_a_window_is_refused_where_a_protocol_reads_at_one_block(open_reader: Opener) -> None:
    for network in (SOLANA, TRON):
        open_reader(network, {"url": "http://127.0.0.1:1"}, window="10s")
    with pytest.raises(ValueError, match="protocol evm reads all accounts at one block: leave `window` of the network"):
        open_reader(ETHEREUM, {"url": "http://127.0.0.1:1"}, window="10s")


async def test_the_default_protocol_is_the_first_of_the_family(open_reader: Opener) -> None:
    for network, protocol in ((ETHEREUM, "evm"), (REGTEST, "bitcoind"), (TRON, "tron"), (SOLANA, "solana")):
        (state,) = open_reader(network, {"url": "http://127.0.0.1:1"}).endpoints()
        assert state.protocol == protocol


async def test_a_new_protocol_is_a_node_and_an_entry(open_reader: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    class TableProtocol(NodeProtocol):
        def nodes(self) -> type[Node]:
            return FakeNode

    entry = TableProtocol(node="", families=frozenset({"monero"}), reads="coins", clock=Clock(lag=timedelta(hours=9)))
    monkeypatch.setitem(PROTOCOLS, "table", entry)
    network = Network("monero", Caip2("monero:1"), "monero", "Monero")
    coin = Token("XMR", "monero", None, 12)
    assert is_readable(network)
    reader = open_reader(network, {"url": "http://127.0.0.1:1"})
    assert (await reader.read({coin: ["4A"]}, Tag("latest"))).balances == {coin: {"4A": 1}}
    assert reader.endpoints()[0].protocol == "table"
    assert largest_lag(network, NetworkSettings.model_validate({"endpoints": [{"url": "http://127.0.0.1:1"}]})) == (
        timedelta(hours=9)
    )


def test_protocols_serve_families_that_the_registry_knows() -> None:
    families = {network.family for network in load().networks.values()}
    assert {family for protocol in PROTOCOLS.values() for family in protocol.families} <= families


def test_the_documentation_says_of_each_network_that_is_not_read_why() -> None:
    page = (Path(__file__).parents[2] / "docs" / "nodes.md").read_text(encoding="utf-8")
    table = page.partition("### Networks that no protocol reads")[2].partition("\n## ")[0]
    rows = [row.split("|")[1] for row in table.splitlines() if row.startswith("| `")]
    named = {name for row in rows for name in re.findall(r"`([a-z-]+)`", row)}
    assert named == {network.name for network in load().networks.values() if not is_readable(network)}


def test_settings_choose_a_block_by_tag_or_confirmations() -> None:
    assert choice_of("finalized") == Tag("finalized")
    assert choice_of(12) == Depth(12)
    with pytest.raises(ValueError, match="names no block"):
        choice_of("newest")
