"""Bitcoin servers of which two lie and one cuts the line: every snapshot is right, and the metrics name them."""

import asyncio
from contextlib import AsyncExitStack

import pytest

from tests.support.chains import REGTEST
from tests.support.daemons import Site, Watched, signed, until, watching
from tests.support.electrum_proxies import Cutter, Liar
from tests.support.explorers import Explorer
from tests.support.nodes import BitcoinFactory, ElectrumFactory

pytestmark = pytest.mark.integration

BITCOIN = {"exchange": "okx", "network": "bitcoin"}


async def of_endpoint(watched: Watched, metric: str, name: str, **labels: str) -> float | None:
    return await watched.value(metric, network="bitcoin", endpoint=name, **labels)


async def test_who_lies_or_cuts_the_line_is_named_while_every_snapshot_is_right(
    site: Site, bitcoin_node: BitcoinFactory, electrum_server: ElectrumFactory
) -> None:
    rows = [signed(number, "BTC", "bitcoin") for number in (1, 2)]
    site.exchange("okx", rows)
    site.owes("okx", BTC="4")
    node = bitcoin_node()
    node.fund({rows[0].address: 3 * 10**8, rows[1].address: 2 * 10**8})
    electrum = electrum_server(node)
    async with AsyncExitStack() as stack:
        served = stack.enter_async_context
        endpoints = [
            {"name": "liar", "protocol": "electrum", "url": await served(Liar(electrum.url).serving())},
            {"name": "cutter", "protocol": "electrum", "url": await served(Cutter(electrum.url).serving())},
            {"name": "lying-explorer", "protocol": "esplora", "url": await served(Explorer(node, lie=1).serving())},
            {"name": "node", "protocol": "bitcoind", "url": node.url, "user": node.user, "password": node.password},
            {"name": "electrum", "protocol": "electrum", "url": electrum.url},
            {"name": "explorer", "protocol": "esplora", "url": await served(Explorer(node).serving())},
        ]
        endpoints = [{**each, "party": each["name"]} for each in endpoints]
        site.network("bitcoin", endpoints=endpoints, caip2=REGTEST.caip2, quorum=3, interval="1s", deadline="30s")
        watched = await served(watching(site.write()))

        async def named() -> bool:
            reserves = await watched.value("por_reserves", asset="BTC", basis="signed", **BITCOIN)
            assert reserves in (None, 5)
            lies = [
                await of_endpoint(watched, "por_endpoint_disagreements_total", liar)
                for liar in ("liar", "lying-explorer")
            ]
            cut = await of_endpoint(watched, "por_endpoint_failures_total", "cutter", reason="refused")
            return bool(reserves and all(lies) and cut)

        await until(named)
        alerts = await watched.alerts()
        told = alerts["PorEndpointsDisagree"]["summary"] + alerts["PorEndpointsDisagree"].get("description", "")
        assert "bitcoin/liar" in told
        for honest in ("node", "electrum", "explorer"):
            assert await of_endpoint(watched, "por_endpoint_disagreements_total", honest) == 0
        assert await of_endpoint(watched, "por_endpoint_up", "cutter") == 0
        taken = await watched.value("por_snapshot_success_timestamp_seconds", **BITCOIN)
        await asyncio.to_thread(node.mine)

        async def later() -> bool:
            return taken != await watched.value("por_snapshot_success_timestamp_seconds", **BITCOIN)

        await until(later)
        assert await watched.value("por_reserves", asset="BTC", basis="signed", **BITCOIN) == 5
