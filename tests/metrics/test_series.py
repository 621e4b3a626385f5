"""The state of the World as series: every value from its source, and nothing where there is none."""

import math
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from monitor.metrics.values import downwards
from monitor.model import Basis, Control, frozen
from tests.support import worlds
from tests.support.scraping import Scraper

Scrapers = Callable[..., Scraper]


@pytest.fixture
def shown(scraper: Scrapers) -> Scraper:
    return scraper(worlds.world())


def test_a_ratio_is_exported_on_each_basis(shown: Scraper) -> None:
    ratios = {basis: shown.value("por_reserve_ratio", exchange="aurora", asset="BTC", basis=basis) for basis in Basis}
    assert ratios == {"verified": 0.94, "signed": 0.9999996, "listed": 1.01, "asserted": 1.020005}


def test_a_ratio_with_a_gap_is_absent_and_its_lower_bound_is_not(shown: Scraper) -> None:
    assert {"asset": "USDT", "exchange": "aurora", "basis": "signed"} not in shown.named("por_reserve_ratio")
    bound = shown.value("por_reserve_ratio_lower_bound", exchange="aurora", asset="USDT", basis="signed")
    assert bound == downwards(Decimal("5100000000.5") / Decimal(7_000_000_000))


def test_both_bounds_are_exported_wherever_something_is_owed(shown: Scraper) -> None:
    bound = shown.value("por_reserve_ratio_upper_bound", exchange="aurora", asset="BTC", basis="signed")
    assert bound == 1.005
    for name in ("por_reserve_ratio_upper_bound", "por_reserve_ratio_lower_bound"):
        assert {series["asset"] for series in shown.named(name)} >= {"BTC", "ETH", "USDT"}


def test_what_is_only_claimed_is_told_as_a_share_of_what_is_owed_and_infinite_where_nothing_limits_it(
    scraper: Scrapers,
) -> None:
    shares = scraper(worlds.world())
    found = shares.value("por_claims_unread_ratio", exchange="aurora", asset="USDT", basis="verified")
    assert found == 900_000_000 / 7_000_000_000
    assets = dict(worlds.aurora().assets)
    endless = frozen(dict.fromkeys(Basis, Decimal("Infinity")))
    assets["USDT"] = structs.replace(assets["USDT"], unread=endless, upper_bounds=endless)
    aurora = replace(worlds.aurora(), assets=frozen(assets))
    shown = scraper(replace(worlds.world(), assessments=frozen({"aurora": aurora})))
    for name in ("por_claims_unread_ratio", "por_reserve_ratio_upper_bound"):
        assert shown.value(name, exchange="aurora", asset="USDT", basis="signed") == math.inf


def test_the_report_ratio_is_absent_until_the_report_was_read(shown: Scraper) -> None:
    assert {series["asset"] for series in shown.named("por_report_reserve_ratio")} == {"BTC"}


def test_the_report_beside_the_days_around_is_rounded_down_and_absent_where_it_is_not_known(shown: Scraper) -> None:
    assert [series["asset"] for series in shown.named("por_report_bump_ratio")] == ["BTC"]
    found = shown.value("por_report_bump_ratio", exchange="aurora", asset="BTC")
    assert found == downwards(Decimal(104_300) / Decimal(98_000))
    assert shown.value("por_report_bump_limit_ratio") == downwards(Decimal("1.1"))


@pytest.mark.parametrize(("asset", "holds"), [("BTC", "breach"), ("ETH", "covered"), ("USDT", "unknown")])
def test_exactly_one_status_holds(shown: Scraper, asset: str, holds: str) -> None:
    status = {
        each: shown.value("por_reserve_status", exchange="aurora", asset=asset, status=each)
        for each in ("covered", "breach", "unknown")
    }
    assert status == {"covered": 0, "breach": 0, "unknown": 0} | {holds: 1}


def test_reserves_are_whole_coins_by_network_without_a_total_beside_them(shown: Scraper) -> None:
    assert shown.value("por_reserves", exchange="aurora", asset="USDT", network="bsc", basis="signed") == 310_000_000
    assert {series["network"] for series in shown.named("por_reserves")} == {"bitcoin", "ethereum", "bsc"}
    assert {series["basis"] for series in shown.named("por_reserves")} == {"verified", "signed", "listed"}
    assert shown.named("por_reserves_positions") == [
        {"exchange": "aurora", "asset": "ETH", "network": "ethereum", "position": "wstETH", "basis": basis}
        for basis in ("verified", "signed", "listed")
    ]
    lent = {"exchange": "aurora", "asset": "ETH", "network": "ethereum", "position": "wstETH", "basis": "signed"}
    assert shown.value("por_reserves_positions", **lent) == 12.5
    assert shown.named("por_reserves_unaddressed") == [{"exchange": "aurora", "asset": "BTC"}]


def test_liabilities_are_exported_with_their_date_and_absent_when_unknown(shown: Scraper) -> None:
    assert shown.value("por_liabilities", exchange="aurora", asset="USDT") == 7e9
    assert shown.value("por_liabilities_timestamp_seconds", exchange="aurora") == 1772323766
    assert "cassini" not in {series["exchange"] for series in shown.named("por_liabilities")}


def test_limits_name_their_severity_and_a_warning_only_where_configured(shown: Scraper) -> None:
    assert shown.value("por_ratio_limit", exchange="aurora", asset="BTC", severity="critical") == 1
    assert shown.value("por_ratio_limit", exchange="aurora", asset="BTC", severity="warning") == downwards(
        Decimal("1.02")
    )
    assert shown.value("por_ratio_limit", exchange="aurora", asset="ETH", severity="warning") is None


def test_one_series_names_the_basis_that_alerts_act_on(shown: Scraper) -> None:
    assert shown.value("por_alert_basis", exchange="aurora", basis="signed") == 1
    assert shown.value("por_alert_basis", exchange="borealis", basis="listed") == 1
    assert len(shown.named("por_alert_basis")) == 3


def test_configured_ages_are_exported_also_while_there_is_nothing_to_be_old(shown: Scraper) -> None:
    assert shown.value("por_liabilities_max_age_seconds", exchange="aurora") == 35 * 86400
    assert shown.value("por_liabilities_max_age_seconds", exchange="cassini") is None
    assert shown.value("por_snapshot_stale_after_seconds", exchange="aurora", network="xlayer") == 300
    assert shown.value("por_snapshot_success_timestamp_seconds", exchange="aurora", network="xlayer") is None


def test_accounts_that_two_exchanges_claim_are_counted(shown: Scraper) -> None:
    assert shown.value("por_claims_repeated", exchange="aurora", network="bitcoin") == 1
    assert shown.value("por_shared_accounts", exchange="aurora", other="borealis") == 1
    assert shown.value("por_confirmations_lost", exchange="aurora", cause="refuted") == 2
    assert shown.value("por_confirmations_lost", exchange="aurora", cause="old") == 1


def test_alerts_are_one_while_active_and_zero_while_evaluated_and_quiet(shown: Scraper) -> None:
    def active(asset: str, alert: str, severity: str, exchange: str = "aurora") -> float | None:
        return shown.value("por_alert_active", exchange=exchange, asset=asset, alert=alert, severity=severity)

    assert active("BTC", "PorRatioBelowLimit", "critical") == 1
    assert active("ETH", "PorRatioBelowLimit", "critical") == 0
    assert active("", "PorEndpointDown", "warning", exchange="") == 1
    assert active("USDT", "PorRatioBelowLimit", "critical") is None


def test_alerts_that_share_their_labels_are_one_series_which_is_active_if_any_is(shown: Scraper) -> None:
    alert = shown.value("por_alert_active", exchange="aurora", asset="", alert="PorSnapshotStale", severity="warning")
    assert alert == 1


def test_claims_are_counted_by_verdict(shown: Scraper) -> None:
    assert shown.value("por_claims", exchange="aurora", network="tron", verdict="unsupported") == 12_418
    assert shown.value("por_claims", exchange="aurora", network="ethereum", verdict="invalid") == 1


def test_mismatches_are_zero_only_where_something_was_compared(shown: Scraper) -> None:
    found = {
        (network, asset): shown.value("por_claim_mismatches", exchange="aurora", network=network, asset=asset)
        for network, asset in (("bitcoin", "BTC"), ("ethereum", "ETH"), ("bsc", "USDT"))
    }
    assert found == {("bitcoin", "BTC"): 0, ("ethereum", "ETH"): 1, ("bsc", "USDT"): None}


def test_a_snapshot_is_exported_with_its_block(shown: Scraper) -> None:
    at = {"exchange": "aurora", "network": "bitcoin"}
    moment = worlds.NOW.timestamp()
    assert shown.value("por_snapshot_success_timestamp_seconds", **at) == moment - 48
    assert shown.value("por_snapshot_block_number", **at) == 940_123
    assert shown.value("por_snapshot_window_blocks", **at) is None
    assert shown.value("por_snapshot_window_blocks", exchange="aurora", network="bsc") == 60
    assert shown.value("por_snapshot_block_timestamp_seconds", **at) == moment - 48 - 13 * 60
    assert shown.value("por_snapshot_accounts", **at) == 2


def test_list_and_documents_are_counted(shown: Scraper) -> None:
    assert shown.value("por_wallet_list_timestamp_seconds", exchange="aurora") == worlds.NOW.timestamp() - 2 * 86400
    assert shown.value("por_wallet_list_changes_total", exchange="aurora", change="added") == 12
    assert shown.value("por_document_fetches_total", exchange="aurora", document="wallets") == 26
    assert shown.value("por_document_failures_total", exchange="aurora", document="wallets", reason="http") == 2


def test_a_document_is_refused_or_not_from_the_first_second(shown: Scraper) -> None:
    assert shown.value("por_document_refused", exchange="aurora", document="wallets") == 0
    assert shown.value("por_document_refused", exchange="cassini", document="wallets") == 1


def test_an_endpoint_is_neither_up_nor_down_until_it_was_asked(shown: Scraper) -> None:
    assert shown.value("por_endpoint_up", network="bitcoin", endpoint="node-1") == 1
    assert shown.value("por_endpoint_up", network="bsc", endpoint="node-2") == 0
    assert shown.value("por_endpoint_up", network="ethereum", endpoint="mainnet.example.org") is None
    assert shown.value("por_endpoint_requests_total", network="ethereum", endpoint="mainnet.example.org") == 0
    assert shown.value("por_endpoint_failures_total", network="bsc", endpoint="node-2", reason="http") == 120
    assert shown.value("por_endpoint_disagreements_total", network="bsc", endpoint="node-2") == 2


def test_what_an_endpoint_follows_and_scans_is_told_where_there_is_such_a_thing(shown: Scraper) -> None:
    node = {"network": "bitcoin", "endpoint": "node-1"}
    assert shown.value("por_follow_difference", **node) == 1
    assert shown.value("por_scan_progress_ratio", **node) == 0.25
    assert len(shown.named("por_follow_difference")) == len(shown.named("por_scan_progress_ratio")) == 1


def test_how_far_an_endpoint_is_behind_is_known_once_it_has_named_a_block(shown: Scraper) -> None:
    node = {"network": "ethereum", "endpoint": "node-1"}
    assert shown.value("por_endpoint_head_block", **node) == 21_500_000
    assert shown.value("por_endpoint_head_lag_blocks", **node) == 1
    assert len(shown.named("por_endpoint_head_lag_blocks")) == len(shown.named("por_endpoint_head_block")) == 1


def test_blocks_that_contradict_the_clock_are_told(shown: Scraper) -> None:
    assert shown.value("por_clock_contradicted") == 0
    early = replace(worlds.endpoints()[0], block_age=timedelta(days=-2))
    shown.world = replace(worlds.world(), endpoints=(early,))
    assert shown.value("por_clock_contradicted") == 1


def test_jobs_tell_how_they_do(shown: Scraper) -> None:
    assert shown.value("por_job_failing", task="tick") == shown.value("por_job_failures_total", task="tick") == 0
    assert shown.value("por_job_failing", task="audit:aurora") == 1
    assert shown.value("por_job_failures_total", task="audit:aurora") == 3


def test_the_moment_of_the_judgement_is_told(shown: Scraper) -> None:
    assert shown.value("por_assessed_timestamp_seconds") == worlds.NOW.timestamp()


def test_channels_are_told_with_what_became_of_their_messages(shown: Scraper) -> None:
    assert shown.value("por_notifications_total", channel="slack", result="sent") == 12
    assert shown.value("por_notifications_total", channel="ops", result="failed") == 4
    assert shown.value("por_notification_failures_total", channel="ops", reason="unreachable") == 4
    assert shown.value("por_notification_failures_total", channel="ops", reason="timeout") == 0
    assert shown.value("por_notifications_waiting", channel="ops") == 3
    assert shown.value("por_notification_channel_up", channel="slack") == 1
    assert shown.value("por_notification_channel_up", channel="ops") == 0


def test_the_last_reload_is_told(shown: Scraper) -> None:
    assert shown.value("por_config_last_reload_successful") == 1
    assert shown.value("por_config_reload_success_timestamp_seconds") == worlds.NOW.timestamp() - 6 * 3600


def test_before_there_is_a_world_there_is_no_state(scraper: Scrapers) -> None:
    names = {name for name, _ in scraper(None).scrape() if name.startswith("por_")}
    assert names == {"por_build_info"}


def test_a_series_goes_when_its_source_goes(shown: Scraper) -> None:
    assert shown.named("por_reserve_ratio")
    shown.world = replace(
        worlds.world(),
        assessments=frozen({"cassini": worlds.cassini()}),
        endpoints=(),
        alerts=(),
        jobs=(),
        channels=(),
        falls=frozen({}),
        prices=None,
    )
    names = {name for name, _ in shown.scrape() if name.startswith("por_")}
    assert names == {
        "por_alert_basis",
        "por_assessed_timestamp_seconds",
        "por_build_info",
        "por_clock_contradicted",
        "por_claims_unread_limit_ratio",
        "por_config_last_reload_successful",
        "por_config_reload_success_timestamp_seconds",
        "por_document_failures_total",
        "por_document_fetches_total",
        "por_document_refused",
        "por_report_bump_limit_ratio",
        "por_reserve_ratio_fall_limit",
        "por_store_failing",
        "por_store_write_failures_total",
        "por_store_keeps",
        "por_store_writes_total",
    }


def test_a_ratio_just_under_one_never_compares_as_one(scraper: Scrapers) -> None:
    assets = dict(worlds.aurora().assets)
    assets["BTC"] = structs.replace(assets["BTC"], ratios=frozen({Basis.SIGNED: 1 - Decimal("1e-27")}))
    aurora = replace(worlds.aurora(), assets=frozen(assets))
    shown = scraper(replace(worlds.world(), assessments=frozen({"aurora": aurora})))
    ratio = shown.value("por_reserve_ratio", exchange="aurora", asset="BTC", basis="signed")
    assert ratio is not None
    assert ratio < 1


@given(st.decimals(min_value=0, max_value=100, places=30))
def test_no_float_that_people_read_is_above_its_ratio(value: Decimal) -> None:
    below = downwards(value)
    assert Decimal(repr(below)) <= value <= Decimal(repr(math.nextafter(below, math.inf)))


@given(st.decimals(min_value=0, max_value=100, places=20), st.decimals(min_value=0, max_value=100, places=8))
def test_a_ratio_compares_with_its_limit_as_it_does_exactly(ratio: Decimal, limit: Decimal) -> None:
    assert (downwards(ratio) < downwards(limit)) == (ratio < limit)
    just_under = limit - Decimal("1e-20")
    assert downwards(just_under) < downwards(limit) == float(limit)


def test_attempts_at_snapshots_are_counted_from_zero_and_by_reason(shown: Scraper) -> None:
    bitcoin, ethereum = ({"exchange": "aurora", "network": name} for name in ("bitcoin", "ethereum"))
    assert shown.value("por_snapshot_attempts_total", **bitcoin) == 3
    assert shown.value("por_snapshot_failures_total", **bitcoin, reason="timeout") == 1
    assert shown.value("por_snapshot_failures_total", **bitcoin, reason="unreachable") == 0
    assert shown.value("por_snapshot_attempts_total", **ethereum) == 0


def test_durations_of_snapshots_are_a_histogram(shown: Scraper) -> None:
    name, labels = "por_snapshot_duration_seconds", {"exchange": "aurora", "network": "bitcoin"}
    counts = {limit: shown.value(f"{name}_bucket", **labels, le=limit) for limit in ("2.0", "10.0", "30.0", "+Inf")}
    assert counts == {"2.0": 1, "10.0": 1, "30.0": 2, "+Inf": 2}, "a limit is within its bucket"
    assert (shown.value(f"{name}_count", **labels), shown.value(f"{name}_sum", **labels)) == (2, 14.5)


def test_no_created_series_double_the_counters(shown: Scraper) -> None:
    assert not [name for name, _ in shown.scrape() if name.endswith("_created")]


def test_dollars_are_told_of_assets_that_have_a_price_and_of_no_sum(shown: Scraper) -> None:
    assert {series["asset"] for series in shown.named("por_price_usd")} == {"BTC", "ETH", "FIL", "KAS"}
    age = (worlds.NOW - worlds.prices().known["KAS"].at).total_seconds()
    assert shown.value("por_price_timestamp_seconds", asset="KAS") == worlds.NOW.timestamp() - age
    for name in ("por_reserves_usd", "por_liabilities_usd"):
        assert {series["asset"] for series in shown.named(name)} == {"BTC", "ETH"}, "no USDT, of which none is known"
    assert shown.value("por_reserves_usd", exchange="aurora", asset="BTC", basis="signed") == 6400047439.98
    assert shown.value("por_liabilities_usd", exchange="aurora", asset="ETH") == 3e9


def test_what_is_shown_of_keys_is_said_with_what_is_not_known(shown: Scraper) -> None:
    for asset, parts in (("BTC", (0, 0, 1)), ("ETH", (1_000_000, 500_000, 45_000))):
        labels = {"exchange": "aurora", "asset": asset}
        found = [shown.value("por_reserves_control_ratio", control=each, **labels) for each in Control]
        assert found == [pytest.approx(part / sum(parts), rel=1e-5) for part in parts]
    assert {series["exchange"] for series in shown.named("por_reserves_control_ratio")} == {"aurora"}, "nobody looked"


def test_signatures_have_the_age_at_which_they_were_first_seen(shown: Scraper) -> None:
    for statistic, days in (("oldest", 400), ("median", 90)):
        age = shown.value("por_signature_age_seconds", exchange="aurora", statistic=statistic)
        assert age == days * 86400
    assert {series["exchange"] for series in shown.named("por_signature_age_seconds")} == {"aurora"}, "others have none"
