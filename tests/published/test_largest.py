"""Of a long list the largest rows are watched, and what the others claim is neither lost nor counted."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.judgement import holdings
from monitor.model import Cause, Claim
from monitor.ownership import judge
from monitor.published import DocumentError, claims_again, read_wallets, unpack
from monitor.registry import load
from tests.support.published import document, opened, wallets
from tests.support.published import settings as limited

REGISTRY = load()
HEADER = "coin,network,address,balance,Height,Third party custodian name\n"
COINS = ("ETH", "USDT", "BNB")
LABELS = {"ETH": "ETH", "USDT": "ETH", "BNB": "BSC"}


def table(rows: list[tuple[str, str]]) -> str:
    lines = (f'{coin},{LABELS[coin]},0x{at:040x},{amount},7,""\n' for at, (coin, amount) in enumerate(rows, 1))
    return HEADER + "".join(lines)


def amounts(claims: tuple[Claim, ...]) -> dict[str, Decimal]:
    return {coin: sum((c.amount or Decimal() for c in claims if c.coin == coin), Decimal()) for coin in COINS}


ROWS = st.lists(
    st.tuples(st.sampled_from(COINS), st.decimals(0, 10**9, places=6).map(lambda amount: f"{amount:f}")), min_size=1
)


@settings(max_examples=60, deadline=None)
@given(ROWS, st.integers(1, 30))
def test_what_is_claimed_is_all_there_and_the_largest_stay(rows: list[tuple[str, str]], largest: int) -> None:
    everything = wallets(table(rows), REGISTRY)
    found = wallets(table(rows), REGISTRY, largest=largest)
    kept, rest = [c for c in found.claims if not c.rest], [c for c in found.claims if c.rest]
    assert len(kept) <= largest
    assert len(kept) + sum(claim.rest for claim in rest) == len(rows)
    assert amounts(found.claims) == amounts(everything.claims)
    assert set(kept) <= set(everything.claims)
    for coin in COINS:
        left = [c.amount or 0 for c in everything.claims if c.coin == coin and c not in set(kept)]
        stayed = [c.amount or 0 for c in kept if c.coin == coin]
        assert not left or not stayed or max(left) <= min(stayed)
    again = claims_again(opened(table(rows).encode()), document("list.csv"), "binance", REGISTRY, largest=largest)
    assert tuple(again) == found.claims
    if len(rows) <= largest:
        assert found.claims == everything.claims


def test_what_the_others_claim_is_open_and_says_why() -> None:
    rows = [("ETH", "100"), ("ETH", "0.25"), ("ETH", "0.5"), ("USDT", "9000"), ("USDT", "1"), ("BNB", "0")]
    claims = wallets(table(rows), REGISTRY, largest=2).claims
    verdicts = [judge(claim, REGISTRY.networks.get(claim.network or "")) for claim in claims]
    held = holdings(claims, verdicts, REGISTRY.known_asset)
    open_ = {each.asset: each for each in held.unplaced}
    assert {each.cause for each in held.unplaced} == {Cause.NOT_WATCHED}
    assert [(asset, each.claims, *each.stated.values()) for asset, each in open_.items()] == [
        ("ETH", 2, Decimal("0.75")),
        ("USDT", 1, Decimal(1)),
        ("BNB", 1, Decimal(0)),
    ]
    assert open_["ETH"].reason == "2 rows on ethereum too small to be watched: `largest` is 2"
    assert {token.asset: len(held.of(token)) for token in held.accounts} == {"ETH": 1, "USDT": 1}


@pytest.mark.parametrize("amount", ["", "many"])
def test_rows_that_claim_no_amount_always_stay(amount: str) -> None:
    rows = [("ETH", str(100 + at)) for at in range(30)]
    found = wallets(table([*rows, ("ETH", amount)]), REGISTRY, largest=3)
    assert [claim.amount for claim in found.claims if not claim.rest][-1] is None


def test_a_row_of_several_accounts_stays_whole() -> None:
    text = "Coin,Height,Amount,Address\nETH-Ethereum,7,5," + " ".join(f"0x{at:040x}" for at in range(1, 5)) + "\n"
    found = wallets(text + "BTC,7,1,1Kr6QSydW9bFQG1mXiPNNu6WpJGmUa9i1g\n", REGISTRY, largest=1)
    assert [claim.shared for claim in found.claims if not claim.rest] == [5, 0, 0, 0]


def test_rows_that_are_not_kept_take_no_memory() -> None:
    """3000 rows take 2 MB as claims, and there is one for all of them."""
    content = table([("ETH", str(at)) for at in range(1, 3001)]).encode()
    files = unpack(content, document("list.csv"), limited(max_memory=1024**2))
    assert len(read_wallets(files, document("list.csv"), "binance", REGISTRY, largest=100).claims) <= 101
    with pytest.raises(DocumentError, match="max_memory"):
        read_wallets(files, document("list.csv"), "binance", REGISTRY)
