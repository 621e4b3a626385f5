"""Coins that leave after one snapshot and are back before the next are seen on a real node."""

from datetime import UTC, datetime

import pytest

from monitor.chains.opening import open_network
from monitor.daemon.network import NetworkWatch
from monitor.registry import load as load_registry
from monitor.settings import NetworkSettings
from tests.support.chains import ETH, ETHEREUM, account
from tests.support.evm import give
from tests.support.nodes import AnvilFactory

pytestmark = pytest.mark.integration

WALLET = account(7)


async def test_coins_that_were_away_between_two_snapshots_of_a_node(anvil: AnvilFactory) -> None:
    node = anvil()
    settings = NetworkSettings.model_validate({"endpoints": [{"url": node.url}], "block": "latest"})
    reader = open_network(ETHEREUM, settings, balance_slots=load_registry().balance_slots("ethereum"))
    watch = NetworkWatch(ETHEREUM, settings, reader, lambda: datetime.now(UTC), chance=lambda: 0.0)
    wanted = {"okx": {ETH: frozenset({WALLET})}}
    try:
        for coins in (80, 5, 80):
            give(node, WALLET, coins)
            node.mine()
            node.mine()  # anvil keeps the state of a block when the next one comes
            if coins == 80:
                await watch.poll(wanted)
        assert await watch.look_back()
        low = watch.state("okx", 1, datetime.now(UTC)).low
    finally:
        await reader.close()
    assert low
    assert (low.before[ETH][WALLET], low.then[ETH][WALLET]) == (80 * 10**18, 5 * 10**18)
