"""Every name of an asset leads to the one asset that it means, and to none where that is not certain."""

import pytest

from monitor.registry import load

REGISTRY = load()
KNOWN = """
BTC: btc | XBT | XXBT | Bitcoin | Bitcoin (BTC)
USDT: Tether | USDT-TRC20 | usdt_erc20 | USDT(TRC20) | USDT (BEP20) | TRC20-USDT | OKB-X1-USDT | Tether (USDT)
USDT: USDT-NEAR | USDT@tron | USDT.SPL
USDC: USD Coin | USDC-BASE | POLY-USDC | USDC(ARBITRUM)
ETH: Ether | Ethereum | ETH-ARBITRUM | STARKNET-ETH
BCH: Bitcoin Cash | BCHABC | BCHN | Bitcoin Cash (BCH)
DOGE: XDG | dogecoin
IOTA: MIOTA
ETC: Ethereum Classic
XRP: ripple
LTC: LTCK-OKC20
DOT: Polkadot | ASSET-HUB
THETA: theta
"""
PAIRS = [
    (asset, name.strip())
    for asset, _, names in (line.partition(":") for line in KNOWN.strip().splitlines())
    for name in names.split("|")
]
OTHERS = """
XBt | WETH | USDT.e | USDC.e | ETH-ETHW | LUNA-LUNC | BTC-BEP20 | BTC-USDT | ETH-BTC | 1000SHIB | BCC | Tether Gold
Terra | XYZ |  | () | - | Bitcoin God | Total | USD | BTC2 | Wrapped Ether
"""


@pytest.mark.parametrize(("asset", "name"), PAIRS)
def test_a_name_means_its_asset(asset: str, name: str) -> None:
    assert REGISTRY.known_asset(name) == REGISTRY.asset(name) == asset


@pytest.mark.parametrize("name", [name.strip() for line in OTHERS.strip().splitlines() for name in line.split("|")])
def test_what_is_another_coin_or_uncertain_is_not_folded(name: str) -> None:
    assert REGISTRY.known_asset(name) is None
    assert REGISTRY.asset(name).upper() == name.upper()


def test_every_asset_of_the_registry_is_its_own() -> None:
    tokens = [token for network in REGISTRY.networks for token in REGISTRY.tokens(network)]
    assert all(REGISTRY.known_asset(token.asset) == token.asset for token in tokens)
