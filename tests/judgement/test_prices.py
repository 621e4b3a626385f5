"""What a coin is worth, and what a sum in dollars lacks (design, section 4, rule 13)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.formats import exact
from monitor.judgement.prices import feeds_of, liabilities_in_dollars, prices_of, reserves_in_dollars
from monitor.model import (
    Basis,
    Block,
    Dollars,
    FeedAnswer,
    FeedReading,
    Height,
    Price,
    Prices,
    ReserveStatus,
    frozen,
)
from monitor.registry import load
from tests.support import worlds

REGISTRY = load()
NOW = datetime(2026, 5, 6, 16, tzinfo=UTC)
BLOCK = Block(Height(25_000_000), "0xb10c", NOW)
AGO = int(NOW.timestamp())
BTC, ETH, FIL = (
    next(feed for feed in REGISTRY.feeds(each) if feed.network == "ethereum") for each in ("BTC", "ETH", "FIL")
)
TON = REGISTRY.feeds("TON")[0]
UPTIME = REGISTRY.sequencer("arbitrum") or ""
STATED = Price("BTC", Decimal(1), "prices.csv (a broker)", NOW)


def told(pair: str, answer: int, *, decimals: int = 8, age: int = 60) -> FeedAnswer:
    return FeedAnswer(pair, decimals, answer, AGO - age, AGO - age)


def reading(**answers: FeedAnswer | str) -> FeedReading:
    contracts = {"btc": BTC.contract, "eth": ETH.contract, "fil": FIL.contract, "ton": TON.contract, "uptime": UPTIME}
    return FeedReading(BLOCK, {contracts[name]: answer for name, answer in answers.items()})


def of_btc(answer: FeedAnswer | str) -> Prices:
    return prices_of(["BTC"], REGISTRY, {"ethereum": reading(btc=answer)}, {})


def test_a_price_is_exact_and_says_where_it_is_from() -> None:
    price = of_btc(told("BTC / USD", 6_400_050_000_001)).known["BTC"]
    assert price.usd == Decimal("64000.50000001")
    assert (price.block, price.at, price.feed) == (BLOCK, NOW - timedelta(minutes=1), BTC)
    assert price.source == "Chainlink BTC / USD on ethereum"


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ("latestRoundData() failed: revert", "latestRoundData() failed: revert"),
        (told("BTC / USD", 0), "it answers 0"),
        (told("BTC / USD", -(2**255)), f"it answers {-(2**255)}"),
        (told("ETH / BTC", 10**8), "it calls itself “ETH / BTC”"),
        (told("BTC / USD", 10**8, decimals=18), "it has 18 decimals, and should have 8"),
        (told("BTC / USD", 10**8, age=AGO), "it was never set"),
        (told("BTC / USD", 10**8, age=-1), "it is dated after its block"),
        (told("BTC / USD", 10**8, age=-(2**200)), "it is dated after its block"),
        (
            told("BTC / USD", 10**8, age=4501),
            "it was 1 h 15 min old at the block, and is told anew every 1 h at the least",
        ),
    ],
)
def test_what_a_feed_should_not_answer_is_unknown_and_never_zero(answer: FeedAnswer | str, reason: str) -> None:
    found = of_btc(answer)
    assert not found.known
    assert found.unknown == {"BTC": f"BTC / USD on ethereum: {reason}"}


def test_the_heartbeat_is_that_of_the_feed() -> None:
    assert "BTC" in of_btc(told("BTC / USD", 1, age=4500)).known
    assert BTC.heartbeat < TON.heartbeat == timedelta(days=1)


@given(st.integers(1, 2**255 - 1), st.integers(1, 2**255 - 1))
def test_a_price_in_another_coin_is_multiplied_exactly(filecoin: int, ether: int) -> None:
    answers = reading(fil=told("FIL / ETH", filecoin, decimals=18), eth=told("ETH / USD", ether, age=90))
    price = prices_of(["FIL"], REGISTRY, {"ethereum": answers}, {}).known["FIL"]
    assert exact.shifted(price.usd, 26) == filecoin * ether
    assert price.by is not None
    assert price.at == NOW - timedelta(seconds=90), "as old as the older of the two"


def test_without_a_price_of_the_other_coin_there_is_none() -> None:
    answers = reading(fil=told("FIL / ETH", 1, decimals=18), eth=told("ETH / USD", 0))
    found = prices_of(["FIL"], REGISTRY, {"ethereum": answers}, {})
    assert found.unknown == {"FIL": "FIL / ETH on ethereum: it answers 0"}
    assert feeds_of(["FIL"], "ethereum", REGISTRY) == {FIL.contract, ETH.contract}


@pytest.mark.parametrize(
    ("uptime", "reason"),
    [
        (None, "whether the sequencer is up is not known: was not asked yet"),
        ("latestRoundData() failed", "whether the sequencer is up is not known: latestRoundData() failed"),
        (told("", 1, age=7200), "the sequencer is down"),
        (told("", 0, age=3599), "the sequencer came back less than 1 h before the block"),
        (told("", 0, age=AGO), "whether the sequencer is up is not known: it was never set"),
        (told("", 0, age=3600), ""),
    ],
)
def test_on_a_layer_2_the_sequencer_has_been_up_for_an_hour(uptime: FeedAnswer | str | None, reason: str) -> None:
    answers = {"ton": told("TON / USD", 3 * 10**8)} | ({} if uptime is None else {"uptime": uptime})
    found = prices_of(["TON"], REGISTRY, {"arbitrum": reading(**answers)}, {})
    assert found.unknown == ({"TON": f"TON / USD on arbitrum: {reason}"} if reason else {})
    assert feeds_of(["TON"], "arbitrum", REGISTRY) == {TON.contract, UPTIME}


def test_the_next_network_tells_what_the_first_does_not_and_a_file_never_stands_in() -> None:
    other = next(feed for feed in REGISTRY.feeds("BTC") if feed.network == "polygon")
    polygon = FeedReading(BLOCK, {other.contract: told("BTC / USD", 10**8)})
    found = prices_of(["BTC"], REGISTRY, {"polygon": polygon, "ethereum": reading(btc=told("BTC / USD", 0))}, {})
    assert found.known["BTC"].feed == other
    lost = prices_of(["BTC"], REGISTRY, {"polygon": "not read", "ethereum": "not read either"}, {"BTC": STATED})
    assert lost.unknown == {"BTC": "BTC / USD on ethereum: not read either; BTC / USD on polygon: not read"}


def test_a_file_counts_where_no_configured_network_has_a_feed() -> None:
    stated: dict[str, Price | str] = {"BTC": STATED, "ELF": "prices.csv: it is of long ago"}
    found = prices_of(["BTC", "ELF", "PEOPLE", "TON"], REGISTRY, {"bitcoin": "no feeds"}, stated)
    assert found.known == {"BTC": STATED}
    assert found.unknown == {
        "ELF": "prices.csv: it is of long ago",
        "PEOPLE": "it has no feed",
        "TON": "its feeds are on arbitrum, and none of these is configured",
    }
    alone = prices_of(["BTC", "PEOPLE"], REGISTRY, None, stated)
    assert alone.unknown == {"PEOPLE": "the file of prices does not name it"}


# --- sums -------------------------------------------------------------------------------------------------------------


def test_a_sum_is_at_least_so_much_and_names_what_it_lacks() -> None:
    aurora, prices = worlds.aurora(), worlds.prices()
    priced = {**prices.known, "USDT": replace(prices.known["BTC"], asset="USDT", usd=Decimal("0.5"))}
    some, all_ = prices, Prices(frozen(priced), frozen({}))
    # 99999.96 BTC at 64000.5, 1545000.123456789012345678 ETH at 2000, 5100000000.5 USDT at 0.5
    two = Decimal("6400047439.98") + Decimal("3090000246.913578024691356")
    assert reserves_in_dollars(aurora, some, Basis.SIGNED) == Dollars(two, ("USDT",))
    assert reserves_in_dollars(aurora, all_, Basis.SIGNED) == Dollars(two + Decimal("2550000000.25"), (), ("USDT",))
    assert liabilities_in_dollars(aurora, some) == Dollars(Decimal(9_400_050_000), ("USDT",))


def test_the_own_token_is_left_out_of_the_clean_sum_alone() -> None:
    aurora, prices = replace(worlds.aurora(), own_token="ETH"), worlds.prices()
    whole, clean = (reserves_in_dollars(aurora, prices, Basis.SIGNED, clean=each) for each in (False, True))
    assert whole is not None
    assert clean == Dollars(Decimal("6400047439.98"), ("USDT",))
    assert whole.at_least - clean.at_least == Decimal("3090000246.913578024691356")
    assert liabilities_in_dollars(aurora, prices, clean=True) == Dollars(Decimal(6_400_050_000), ("USDT",))


def test_nothing_held_lacks_nothing_and_nothing_read_lacks_all() -> None:
    prices, zero = worlds.prices(), worlds.sums("0", "0", "0", "0")
    none = worlds.asset("KCS", ReserveStatus.COVERED, {}, owed=None, totals=zero)
    unread = worlds.asset("ETH", ReserveStatus.UNKNOWN, {}, owed="1", totals=frozen({}))
    known = replace(worlds.aurora(), assets=frozen({"KCS": none, "ETH": unread}))
    assert reserves_in_dollars(known, prices, Basis.SIGNED) == Dollars(Decimal(), ("ETH",))
    assert reserves_in_dollars(worlds.cassini(), prices, Basis.SIGNED) is None, "no list: not a sum of nothing"
    assert liabilities_in_dollars(worlds.cassini(), prices) is None
