"""The daemon on a real Bitcoin node: followed over a restart, and every balance traced to its outputs."""

import asyncio
import json
import time
from collections.abc import Callable
from typing import Any

import pytest

from benchmarks.bitcoin.ledger import Ledger
from monitor.store import Store
from tests.support.bitcoin_standins import BitcoindStandIn, Chain
from tests.support.chains import BITCOIN_ACCOUNTS, REGTEST
from tests.support.daemons import Row, Site, Watched, until, watching
from tests.support.nodes import BitcoinFactory
from tests.support.processes import MonitorProcess

pytestmark = pytest.mark.integration

OKX_BITCOIN = {"exchange": "okx", "network": "bitcoin"}


async def test_a_restart_goes_on_without_a_scan_and_balances_are_traced_to_their_outputs(
    bitcoin_node: BitcoinFactory, site: Site
) -> None:
    node = bitcoin_node()
    ledger = Ledger(node, 20)
    ledger.fund(100, watched=60)
    site.exchange("okx", [Row("bitcoin", "BTC", each.address) for each in ledger.watched])
    site.network("bitcoin", node.url, caip2=REGTEST.caip2, look_back=False)  # which walks back for a moment
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


async def test_a_scan_that_a_killed_daemon_has_left_on_the_node_does_not_hold_up_the_next(
    site: Site, monitor: Callable[[], MonitorProcess]
) -> None:
    """No real node scans so long that the kill surely hits it: a stand-in does, until it is told to end."""
    account, *_ = BITCOIN_ACCOUNTS
    node = BitcoindStandIn(Chain({account: 7}))
    node.scan_ends.clear()
    async with node.serving() as url:
        site.exchange("okx", [Row("bitcoin", "BTC", account)])
        site.network("bitcoin", url, caip2=REGTEST.caip2)
        process = await asyncio.to_thread(monitor)
        async with asyncio.timeout(30):
            await node.scanning.wait()
        node.scanning_since = time.time()
        process.kill()
        await asyncio.to_thread(process.start)
        async with process.watched() as watched:

            async def held() -> bool:
                return await watched.value("por_reserves", **OKX_BITCOIN, asset="BTC", basis="listed") == 7e-8

            await until(held)
    assert node.scans == 2
    assert "aborting our own scan" in process.log.read_text()


async def begun(site: Site) -> bytes:
    """The first entry of the journal, which every scan of everything writes anew."""
    store = await Store.open(site.sections["store"]["url"])
    entries = await store.journal("bitcoin", "node-1")
    await store.close()
    return entries[0]
