"""What is claimed on a network that no node can be asked about: the World says why, and not that it is unconfigured."""

from pathlib import Path

import pytest

from monitor.daemon.check import check
from monitor.daemon.configuration import load_configuration
from monitor.model import ReserveStatus
from monitor.settings import ConfigurationError
from tests.support.daemons import Site, publish

COIN = """
networks:
  groschen:
    caip2: "bip122:3c2d8f85fab4d17aac558cc648a1a586"
    family: bitcoin
    title: Groschen
    native: {asset: GRO, decimals: 8}
    parameters:
      addresses: {p2pkh: "00", p2sh: "05"}
      message_headers: ["Groschen Signed Message:\\n"]
      unserved:
"""
REASON = "its node tells no balances"
PROTOCOLS = ("bitcoind", "esplora", "electrum", "blockbook")


@pytest.fixture
def site(site: Site, tmp_path: Path) -> Site:
    """One that watches a coin that no protocol can serve."""
    coins = tmp_path / "coins.yaml"
    coins.write_text(COIN + "".join(f"        {protocol}: {REASON}\n" for protocol in PROTOCOLS))
    site.exchange("okx", basis="listed")
    publish(site.list("okx"), "network,address,asset,amount\ngroschen,1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa,GRO,5\n")
    site.owes("okx", GRO="5")
    site.write(registry=[str(coins)])
    return site


async def test_the_gap_of_a_coin_that_no_protocol_serves_says_what_is_in_the_way(site: Site) -> None:
    world = await check(*load_configuration(site.path), lambda *_: None)
    (gap,) = world.assessments["okx"].assets["GRO"].gaps
    assert world.assessments["okx"].assets["GRO"].status is ReserveStatus.UNKNOWN
    told = "; ".join(f"{protocol}: {REASON}" for protocol in PROTOCOLS)
    assert gap.reason == f"balances of Groschen cannot be read ({told})"


async def test_an_endpoint_for_it_is_refused_with_the_same_reason(site: Site) -> None:
    site.network("groschen", "http://127.0.0.1:1")
    with pytest.raises(ConfigurationError, match=rf"balances of Groschen cannot be read \(bitcoind: {REASON}; esplora"):
        load_configuration(site.write())


async def test_a_protocol_that_does_not_exist_is_a_fault_of_the_registry(site: Site, tmp_path: Path) -> None:
    coins = tmp_path / "coins.yaml"
    coins.write_text(coins.read_text().replace("electrum", "elektrum"))
    with pytest.raises(
        ConfigurationError, match=r"networks\.groschen\.parameters\.unserved: there is no protocol elektrum"
    ):
        load_configuration(site.path)
