"""Address books: every address with every token it may hold, and nothing passed over in silence."""

import json

import pytest

from monitor.model import ClaimKind
from monitor.published import LayoutError
from monitor.registry import Registry
from tests.support.published import DATA, refusal, wallets

ETH = "0x77134cbc06cb00b66f4c7e623d5fdbf6777635ec"
BTC = "1Kr6QSydW9bFQG1mXiPNNu6WpJGmUa9i1g"


@pytest.mark.parametrize("name", ["bitfinex", "crypto-com", "deribit", "kucoin", "okex"])
def test_every_address_of_the_real_books_is_claimed(registry: Registry, name: str) -> None:
    text = (DATA / f"{name}.json").read_text()
    found = wallets(text, registry)
    assert found.layout == "address-book"
    lines = text.splitlines()
    for chain, book in json.loads(text).items():
        network = registry.network_by_label(chain)
        assert network is not None, chain
        for address in book["owners"]:
            tokens = {
                claim.token for claim in found.claims if (claim.network, claim.address) == (network.name, address)
            }
            assert set(registry.tokens(network.name)) <= tokens
    assert all(claim.address in lines[claim.line - 1] for claim in found.claims)
    undecoded = [claim for claim in found.claims if claim.account is None]
    assert undecoded == []
    assert all(claim.amount is None and claim.height is None and not claim.signatures for claim in found.claims)


def test_an_address_is_claimed_with_every_token_of_its_network(registry: Registry) -> None:
    found = wallets(json.dumps({"ethereum": {"owners": [ETH]}}), registry)
    assert [claim.token for claim in found.claims] == list(registry.tokens("ethereum"))
    assert registry.native("ethereum") in {claim.token for claim in found.claims}


def test_rows_that_repeat_are_kept(registry: Registry) -> None:
    found = wallets(json.dumps({"bitcoin": {"owners": [BTC, BTC]}}, indent=1), registry)
    natives = [claim.line for claim in found.claims if claim.token == registry.native("bitcoin")]
    assert len(natives) == 2


def test_withdrawal_addresses_claim_what_is_staked_behind_them(registry: Registry) -> None:
    text = json.dumps({"ethereum": {"owners": [], "staked_eth_withdrawal_addresses": [ETH]}})
    (claim,) = wallets(text, registry).claims
    assert (claim.kind, claim.coin, claim.network) == (ClaimKind.STAKING, "ETH", "ethereum-beacon")
    assert (claim.account, claim.token, claim.fault) == (ETH, registry.native("ethereum-beacon"), "")


def test_withdrawal_addresses_of_a_chain_without_staking_are_kept_with_a_fault(registry: Registry) -> None:
    text = json.dumps({"tron": {"owners": [], "staked_eth_withdrawal_addresses": [ETH]}})
    (claim,) = wallets(text, registry).claims
    assert (claim.kind, claim.token, claim.account) == (ClaimKind.STAKING, None, None)
    assert "`staking:`" in claim.fault


def test_an_account_that_is_known_to_hold_a_position_is_claimed_with_both(registry: Registry) -> None:
    lender = "0xb99cc7e10fe0acc68c50c7829f473d81e23249cc"
    found = wallets(json.dumps({"ethereum": {"owners": [lender]}}), registry).claims
    tokens = [claim.token for claim in found if claim.token and claim.token.asset == "USDT"]
    assert [token.position.name if token.position else "" for token in tokens] == ["", "cUSDT"]


def test_chains_that_are_not_known_are_kept_with_a_fault(registry: Registry) -> None:
    (claim,) = wallets(json.dumps({"neverchain": {"owners": ["abc"]}}), registry).claims
    assert (claim.coin, claim.network, claim.token, claim.account) == ("neverchain", None, None, None)
    assert "'neverchain'" in claim.fault


def test_other_lists_are_kept_with_a_fault_and_other_keys_reported(registry: Registry) -> None:
    book = {"ethereum": {"owners": [ETH], "vaults": [ETH]}, "bitcoin": {"owners": [BTC], "bitcoin_book_key": "acme"}}
    found = wallets(json.dumps(book, indent=1), registry)
    (vault,) = [claim for claim in found.claims if claim.token is None]
    assert "'vaults'" in vault.fault
    assert found.unread == ("list.csv:14: bitcoin.bitcoin_book_key is not a list of addresses; it is not read",)


def test_an_address_that_does_not_decode_is_kept_with_its_reason(registry: Registry) -> None:
    found = wallets(json.dumps({"bitcoin": {"owners": [BTC[:-1] + "h"]}}), registry)
    assert all(claim.account is None and "not an address of bitcoin" in claim.fault for claim in found.claims)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('{"bitcoin": {"owners": [1]}}', "layout"),
        ('{"bitcoin": {"owners": []}}', "empty"),
        ('{"bitcoin": ["1"]}', "layout"),
        ('{"code": 404, "msg": "not found"}', "layout"),
        ('{"bitcoin": {"owners": ["1"], "owners": ["2"]}}', "layout"),
        ('{"bitcoin": {"owners": ["1"', "truncated"),
        ('{"bitcoin": {"owners": ["1', "truncated"),
        ('{"bitcoin": {"owners": ["1" "2"]}}', "layout"),
    ],
)
def test_other_json_is_refused(registry: Registry, text: str, reason: str) -> None:
    with pytest.raises(LayoutError) as caught:
        wallets(text, registry)
    assert refusal(caught.value)[0] == reason
