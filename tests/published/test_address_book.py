"""Address books: every address with every token it may hold, and nothing passed over in silence."""

import json
from collections.abc import Iterable

import pytest

from monitor.judgement import holdings
from monitor.model import Claim, ClaimKind
from monitor.ownership import judge
from monitor.published import LayoutError
from monitor.registry import Placement, Registry
from tests.support.published import DATA, refusal, wallets

ETH = "0x77134cbc06cb00b66f4c7e623d5fdbf6777635ec"
BTC = "1Kr6QSydW9bFQG1mXiPNNu6WpJGmUa9i1g"


def unplaced(claims: Iterable[Claim], registry: Registry) -> set[tuple[str, str]]:
    """What judgement is told that it cannot count."""
    rows = list(claims)
    verdicts = [judge(claim, registry.networks.get(claim.network or "")) for claim in rows]
    return {(gap.coin, gap.network) for gap in holdings(rows, verdicts).unplaced}


@pytest.mark.parametrize("name", ["bitfinex", "crypto-com", "deribit", "kucoin", "okex"])
def test_every_address_of_the_real_books_is_claimed(registry: Registry, name: str) -> None:
    text = (DATA / f"{name}.json").read_text()
    found = wallets(text, registry)
    assert found.layout == "address-book"
    lines = text.splitlines()
    for chain, book in json.loads(text).items():
        network = registry.at_height(Placement(registry.network_by_label(chain), None), None).network
        assert network is not None, chain
        for address in book["owners"]:
            tokens = {
                claim.token for claim in found.claims if (claim.network, claim.address) == (network.name, address)
            }
            assert set(registry.implied_tokens(network.name)) <= tokens
    assert all(claim.address in lines[claim.line - 1] for claim in found.claims)
    undecoded = {claim.fault.partition(":")[0] for claim in found.claims if claim.account is None}
    assert undecoded == {
        f"{chain}.{key} is not a list of addresses"
        for chain, book in json.loads(text).items()
        for key, value in book.items()
        if not isinstance(value, list)
    }
    assert all(claim.amount is None and claim.height is None and not claim.signatures for claim in found.claims)


def test_an_address_is_claimed_with_every_token_of_its_network(registry: Registry) -> None:
    found = wallets(json.dumps({"ethereum": {"owners": [ETH]}}), registry)
    assert [claim.token for claim in found.claims] == list(registry.tokens("ethereum"))
    assert registry.native("ethereum") in {claim.token for claim in found.claims}


def test_an_address_names_no_asset_but_may_hold_each(registry: Registry) -> None:
    text = json.dumps({"ethereum": {"owners": [ETH], "staked_eth_withdrawal_addresses": [ETH]}})
    found = wallets(text, registry).claims
    assert [claim.kind for claim in found if not claim.implied] == [ClaimKind.STAKING], "who says staked ETH names it"
    counted = holdings(found, [judge(claim, registry.networks[claim.network or ""]) for claim in found])
    assert counted.named == {"ETH"}


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


def test_a_list_of_unknown_meaning_leaves_every_coin_of_its_chain_open(registry: Registry) -> None:
    found = wallets(json.dumps({"ethereum": {"owners": [], "vaults": [ETH]}}), registry).claims
    assert {claim.coin for claim in found} == {token.asset for token in registry.implied_tokens("ethereum")}
    assert all("'vaults'" in claim.fault and claim.token is None and claim.account == ETH for claim in found)
    assert unplaced(found, registry) == {(claim.coin, "ethereum") for claim in found}


@pytest.mark.parametrize("value", ["acme", "", None, 1, {"owners": [BTC]}])
def test_a_key_that_holds_no_list_is_a_gap_of_its_asset(registry: Registry, value: object) -> None:
    book = {"bitcoin": {"owners": [BTC], "bitcoin_book_key": value}, "newchain": {"key": value}}
    found = wallets(json.dumps(book, indent=1), registry)
    known, gap, other = found.claims
    assert (known.account, known.fault) == (BTC, "")
    assert (gap.coin, gap.line, gap.account) == ("BTC", 6, None)
    assert "bitcoin.bitcoin_book_key is not a list of addresses" in gap.fault
    assert "newchain.key" in other.fault
    assert unplaced(found.claims, registry) == {("BTC", ""), ("newchain", "")}


def test_a_key_that_holds_no_list_leaves_every_token_of_its_chain_open(registry: Registry) -> None:
    found = wallets(json.dumps({"solana": {"owners": [], "book": "x"}}), registry)
    assert {coin for coin, _ in unplaced(found.claims, registry)} == {"SOL", "USDC", "USDT", "USDG"}


def test_a_bitcoin_address_claims_no_layer_on_top_of_bitcoin(registry: Registry) -> None:
    (claim,) = wallets(json.dumps({"bitcoin": {"owners": [BTC]}}), registry).claims
    assert claim.token == registry.native("bitcoin")


TERRA = "terra1qhrhfaw83grlfqt2328hvfxwxfcacrdxvpxk87"


def test_terra_in_these_books_is_the_chain_before_the_fork(registry: Registry) -> None:
    found = wallets(json.dumps({"terra": {"owners": [TERRA]}, "terra2": {"owners": [TERRA]}}), registry).claims
    assert [(claim.coin, claim.network, claim.account) for claim in found] == [
        ("LUNC", "terra-classic", TERRA),
        ("LUNA", "terra", TERRA),
    ]
    assert [judge(claim, registry.networks[claim.network or ""]).status for claim in found] == ["unsigned", "unsigned"]


def test_an_address_of_a_chain_that_moved_is_where_the_coins_are_now(registry: Registry) -> None:
    text = json.dumps({"polkadot": {"owners": ["12T1tgaYZzEkFpnPvyqttmPRJxbGbR4uDx49cvZR5SRF8QDu"]}})
    claims = wallets(text, registry).claims
    assert {claim.network for claim in claims} == {"polkadot-asset-hub"}
    assert {claim.token and claim.token.asset for claim in claims} == {"DOT", "USDT", "USDC"}


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
