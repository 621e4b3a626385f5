"""Prices of the moment: at the block of the snapshot, and no longer than that is fresh."""

from collections.abc import Collection
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from monitor.chains import AtHeight, ChainError, Reason, Tag
from monitor.daemon.network import NetworkWatch
from monitor.daemon.prices import PriceWatch
from monitor.model import Block, Caip2, FeedAnswer, Height, Network, World, frozen
from monitor.registry import load
from monitor.settings import NetworkSettings, PricesSettings
from tests.support import worlds
from tests.support.chains import ETHEREUM
from tests.support.readers import START, Reader

REGISTRY = load()
BTC, ETH = (REGISTRY.feeds(each)[0].contract for each in ("BTC", "ETH"))
AT = Block(Height(100), f"0x{100:064x}", START)


class Situation:
    """A network with the feeds of BTC and ETH, and a World with BTC, ETH and USDT."""

    def __init__(self, network: Network = ETHEREUM, **prices: Any) -> None:
        self.now = START
        self.reader = Reader()
        told = int(START.timestamp()) - 60
        for contract, pair, usd in ((BTC, "BTC / USD", 64000), (ETH, "ETH / USD", 2000)):
            self.reader.prices[contract] = FeedAnswer(pair, 8, usd * 10**8, told, told)
        settings = NetworkSettings.model_validate({"endpoints": [{"url": "http://node"}], "stale_after": "5m"})
        self.watch = NetworkWatch(network, settings, self.reader, lambda: self.now)
        self.prices = PriceWatch(lambda: self.now)
        self.prices.adopt(PricesSettings.model_validate({"source": "chainlink", **prices}), REGISTRY)

    async def ask(self, block: Block | None = AT, assets: Collection[str] = ("BTC", "ETH")) -> bool:
        return await self.prices.ask_feeds(self.watch, block, assets)

    def world(self) -> World:
        return replace(worlds.world(), at=self.now, assessments=frozen({"aurora": worlds.aurora()}))

    def known(self) -> dict[str, Decimal]:
        found = self.prices.prices(self.world(), {"ethereum": self.watch})
        return {asset: price.usd for asset, price in found.known.items()} if found else {}

    def unknown(self, asset: str = "BTC") -> str:
        found = self.prices.prices(self.world(), {"ethereum": self.watch})
        return found.unknown[asset] if found else ""


async def test_feeds_are_asked_at_the_block_of_the_snapshot() -> None:
    situation = Situation()
    assert "it was not read yet" in situation.unknown()
    assert await situation.ask()
    assert situation.known() == {"BTC": 64000, "ETH": 2000}
    assert not await situation.ask(assets=["PEOPLE"]), "nobody is asked for what has no feed"
    assert situation.reader.choices == [AtHeight(Height(100))]
    assert await situation.ask(block=None), "a network where nothing is held tells prices all the same"
    assert situation.reader.choices[1:] == [Tag("finalized")]


async def test_a_block_that_was_replaced_meanwhile_tells_nothing() -> None:
    situation = Situation()
    await situation.ask(replace(AT, hash="0xother"))
    assert situation.unknown().endswith("block 100 was replaced before it was asked for prices")


async def test_prices_stay_while_a_node_is_away_until_they_are_stale() -> None:
    situation = Situation()
    await situation.ask()

    async def fail(*_: object) -> None:
        raise ChainError(Reason.TIMEOUT, "node-1 is silent")

    situation.reader.quote = fail  # type: ignore[assignment, method-assign]
    situation.now += timedelta(minutes=5)
    await situation.ask()
    assert situation.known() == {"BTC": 64000, "ETH": 2000}
    situation.now += timedelta(seconds=1)
    assert situation.known() == {}
    assert situation.unknown() == "BTC / USD on ethereum: it was last read 5 min 1 s ago: timeout: node-1 is silent"


async def test_what_was_told_while_all_was_judged_counts() -> None:
    situation = Situation()
    world = situation.world()
    situation.now += timedelta(seconds=1)
    await situation.ask()
    found = situation.prices.prices(world, {"ethereum": situation.watch})
    assert found is not None
    assert found.known.keys() == {"BTC", "ETH"}


async def test_what_was_told_of_another_chain_by_the_same_name_is_nobodys_price() -> None:
    situation = Situation()
    await situation.ask()
    other = replace(ETHEREUM, caip2=Caip2("eip155:5"))
    situation.watch = NetworkWatch(other, situation.watch.settings, situation.reader, lambda: situation.now)
    assert situation.known() == {}


async def test_a_step_of_the_clock_makes_no_price_old() -> None:
    situation = Situation()
    await situation.ask()
    situation.now += timedelta(hours=1)
    situation.prices.move(timedelta(hours=1))
    assert situation.known()


async def test_a_file_is_read_anew_and_a_bad_one_leaves_no_price(tmp_path: Path) -> None:
    file = tmp_path / "prices.csv"
    situation = Situation(source=["chainlink", str(file)], max_age="1h")
    row = f"USDT,0.5,{START:%Y-%m-%dT%H:%M:%SZ},a broker\n"
    file.write_text("asset,usd,as_of,source\n" + row, encoding="utf-8")
    situation.watch.network = replace(ETHEREUM, name="bitcoin", family="bitcoin")

    def usdt() -> Decimal | str:
        found = situation.prices.prices(situation.world(), {})
        assert found
        return found.known["USDT"].usd if "USDT" in found.known else found.unknown["USDT"]

    assert usdt() == f"{file}: was not read yet"
    await situation.prices.read_file()
    assert usdt() == Decimal("0.5")
    situation.now += timedelta(hours=1, seconds=1)
    assert "older than 1 h" in str(usdt())
    file.write_text("asset,usd\n", encoding="utf-8")
    await situation.prices.read_file()
    assert usdt() == f"{file}:1: the first line must be asset,usd,as_of,source"
    assert not await situation.ask(), "only EVM networks have feeds"
    situation.prices.adopt(None, REGISTRY)
    assert situation.prices.prices(situation.world(), {}) is None
