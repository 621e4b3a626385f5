"""A token's own contract is nobody's wallet: what it holds belongs to the token's holders."""

import pytest

from monitor.model import VerdictStatus
from monitor.ownership import judge
from monitor.registry import Registry
from tests.support.published import wallets

WETH = "0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2"
A_ETH_WETH = "0x4d5F47FA6A74757f35C14fD3a6Ef8E3C9BC514E8"
WSTETH = "0x7f39C581F595B53c5cb19bD0b3f8dA6c935E2Ca0"
USDT = "0xdac17f958d2ee523a2206206994597c13d831ec7"
USDT_TRON = "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t"


@pytest.mark.parametrize(
    ("network", "address", "name"),
    [
        ("ethereum", WETH, "WETH"),
        ("ethereum", A_ETH_WETH, "aEthWETH"),
        ("ethereum", WSTETH, "wstETH"),
        ("ethereum", USDT, "USDT"),
        ("tron", USDT_TRON, "USDT"),
    ],
)
def test_it_is_named_and_counts_nowhere(registry: Registry, network: str, address: str, name: str) -> None:
    coin = "TRX" if network == "tron" else "ETH"
    found = wallets(f"network,asset,address,amount\n{network},{coin},{address},5\n", registry)
    (claim,) = found.claims
    verdict = judge(claim, registry.networks[network])
    assert (claim.account, claim.address) == (None, address)
    assert verdict.status is VerdictStatus.INVALID
    assert f"the contract of {name} itself" in verdict.reason


def test_the_same_address_on_another_network_is_an_account_like_any_other(registry: Registry) -> None:
    (claim,) = wallets(f"network,asset,address\npolygon,POL,{WETH}\n", registry).claims
    assert claim.account == WETH.lower()


def test_who_holds_the_token_claims_it_as_before(registry: Registry) -> None:
    (claim,) = wallets(f"network,asset,token,address\nethereum,ETH,{WETH},0x{'5a' * 20}\n", registry).claims
    assert claim.account == "0x" + "5a" * 20
    assert claim.token is not None
    assert claim.token.contract == WETH.lower()
