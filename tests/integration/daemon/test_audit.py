"""What a list claims at past heights, against a chain that remembers them."""

import pytest

from tests.support.daemons import Site, Watched, signed, until, watching
from tests.support.evm import give
from tests.support.nodes import AnvilFactory

pytestmark = pytest.mark.integration

ETH = {"exchange": "okx", "network": "ethereum", "asset": "ETH"}


async def mismatches(watched: Watched) -> float | None:
    return await watched.value("por_claim_mismatches", **ETH)


async def test_claimed_amounts_are_compared_at_their_own_heights_and_make_the_report_ratio(
    site: Site, anvil: AnvilFactory
) -> None:
    node = anvil()
    heights = []
    for number, coins in ((1, 40), (2, 60)):  # both there before the first height: the report counts all at the same
        give(node, signed(number).address, coins)
    for _ in range(2):
        node.mine()
        heights.append(str(int(node.rpc("eth_blockNumber"), 16)))
        node.mine()  # what is set from now on would else still change the block before
    for number in (1, 2):  # what is there now is another matter
        give(node, signed(number).address, 10)
    node.mine(3)
    true = [signed(1, amount="40", height=heights[0]), signed(2, amount="60.00", height=heights[1])]
    site.exchange("okx", true, promote="200ms")
    site.owes("okx", ETH="100")
    site.network("ethereum", node.url)
    async with watching(site.write()) as watched:

        async def audited() -> bool:
            return await mismatches(watched) == 0

        await until(audited)
        assert (await watched.exchange())["audit"]["matches"] == 2
        assert await watched.value("por_report_reserve_ratio", exchange="okx", asset="ETH", basis="signed") == 1
        await until(watched.ready)
        assert await watched.value("por_reserve_ratio", exchange="okx", asset="ETH", basis="signed") == 0.2
        assert "PorClaimMismatch ETH" not in await watched.alerts()

        # One amount is overstated by the smallest unit.
        altered = [true[0], signed(2, amount="60.000000000000000001", height=heights[1])]
        site.exchange("okx", altered, promote="200ms")

        async def told() -> bool:
            return await mismatches(watched) == 1 and "PorClaimMismatch ETH" in await watched.alerts()

        await until(told)
        (mismatch,) = (await watched.exchange())["audit"]["mismatches"]
        assert (mismatch["line"], mismatch["address"]) == (3, signed(2).address)
        assert (mismatch["claimed"], mismatch["found"]) == ("60.000000000000000001", "60")
        assert await watched.value("por_report_reserve_ratio", exchange="okx", asset="ETH", basis="signed") == 1

    node.kill()
    async with watching(site.path) as watched:
        assert await mismatches(watched) == 1, "an audit that is done is kept"


async def test_coins_that_move_between_two_claimed_heights_are_in_the_report_once(
    site: Site, anvil: AnvilFactory
) -> None:
    node = anvil()
    heights = []
    for holder, other in ((1, 2), (2, 1)):
        give(node, signed(holder).address, 60)
        give(node, signed(other).address, 0)
        node.mine()
        heights.append(str(int(node.rpc("eth_blockNumber"), 16)))
        node.mine()  # what is set from now on would else still change the block before
    rows = [signed(number, amount="60", height=height) for number, height in zip((1, 2), heights, strict=True)]
    site.exchange("okx", rows, promote="200ms")
    site.owes("okx", ETH="100")
    site.network("ethereum", node.url)
    async with watching(site.write()) as watched:

        async def audited() -> bool:
            return await mismatches(watched) == 0

        await until(audited)
        audit = (await watched.exchange())["audit"]
        assert audit["matches"] == 2, "each row by itself is right"
        assert audit["heights"]["ethereum"]["count"] == 2
        assert await watched.value("por_report_reserve_ratio", exchange="okx", asset="ETH", basis="signed") == 0.6


async def test_an_audit_goes_on_after_a_restart_and_when_a_network_is_added(
    site: Site, anvil: AnvilFactory, unused_tcp_port: int
) -> None:
    chain_ids = {"ethereum": 1, "arbitrum": 42161, "optimism": 10}
    nodes = {name: anvil(chain_id) for name, chain_id in chain_ids.items()}
    rows = []
    for name, node in nodes.items():
        give(node, signed(1).address, 40)
        node.mine()
        rows.append(signed(1, network=name, amount="40", height=str(int(node.rpc("eth_blockNumber"), 16))))
    site.exchange("okx", rows, promote="200ms")
    site.network("ethereum", nodes["ethereum"].url)
    site.network("arbitrum", f"http://127.0.0.1:{unused_tcp_port}/")

    async def matches(watched: Watched, count: int) -> None:
        async def counted() -> bool:
            audit = (await watched.exchange() or {}).get("audit") or {}
            return bool(audit.get("matches") == count)

        await until(counted)

    async with watching(site.write()) as watched:
        await matches(watched, 1)

    # What was read is not read again: as no block was mined, this changes the very block that was read.
    give(nodes["ethereum"], signed(1).address, 39)
    site.network("arbitrum", nodes["arbitrum"].url)
    async with watching(site.write()) as watched:
        await matches(watched, 2)
        site.network("optimism", nodes["optimism"].url)
        site.write()
        assert (await watched.reload())[0] == 200
        await matches(watched, 3)

    for node in nodes.values():
        node.kill()
    async with watching(site.path) as watched:
        await matches(watched, 3)
