"""OKX's report of 2026-05-06 in dollars: prices from Chainlink's own contracts on anvil, set against a sum by hand."""

import re
from pathlib import Path

import pytest

from monitor.registry import load
from tests.support.daemons import Site, key, publish, signed, until, watching
from tests.support.evm import give, issue
from tests.support.feeds import put_feed
from tests.support.nodes import AnvilFactory

pytestmark = pytest.mark.integration

REPORT = Path("tests/data/published/report-506872725.json")
USDT, OKB = "0xdac17f958d2ee523a2206206994597c13d831ec7", "0x75231f58b43240c9718dd58b4967c5114342a86c"
FEEDS = {asset: load().feeds(asset)[0].contract for asset in ("BTC", "ETH", "USDT")}

# By hand, at 64 000.50 dollars for a bitcoin, 2 000.25 for an ether, 0.9999 for a USDT and 45.5 for an OKB:
OWED = {
    "BTC": "7116142916.2126791206381145",  # 111188.864402819964229 x 64000.50
    "ETH": "3113335284.30136881639409005",  # 1556473.0830153074947602 x 2000.25
    "USDT": "10241883804.89861532901113281046",  # 10242908095.7081861476258954 x 0.9999
}
OWED_TOGETHER = "20471362005.41266326604333736046"
HELD = {"ETH": "3056954071.5", "USDT": "11099424762.5184", "OKB": "45500"}  # 1528286, 11100534816, 1000
HELD_TOGETHER, HELD_WITHOUT_OKB = "14156424334.0184", "14156378834.0184"


async def test_okx_in_dollars_with_what_is_missing(site: Site, anvil: AnvilFactory) -> None:
    node = anvil()
    give(node, key(1).evm_address, 1528286)
    issue(node, USDT, key(2).evm_address, 11100534816 * 10**6)
    issue(node, OKB, key(3).evm_address, 1000 * 10**18)
    put_feed(node, FEEDS["BTC"], "BTC / USD", 6_400_050_000_000)
    put_feed(node, FEEDS["ETH"], "ETH / USD", 200_025_000_000)
    dollar = put_feed(node, FEEDS["USDT"], "USDT / USD", 99_990_000)
    rows = [
        signed(1),
        signed(2, "USDT"),
        signed(3, "OKB"),
        signed(4, "BTC", "bitcoin", amount="112393", height="900000"),
    ]
    site.exchange("okx", rows, own_token="OKB")
    publish(site.liabilities("okx"), REPORT.read_bytes())
    prices = site.folder / "prices.csv"
    publish(prices, "asset,usd,as_of,source\nOKB,45.5,2026-05-06,a broker\nUSDT,5,2026-05-06,a joker\n")
    site.network("ethereum", node.url)
    site.write(prices={"source": ["chainlink", str(prices)], "max_age": "9000d"})
    async with watching(site.path) as watched:

        async def priced() -> bool:
            return await watched.value("por_reserves_usd", exchange="okx", asset="ETH", basis="signed") == 3056954071.5

        await until(priced)
        exchange = await watched.exchange()
        assets = {asset: each["dollars"] for asset, each in exchange["assets"].items()}
        assert {asset: each["owed"] for asset, each in assets.items()} == {**OWED, "OKB": None}
        assert {asset: each["reserves"].get("signed") for asset, each in assets.items()} == {**HELD, "BTC": None}
        told = exchange["dollars"]
        assert told["owed"] == {"at_least": OWED_TOGETHER, "without": [], "partly": []}
        assert told["reserves"]["signed"] == {"at_least": HELD_TOGETHER, "without": ["BTC"], "partly": []}
        assert told["own_token"] == "OKB"
        assert told["clean"]["reserves"]["signed"]["at_least"] == HELD_WITHOUT_OKB
        known = await watched.api("prices")
        assert known["unknown"] == {}
        block = known["prices"]["ETH"]["block"]
        assert block == exchange["assets"]["ETH"]["networks"]["ethereum"]["snapshot"]["block"]
        assert known["prices"]["OKB"]["source"] == "prices.csv (a broker)"
        assert await watched.value("por_price_usd", asset="USDT") == 0.9999

        _, page = await watched.get("/exchanges/okx")
        text = re.sub(r"</?data[^>]*>", "", page)
        assert re.findall(r"<li>(\w.*? at least .*?)\.</li>", text) == [
            "Held at least $14,156,424,334.01, without BTC",
            "Owed at least $20,471,362,005.41",
            "Held, OKB left out, at least $14,156,378,834.01, without BTC",
            "Owed, OKB left out, at least $20,471,362,005.41",
        ]
        for shown in ("$3,056,954,071.50", "$11,099,424,762.51", "$7,116,142,916.21"):
            assert f"{shown}<" in text

        dollar.shut_down()
        node.mine()

        async def unknown() -> bool:
            return await watched.value("por_price_usd", asset="USDT") is None

        await until(unknown)
        told = (await watched.exchange())["dollars"]
        assert told["reserves"]["signed"]["without"] == ["BTC", "USDT"]
        assert told["owed"] == {"at_least": "10229478200.51404793703220455", "without": ["USDT"], "partly": []}
        assert "No data present" in (await watched.api("prices"))["unknown"]["USDT"], (
            "the file does not stand in for it"
        )
