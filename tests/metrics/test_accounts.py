"""Per-account series: off unless configured, then capped, the largest shares first, and the rest counted."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.model import Balances, BaseUnits, SnapshotState, Token, frozen
from tests.support import worlds
from tests.support.scraping import Scraper


@pytest.fixture
def shown(scraper: Callable[..., Scraper]) -> Scraper:
    return scraper(worlds.world())


def test_there_are_no_account_series_by_default(shown: Scraper) -> None:
    text = shown.text()
    assert "por_account" not in text
    assert "bc1qaurora1" not in text


def test_every_account_is_shown_while_the_cap_is_not_reached(shown: Scraper) -> None:
    shown.cap(100)
    balance = shown.value(
        "por_account_balance", exchange="aurora", network="bitcoin", asset="BTC", account="bc1qaurora1"
    )
    assert balance == 94_000
    assert shown.value("por_account_series_dropped") == 0
    assert len(shown.named("por_account_balance")) == 7


def test_over_the_cap_the_largest_shares_of_their_asset_are_kept_and_the_rest_counted(shown: Scraper) -> None:
    shown.cap(4)
    kept = {series["account"] for series in shown.named("por_account_balance")}
    # Shares: all of Borealis' BTC, 94 % of Aurora's BTC and USDT each, 65 % of its ETH; 35 % and 6 % are left out.
    assert kept == {"bc1qborealis", "bc1qaurora1", "0xaa"}
    assert len(shown.named("por_account_balance")) == 4
    assert shown.value("por_account_series_dropped") == 3


def test_an_account_with_two_tokens_of_an_asset_is_one_series(scraper: Callable[..., Scraper]) -> None:
    bridged = Token("USDT", "ethereum", "0x02", 6)
    held: Balances = {worlds.USDT_ETHEREUM: {"0xaa": BaseUnits(1_500_000)}, bridged: {"0xaa": BaseUnits(250_000)}}
    whole = worlds.snapshot("aurora", "ethereum", 1, held, age=timedelta())
    states = frozen({"ethereum": SnapshotState("ethereum", whole, stale=False, wanted=1)})
    aurora = replace(worlds.aurora(), snapshots=states)
    shown = scraper(replace(worlds.world(), assessments=frozen({"aurora": aurora})))
    shown.cap(10)
    balance = shown.value("por_account_balance", exchange="aurora", network="ethereum", asset="USDT", account="0xaa")
    assert balance == 1.75


def test_a_new_cap_holds_from_the_next_scrape(shown: Scraper) -> None:
    shown.cap(1)
    assert len(shown.named("por_account_balance")) == 1
    shown.cap(2)
    assert len(shown.named("por_account_balance")) == 2
    shown.cap(0)
    assert shown.named("por_account_balance") == []
