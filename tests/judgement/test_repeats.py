"""What a list claims more than once (design, section 4, rule 6)."""

from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from monitor.judgement import repeats
from monitor.model import Claim, RepeatedClaim
from tests.support.judgement import BTC, ETH, USDT, claim


def row(account: str | None, amount: str | None = "1", height: int | None = 5, **fields: Any) -> Claim:
    return claim(account, amount=Decimal(amount) if amount else None, height=height, **fields)


def test_a_balance_claimed_again_is_named_with_its_lines_however_it_is_spelled() -> None:
    found = repeats([row("0xa", token=ETH), row("0xa", "7", token=ETH, line=9, address="0xA"), row("A", line=4)])

    assert found.counts == {"ethereum": 1, "bitcoin": 0}
    assert found.examples == (RepeatedClaim("ethereum", "0xa", (("wallets.csv", 2), ("wallets.csv", 9))),)
    assert str(found.examples[0]) == "lines 2, 9 of wallets.csv: 0xa on ethereum is claimed 2 times"


def test_other_heights_tokens_and_networks_are_other_balances() -> None:
    rows = [row("0xa", token=ETH), row("0xa", token=USDT), row("0xa", token=BTC), row("0xa", token=ETH, height=6)]

    assert repeats(rows).total == 0


def test_who_claims_no_amount_claims_nothing_twice() -> None:
    assert repeats([row("A", None), row("A", None), row(None), row(None)]).counts == {}


@given(st.lists(st.sampled_from("ABCD"), max_size=20))
def test_what_is_left_without_the_repeats_is_distinct(accounts: list[str]) -> None:
    assert repeats([row(account) for account in accounts]).total == len(accounts) - len(set(accounts))
