"""Claims on Bitcoin at a past height, judged on an ordinary node, with and without the index of block filters."""

import pytest

from benchmarks.bitcoin.ledger import Ledger
from tests.cli.conftest import Command
from tests.support.chains import REGTEST
from tests.support.daemons import Row, Site
from tests.support.nodes import BitcoinFactory

pytestmark = pytest.mark.integration


@pytest.mark.parametrize("filters", [True, False], ids=["with the filter index", "without"])
def test_claims_100_blocks_back_are_compared_with_what_the_node_said_then(
    bitcoin_node: BitcoinFactory, site: Site, command: Command, filters: bool
) -> None:
    node = bitcoin_node(arguments=() if filters else ("-blockfilterindex=0",))
    ledger = Ledger(node, 50)
    ledger.fund(500, watched=300)
    for _ in range(5):
        ledger.block(10)
    scan = node.rpc("scantxoutset", "start", [f"raw({each.script.hex()})" for each in ledger.watched])
    said = {each.address: 0 for each in ledger.watched}
    for output in scan["unspents"]:
        (owner,) = [each for each in ledger.watched if each.script.hex() == output["scriptPubKey"]]
        said[owner.address] += int(output["amount"] * 10**8)
    for _ in range(100):
        ledger.block(5)
    height = str(scan["height"])
    rows = [Row("bitcoin", "BTC", address, f"{amount / 10**8:.8f}", height) for address, amount in said.items()]
    rows.append(Row("bitcoin", "BTC", rows[0].address, f"{said[rows[0].address] / 10**8 + 1:.8f}", height))
    site.exchange("okx", rows)
    site.network("bitcoin", node.url, caip2=REGTEST.caip2)
    endpoint = site.sections["networks"]["bitcoin"]["endpoints"][0]
    endpoint |= {"protocol": "bitcoind", "user": node.user, "password": node.password, "timeout": "30s"}

    finished = command("claims", site.list("okx"), "--config", site.write(), "--json")

    *judged, last = finished.lines
    assert [row["match"] for row in judged] == [True] * len(said) + [False]
    assert last["summary"]["mismatch"] == 1
    assert finished.status == 1
    assert node.rpc("getblockcount") == scan["height"] + 100, "the node was not rolled back"
