"""Assets whose coins lie on networks that are read account by account come to an answer, from list to verdict."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
import stamina

from monitor.daemon.check import check
from monitor.daemon.configuration import load_configuration
from monitor.model import BaseUnits, Basis, ReserveStatus, World
from tests.support.daemons import Row, Site
from tests.support.networks.algorand import AlgorandStandIn
from tests.support.networks.aptos import AptosStandIn
from tests.support.networks.standin import START, NetworkStandIn
from tests.support.networks.sui import SuiStandIn
from tests.support.networks.tezos import TezosStandIn
from tests.support.networks.ton import TonStandIn

KINDS: tuple[type[NetworkStandIn], ...] = (AptosStandIn, TonStandIn, SuiStandIn, AlgorandStandIn, TezosStandIn)
COVERED, BREACH, UNKNOWN = ReserveStatus.COVERED, ReserveStatus.BREACH, ReserveStatus.UNKNOWN


@pytest.fixture
async def nodes() -> AsyncIterator[dict[str, NetworkStandIn]]:
    """A node of each network, whose first account holds something of everything."""
    with stamina.set_testing(True, attempts=4, cap=True):
        async with AsyncExitStack() as stack:
            yield {
                kind.network.name: await stack.enter_async_context(kind().give([kind.account(1)]).serving())
                for kind in KINDS
            }


async def watched(
    folder: Path, nodes: dict[str, NetworkStandIn], owed: dict[str, str], height: dict[str, int] | None = None
) -> World:
    """What is found of a list with each coin of each network, claimed as it was at ``height``."""
    site = Site(folder)
    rows = []
    for name, node in nodes.items():
        at = (height or {}).get(name, START)
        for token in (node.coin, *node.tokens):
            units = node.units(token.contract, node.account(1), at)
            stated = str(at) if name in (height or {}) else ""
            rows.append(Row(name, token.asset, node.account(1), str(token.whole(BaseUnits(units))), stated))
        site.network(name, node.url)
    site.exchange("ex", [row for row in rows if (row.network, row.asset) != ("algorand", "USDC")], basis="listed")
    site.sections["exchanges"]["ex"]["audit"] = bool(height)
    site.owes("ex", **owed)
    settings, registry = load_configuration(site.write())
    return await check(settings, registry, lambda *_: None)


async def test_every_asset_comes_to_covered_or_breach(tmp_path: Path, nodes: dict[str, NetworkStandIn]) -> None:
    owed = {"APT": "9", "TON": "2", "SUI": "1", "ALGO": "999", "XTZ": "1001", "USDT": "7000", "USDC": "1000"}
    assets = (await watched(tmp_path, nodes, owed)).assessments["ex"].assets
    assert {name: asset.status for name, asset in assets.items()} == {
        "APT": COVERED,
        "TON": BREACH,
        "SUI": COVERED,
        "ALGO": COVERED,
        "XTZ": BREACH,
        "USDT": BREACH,
        "USDC": COVERED,
    }


async def test_a_node_that_tells_nothing_leaves_its_assets_unknown_and_the_others_as_they_are(
    tmp_path: Path, nodes: dict[str, NetworkStandIn]
) -> None:
    nodes["ton"].elsewhere = True
    owed = {"TON": "1", "XTZ": "1", "USDT": "5000"}
    assets = (await watched(tmp_path, nodes, owed)).assessments["ex"].assets
    assert [assets[name].status for name in owed] == [UNKNOWN, COVERED, UNKNOWN]
    assert any("ton" in gap.network for gap in assets["USDT"].gaps if gap.network)


async def test_claimed_amounts_are_compared_with_the_chain_at_their_heights(
    tmp_path: Path, nodes: dict[str, NetworkStandIn]
) -> None:
    del nodes["algorand"]  # which keeps no past
    heights = dict.fromkeys(nodes, START - 100)
    world = await watched(tmp_path, nodes, {"APT": "1"}, heights)
    audit = world.assessments["ex"].audit
    assert audit
    assert (audit.matches, audit.mismatches, audit.unjudged) == (8, (), {})
    node, account = nodes["tezos"], nodes["tezos"].account(1)
    assert audit.report_reserves["XTZ"][Basis.LISTED] == node.coin.whole(
        BaseUnits(node.units(None, account, START - 100))
    )
