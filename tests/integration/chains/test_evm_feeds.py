"""Chainlink's own contracts, asked on a real anvil."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from monitor.chains import AtHeight, Tag
from monitor.judgement.prices import feeds_of, prices_of
from monitor.model import Caip2, FeedReading, Height, Prices
from monitor.registry import load
from tests.chains.conftest import Opener
from tests.support.chains import ETHEREUM
from tests.support.feeds import put_feed
from tests.support.nodes import AnvilFactory

pytestmark = pytest.mark.integration

REGISTRY = load()
ASSETS = ("BTC", "ETH", "FIL", "LINK", "SOL", "UNI", "USDC", "USDT")
PROXIES = {asset: next(each for each in REGISTRY.feeds(asset) if each.network == "ethereum") for asset in ASSETS}


def judged(reading: FeedReading) -> Prices:
    return prices_of(ASSETS, REGISTRY, {"ethereum": reading}, {})


async def test_real_feeds_are_told_from_all_that_is_no_price(anvil: AnvilFactory, open_reader: Opener) -> None:
    node = anvil(31337)
    chain = Caip2("eip155:31337")  # a test network, which may be dated at will
    reader = open_reader(replace(ETHEREUM, caip2=chain), {"url": node.url}, caip2=chain)
    put_feed(node, PROXIES["BTC"].contract, "BTC / USD", 6_400_050_000_000)
    ether = put_feed(node, PROXIES["ETH"].contract, "ETH / USD", 200_000_000_000)
    put_feed(node, PROXIES["FIL"].contract, "FIL / ETH", 15 * 10**14, decimals=18)
    put_feed(node, PROXIES["LINK"].contract, "LINK / USD", -1)
    put_feed(node, PROXIES["UNI"].contract, "UNI / USD", 10**18, decimals=18)
    put_feed(node, PROXIES["USDC"].contract, "DAI / USD", 10**8)
    put_feed(node, PROXIES["USDT"].contract, "USDT / USD", 99_990_000).shut_down()
    node.mine()
    contracts = sorted(feeds_of(ASSETS, "ethereum", REGISTRY))
    before = await reader.quote(contracts, Tag("latest"))
    prices = judged(before)
    assert {asset: each.usd for asset, each in prices.known.items()} == {
        "BTC": Decimal("64000.5"),
        "ETH": Decimal(2000),
        "FIL": Decimal(3),
    }
    assert prices.known["BTC"].block == before.block
    assert before.block.timestamp - prices.known["BTC"].at < timedelta(minutes=1)
    told = {asset: reason.partition(": ")[2] for asset, reason in prices.unknown.items()}
    assert "No data present" in told.pop("USDT")
    assert told == {
        "LINK": "it answers -1",
        "SOL": "description() returned 0 bytes",
        "UNI": "it has 18 decimals, and should have 8",
        "USDC": "it calls itself “DAI / USD”",
    }

    node.rpc("evm_increaseTime", 4501)
    ether.tell(210_000_000_000)
    later = judged(await reader.quote(contracts, Tag("latest")))
    assert later.known["ETH"].usd == 2100
    assert later.unknown["BTC"] == (
        "BTC / USD on ethereum: it was 1 h 15 min old at the block, and is told anew every 1 h at the least"
    )
    again = await reader.quote(contracts, AtHeight(Height(before.block.number)))
    assert judged(again) == prices, "a block of the past is told as it was"
