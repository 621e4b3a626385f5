"""The rules of judgement (design, section 4), by number, and its worked example."""

from datetime import timedelta
from decimal import Decimal

import pytest
from msgspec import structs

from monitor.formats import exact
from monitor.model import BaseUnits, Basis, Cause, Gap, ReserveStatus, SnapshotState
from tests.support.judgement import (
    BTC,
    ETH,
    ETH_ARBITRUM,
    UNBOUND,
    UNSIGNED,
    UNSUPPORTED,
    VERIFIED,
    absent,
    claim,
    judge,
    owing,
    state,
)

WORKED_EXAMPLE = [
    (claim("A", amount=Decimal(60), height=900_000), VERIFIED),
    (claim("B"), UNBOUND),
    (claim("C"), UNSIGNED),
]
COIN = 10**8


def by_basis(verified: str, signed: str, listed: str, asserted: str) -> dict[Basis, Decimal]:
    return dict(zip(Basis, map(Decimal, (verified, signed, listed, asserted)), strict=True))


def balances(**coins: int) -> SnapshotState:
    return state({BTC: {account: BaseUnits(amount * COIN) for account, amount in coins.items()}})


def test_the_worked_example_of_section_4() -> None:
    owed = owing({"BTC": 5}, BTC=100)
    snapshot = balances(A=58, B=30, C=25)

    verified = judge(WORKED_EXAMPLE, [snapshot], owed)["BTC"]
    signed = judge(WORKED_EXAMPLE, [snapshot], owed, basis="signed")["BTC"]
    listed = judge(WORKED_EXAMPLE, [snapshot], owed, basis="listed")["BTC"]

    assert signed.totals == by_basis("58", "88", "113", "118")
    assert signed.ratios == by_basis("0.58", "0.88", "1.13", "1.18")
    assert signed.status is ReserveStatus.BREACH
    assert listed.status is ReserveStatus.COVERED
    bounds = verified.lower_bounds[Basis.VERIFIED], verified.upper_bounds[Basis.VERIFIED]
    assert (verified.basis, verified.status, bounds) == (
        Basis.VERIFIED,
        ReserveStatus.BREACH,
        (Decimal("0.58"), Decimal("0.88")),
    )


@pytest.mark.parametrize(
    ("claimed", "upper", "status"), [("3", "0.94", ReserveStatus.BREACH), ("20", "1.28", ReserveStatus.UNKNOWN)]
)
def test_the_worked_example_with_coins_on_a_side_chain_that_nobody_reads(
    claimed: str, upper: str, status: ReserveStatus
) -> None:
    aside = claim("S", structs.replace(BTC, network="side"), amount=Decimal(claimed))

    btc = judge([*WORKED_EXAMPLE, (aside, VERIFIED)], [balances(A=58, B=30, C=25)], owing(BTC=100), basis="signed")[
        "BTC"
    ]

    assert (btc.lower_bounds[Basis.SIGNED], btc.upper_bounds[Basis.SIGNED]) == (Decimal("0.88"), Decimal(upper))
    assert btc.status is status
    reason = "not configured: no endpoint to read it from"
    assert btc.gaps == (Gap("side", reason, claimed=Decimal(claimed), cause=Cause.NOT_CONFIGURED),)


def test_the_worked_example_without_a_snapshot_that_could_be_read_in_time_is_unknown() -> None:
    owed = owing({"BTC": 5}, BTC=100)
    failed = SnapshotState("bitcoin", None, stale=True, wanted=3, failure="account C: time-out")

    btc = judge(WORKED_EXAMPLE, [failed], owed)["BTC"]

    assert btc.status is ReserveStatus.UNKNOWN
    reason = "no whole snapshot; the newest attempt failed: account C: time-out"
    assert btc.gaps == (Gap("bitcoin", reason, claimed=exact.UNBOUNDED, cause=Cause.FAILED),)


def test_the_worked_example_when_coins_move_to_an_account_that_the_list_does_not_name() -> None:
    btc = judge(WORKED_EXAMPLE, [balances(A=58, B=0, C=25, ELSEWHERE=30)], owing(BTC=100))["BTC"]

    assert btc.totals[Basis.SIGNED] == 58
    assert btc.status is ReserveStatus.BREACH


def test_rule_1_what_could_not_be_read_is_absent_and_never_zero() -> None:
    btc = judge(WORKED_EXAMPLE, [absent("bitcoin")], owing(BTC=100))["BTC"]

    assert (btc.reserves, btc.totals, btc.ratios) == ({}, {}, {})
    assert btc.lower_bounds == dict.fromkeys(Basis, Decimal())  # not what is there: what it is at least
    assert btc.upper_bounds == dict.fromkeys(Basis, exact.UNBOUNDED)


def test_rule_1_zero_is_what_a_node_said_and_then_it_counts() -> None:
    btc = judge(WORKED_EXAMPLE, [balances(A=0, B=0, C=0)], owing(BTC=100))["BTC"]

    assert btc.ratios[Basis.LISTED] == 0
    assert btc.status is ReserveStatus.BREACH


def test_rule_2_a_snapshot_that_lacks_an_account_of_the_list_counts_for_nothing() -> None:
    btc = judge(WORKED_EXAMPLE, [balances(A=5800, B=30)], owing(BTC=100))["BTC"]

    assert (btc.reserves, btc.totals) == ({}, {})
    assert btc.status is ReserveStatus.UNKNOWN
    assert btc.gaps == (
        Gap(
            "bitcoin",
            "1 of 3 accounts not in the snapshot of block 900000: not read since the list changed",
            claimed=Decimal(5830),
            cause=Cause.FAILED,
        ),
    )


def test_rule_2_a_stale_snapshot_is_shown_with_its_age_and_proves_nothing() -> None:
    stale = state({BTC: {"A": BaseUnits(500 * COIN)}}, stale=True, age=timedelta(hours=2, minutes=5))

    btc = judge([(claim("A"), VERIFIED)], [stale], owing(BTC=100))["BTC"]

    assert btc.reserves["bitcoin"][Basis.VERIFIED] == 500
    assert (btc.totals, btc.ratios) == ({}, {})
    reason = "stale: the last whole snapshot is 2 h 5 min old (2026-06-14 09:55:00 UTC)"
    assert btc.gaps == (Gap("bitcoin", reason, claimed=Decimal(500), cause=Cause.FAILED),)


def test_rule_3_one_unit_short_of_a_huge_sum_is_a_breach_and_one_more_is_not() -> None:
    short, enough = 10**60 - 1, 10**60  # in wei: 28 digits, as a Decimal has by default, do not tell them apart
    owed = owing(ETH=str(10**42))

    for units, status in ((short, ReserveStatus.BREACH), (enough, ReserveStatus.COVERED)):
        eth = judge([(claim("A", ETH), VERIFIED)], [state({ETH: {"A": BaseUnits(units)}})], owed)["ETH"]
        assert eth.status is status


def test_rule_3_a_ratio_is_not_rounded_up_to_its_limit() -> None:
    eth = judge([(claim("A", ETH), VERIFIED)], [state({ETH: {"A": BaseUnits(3 * 10**18 - 1)}})], owing(ETH=3))["ETH"]

    assert eth.ratios[Basis.VERIFIED] < 1
    assert eth.status is ReserveStatus.BREACH


def test_rule_5_each_basis_contains_the_one_before() -> None:
    btc = judge(WORKED_EXAMPLE, [balances(A=1, B=2, C=4)], owing({"BTC": 8}, BTC=16))["BTC"]

    assert btc.totals == by_basis("1", "3", "7", "15")
    assert btc.reserves == {"bitcoin": {Basis.VERIFIED: 1, Basis.SIGNED: 3, Basis.LISTED: 7}}


@pytest.mark.parametrize(
    ("configured", "signatures", "expected"),
    [
        (None, ("signature",), Basis.VERIFIED),
        (None, (), Basis.LISTED),
        (None, ("", ""), Basis.LISTED),
        ("verified", (), Basis.VERIFIED),
        ("asserted", ("signature",), Basis.ASSERTED),
    ],
)
def test_rule_5_alerts_act_on_the_configured_basis_or_on_what_the_list_publishes(
    configured: str | None, signatures: tuple[str, ...], expected: Basis
) -> None:
    rows = [(claim("A", signatures=signatures), UNSIGNED)]

    assert judge(rows, basis=configured)["BTC"].basis is expected


def test_rule_6_an_account_that_several_rows_name_counts_once_with_its_best_verdict() -> None:
    rows = [(claim("A"), UNSIGNED), (claim("A", line=3), VERIFIED), (claim("A", line=4), UNBOUND)]

    btc = judge(rows, [balances(A=10)], owing(BTC=10))["BTC"]

    assert btc.totals == by_basis("10", "10", "10", "10")


def test_rule_6_the_same_account_on_two_networks_is_two_accounts() -> None:
    rows = [(claim("0xa", ETH), VERIFIED), (claim("0xa", ETH_ARBITRUM), VERIFIED)]
    snapshots = [state({ETH: {"0xa": BaseUnits(10**18)}}), state({ETH_ARBITRUM: {"0xa": BaseUnits(2 * 10**18)}})]

    assert judge(rows, snapshots)["ETH"].totals[Basis.VERIFIED] == 3


def test_rule_7_the_amount_that_the_exchange_claims_plays_no_part() -> None:
    modest, boastful = claim("A", amount=Decimal(1)), claim("A", amount=Decimal(10**9))

    seen = [judge([(row, VERIFIED)], [balances(A=5)], owing(BTC=10)) for row in (modest, boastful)]

    assert seen[0] == seen[1]


def test_rule_12_covered_when_the_fresh_networks_alone_reach_the_limit() -> None:
    rows = [(claim("A", ETH), VERIFIED), (claim("A", ETH_ARBITRUM), VERIFIED)]

    eth = judge(rows, [state({ETH: {"A": BaseUnits(101 * 10**18)}}), absent("arbitrum", "no answer")], owing(ETH=100))[
        "ETH"
    ]

    assert eth.status is ReserveStatus.COVERED
    assert eth.lower_bounds[Basis.SIGNED] == Decimal("1.01")
    assert eth.ratios == {}
    assert eth.upper_bounds == dict.fromkeys(Basis, exact.UNBOUNDED)
    reason = "no whole snapshot; the newest attempt failed: no answer"
    assert eth.gaps == (Gap("arbitrum", reason, claimed=exact.UNBOUNDED, cause=Cause.FAILED),)


def test_rule_12_unknown_names_every_network_that_is_missing_not_configured_or_stale() -> None:
    polygon, base = (ETH.__class__("ETH", network, None, 18) for network in ("polygon", "base"))
    rows = [(claim("A", token), VERIFIED) for token in (ETH, ETH_ARBITRUM, polygon, base)]
    snapshots = [
        state({ETH: {"A": BaseUnits(99 * 10**18)}}),
        state({ETH_ARBITRUM: {"A": BaseUnits(10**18)}}, stale=True, age=timedelta(minutes=7)),
        absent("polygon"),
    ]

    eth = judge(rows, snapshots, owing(ETH=100), configured=["ethereum", "arbitrum", "polygon"])["ETH"]

    assert eth.status is ReserveStatus.UNKNOWN
    assert {gap.network: gap.reason.partition(":")[0] for gap in eth.gaps} == {
        "arbitrum": "stale",
        "base": "not configured",
        "polygon": "no whole snapshot",
    }


def test_rule_12_claims_that_cannot_be_judged_make_a_breach_unknown_where_they_could_lift_it() -> None:
    rows = [(claim("A"), VERIFIED), (claim("B"), UNSUPPORTED)]

    btc = judge(rows, [balances(A=60, B=40)], owing(BTC=100))["BTC"]

    assert btc.status is ReserveStatus.UNKNOWN
    assert (btc.ratios[Basis.SIGNED], btc.upper_bounds[Basis.SIGNED]) == (Decimal("0.6"), Decimal(1))
    assert btc.gaps == (Gap("bitcoin", "40.00000000 BTC are under claims whose ownership could not be judged yet"),)


def test_rule_12_claims_that_cannot_be_judged_do_not_hide_a_breach_that_they_could_not_lift() -> None:
    rows = [(claim("A"), VERIFIED), (claim("B"), UNSUPPORTED)]

    btc = judge(rows, [balances(A=60, B=39)], owing(BTC=100))["BTC"]

    assert btc.status is ReserveStatus.BREACH
    assert btc.gaps == ()


def test_rule_12_claims_that_cannot_be_judged_count_as_listed() -> None:
    rows = [(claim("A"), VERIFIED), (claim("B"), UNSUPPORTED)]

    btc = judge(rows, [balances(A=60, B=39)], owing(BTC=100), basis="listed")["BTC"]

    assert btc.ratios[Basis.LISTED] == btc.upper_bounds[Basis.LISTED] == Decimal("0.99")
    assert btc.status is ReserveStatus.BREACH
