"""Claimed amounts against the chain at the claimed heights (design, section 4, rule 7)."""

from decimal import Decimal
from typing import Any

import pytest

from monitor.judgement import Place, Readings, audit, compare, holdings, questions, report_questions, totals
from monitor.judgement.audit import MOST_HEIGHTS
from monitor.model import (
    Audit,
    Balances,
    BaseUnits,
    Basis,
    Claim,
    ClaimKind,
    ClaimMismatch,
    Height,
    Heights,
    VerdictStatus,
)
from tests.support.judgement import (
    BTC,
    ETH,
    ETH_ARBITRUM,
    NOW,
    STAKED,
    UNBOUND,
    UNSIGNED,
    USDT,
    VERIFIED,
    claim,
    verdict,
)

COIN = 10**8
HEIGHT = Height(900_000)
NEXT = Height(HEIGHT + 1)
FIVE = Height(5)
STAKED_UNITS = BaseUnits(32 * 10**STAKED.decimals)
PLACE = ("bitcoin", HEIGHT)


def row(account: str | None, amount: str | None, height: int | None = HEIGHT, **fields: Any) -> Claim:
    return claim(account, amount=Decimal(amount) if amount else None, height=height, **fields)


def judged(
    claims: list[Claim],
    found: dict[Place, Balances],
    failures: dict[Place, str] | None = None,
    verdicts: list[VerdictStatus] | None = None,
) -> Audit:
    statuses = verdicts or [VERIFIED] * len(claims)
    held = holdings(claims, map(verdict, statuses))
    return audit(claims, held, Readings(found, failures or {}), NOW)


def test_what_is_asked_for_is_every_account_at_its_own_height() -> None:
    claims = [
        row("A", "1"),
        row("A", "1", line=3),
        row("B", None),
        row("C", "1", HEIGHT + 1),
        row("0xa", "1", 5, token=ETH),
        row("D", "1", None),
        row(None, "1"),
        row("0xkey", "32", 5, token=ETH, kind=ClaimKind.STAKING),
    ]

    assert questions(claims) == {
        PLACE: {BTC: ("A", "B")},
        ("bitcoin", NEXT): {BTC: ("C",)},
        ("ethereum", FIVE): {ETH: ("0xa", "0xkey")},
    }


def test_the_worked_example_reports_the_two_coins_that_are_missing() -> None:
    result = judged([row("A", "60", line=7)], {PLACE: {BTC: {"A": BaseUnits(58 * COIN)}}})

    assert result.mismatches == (ClaimMismatch(7, "bitcoin", BTC, "A", Decimal(60), Decimal(58)),)
    assert (result.matches, result.checked) == (0, {("bitcoin", "BTC"): 1})


def test_an_amount_matches_to_the_last_unit_however_it_is_written() -> None:
    found: dict[Place, Balances] = {PLACE: {BTC: {"A": BaseUnits(150_000_000), "B": BaseUnits(150_000_001)}}}

    result = judged([row("A", "1.5000"), row("B", "1.5")], found)

    assert (result.matches, len(result.mismatches)) == (1, 1)


def test_an_amount_with_more_decimals_than_the_token_has_is_a_mismatch() -> None:
    result = judged([row("A", "1.000000001")], {PLACE: {BTC: {"A": BaseUnits(COIN)}}})

    assert [mismatch.claimed for mismatch in result.mismatches] == [Decimal("1.000000001")]


def test_what_cannot_be_judged_is_counted_by_its_reason_and_never_a_mismatch() -> None:
    claims = [
        row(None, "1"),
        row("A", "1", None),
        row("B", None),
        row("C", "1", 5),
        row("D", "1", 6),
        row("E", "1", token=None, coin="FOO"),
    ]

    result = judged(claims, {PLACE: {BTC: {"B": BaseUnits(1)}}}, {("bitcoin", FIVE): "the node is pruned"})

    assert result.unjudged == {
        "the address does not decode": 1,
        "no height is claimed": 1,
        "no amount is claimed": 1,
        "bitcoin at height 5: the node is pruned": 1,
        "bitcoin at height 6: the balance was not told": 1,
        "the network or token is not known": 1,
    }
    assert (result.matches, result.mismatches, result.checked) == (0, (), {})


def test_a_token_that_the_chain_refuses_to_tell_is_named_with_the_refusal() -> None:
    readings = Readings({("ethereum", FIVE): {}}, refused={(("ethereum", FIVE), USDT): "execution reverted"})
    reason = "ethereum at height 5: USDT is not told: execution reverted"
    claims = [row("0xa", "1", 5, token=USDT)]
    assert compare(claims[0], readings).reason == reason
    assert audit(claims, holdings(claims, [verdict(VERIFIED)]), readings, NOW).unjudged == {reason: 1}


def test_the_report_reserves_of_an_asset_are_unknown_for_the_first_reason_that_a_row_gave() -> None:
    claims = [row("A", "1", None), row("B", "1")]
    result = judged(claims, {}, {PLACE: "the node is pruned"})
    assert result.report_unknown == {"BTC": "no height is claimed"}


def test_report_reserves_count_each_account_once_on_each_basis() -> None:
    claims = [row("A", "1"), row("A", "1", line=3), row("B", "2"), row("C", None)]

    result = judged(
        claims,
        {PLACE: {BTC: {"A": BaseUnits(COIN), "B": BaseUnits(2 * COIN), "C": BaseUnits(4 * COIN)}}},
        verdicts=[UNSIGNED, VERIFIED, UNBOUND, UNSIGNED],
    )

    assert result.report_reserves == {"BTC": {Basis.VERIFIED: 1, Basis.SIGNED: 3, Basis.LISTED: 7}}


def test_an_asset_has_report_reserves_only_if_every_claim_of_it_was_read() -> None:
    whole = [row("0xa", "1", 5, token=USDT)]
    found: dict[Place, Balances] = {
        ("ethereum", FIVE): {USDT: {"0xa": BaseUnits(10**6)}, ETH: {"0xa": BaseUnits(1)}},
        PLACE: {BTC: {"A": BaseUnits(1)}},
    }

    for partial in (
        [row("0xa", "1", 5, token=ETH), row("0xa", "1", 6, token=ETH_ARBITRUM)],
        [row("0xa", "1", 5, token=ETH), row("0xb", "1", None, token=ETH)],
        [row("0xa", "1", 5, token=ETH), row("0xkey", "32", 5, token=STAKED, kind=ClaimKind.STAKING)],
        [row("0xa", "1", 5, token=ETH), row(None, "1", token=None, coin="ETH-NEWCHAIN")],
    ):
        assert list(judged([*whole, *partial], found).report_reserves) == ["USDT"]


LATER = ("bitcoin", Height(HEIGHT + 3))


def test_coins_that_moved_between_two_heights_are_in_the_report_once() -> None:
    claims = [row("A", "60"), row("B", "60", HEIGHT + 3)]
    found: dict[Place, Balances] = {
        PLACE: {BTC: {"A": BaseUnits(60 * COIN), "B": BaseUnits(0)}},
        LATER: {BTC: {"A": BaseUnits(0), "B": BaseUnits(60 * COIN)}},
    }

    result = judged(claims, found)

    assert (result.matches, len(result.mismatches)) == (2, 0), "every row by itself is right"
    assert result.report_reserves["BTC"][Basis.VERIFIED] == 60
    assert result.heights == {"bitcoin": Heights(2, Height(HEIGHT), Height(HEIGHT + 3))}


def test_of_several_heights_the_lowest_sum_counts_on_each_basis() -> None:
    claims = [row("A", "1"), row("B", "1", HEIGHT + 3), row("A", "1", HEIGHT + 3, line=9)]
    found: dict[Place, Balances] = {
        PLACE: {BTC: {"A": BaseUnits(COIN), "B": BaseUnits(5 * COIN)}},
        LATER: {BTC: {"A": BaseUnits(2 * COIN), "B": BaseUnits(COIN)}},
    }

    reserves = judged(claims, found, verdicts=[VERIFIED, UNSIGNED, VERIFIED]).report_reserves["BTC"]

    assert (reserves[Basis.VERIFIED], reserves[Basis.LISTED]) == (Decimal(1), Decimal(3))


def test_where_one_of_the_heights_is_not_told_the_report_is_unknown_with_the_reason() -> None:
    claims = [row("A", "60"), row("B", "60", HEIGHT + 3), row("0xa", "1", 5, token=ETH)]
    found: dict[Place, Balances] = {
        PLACE: {BTC: {"A": BaseUnits(60 * COIN)}},
        LATER: {BTC: {"A": BaseUnits(0), "B": BaseUnits(60 * COIN)}},
        ("ethereum", FIVE): {ETH: {"0xa": BaseUnits(10**18)}},
    }

    result = judged(claims, found, failures={PLACE: "pruned: it has no state of that block"})

    assert result.report_reserves.keys() == {"ETH"}
    assert result.report_unknown == {"BTC": f"bitcoin at height {HEIGHT}: pruned: it has no state of that block"}
    assert result.matches == 3


def test_every_account_is_asked_for_at_every_height_of_its_network_and_of_no_other() -> None:
    claims = [row("A", "1"), row("B", "1", HEIGHT + 3), row("0xa", "1", 5, token=ETH)]

    assert report_questions(claims) == {
        PLACE: {BTC: ("A", "B")},
        LATER: {BTC: ("B", "A")},
        ("ethereum", FIVE): {ETH: ("0xa",)},
    }


def test_a_list_of_too_many_heights_is_asked_for_once_and_its_report_is_unknown() -> None:
    claims = [row(f"A{height}", "1", height) for height in range(MOST_HEIGHTS + 1)]
    found: dict[Place, Balances] = {
        ("bitcoin", Height(height)): {BTC: {f"A{height}": BaseUnits(COIN)}} for height in range(len(claims))
    }

    result = judged(claims, found)

    assert report_questions(claims) == questions(claims)
    assert result.report_unknown == {"BTC": "bitcoin: its rows name 11 heights; up to 10 are compared"}
    assert result.matches == len(claims)


DEPOSITOR = ("ethereum", "0xd")
STAKES = {DEPOSITOR: ((STAKED, "0xkey1"), (STAKED, "0xkey2"))}
BLOCK_5 = {("ethereum", FIVE): {ETH: {"0xd": BaseUnits(8 * 10**17)}}}
VALIDATORS_5 = {(STAKED.network, FIVE): {STAKED: {"0xkey1": STAKED_UNITS, "0xkey2": STAKED_UNITS}}}


def test_validators_are_asked_for_at_the_height_of_the_account_that_made_their_deposits() -> None:
    claims = [row("0xd", "64", 5, token=ETH), row("0xe", "1", 5, token=ETH), row("0xd", "1", 7, token=USDT)]
    asked = questions(claims, STAKES)
    assert asked[STAKED.network, FIVE] == {STAKED: ("0xkey1", "0xkey2")}
    assert (STAKED.network, 7) not in asked
    assert (STAKED.network, FIVE) not in questions(claims)


@pytest.mark.parametrize(
    ("claimed", "match", "found"), [("0.8", True, "0.8"), ("64.8", True, "64.8"), ("64", False, "64.8")]
)
def test_a_depositors_amount_is_compared_with_its_coins_and_its_validators_together(
    claimed: str, match: bool, found: str
) -> None:
    claims = [row("0xd", claimed, 5, token=ETH)]
    readings = Readings({**BLOCK_5, **VALIDATORS_5}, stakes=STAKES)
    compared = compare(claims[0], readings)
    assert (compared.match, compared.found) == (match, Decimal(found))
    result = audit(claims, holdings(claims, [verdict(VERIFIED)]), readings, NOW)
    assert (result.matches, len(result.mismatches)) == (match, not match)


def test_validators_that_have_rows_of_their_own_are_found_once_in_the_total() -> None:
    claims = [row("0xd", "64.8", 5, token=ETH, coin="ETH")]
    claims += [row(key, "32", 5, token=STAKED, coin="ETH", kind=ClaimKind.STAKING) for key in ("0xkey1", "0xkey2")]
    readings = Readings({**BLOCK_5, **VALIDATORS_5}, stakes=STAKES)
    (total,) = totals(claims, [compare(each, readings) for each in claims], [])
    assert (total.judged, total.claimed) == (3, Decimal("128.8"))
    assert (total.found, total.missing) == (Decimal("64.8"), Decimal(64)), "it claims the same coins twice"


def test_without_its_validators_a_depositors_amount_is_no_mismatch() -> None:
    claims = [row("0xd", "64", 5, token=ETH)]
    readings = Readings(BLOCK_5, {(STAKED.network, FIVE): "no endpoint"}, stakes=STAKES)
    found = compare(claims[0], readings)
    assert (found.match, found.found) == (None, Decimal("0.8"))
    assert found.reason == f"with its validators: {STAKED.network} at height 5: no endpoint"
    result = audit(claims, holdings(claims, [verdict(VERIFIED)]), readings, NOW)
    assert (result.matches, result.mismatches, sum(result.unjudged.values())) == (0, (), 1)


def test_a_single_claim_is_compared_as_the_audit_compares_it() -> None:
    found: dict[Place, Balances] = {PLACE: {BTC: {"A": BaseUnits(150_000_000), "B": BaseUnits(1)}}}
    claims = [
        row("A", "1.5"),
        row("B", "1"),
        row("A", None),
        row("C", "1"),
        row("A", "1", HEIGHT + 1),
        row(None, "1"),
        row("A", "1", None),
    ]

    compared = [compare(each, Readings(found, {("bitcoin", NEXT): "pruned"})) for each in claims]

    assert [(each.match, each.found) for each in compared] == [
        (True, Decimal("1.5")),
        (False, Decimal("1E-8")),
        (None, Decimal("1.5")),
        (None, None),
        (None, None),
        (None, None),
        (None, None),
    ]
    assert all(bool(each.reason) is (each.match is None) for each in compared)
    assert "pruned" in compared[4].reason
    result = judged(claims, found, {("bitcoin", NEXT): "pruned"})
    assert (result.matches, len(result.mismatches)) == (1, 1)
    assert sum(result.unjudged.values()) == [each.match for each in compared].count(None)
