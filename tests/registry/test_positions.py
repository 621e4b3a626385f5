"""Tokens that count as the coins that they stand for: what the data say, and which rows mean them."""

from collections.abc import Callable
from pathlib import Path

import pytest

from monitor.model import PositionKind, RateCall, Token
from monitor.registry import Registry, RegistryError, load

REGISTRY = load()
CUSDT = "0xf650c3d88d12db855b8bf7d11be6c55a4e07dcc9"
WBTC = "0x2260fac5e5542a773aa44fbcfedf7c193bc2c599"
VAULT = "0x1111111111111111111111111111111111111111"

Extend = Callable[[str], Registry]


@pytest.fixture
def extended(tmp_path: Path) -> Extend:
    def load_with(text: str) -> Registry:
        path = tmp_path / "more.yaml"
        path.write_text(text, encoding="utf-8")
        return load([path])

    return load_with


def named(network: str, name: str) -> Token:
    (token,) = (each for each in REGISTRY.positions(network) if each.position and each.position.name == name)
    return token


def test_a_position_counts_as_its_underlying_in_the_units_of_that() -> None:
    token = named("ethereum", "cUSDT")
    (usdt,) = (each for each in REGISTRY.tokens("ethereum") if each.asset == "USDT")
    assert (token.asset, token.decimals, token.contract) == ("USDT", usdt.decimals, CUSDT)
    assert token.position
    assert (token.position.kind, token.position.decimals) == (PositionKind.LENT, 8)
    assert token.position.rate == RateCall("exchangeRateCurrent()", 18)


def test_positions_have_the_decimals_of_the_coin_where_its_network_knows_it() -> None:
    for network in REGISTRY.networks:
        known = {each.asset: each.decimals for each in (*REGISTRY.tokens(network),)}
        for token in REGISTRY.positions(network):
            assert token.position
            assert token.decimals == known.get(token.asset, token.position.decimals), token


def test_validators_are_a_position_of_the_beacon_chain_by_every_name_of_staked_ether() -> None:
    tokens = REGISTRY.tokens("ethereum-beacon")
    assert [token.asset for token in tokens] == ["ETH", "BETH"]
    assert {token.position.name for token in tokens if token.position} == {"validators"}
    assert REGISTRY.networks["ethereum-beacon"].execution == "ethereum"


@pytest.mark.parametrize("name", ["cUSDT", "CUSDT", CUSDT, CUSDT.upper().replace("X", "x")])
def test_a_row_means_a_position_by_its_name_or_contract(name: str) -> None:
    assert REGISTRY.place(name, "ERC20").token == named("ethereum", "cUSDT")


def test_a_contract_that_is_a_token_of_its_own_means_that_unless_the_row_names_the_underlying() -> None:
    own = REGISTRY.place("WBTC", "ETH").token
    assert own
    assert own == REGISTRY.place(WBTC, "ETH").token
    assert (own.asset, own.position) == ("WBTC", None)
    assert REGISTRY.position("ethereum", WBTC.upper().replace("X", "x"), "btc") == named("ethereum", "WBTC")
    assert REGISTRY.position("ethereum", WBTC, "ETH") is None
    assert REGISTRY.position("bitcoin", WBTC, "BTC") is None


def test_an_asset_alone_never_means_a_position() -> None:
    assert REGISTRY.place("BTC", "ERC20").token is None
    usdt = REGISTRY.place("USDT", "ERC20").token
    assert usdt
    assert usdt.position is None


def test_a_coin_id_can_be_made_to_mean_a_position(extended: Extend) -> None:
    registry = extended(f'coins: {{LENT-USDT: {{network: ethereum, asset: USDT, contract: "{CUSDT}"}}}}')
    assert registry.place("LENT-USDT").token == named("ethereum", "cUSDT")


def test_a_coin_id_with_a_contract_alone_means_the_token_before_the_position(extended: Extend) -> None:
    token = extended(f'coins: {{MY-WBTC: {{network: ethereum, contract: "{WBTC}"}}}}').place("MY-WBTC").token
    assert token == REGISTRY.place("WBTC", "ETH").token


def test_an_account_that_holds_a_position_can_be_named(extended: Extend) -> None:
    account = "0x" + "ab" * 20
    registry = extended(f'holdings: {{ethereum: [{{account: "{account}", asset: USDT, contract: "{CUSDT}"}}]}}')
    assert registry.holdings["ethereum", account, "USDT"] == named("ethereum", "cUSDT")


VALID = f'{{name: vDAI, kind: vault, asset: DAI, contract: "{VAULT}", decimals: 18}}'


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (f"positions: {{ethereum: [{VALID}, {VALID}]}}", "this position stands already"),
        (f"positions: {{ethereum: [{VALID.replace('vDAI', 'SDAI')}]}}", "this name of a position stands already"),
        (f"positions: {{atlantis: [{VALID}]}}", "there is no network atlantis"),
        (f"positions: {{tron: [{VALID}]}}", "positions are read on EVM networks only"),
        (f"positions: {{ethereum: [{VALID.replace(VAULT, '0x12')}]}}", "contract 0x12"),
        (f"positions: {{ethereum: [{VALID.replace('vault', 'magic')}]}}", "kind"),
        (f"positions: {{ethereum: [{VALID.replace('vault', 'frozen')}]}}", "name its function under `freeze`"),
        (
            f"positions: {{ethereum: [{VALID[:-1]}, rate: {{function: rate(), decimals: 18}}}}]}}",
            "a function without argument needs a `scale`",
        ),
        (
            f"positions: {{ethereum: [{VALID[:-1]}, rate: {{function: rate(uint256), scale: 18, decimals: 18}}}}]}}",
            "a function without argument needs a `scale`",
        ),
        (f"positions: {{ethereum: [{VALID[:-1]}, rate: {{function: rate(address), decimals: 18}}}}]}}", "function"),
        (f'holdings: {{ethereum: [{{account: "0x12", asset: USDT, contract: "{CUSDT}"}}]}}', "0x12"),
        (
            f'holdings: {{ethereum: [{{account: "{VAULT}", asset: DAI, contract: "{CUSDT}"}}]}}',
            "ethereum has no position 0xf650",
        ),
        (
            "networks: {moon: {caip2: 'beacon:1', family: beacon, title: Moon, execution: nowhere}}",
            "no network nowhere",
        ),
    ],
)
def test_what_cannot_be_is_refused_with_its_place(extended: Extend, text: str, fault: str) -> None:
    with pytest.raises(RegistryError) as caught:
        extended(text)
    assert any(fault in each for each in caught.value.faults), caught.value.faults
