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
    for number, coins in ((1, 40), (2, 60)):
        give(node, signed(number).address, coins)
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
