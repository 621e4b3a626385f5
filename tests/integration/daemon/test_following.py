"""The daemon on a real Bitcoin node: followed over a restart, and every balance traced to its outputs."""

import json
from typing import Any

import pytest

from benchmarks.bitcoin.ledger import Ledger
from monitor.store import Store
from tests.support.chains import REGTEST
from tests.support.daemons import Row, Site, Watched, until, watching
from tests.support.nodes import BitcoinFactory

pytestmark = pytest.mark.integration


async def test_a_restart_goes_on_without_a_scan_and_balances_are_traced_to_their_outputs(
    bitcoin_node: BitcoinFactory, site: Site
) -> None:
    node = bitcoin_node()
    ledger = Ledger(node, 20)
    ledger.fund(100, watched=60)
    site.exchange("okx", [Row("bitcoin", "BTC", each.address) for each in ledger.watched])
    site.network("bitcoin", node.url, caip2=REGTEST.caip2)
    endpoint = site.sections["networks"]["bitcoin"]["endpoints"][0]
    endpoint |= {"protocol": "bitcoind", "user": node.user, "password": node.password, "timeout": "30s"}
    path = site.write()
    account = ledger.watched[0].address

    async def traced(watched: Watched) -> Any:
        status, body = await watched.get(f"/api/v1/exchanges/okx/networks/bitcoin/accounts/{account}")
        return json.loads(body) if status == 200 else None

    async def at_tip(watched: Watched) -> bool:
        found = await traced(watched)
        return bool(found) and found["snapshot"]["block"]["hash"] == node.rpc("getbestblockhash")

    async with watching(path) as watched:
        await until(lambda: at_tip(watched))
    first = await begun(site)
    for _ in range(3):
        ledger.block(10)
    async with watching(path) as watched:
        await until(lambda: at_tip(watched))
        found = await traced(watched)
        assert found["outputs"]["total"] == found["balances"][0]["amount"]
        unspent = [node.rpc("gettxout", each["txid"], each["index"]) for each in found["outputs"]["unspent"]]
        assert unspent
        assert {each["bestblock"] for each in unspent} == {found["outputs"]["block"]["hash"]}
    assert await begun(site) == first


async def begun(site: Site) -> bytes:
    """The first entry of the journal, which every scan of everything writes anew."""
    store = await Store.open(site.sections["store"]["url"])
    entries = await store.journal("bitcoin", "node-1")
    await store.close()
    return entries[0]
