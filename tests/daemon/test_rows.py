"""Packed rows: what was a claim is the same claim when it is looked at, but for its evidence."""

from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from monitor.daemon.rows import Rows
from monitor.model import Claim, ClaimKind, Token

TEXTS = st.text(max_size=8)
CLAIMS = st.builds(
    Claim,
    file=st.sampled_from(["a.csv", "b.csv"]),
    line=st.integers(1, 2**40),
    coin=st.sampled_from(["ETH", "USDT-ERC20", ""]),
    network=st.none() | st.just("ethereum"),
    token=st.none() | st.just(Token("ETH", "ethereum", None, 18)),
    address=TEXTS,
    account=st.none() | TEXTS,
    fault=TEXTS,
    kind=st.sampled_from(ClaimKind),
    amount=st.none() | st.decimals(allow_nan=False, allow_infinity=False),
    height=st.none() | st.integers(0, 2**40),
    message=TEXTS,
    signatures=st.lists(TEXTS, max_size=2).map(tuple),
    key=TEXTS,
    owners=st.lists(TEXTS, max_size=2).map(tuple),
    implied=st.booleans(),
)


def without_evidence(claim: Claim) -> Claim:
    return replace(claim, message="", signatures=(), key="", owners=())


@given(st.lists(CLAIMS, max_size=6))
def test_packed_claims_lose_their_evidence_and_nothing_else(claims: list[Claim]) -> None:
    rows, expected = Rows(claims), list(map(without_evidence, claims))
    assert list(rows) == expected
    assert [str(row.amount) for row in rows] == [str(claim.amount) for claim in claims], "every digit that was written"
    assert len(rows) == len(claims)
    assert rows[1:] == expected[1:]
    assert [rows[place] for place in range(-len(claims), 0)] == expected


@given(CLAIMS)
def test_the_account_is_the_very_text_of_the_address_where_they_are_equal(claim: Claim) -> None:
    (row,) = Rows([replace(claim, account="".join(claim.address))])
    assert row.account is row.address


def test_amounts_keep_their_scale() -> None:
    claim = Claim("a.csv", 1, "BTC", "bitcoin", None, "A", "A", amount=Decimal("1.50"))
    assert str(Rows([claim])[0].amount) == "1.50"
