"""Five endpoints of which each has its fault: snapshots keep coming, each right, and the metrics name the guilty."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta

import pytest

from monitor.devnet.nodes import Anvil
from tests.support.daemons import Site, TurnableClock, Watched, signed, until, watching
from tests.support.evm import give
from tests.support.nodes import AnvilFactory
from tests.support.proxies import Behind, Liar, Limited, Proxy, Slow

pytestmark = pytest.mark.integration

ETHEREUM = {"exchange": "okx", "network": "ethereum"}
ACCOUNTS = (signed(1).address, signed(2).address)
COINS = 99
NAMES = [f"node-{number}" for number in range(1, 6)]
LIAR, SLOW, LIMITED, BEHIND, DEAD = NAMES


@asynccontextmanager
async def moving(node: Anvil) -> AsyncIterator[None]:
    """A coin goes to and fro between the two accounts, a block each time."""
    for account in ACCOUNTS:
        node.rpc("anvil_impersonateAccount", account)
    stopped = False

    async def move() -> None:
        accounts = ACCOUNTS
        while not stopped:
            transaction = {"from": accounts[0], "to": accounts[1], "value": hex(10**18), "gasPrice": "0x0"}
            await asyncio.to_thread(node.rpc, "eth_sendTransaction", transaction)
            accounts = accounts[::-1]
            await asyncio.sleep(1)

    task = asyncio.create_task(move())
    try:
        yield
    finally:
        stopped = True
        await task


async def of_endpoint(watched: Watched, metric: str, name: str, **labels: str) -> float | None:
    return await watched.value(metric, network="ethereum", endpoint=name, **labels)


async def test_with_one_endpoint_lying_one_slow_one_limiting_one_behind_and_one_dead_every_snapshot_is_right(
    site: Site, clock: TurnableClock, anvil: AnvilFactory
) -> None:
    site.exchange("okx", [signed(1), signed(2)])
    site.owes("okx", ETH="90")
    node = anvil()
    give(node, ACCOUNTS[0], COINS - 9)
    give(node, ACCOUNTS[1], 9)
    node.mine(3)
    proxies: list[Proxy] = [Liar(node.url), Slow(node.url, 0.3), Limited(node.url), Behind(node.url), Proxy(node.url)]
    proxies[4].gone = True
    ages = {"stale_after": "10m", "drop_after": "30m", "behind_after": "1d"}
    async with AsyncExitStack() as stack:
        urls = [await stack.enter_async_context(proxy.serving()) for proxy in proxies]
        # block 1: anvil shows the transfer of the block that it is making in the state of the newest one
        site.network("ethereum", *urls, quorum=2, block=1, **ages)
        await stack.enter_async_context(moving(node))
        watched = await stack.enter_async_context(watching(site.write(), clock))
        await until(watched.ready)
        taken: set[float] = set()
        blocks: set[float] = set()
        lags: set[float | None] = set()

        async def several() -> bool:
            scraped = await watched.scrape()
            found = {
                name: value for (name, labels), value in scraped.items() if ETHEREUM.items() <= dict(labels).items()
            }
            reserves = [
                value
                for (name, labels), value in scraped.items()
                if name == "por_reserves" and ("basis", "signed") in labels
            ]
            if reserves:
                assert reserves == [COINS]
                taken.add(found["por_snapshot_success_timestamp_seconds"])
                blocks.add(found["por_snapshot_block_number"])
                lags.add(await of_endpoint(watched, "por_endpoint_head_lag_blocks", BEHIND))
            return len(taken) > 8 and len(blocks) > 3 and any(lags)

        await until(several)
        failed = [
            dict(labels)["reason"]
            for (name, labels), count in (await watched.scrape()).items()
            if name == "por_snapshot_failures_total" and count
        ]
        assert failed == [], "one bad endpoint of each kind costs no snapshot"

        reason = "por_endpoint_failures_total"
        assert await of_endpoint(watched, "por_endpoint_disagreements_total", LIAR)
        assert await of_endpoint(watched, reason, LIMITED, reason="rate_limited")
        assert await of_endpoint(watched, "por_endpoint_up", DEAD) == 0
        assert await of_endpoint(watched, reason, DEAD, reason="refused")
        for honest in (SLOW, LIMITED, BEHIND, DEAD):
            assert await of_endpoint(watched, "por_endpoint_disagreements_total", honest) == 0
        alerts = await watched.alerts()
        assert f"ethereum/{LIAR}" in alerts["PorEndpointsDisagree"]["summary"]

        for proxy in proxies:
            proxy.gone = True

        async def failing() -> bool:
            snapshot = (await watched.exchange())["snapshots"]["ethereum"]
            return bool(snapshot["failure"])

        await until(failing)
        last = await watched.value("por_snapshot_success_timestamp_seconds", **ETHEREUM)
        clock.ahead = timedelta(minutes=11)

        async def unknown() -> bool:
            return await watched.status("ETH") == "unknown"

        await until(unknown)
        assert await watched.value("por_snapshot_success_timestamp_seconds", **ETHEREUM) == last
        assert await watched.value("por_reserves", asset="ETH", basis="signed", **ETHEREUM) == COINS
        clock.ahead = timedelta(minutes=31)

        async def gone() -> bool:
            return await watched.labels("por_reserves") == []

        await until(gone)
        assert await watched.value("por_snapshot_success_timestamp_seconds", **ETHEREUM) is None
