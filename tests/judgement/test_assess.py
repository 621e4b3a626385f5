"""Answers about assets beyond the worked example: what is owed and not claimed, claimed and not owed, not placed."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from monitor.formats import exact
from monitor.model import Audit, BaseUnits, Basis, Cause, ClaimKind, Gap, ReserveStatus, VerdictStatus
from tests.support.judgement import (
    BTC,
    ETH,
    ETH_ARBITRUM,
    INVALID,
    NOW,
    STAKED,
    UNBOUND,
    UNSIGNED,
    USDT,
    VERIFIED,
    absent,
    claim,
    judge,
    owing,
    state,
)

COIN = 10**8
USDC = structs.replace(USDT, asset="USDC", contract="0xusdc")
REST = [(claim("A"), VERIFIED)]
HELD = state({BTC: {"A": BaseUnits(100 * COIN)}})


def report(**reserves: Mapping[Basis, Decimal]) -> Audit:
    return Audit(NOW, matches=1, mismatches=(), unjudged={}, checked={}, report_reserves=reserves)


def test_nothing_owed_is_covered_and_has_no_ratio() -> None:
    btc = judge(REST, [HELD], owing(BTC=0))["BTC"]

    assert btc.status is ReserveStatus.COVERED
    assert (btc.ratios, btc.lower_bounds, btc.upper_bounds) == ({}, {}, {})


def test_an_asset_that_no_liabilities_name_is_unknown_however_much_is_held() -> None:
    btc = judge(REST, [HELD], owing(ETH=1))["BTC"]

    assert (btc.owed, btc.status) == (None, ReserveStatus.UNKNOWN)
    assert btc.totals[Basis.VERIFIED] == 100
    assert btc.gaps == (Gap("", "what is owed is not known: the published liabilities do not name it"),)


def test_without_liabilities_reserves_are_shown_and_every_asset_is_unknown() -> None:
    btc = judge(REST, [HELD])["BTC"]

    assert btc.status is ReserveStatus.UNKNOWN
    assert btc.reserves["bitcoin"][Basis.LISTED] == 100
    assert btc.gaps == (Gap("", "what is owed is not known: no liabilities were accepted yet"),)


def test_without_a_list_what_is_owed_is_unknown() -> None:
    btc = judge(None, [], owing(BTC=1))["BTC"]

    assert btc.status is ReserveStatus.UNKNOWN
    assert btc.totals == {}
    assert btc.gaps == (Gap("", "no wallet list was accepted yet"),)


def test_an_asset_that_is_owed_and_not_claimed_at_all_is_a_breach() -> None:
    eth = judge(REST, [HELD], owing(ETH=5))["ETH"]

    assert eth.ratios == dict.fromkeys(Basis, Decimal())
    assert eth.status is ReserveStatus.BREACH


def test_reserves_stated_without_addresses_count_as_asserted_only() -> None:
    eth = judge(REST, [HELD], owing({"ETH": 5}, ETH=5), basis="asserted")["ETH"]

    assert (eth.ratios[Basis.LISTED], eth.ratios[Basis.ASSERTED]) == (Decimal(0), Decimal(1))
    assert eth.status is ReserveStatus.COVERED


def test_an_asset_that_is_owed_and_not_claimed_is_unknown_while_unknown_coins_are_claimed() -> None:
    rows = [*REST, (claim(None, None, coin="WEIRD", amount=Decimal(3)), VerdictStatus.UNSUPPORTED)]

    assets = judge(rows, [HELD], owing(ETH=5, BTC=200))

    assert assets["ETH"].status is ReserveStatus.UNKNOWN
    assert assets["ETH"].gaps == (
        Gap(
            "",
            "no claim names it, but 1 claim of WEIRD cannot be counted: the token is not known",
            claimed=Decimal(3),
            cause=Cause.UNKNOWN_LABEL,
        ),
    )
    assert assets["BTC"].status is ReserveStatus.BREACH


def test_what_is_owed_under_a_name_that_nobody_knows_is_unknown_and_no_certain_zero() -> None:
    published = replace(owing(BITCOINS=5, BTC=100), unknown_names=frozenset({"BITCOINS", "BTC"}))

    assets = judge(REST, [HELD], published)

    assert (assets["BITCOINS"].status, assets["BITCOINS"].ratios) == (ReserveStatus.UNKNOWN, {})
    assert "the registry knows no asset by this name" in assets["BITCOINS"].gaps[0].reason
    assert assets["BTC"].status is ReserveStatus.COVERED  # claims name it


def test_a_claim_on_a_network_that_the_registry_does_not_know_is_a_gap_of_its_asset_alone() -> None:
    unknown = claim(None, None, coin="USDT-NEWCHAIN", amount=Decimal(2), fault="no network is known: NEWCHAIN")
    rows = [*REST, (claim("0xa", USDT), VERIFIED), (unknown, VerdictStatus.UNSUPPORTED)]

    assets = judge(rows, [HELD, state({USDT: {"0xa": BaseUnits(10**6)}})], owing(USDT=5, BTC=200, ETH=1))

    assert assets["USDT"].status is ReserveStatus.UNKNOWN
    assert assets["USDT"].gaps == (
        Gap(
            "",
            "1 claim of USDT-NEWCHAIN cannot be counted: no network is known: NEWCHAIN",
            claimed=Decimal(2),
            cause=Cause.UNKNOWN_LABEL,
        ),
    )
    assert assets["BTC"].status is assets["ETH"].status is ReserveStatus.BREACH


def test_staked_coins_count_with_those_in_wallets_and_are_listed_apart() -> None:
    rows = [
        (claim("0xa", ETH), VERIFIED),
        (claim("0xkey", STAKED, kind=ClaimKind.STAKING), UNBOUND),
        (claim("0xother", STAKED, kind=ClaimKind.STAKING), UNSIGNED),
    ]
    snapshots = [
        state({ETH: {"0xa": BaseUnits(10**18)}}),
        state({STAKED: {"0xkey": BaseUnits(32 * 10**9 + 1), "0xother": BaseUnits(32 * 10**9)}}),
    ]

    eth = judge(rows, snapshots, owing(ETH=33), basis="signed", configured=["ethereum", "ethereum-beacon"])["ETH"]

    assert eth.status is ReserveStatus.COVERED
    assert eth.totals[Basis.SIGNED] == Decimal("33.000000001")
    (held,) = eth.positions
    assert (held.token, held.rate, held.per_unit) == (STAKED, None, Decimal(1))
    assert held.amounts == {
        Basis.VERIFIED: 0,
        Basis.SIGNED: Decimal("32.000000001"),
        Basis.LISTED: Decimal("64.000000001"),
    }
    assert eth.reserves["ethereum-beacon"] == held.amounts


def test_a_staked_coin_that_cannot_be_read_leaves_its_asset_unknown() -> None:
    rows = [(claim("0xa", ETH), VERIFIED), (claim("0xkey", STAKED, kind=ClaimKind.STAKING), VERIFIED)]

    eth = judge(rows, [state({ETH: {"0xa": BaseUnits(0)}})], owing(ETH=32))["ETH"]

    assert eth.status is ReserveStatus.UNKNOWN
    reason = "not configured: no endpoint to read it from"
    assert eth.gaps == (Gap("ethereum-beacon", reason, claimed=exact.UNBOUNDED, cause=Cause.NOT_CONFIGURED),)
    assert eth.positions == ()


def test_an_address_that_does_not_decode_counts_nowhere_and_leaves_no_gap() -> None:
    btc = judge([*REST, (claim(None, BTC), INVALID)], [HELD], owing(BTC=101))["BTC"]

    assert (btc.status, btc.gaps) == (ReserveStatus.BREACH, ())


def test_a_decodable_account_with_an_invalid_signature_is_listed() -> None:
    btc = judge([(claim("A"), INVALID)], [HELD], owing(BTC=100))["BTC"]

    assert (btc.totals[Basis.SIGNED], btc.totals[Basis.LISTED]) == (Decimal(0), Decimal(100))


def test_a_token_that_the_chain_did_not_tell_is_a_gap_while_its_neighbours_count() -> None:
    rows = [(claim("0xa", USDT), VERIFIED), (claim("0xa", ETH), VERIFIED)]

    assets = judge(rows, [state({ETH: {"0xa": BaseUnits(10**18)}})], owing(USDT=1, ETH=1))

    assert assets["ETH"].status is ReserveStatus.COVERED
    assert assets["USDT"].status is ReserveStatus.UNKNOWN
    assert assets["USDT"].gaps[0].reason.startswith(f"{USDT.contract} is not in the snapshot of block 900000")


def test_a_token_that_the_chain_did_not_tell_says_its_own_reason_and_not_that_of_others() -> None:
    rows = [(claim("A", token), VERIFIED) for token in (ETH, USDT, USDC)]
    told = state({ETH: {"A": BaseUnits(5 * 10**18)}})
    told = replace(told, failure="2 tokens", untold={USDT: "balanceOf reverts", USDC: "no contract"})
    found = judge(rows, [told], owing(ETH=5, USDT=1, USDC=1))
    assert found["USDT"].gaps[0].reason.endswith("; the newest attempt failed: balanceOf reverts")
    assert found["USDC"].gaps[0].reason.endswith("; the newest attempt failed: no contract")
    assert found["ETH"].gaps == ()


def test_only_assets_that_addresses_may_hold_and_that_nobody_names_are_implied() -> None:
    rows = [(claim("A", token, implied=True), UNSIGNED) for token in (ETH, USDT, USDC, BTC)]
    rows.append((claim("B", BTC), UNSIGNED))
    found = judge(rows, [], owing(ETH=5), assets={"USDT": {"breach_below": "1.5"}})
    assert {asset for asset, each in found.items() if each.implied} == {"USDC"}


def test_an_asset_with_several_tokens_on_a_network_is_whole_only_with_all_of_them() -> None:
    bridged = USDT.__class__("USDT", "ethereum", "0xbridged", 6)
    rows = [(claim("0xa", USDT), VERIFIED), (claim("0xa", bridged), VERIFIED)]

    both = judge(
        rows, [state({USDT: {"0xa": BaseUnits(10**6)}, bridged: {"0xa": BaseUnits(2 * 10**6)}})], owing(USDT=3)
    )["USDT"]
    one = judge(rows, [state({USDT: {"0xa": BaseUnits(10**6)}})], owing(USDT=3))["USDT"]

    assert both.totals[Basis.VERIFIED] == 3
    assert (one.reserves, one.status) == ({}, ReserveStatus.UNKNOWN)


def test_limits_of_an_asset_come_before_those_of_its_exchange() -> None:
    own = {"BTC": {"warn_below": "1.05", "breach_below": "1.01"}}

    assets = judge(REST, [HELD], owing(BTC=100, ETH=1), assets=own, breach_below="0.5", warn_below="0.6")

    assert (assets["BTC"].warn_below, assets["BTC"].breach_below) == (Decimal("1.05"), Decimal("1.01"))
    assert (assets["ETH"].warn_below, assets["ETH"].breach_below) == (Decimal("0.6"), Decimal("0.5"))
    assert assets["BTC"].status is ReserveStatus.BREACH


def test_an_asset_with_limits_of_its_own_is_judged_even_if_nobody_names_it() -> None:
    assert judge([], [], owing(BTC=1), assets={"ETH": {}})["ETH"].status is ReserveStatus.UNKNOWN


def test_the_report_ratio_sets_reserves_at_the_lists_own_heights_against_the_liabilities() -> None:
    """Design, section 4, rule 8: it does not move with today's balances."""
    at_heights = {Basis.VERIFIED: Decimal(90), Basis.SIGNED: Decimal(95), Basis.LISTED: Decimal(98)}

    btc = judge(REST, [HELD], owing({"BTC": 2}, BTC=100), audit=report(BTC=at_heights))["BTC"]

    assert [btc.report_ratios[basis] for basis in Basis] == [*map(Decimal, ("0.9", "0.95", "0.98", "1"))]
    assert btc.ratios[Basis.VERIFIED] == 1


def test_without_a_whole_audit_there_is_no_report_ratio() -> None:
    assert judge(REST, [HELD], owing(BTC=100), audit=report())["BTC"].report_ratios == {}


@given(
    balances=st.lists(st.integers(0, 2**256 - 1), min_size=2, max_size=2),
    owed=st.decimals(0, 10**30, allow_nan=False, places=12),
    limit=st.decimals(0, 10, allow_nan=False, places=6),
    verdicts=st.lists(st.sampled_from(VerdictStatus), min_size=2, max_size=2),
    held=st.tuples(st.booleans(), st.booleans()),
    basis=st.sampled_from(Basis),
)
def test_the_answer_follows_from_the_bounds_whatever_is_held(
    balances: list[int],
    owed: Decimal,
    limit: Decimal,
    verdicts: list[VerdictStatus],
    held: tuple[bool, bool],
    basis: Basis,
) -> None:
    tokens = (ETH, ETH_ARBITRUM)
    rows = [(claim("0xa", token), status) for token, status in zip(tokens, verdicts, strict=True)]
    states = [
        state({token: {"0xa": BaseUnits(units)}}) if there else absent(token.network)
        for token, units, there in zip(tokens, balances, held, strict=True)
    ]

    eth = judge(rows, states, owing(ETH=str(owed)), basis=basis, breach_below=limit)["ETH"]

    assert bool(eth.lower_bounds) == bool(eth.upper_bounds) == (owed > 0)
    low, high = eth.lower_bounds.get(basis), eth.upper_bounds.get(basis)
    covered = owed == 0 or (low is not None and low >= limit)
    breach = high is not None and high < limit
    assert (eth.status is ReserveStatus.COVERED) == covered
    assert (eth.status is ReserveStatus.BREACH) == (breach and not covered)
    assert bool(eth.ratios) == (all(held) and owed > 0)
    assert [*eth.totals.values()] == sorted(eth.totals.values())
    assert all(eth.lower_bounds[each] <= eth.upper_bounds[each] for each in eth.lower_bounds)
    assert eth.ratios in ({}, eth.lower_bounds)
