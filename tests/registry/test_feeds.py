"""Feeds of prices, and tokens whose issuer blocks accounts, in registry files."""

from datetime import timedelta
from pathlib import Path

import pytest

from monitor.registry import RegistryError, load

BUILT_IN = load()
FEED = "0x" + "fe" * 20
TOKEN = "0x" + "70" * 20
MORE = f"""
assets: {{GRO: []}}
tokens:
  ethereum: [{{asset: GRO, contract: "{TOKEN}", decimals: 6, freeze: isBlocked(address)}}]
feeds:
  ethereum: [{{asset: GRO, contract: "{FEED}", pair: GRO / ETH, decimals: 18, heartbeat: 60}}]
"""

MINT = "So11111111111111111111111111111111111111112"
SOLANA = f"tokens: {{solana: [{{asset: GRO, contract: {MINT}, decimals: 6, freeze: isBlocked(address)}}]}}"


def extended(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "more.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def test_every_feed_is_of_a_known_asset_and_the_one_of_ethereum_comes_first() -> None:
    feeds = {asset: BUILT_IN.feeds(asset) for asset in ("BTC", "ETH", "USDT", "USDC", "LINK", "OKB", "TON")}
    assert all(feed.asset == asset and feed.decimals == 8 for asset, each in feeds.items() for feed in each)
    assert [str(each[0]) for each in feeds.values()][:2] == ["BTC / USD on ethereum", "ETH / USD on ethereum"]
    assert feeds["BTC"][0].contract == "0xf4030086522a5beea4988f8ca5b36dbc97bee88c"
    assert BUILT_IN.feeds("PEOPLE") == ()
    layers = {"arbitrum", "base", "optimism", "scroll", "xlayer", "zksync"}
    assert {name for name in BUILT_IN.networks if BUILT_IN.sequencer(name)} == layers


def test_a_file_adds_feeds_and_functions(tmp_path: Path) -> None:
    registry = load([extended(tmp_path, MORE)])
    (feed,) = registry.feeds("GRO")
    assert (feed.pair, feed.quote, feed.decimals, feed.heartbeat) == ("GRO / ETH", "ETH", 18, timedelta(minutes=1))
    freezes = registry.networks["ethereum"].freezes
    assert freezes == {**BUILT_IN.networks["ethereum"].freezes, TOKEN: "isBlocked(address)"}
    assert len(BUILT_IN.networks["tron"].freezes) == 1


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (f'feeds: {{ethereum: [{{asset: BTC, contract: "{FEED}"}}]}}', "this feed stands already in feeds.yaml"),
        (f'feeds: {{tron: [{{asset: UNI, contract: "{FEED}"}}]}}', "feeds are read on EVM networks only"),
        (f'feeds: {{atlantis: [{{asset: BTC, contract: "{FEED}"}}]}}', "there is no network atlantis"),
        (f'feeds: {{ethereum: [{{asset: NOSUCH, contract: "{FEED}"}}]}}', "there is no asset NOSUCH"),
        (MORE.replace("GRO / ETH", "GRO / NOSUCH"), "there is no asset NOSUCH"),
        (MORE.replace("GRO / ETH", "GRO-ETH"), "pair"),
        (MORE.replace(FEED, "0x12"), "contract 0x12"),
        (MORE.replace("heartbeat: 60", "heartbeat: 0"), "heartbeat"),
        (MORE.replace("isBlocked(address)", "isBlocked()"), "freeze"),
        (MORE.replace(f'contract: "{TOKEN}", ', ""), "`freeze` is a function of a contract"),
        (f'sequencers: {{base: "{FEED}"}}', "this sequencer stands already"),
        (SOLANA, "no token is asked whom it blocks"),
    ],
)
def test_what_contradicts_is_named(tmp_path: Path, text: str, fault: str) -> None:
    with pytest.raises(RegistryError) as refused:
        load([extended(tmp_path, text)])
    assert any(fault in each for each in refused.value.faults), refused.value.faults
