"""CAIP-19: the ids by which others know a token."""

import re

import pytest

from monitor.model import Token
from monitor.registry import load

REGISTRY = load()
ASSET_TYPE = re.compile(r"[-a-z0-9]{3,8}:[-_a-zA-Z0-9]{1,32}/[-a-z0-9]{3,8}:[-.%a-zA-Z0-9]{1,128}")

TOKENS = [token for network in REGISTRY.networks for token in REGISTRY.tokens(network)]


@pytest.mark.parametrize(
    ("coin", "label", "expected"),
    [
        ("BTC", "", "bip122:000000000019d6689c085ae165831e93/slip44:0"),
        ("ETH", "", "eip155:1/slip44:60"),
        ("ETH", "arbitrum", "eip155:42161/slip44:60"),
        ("POL", "polygon", "eip155:137/slip44:966"),
        ("DAI", "ethereum", "eip155:1/erc20:0x6b175474e89094c44da98b954eedeac495271d0f"),
        ("XLM", "", "stellar:pubnet/slip44:148"),
        (
            "USDC",
            "solana",
            "solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp/token:EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v",
        ),
    ],
)
def test_ids_as_the_standard_gives_them(coin: str, label: str, expected: str) -> None:
    token = REGISTRY.place(coin, label).token
    assert token
    assert REGISTRY.caip19(token) == expected


@pytest.mark.parametrize("coin", ["USDT-OMNI", "OKB-X1", "USDC-SUI", "BCHA", "BETH"])
def test_a_token_without_a_standard_id_does_not_get_that_of_another(coin: str) -> None:
    token = REGISTRY.place(coin).token
    assert token
    assert REGISTRY.caip19(token) is None


def test_every_id_has_the_shape_of_caip_19_and_names_one_token() -> None:
    ids = [found for token in TOKENS if (found := REGISTRY.caip19(token))]
    assert len(ids) > 150
    assert all(ASSET_TYPE.fullmatch(found) for found in ids)
    assert len(set(ids)) == len(ids)


def test_a_network_that_the_registry_does_not_know_is_an_error() -> None:
    with pytest.raises(KeyError, match="elsewhere"):
        REGISTRY.caip19(Token("X", "elsewhere", None, 8))
