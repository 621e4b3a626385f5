"""Each alert's condition: when it holds, when it does not, and when that cannot be told."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from msgspec import structs

from monitor.judgement.alerts import AlertMemory, Condition, evaluate
from monitor.model import (
    AlertName,
    Assessment,
    Audit,
    BaseUnits,
    ClaimMismatch,
    DocumentState,
    EndpointState,
    Fall,
    JobState,
    Liabilities,
    LiabilitiesFall,
    LiabilitiesProof,
    ListChanges,
    LostConfirmations,
    ProofState,
    ProofStatus,
    ReloadState,
    ReportBump,
    SharedAccounts,
    SignaturesGone,
    StoreState,
)
from tests.support.judgement import (
    BTC,
    ETH,
    ETH_ARBITRUM,
    INVALID,
    NOW,
    UNSIGNED,
    UNSUPPORTED,
    VERIFIED,
    absent,
    assessment,
    claim,
    document,
    exchange,
    judge,
    owing,
    settings,
    state,
    world,
)

COIN = 10**8
LIABILITIES = {"source": "liabilities.json"}


def condition(
    name: AlertName, *assessments: Assessment, own: dict[str, Any] | None = None, alerts: Any = None, **facts: Any
) -> Condition:
    """The one condition of that name."""
    configured = settings(alerts, okx=exchange(**({"liabilities": LIABILITIES} | (own or {}))))
    found = evaluate(world(*assessments, **facts), configured, AlertMemory())
    (one,) = [each for each in found.items if each.name is name]
    return one


def bitcoin(coins: str, owed: str = "100", **fields: Any) -> Assessment:
    """An exchange that holds ``coins`` in one verified account."""
    snapshot = state({BTC: {"A": BaseUnits(int(Decimal(coins) * COIN))}})
    published = owing(BTC=owed)
    assets = judge([(claim("A"), VERIFIED)], [snapshot], published, **fields)
    return assessment(assets, snapshots={"bitcoin": snapshot}, liabilities=published)


def unknown(*, owed: bool = True) -> Assessment:
    published = owing(BTC=100) if owed else owing(ETH=0)
    assets = judge([(claim("A"), VERIFIED)], [absent("bitcoin", "time-out")], published)
    return assessment(
        {"BTC": assets["BTC"]}, snapshots={"bitcoin": absent("bitcoin", "time-out")}, liabilities=published
    )


# --- Ratios ----------------------------------------------------------------------------------------------------------


def test_a_breach_is_told_with_its_numbers_block_and_ages() -> None:
    found = condition(AlertName.RATIO_BELOW_LIMIT, bitcoin("99.9999999"))

    assert found.holds is True
    assert found.summary == (
        "OKX shows 99.9999999 BTC on the basis verified for 100 owed (as of 2026-06-01, 13 d ago): 99.9999 %,"
        " the limit is 100 % (read at bitcoin block 900000, 0 s ago)."
    )


@pytest.mark.parametrize(("coins", "lingers"), [("100", True), ("100.09999999", True), ("100.1", False)])
def test_a_covered_asset_lingers_until_the_ratio_is_a_hysteresis_above_its_limit(coins: str, lingers: bool) -> None:
    found = condition(AlertName.RATIO_BELOW_LIMIT, bitcoin(coins))

    assert (found.holds, found.lingers) == (False, lingers)


def test_what_cannot_be_told_is_neither_a_breach_nor_fine() -> None:
    for name in (AlertName.RATIO_BELOW_LIMIT, AlertName.RATIO_FALLING):
        found = condition(name, unknown())
        assert found.holds is None
        assert found.summary == (
            "BTC cannot be judged: bitcoin: no whole snapshot; the newest attempt failed: time-out."
        )


def test_what_has_no_ratio_says_why() -> None:
    assert condition(AlertName.RATIO_FALLING, bitcoin("1", owed="0")).summary == ("BTC has no ratio: nothing is owed.")
    assets = judge([(claim("A"), VERIFIED)], [state({BTC: {"A": BaseUnits(COIN)}})], None)
    found = condition(AlertName.RATIO_BELOW_LIMIT, assessment(assets, liabilities=None))
    assert found.summary == "BTC cannot be judged: what is owed is not known: no liabilities were accepted yet."
    assert condition(AlertName.RESERVE_UNKNOWN, unknown()).summary.startswith("BTC cannot be judged: bitcoin: no whole")


@pytest.mark.parametrize(("coins", "holds"), [("101.9", True), ("102", False), ("90", True)])
def test_the_warning_has_a_limit_of_its_own(coins: str, holds: bool) -> None:
    assert condition(AlertName.RATIO_BELOW_WARNING, bitcoin(coins, warn_below="1.02")).holds is holds


@pytest.mark.parametrize(("owed", "holds"), [("1", True), ("0", False)])
def test_a_warning_is_of_something_that_is_owed_however_little(owed: str, holds: bool) -> None:
    assert condition(AlertName.RATIO_BELOW_WARNING, bitcoin("0.5", owed, warn_below="1.02")).holds is holds


def test_without_a_warning_limit_there_is_no_warning() -> None:
    names = {each.name for each in evaluate(world(bitcoin("1")), settings(), AlertMemory()).items}

    assert AlertName.RATIO_BELOW_LIMIT in names
    assert AlertName.RATIO_BELOW_WARNING not in names


def test_the_warning_cannot_be_told_while_claims_nobody_could_judge_may_lift_the_ratio() -> None:
    rows = [(claim("A"), VERIFIED), (claim("B"), UNSUPPORTED)]
    snapshot = state({BTC: {"A": BaseUnits(101 * COIN), "B": BaseUnits(COIN)}})
    assets = judge(rows, [snapshot], owing(BTC=100), warn_below="1.02")

    assert condition(AlertName.RATIO_BELOW_WARNING, assessment(assets)).holds is None


def test_a_lower_bound_is_told_as_one() -> None:
    rows = [(claim("A", ETH), VERIFIED), (claim("A", ETH_ARBITRUM), VERIFIED)]
    snapshots = [state({ETH: {"A": BaseUnits(10**18)}}), absent("arbitrum")]
    assets = judge(rows, snapshots, owing(ETH=1))

    found = condition(
        AlertName.RATIO_BELOW_LIMIT, assessment(assets, snapshots={each.network: each for each in snapshots})
    )

    assert (found.holds, found.lingers) == (False, True)
    assert "shows at least 1 ETH" in found.summary


def fallen(drop: str) -> dict[tuple[str, str], Fall]:
    return {("okx", "BTC"): Fall(Decimal(drop), NOW - timedelta(minutes=30), ("bitcoin",), Decimal("1.2"))}


@pytest.mark.parametrize(("drop", "holds"), [("-0.1", False), ("0.05", False), ("0.0501", True)])
def test_a_ratio_falls_when_it_lost_more_than_allowed(drop: str, holds: bool) -> None:
    assert condition(AlertName.RATIO_FALLING, bitcoin("100"), falls=fallen(drop)).holds is holds


def test_how_far_a_ratio_may_fall_is_configured() -> None:
    for falling, holds in (({"drop": "0.4"}, True), ({"drop": "0.5"}, False)):
        found = condition(AlertName.RATIO_FALLING, bitcoin("100"), falls=fallen("0.5"), alerts={"falling": falling})
        assert found.holds is holds


def test_a_fall_is_told_with_the_networks_that_were_compared_and_those_that_were_not() -> None:
    rows = [(claim("A", ETH), VERIFIED), (claim("A", ETH_ARBITRUM), VERIFIED)]
    snapshots = [state({ETH: {"A": BaseUnits(10**18)}}), absent("arbitrum")]
    assets = judge(rows, snapshots, owing(ETH=1))
    fall = Fall(Decimal("0.2"), NOW - timedelta(minutes=30), ("ethereum",), Decimal("1.2"))

    seen = assessment(assets, snapshots={each.network: each for each in snapshots})
    found = condition(AlertName.RATIO_FALLING, seen, falls={("okx", "ETH"): fall})

    assert found.summary == (
        "The reserves of ETH of OKX on ethereum fell from 120 % of what is owed (2026-06-14 11:30:00 UTC) to 100 %;"
        " more than 5 % within 1 h is an alert. Not compared, as they were not read: arbitrum."
    )
    found = condition(AlertName.RATIO_FALLING, bitcoin("100"), falls=fallen("0.5"))
    assert found.summary.endswith("more than 5 % within 1 h is an alert.")


# --- What is only claimed --------------------------------------------------------------------------------------------


def claiming(amount: str | None, *, basis: str = "verified") -> Assessment:
    """99 of 100 BTC were read; ``amount`` is claimed on a network that is not configured."""
    aside = claim("S", structs.replace(BTC, network="side"), amount=None if amount is None else Decimal(amount))
    assets = judge(
        [(claim("A"), VERIFIED), (aside, UNSIGNED if basis == "listed" else VERIFIED)],
        [state({BTC: {"A": BaseUnits(99 * COIN)}})],
        owing(BTC=100),
        basis=basis,
    )
    return assessment(assets)


@pytest.mark.parametrize(
    ("amount", "holds", "told"),
    [
        ("0", False, ""),
        ("5", False, ""),
        ("5.00000001", True, "5.00000001 BTC of OKX is only claimed, on side, for 100 owed; more than 5 % of it"),
        (None, True, "An amount that nothing limits of BTC of OKX is only claimed, on side, for 100 owed;"),
    ],
)
def test_claims_that_are_read_nowhere_are_an_alert_above_their_share(
    amount: str | None, holds: bool, told: str
) -> None:
    found = condition(AlertName.CLAIMS_UNREAD, claiming(amount))

    assert found.holds is holds
    assert found.summary.startswith(told)


def test_how_much_may_rest_on_what_is_claimed_is_configured() -> None:
    assert condition(AlertName.CLAIMS_UNREAD, claiming("9"), alerts={"unread_above": "0.1"}).holds is False


def test_a_breach_that_rests_on_claims_says_what_would_have_to_be_there() -> None:
    found = condition(AlertName.RATIO_BELOW_LIMIT, claiming("0.25", basis="listed"))

    assert found.holds is True
    assert found.summary.endswith("That is a breach unless 0.75 BTC came to side since the list.")
    assert "unless" not in condition(AlertName.RATIO_BELOW_LIMIT, claiming("0", basis="listed")).summary


def gone(ago: timedelta) -> Assessment:
    lost = SignaturesGone(NOW - ago, 3, {"BTC": Decimal("12.5"), "ETH": Decimal(0)}, unread=1)
    return assessment(signatures_gone=lost)


def test_signatures_that_went_are_an_alert_with_their_coins_for_as_long_as_they_are_news() -> None:
    found = condition(AlertName.SIGNATURES_GONE, gone(timedelta(hours=23)))

    assert found.holds is True
    assert found.summary == (
        "The list of 2026-06-13 13:00:00 UTC no longer has a valid signature for 3 accounts that the one before it had,"
        " holding 12.5 BTC; 1 of them were never read. Alerts act on the basis signed."
    )
    assert condition(AlertName.SIGNATURES_GONE, gone(timedelta(hours=24))).holds is False
    assert condition(AlertName.SIGNATURES_GONE, assessment()).holds is False


def test_an_asset_that_is_owed_and_unknown_is_an_alert_and_one_that_is_not_owed_is_none() -> None:
    assert condition(AlertName.RESERVE_UNKNOWN, unknown()).holds is True
    assert condition(AlertName.RESERVE_UNKNOWN, unknown(owed=False)).holds is False
    assert condition(AlertName.RESERVE_UNKNOWN, bitcoin("1")).holds is False


def test_an_asset_of_which_nothing_is_owed_ends_a_breach() -> None:
    assert condition(AlertName.RATIO_BELOW_LIMIT, bitcoin("1", owed="0")).holds is False


# --- Snapshots -------------------------------------------------------------------------------------------------------


def test_stale_and_absent_are_two_alerts_and_each_names_its_networks() -> None:
    """Design, section 4, rule 9: none stands in for another."""
    old = replace(state({BTC: {"A": BaseUnits(1)}}, stale=True, age=timedelta(minutes=40)), failure="time-out")
    exchange = assessment(snapshots={"bitcoin": old, "ethereum": absent("ethereum", wanted=2)})

    stale, gone = (condition(name, exchange) for name in (AlertName.SNAPSHOT_STALE, AlertName.SNAPSHOT_ABSENT))

    assert (stale.holds, gone.holds) == (True, True)
    assert stale.summary == ("The last whole snapshot is too old: bitcoin 40 min, the newest attempt failed: time-out.")
    assert gone.summary == "There is no whole snapshot: ethereum (2 accounts)."


def test_fresh_snapshots_and_networks_without_accounts_are_fine() -> None:
    fine = assessment(
        snapshots={"bitcoin": state({BTC: {"A": BaseUnits(1)}}), "ethereum": absent("ethereum", wanted=0)}
    )

    assert condition(AlertName.SNAPSHOT_STALE, fine).holds is False
    assert condition(AlertName.SNAPSHOT_ABSENT, fine).holds is False


# --- Documents -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("max_age", "holds"), [("13d", False), ("12d", True)])
def test_liabilities_are_old_by_the_day_that_they_are_as_of(max_age: str, holds: bool) -> None:
    own = {"liabilities": LIABILITIES | {"max_age": max_age}}

    assert condition(AlertName.LIABILITIES_OLD, assessment(), own=own).holds is holds


@pytest.mark.parametrize(("days", "holds"), [(35, False), (36, True)])
def test_liabilities_are_old_where_one_asset_was_not_named_since(days: int, holds: bool) -> None:
    published = replace(owing(BTC=1, ETH=1), carried={"ETH": NOW - timedelta(days=days)})
    own = {"liabilities": LIABILITIES | {"max_age": "35d"}}
    found = condition(AlertName.LIABILITIES_OLD, assessment(liabilities=published), own=own)
    assert found.holds is holds
    assert found.summary.startswith("ETH, which no report names since, as of 2026-05-09") is holds


def test_absent_liabilities_are_not_old_ones() -> None:
    none = assessment(liabilities=None)

    assert condition(AlertName.LIABILITIES_OLD, none).holds is None
    assert condition(AlertName.LIABILITIES_ABSENT, none).holds is True
    assert condition(AlertName.LIABILITIES_ABSENT, assessment()).holds is False


def test_an_exchange_without_configured_liabilities_is_not_asked_for_them() -> None:
    names = {
        each.name
        for each in evaluate(world(assessment(liabilities=None)), settings(okx=exchange()), AlertMemory()).items
    }

    assert not names & {AlertName.LIABILITIES_OLD, AlertName.LIABILITIES_ABSENT, AlertName.LIABILITIES_REFUSED}


def test_an_asset_with_limits_of_its_own_that_the_liabilities_do_not_name_is_an_alert() -> None:
    limits: dict[str, Any] = {"assets": {"BTC": {}}}
    for owed, holds in ((owing(BTC=1), False), (owing(ETH=1), True)):
        assets = {"BTC": judge([(claim("A"), VERIFIED)], [state({BTC: {"A": BaseUnits(1)}})], owed)["BTC"]}
        configured = settings(okx=exchange(liabilities=LIABILITIES, **limits))
        found = evaluate(world(assessment(assets, liabilities=owed)), configured, AlertMemory())
        (asset,) = [each for each in found.items if each.name is AlertName.LIABILITIES_ABSENT and each.asset]
        assert asset.holds is holds
        assert bool(asset.summary) is holds


def test_what_an_exchange_owes_is_missed_only_where_it_was_told_and_limits_were_set() -> None:
    def missed(owed: Liabilities | None, own: dict[str, Any]) -> list[Condition]:
        assets = judge([(claim("A"), VERIFIED)], [state({BTC: {"A": BaseUnits(1)}})], owed)
        found = evaluate(world(assessment(assets, liabilities=owed)), settings(okx=exchange(**own)), AlertMemory())
        return [each for each in found.items if each.name is AlertName.LIABILITIES_ABSENT and each.asset]

    limits: dict[str, Any] = {"assets": {"BTC": {}}}
    assert missed(owing(BTC=1), {"liabilities": LIABILITIES, **limits})
    assert not missed(owing(BTC=1), {"liabilities": LIABILITIES})
    assert not missed(owing(BTC=1), limits)
    assert not missed(None, {"liabilities": LIABILITIES, **limits})


def test_what_does_not_hold_says_nothing_and_lingers_only_near_the_limit_of_a_ratio() -> None:
    assets: dict[str, Any] = {"BTC": {}}
    configured = settings(okx=exchange(liabilities=LIABILITIES, assets=assets))
    found = evaluate(world(bitcoin("200")), configured, AlertMemory())
    silent = [each for each in found.items if each.holds is False]
    assert {each.name for each in silent} > {AlertName.RESERVE_UNKNOWN, AlertName.CLAIMS_UNREAD, AlertName.LIST_ABSENT}
    assert not [each.name for each in silent if each.lingers or each.summary]


@pytest.mark.parametrize(
    ("name", "kind"), [(AlertName.LIST_REFUSED, "wallets"), (AlertName.LIABILITIES_REFUSED, "liabilities")]
)
def test_a_refused_document_is_an_alert_until_one_is_accepted(name: AlertName, kind: str) -> None:
    refused = DocumentState(kind, document(), refusal="HTML, not a list")

    found = condition(name, assessment(documents={kind: refused}))

    assert found.holds is True
    assert found.summary == (
        "The newest attempt was refused: HTML, not a list; that of 2026-06-14 12:00:00 UTC stays in use."
    )
    assert condition(name, assessment(documents={kind: replace(refused, refusal="")})).holds is False
    assert condition(name, assessment(documents={})).holds is None


def test_without_a_list_nothing_that_lists_tell_is_known() -> None:
    none = assessment(listed_at=None, verdicts={})

    assert condition(AlertName.LIST_ABSENT, none).holds is True
    assert condition(AlertName.LIST_ABSENT, assessment()).holds is False
    assert condition(AlertName.OWNERSHIP_INVALID, none).holds is None
    assert condition(AlertName.ACCOUNT_SHARED, none).holds is None


def test_a_changed_list_is_an_alert_for_a_day() -> None:
    """Design, section 4, rule 11."""
    changes = ListChanges(added=("BTC B (w.csv:3)",), altered=("BTC C (w.csv:4)", "BTC D (w.csv:5)"))

    for ago, holds in ((timedelta(hours=23), True), (timedelta(hours=24), False)):
        found = condition(AlertName.LIST_CHANGED, assessment(last_changes=changes, changed_at=NOW - ago))
        assert found.holds is holds
        if holds:
            assert found.summary == (
                "1 claim added, 0 removed, 2 altered at 2026-06-13 13:00:00 UTC; for one, BTC B (w.csv:3)."
            )


def test_restated_amounts_are_no_change_of_the_list() -> None:
    restated = assessment(last_changes=ListChanges(restated=5), changed_at=NOW)

    assert condition(AlertName.LIST_CHANGED, restated).holds is False


def test_invalid_claims_are_counted_by_network() -> None:
    verdicts = {("bitcoin", INVALID): 2, ("unknown", INVALID): 1, ("bitcoin", VERIFIED): 9}

    found = condition(AlertName.OWNERSHIP_INVALID, assessment(verdicts=verdicts))

    assert found.summary == "3 claims with a wrong signature or address: bitcoin 2, unknown 1."
    assert condition(AlertName.OWNERSHIP_INVALID, assessment()).holds is False


def test_shared_accounts_name_the_other_exchange() -> None:
    found = condition(AlertName.ACCOUNT_SHARED, assessment(shared=(SharedAccounts("other", 1, ("A on bitcoin",)),)))

    assert found.summary == "The list shares 1 account with other (A on bitcoin)."
    assert condition(AlertName.ACCOUNT_SHARED, assessment()).holds is False


def test_confirmations_that_were_lost_are_counted_by_cause_and_sized_in_coins() -> None:
    coins = {"ETH": Decimal("50.50"), "USDT": Decimal(7)}
    found = condition(
        AlertName.CONFIRMATION_LOST, assessment(lost=LostConfirmations(2, 1, coins, "0xa: others own it"))
    )
    assert found.holds
    assert found.summary == (
        "Verified once and not now: 2 claims no longer confirmed by the chain and 1 claim confirmed too long ago,"
        " holding 50.5 ETH, 7 USDT; for one, 0xa: others own it."
    )
    old = condition(AlertName.CONFIRMATION_LOST, assessment(lost=LostConfirmations(old=3, example="0xa: too long ago")))
    assert old.summary == "Verified once and not now: 3 claims confirmed too long ago; for one, 0xa: too long ago."
    assert condition(AlertName.CONFIRMATION_LOST, assessment()).holds is False
    assert condition(AlertName.CONFIRMATION_LOST, assessment(listed_at=None)).holds is None


def test_a_mismatch_is_told_with_its_line_and_none_is_known_where_nothing_was_compared() -> None:
    wrong = ClaimMismatch(7, "bitcoin", BTC, "A", Decimal(60), Decimal(58))

    def audited(mismatches: tuple[ClaimMismatch, ...], checked: dict[tuple[str, str], int]) -> Assessment:
        result = Audit(NOW, 0, mismatches, {}, checked, {})
        return replace(bitcoin("100"), audit=result)

    found = condition(AlertName.CLAIM_MISMATCH, audited((wrong,), {("bitcoin", "BTC"): 3}))

    assert found.summary == (
        "1 of 3 claimed amounts of BTC differ from the chain at the claimed height;"
        " the first, in line 7: A on bitcoin, claimed 60, found 58."
    )
    elsewhere = {("bitcoin", "BTC"): 3, ("sidechain", "BTC"): 4, ("ethereum", "ETH"): 5}
    both = condition(AlertName.CLAIM_MISMATCH, audited((wrong, structs.replace(wrong, line=9)), elsewhere))
    assert both.summary.startswith("2 of 7 claimed amounts of BTC differ")
    assert "the first, in line 7:" in both.summary
    assert condition(AlertName.CLAIM_MISMATCH, audited((), {("bitcoin", "BTC"): 3})).holds is False
    assert condition(AlertName.CLAIM_MISMATCH, audited((), {("ethereum", "ETH"): 3})).holds is None
    assert condition(AlertName.CLAIM_MISMATCH, bitcoin("100")).holds is None


@pytest.mark.parametrize(
    ("usual", "holds", "said"),
    [
        ("100", True, "1.25 times as much"),
        ("0", True, "there usually is nothing"),
        ("113.636363636363636363", True, "1.1 times as much"),  # by the smallest amount over the limit
        ("113.636363636363636364", False, ""),
        ("200", False, ""),
    ],
)
def test_more_for_the_report_than_in_the_days_around_is_told_above_its_limit(
    usual: str, holds: bool, said: str
) -> None:
    bump = ReportBump(NOW - timedelta(days=20), Decimal(125), Decimal(usual), 6)
    assets = bitcoin("100").assets
    found = condition(AlertName.REPORT_BUMP, assessment({"BTC": structs.replace(assets["BTC"], bump=bump)}))
    assert (found.holds, said in found.summary) == (holds, True)
    if usual == "100":
        assert found.summary == (
            "At its report's own heights (2026-05-25 12:00:00 UTC) OKX held 125 BTC; the median of the seven days"
            " around is 100, by 6 of them: 1.25 times as much; over 1.1 times is an alert."
        )


def test_a_report_whose_days_around_are_not_known_is_neither_well_nor_bad() -> None:
    assets = bitcoin("100").assets
    unknown = structs.replace(assets["BTC"], bump_unknown="too few")
    found = condition(AlertName.REPORT_BUMP, assessment({"BTC": unknown}))
    assert found.holds is None
    assert found.summary == "BTC cannot be compared with the days around the report: too few."


# --- The monitor itself ----------------------------------------------------------------------------------------------


def endpoint(name: str, up: bool | None = True, **fields: Any) -> EndpointState:
    defaults: dict[str, Any] = {"protocol": "evm", "requests": 1, "failures": {}, "disagreements": 0}
    return EndpointState("ethereum", name, up=up, **defaults | fields)


def test_an_endpoint_that_is_down_is_named_with_its_error() -> None:
    endpoints = (endpoint("a"), endpoint("b", up=False, last_error="wrong chain id 5"), endpoint("c", up=None))

    found = condition(AlertName.ENDPOINT_DOWN, endpoints=endpoints)

    assert (found.holds, found.summary) == (True, "Down: ethereum/b: wrong chain id 5.")
    assert condition(AlertName.ENDPOINT_DOWN, endpoints=(endpoint("a"),)).holds is False


def test_an_endpoint_that_was_not_asked_yet_is_not_known_to_be_up() -> None:
    assert condition(AlertName.ENDPOINT_DOWN, endpoints=(endpoint("a"), endpoint("c", up=None))).holds is None


def test_a_disagreement_is_an_alert_that_names_the_endpoint_for_an_hour() -> None:
    """Design, section 4, rule 10."""

    def at(count: int, minutes: int, memory: AlertMemory) -> tuple[Condition, AlertMemory]:
        endpoints = (endpoint("a"), endpoint("b", disagreements=count))
        now = NOW + timedelta(minutes=minutes)
        found = evaluate(world(endpoints=endpoints, at=now), settings(), memory)
        (one,) = [each for each in found.items if each.name is AlertName.ENDPOINTS_DISAGREE]
        return one, replace(memory, disagreements=found.disagreements)

    none, memory = at(0, 0, AlertMemory())
    risen, memory = at(1, 1, memory)
    same, memory = at(1, 60, memory)
    over, memory = at(1, 61, memory)
    restarted, memory = at(0, 62, memory)
    again, _ = at(1, 63, memory)

    assert [each.holds for each in (none, risen, same, over, restarted, again)] == [
        False, True, True, False, False, True,
    ]  # fmt: skip
    first, memory = at(5, 0, AlertMemory())
    after_a_restart, _ = at(2, 90, memory)
    assert (first.holds, after_a_restart.holds) == (True, True), "two since the restart, though five were seen before"
    assert risen.summary == (
        "Told something else than the others at the same block: ethereum/b (last at 2026-06-14 12:01:00 UTC)."
    )


def test_a_scan_that_contradicts_what_was_followed_is_told_until_another_agrees() -> None:
    def found(*endpoints: EndpointState) -> Condition:
        return condition(AlertName.FOLLOW_DIFFERENCE, endpoints=endpoints)

    agreed, never = replace(endpoint("a"), difference=""), endpoint("b")
    differs = replace(endpoint("c"), difference="at block 5: 1 output not followed, such as 00:1")

    assert found(agreed, never).holds is False
    assert found(agreed, endpoint("d", up=None)).holds is None
    assert found(agreed, never, differs).holds is True
    assert found(differs).summary == (
        "A scan found something else, which counts now: ethereum/c at block 5: 1 output not followed, such as 00:1."
    )


def test_blocks_that_contradict_the_clock_are_told() -> None:
    def found(*ages: float | None) -> Condition:
        aged = [None if age is None else timedelta(minutes=age) for age in ages]
        endpoints = tuple(endpoint(f"node-{n}", block_age=age) for n, age in enumerate(aged))
        return condition(AlertName.CLOCK_STEPPED, endpoints=endpoints)

    assert found().holds is found(None).holds is None
    assert found(15, None).holds is False
    assert found(-130, None).holds is True
    assert found(-130).summary == (
        "The newest blocks lie ahead of the clock: ethereum by 2 h 10 min. It may have been put back."
    )


def test_jobs_that_fail_are_told_with_their_errors() -> None:
    def found(*jobs: JobState) -> Condition:
        return condition(AlertName.JOB_FAILING, jobs=jobs)

    well, failed = JobState("tick", 2, ""), JobState("wallets:okx", 1, "KeyError: 'ETH'")
    stands = JobState("network:ethereum", 0, "it has been running for 1 h and stands still")

    assert found().holds is found(well).holds is False
    assert found(well, failed, stands).holds is True
    assert found(well, failed, stands).summary == (
        "Failing: wallets:okx: KeyError: 'ETH'; network:ethereum: it has been running for 1 h and stands still."
    )


def test_a_history_that_cannot_be_written_is_told_with_what_is_not_in_it() -> None:
    def found(store: StoreState, *, unsaved: bool = False) -> Condition:
        document = DocumentState("wallets", None, unsaved=unsaved)
        return condition(AlertName.STORE_FAILING, assessment(documents={"wallets": document}), store=store)

    assert found(StoreState()).holds is found(StoreState(9, 3)).holds is False
    full = found(StoreState(9, 3, "the history cannot be written: disk is full"))
    assert (full.holds, full.summary) == (
        True,
        "The newest write failed: the history cannot be written: disk is full.",
    )
    lost = found(StoreState(9, 3), unsaved=True)
    assert (lost.holds, lost.summary) == (True, "Not in the history, though in use: the wallets of okx.")


def test_a_failed_reload_is_told_with_its_error() -> None:
    failed = ReloadState(successful=False, succeeded_at=NOW, error="config.yaml:3: unknown key")

    found = condition(AlertName.CONFIG_RELOAD_FAILED, reload=failed)

    assert (found.holds, found.summary) == (
        True,
        "config.yaml:3: unknown key; that of 2026-06-14 12:00:00 UTC stays.",
    )
    assert condition(AlertName.CONFIG_RELOAD_FAILED).holds is False


def test_an_exchange_that_a_reload_removed_has_no_alerts() -> None:
    removed = replace(bitcoin("1"), exchange="removed")

    assert all(not each.exchange for each in evaluate(world(removed), settings(), AlertMemory()).items)


def test_a_proof_that_is_configured_and_was_not_verified_yet_neither_holds_nor_fails() -> None:
    documents = {kind: DocumentState(kind, document()) for kind in ("wallets", "liabilities", "proof")}

    found = condition(AlertName.PROOF_FAILED, assessment(documents=documents))

    assert (found.holds, found.summary) == (None, "No proof was verified yet.")


def proven(status: ProofStatus, differences: tuple[str, ...] | None = ()) -> Assessment:
    documents = {kind: DocumentState(kind, document()) for kind in ("wallets", "liabilities", "proof")}
    proof = LiabilitiesProof("okx-merkle-v2", status, reason="the root is another one")
    return replace(assessment(documents=documents), proof=ProofState(proof, document(), NOW, differences))


def test_a_proof_fails_where_it_is_invalid_or_cannot_be_read() -> None:
    for status in ProofStatus:
        found = condition(AlertName.PROOF_FAILED, proven(status))
        assert found.holds is (status in {ProofStatus.INVALID, ProofStatus.UNREADABLE})
    failed = condition(AlertName.PROOF_FAILED, proven(ProofStatus.INVALID))
    assert failed.summary.startswith("The proof of liabilities (okx-merkle-v2) is invalid: the root is another one [")


@pytest.mark.parametrize(("differences", "holds"), [(None, None), ((), False), (("BTC: 1 and 2",), True)])
def test_a_proof_differs_where_something_was_compared(differences: tuple[str, ...] | None, holds: bool | None) -> None:
    found = condition(AlertName.PROOF_DIFFERS, proven(ProofStatus.PROVEN, differences))
    assert found.holds is holds
    assert found.summary.endswith("contradict each other: BTC: 1 and 2.") is bool(holds)


def test_without_a_configured_proof_none_fails_or_differs() -> None:
    names = {each.name for each in evaluate(world(bitcoin("1")), settings(), AlertMemory()).items}
    assert not names & {AlertName.PROOF_FAILED, AlertName.PROOF_DIFFERS}


@pytest.mark.parametrize(
    ("report", "proof", "told"), [("", "", ""), ("", "HTTP 404", "404"), ("HTTP 500", "HTTP 404", "500")]
)
def test_a_refused_proof_is_told_where_the_report_is_not_refused(report: str, proof: str, told: str) -> None:
    refusals = {"wallets": "", "liabilities": report, "proof": proof}
    documents = {kind: DocumentState(kind, document(), refusal=refusal) for kind, refusal in refusals.items()}
    found = condition(AlertName.LIABILITIES_REFUSED, assessment(documents=documents))
    assert found.holds is bool(told)
    assert told in found.summary


@pytest.mark.parametrize(("days", "holds"), [(0, True), (1, False)])
def test_much_less_that_is_owed_is_news_for_a_day(days: int, holds: bool) -> None:
    fall = LiabilitiesFall(
        "BTC", Decimal(100), NOW - timedelta(days=40), Decimal(40), NOW - timedelta(days=9), NOW - timedelta(days=days)
    )
    found = condition(AlertName.LIABILITIES_FELL, assessment(liabilities=replace(owing(BTC=40), falls=(fall,))))
    assert found.holds is holds
    assert found.summary.startswith("Much less is owed than before: 100 BTC as of 2026-05-05") is holds
