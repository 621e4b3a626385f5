"""Packed lists: what was a claim is the same claim when it is looked at, but for its evidence; so is a verdict."""

import pickle
from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from monitor.model import Claim, ClaimKind, Code, Token, Verdict
from monitor.model.packed import PackedClaims, PackedVerdicts, Texts

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
    custodian=st.sampled_from(["", "Ceffu"]),
).map(lambda claim: replace(claim, amount=None, shared=claim.amount) if claim.line % 3 == 0 else claim)


def without_evidence(claim: Claim) -> Claim:
    return replace(claim, signatures=(), key="", owners=())


@given(st.lists(CLAIMS, max_size=6))
def test_packed_claims_lose_their_signatures_keys_and_owners_and_nothing_else(claims: list[Claim]) -> None:
    expected = list(map(without_evidence, claims))
    _check(PackedClaims(claims), expected)
    _check(pickle.loads(pickle.dumps(PackedClaims(claims))), expected)


def _check(rows: PackedClaims, claims: list[Claim]) -> None:
    assert list(rows) == claims
    assert [str(row.amount) for row in rows] == [str(claim.amount) for claim in claims], "every digit that was written"
    assert len(rows) == len(claims)
    assert rows[1:] == claims[1:]
    assert [rows[place] for place in range(-len(claims), 0)] == claims


@given(st.lists(st.text("ab", max_size=4), max_size=12), st.text("ab", min_size=1, max_size=3))
def test_texts_are_found_by_a_part_that_does_not_reach_over_their_ends(texts: list[str], part: str) -> None:
    assert sorted(Texts(texts).having(part)) == [place for place, text in enumerate(texts) if part in text]


@given(CLAIMS)
def test_the_account_is_the_very_text_of_the_address_where_they_are_equal(claim: Claim) -> None:
    (row,) = PackedClaims([replace(claim, account="".join(claim.address))])
    assert row.account is row.address


def test_amounts_keep_their_scale() -> None:
    claim = Claim("a.csv", 1, "BTC", "bitcoin", None, "A", "A", amount=Decimal("1.50"))
    assert str(PackedClaims([claim])[0].amount) == "1.50"


VERDICTS = st.builds(Verdict, st.sampled_from(Code), st.sampled_from("ab") | TEXTS)


@given(st.lists(VERDICTS, max_size=8), st.data())
def test_packed_verdicts_are_the_verdicts(verdicts: list[Verdict], data: st.DataObject) -> None:
    packed = PackedVerdicts(verdicts)
    assert list(packed) == verdicts
    assert list(pickle.loads(pickle.dumps(packed))) == verdicts
    assert [packed[place] for place in range(-len(verdicts), 0)] == verdicts
    assert packed[1:] == verdicts[1:]
    assert packed == PackedVerdicts(verdicts)
    positions = st.sampled_from(range(len(verdicts))) if verdicts else st.nothing()
    changed = data.draw(st.dictionaries(positions, VERDICTS))
    after = packed.with_changes(changed)
    assert list(after) == [changed.get(position, verdict) for position, verdict in enumerate(verdicts)]
    assert list(packed) == verdicts, "what was packed stays as it is"
    assert (after == packed) == (list(after) == verdicts)
