"""Counters of this process: there from zero for what is configured, gone with it."""

from collections.abc import Callable

import pytest

from tests.support.scraping import Scraper

PAIR = {"exchange": "aurora", "network": "bitcoin"}


@pytest.fixture
def counting(scraper: Callable[..., Scraper]) -> Scraper:
    watched = scraper(None)
    watched.metrics.configured([("aurora", "bitcoin"), ("aurora", "ethereum")])
    return watched


def test_counters_stand_at_zero_before_anything_happened(counting: Scraper) -> None:
    assert counting.value("por_snapshot_attempts_total", **PAIR) == 0
    assert counting.value("por_snapshot_duration_seconds_count", **PAIR) == 0
    for reason in ("timeout", "unreachable", "other"):
        assert counting.value("por_snapshot_failures_total", **PAIR, reason=reason) == 0


def test_events_are_counted_where_they_happened(counting: Scraper) -> None:
    counting.metrics.snapshot_attempted("aurora", "bitcoin")
    counting.metrics.snapshot_attempted("aurora", "bitcoin")
    counting.metrics.snapshot_failed("aurora", "bitcoin", "timeout")
    counting.metrics.snapshot_took("aurora", "bitcoin", 12.5)
    assert counting.value("por_snapshot_attempts_total", **PAIR) == 2
    assert counting.value("por_snapshot_failures_total", **PAIR, reason="timeout") == 1
    assert counting.value("por_snapshot_duration_seconds_sum", **PAIR) == 12.5
    assert counting.value("por_snapshot_duration_seconds_bucket", **PAIR, le="10.0") == 0
    assert counting.value("por_snapshot_duration_seconds_bucket", **PAIR, le="30.0") == 1
    assert counting.value("por_snapshot_attempts_total", exchange="aurora", network="ethereum") == 0


def test_a_reason_nobody_announced_is_counted_as_other(counting: Scraper) -> None:
    counting.metrics.snapshot_failed("aurora", "bitcoin", "connect to 10.0.0.1 refused")
    assert counting.value("por_snapshot_failures_total", **PAIR, reason="other") == 1
    reasons = {series["reason"] for series in counting.named("por_snapshot_failures_total")}
    assert reasons == {"timeout", "unreachable", "other"}


def test_a_reload_keeps_what_stays_and_removes_what_went(counting: Scraper) -> None:
    counting.metrics.snapshot_attempted("aurora", "bitcoin")
    counting.metrics.configured([("aurora", "bitcoin"), ("aurora", "bsc")])
    assert counting.value("por_snapshot_attempts_total", **PAIR) == 1
    for name in ("por_snapshot_attempts_total", "por_snapshot_failures_total", "por_snapshot_duration_seconds_count"):
        assert {series["network"] for series in counting.named(name)} == {"bitcoin", "bsc"}


def test_an_event_of_a_removed_network_does_not_bring_its_series_back(counting: Scraper) -> None:
    counting.metrics.configured([("aurora", "ethereum")])
    counting.metrics.snapshot_attempted("aurora", "bitcoin")
    counting.metrics.snapshot_failed("aurora", "bitcoin", "timeout")
    counting.metrics.snapshot_took("aurora", "bitcoin", 1)
    assert {series["network"] for series in counting.named("por_snapshot_attempts_total")} == {"ethereum"}
    assert {series["network"] for series in counting.named("por_snapshot_failures_total")} == {"ethereum"}


def test_no_created_series_double_the_counters(counting: Scraper) -> None:
    assert not [name for name, _ in counting.scrape() if name.endswith("_created")]
