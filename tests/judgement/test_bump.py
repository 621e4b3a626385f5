"""Window dressing: what was held at the report's own heights beside the days around."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.judgement import Holdings, Readings, audit, days_around, holdings
from monitor.judgement.bump import report_bump
from monitor.model import Audit, BaseUnits, Basis, DayHeld, Height, ReportBump
from tests.support.judgement import BTC, ETH, ETH_ARBITRUM, NOW, UNSIGNED, VERIFIED, claim, judge, owing, verdict

PLACE = ("bitcoin", Height(900_000))
COIN = 10**8
ONE = BaseUnits(10**18)
DAY = timedelta(days=1)
REPORT = NOW.replace(hour=0)
"""The day of the report, which is of noon."""
LIST = [(claim("A", height=PLACE[1]), VERIFIED), (claim("B", height=PLACE[1]), UNSIGNED)]
ACCOUNTS = holdings((row for row, _ in LIST), (verdict(status) for _, status in LIST))


def reported(coins: int, at: datetime = NOW, counted: Holdings = ACCOUNTS) -> Audit:
    """A report at whose height A held so many coins, and B one."""
    found = {PLACE: {BTC: {"A": BaseUnits(coins * COIN), "B": BaseUnits(COIN)}}}
    return audit([row for row, _ in LIST], counted, Readings(found, times={PLACE: at}), NOW)


def days(held: Iterable[int | None], basis: Basis = Basis.VERIFIED, counted: Holdings = ACCOUNTS) -> list[DayHeld]:
    """What was held on the days from three before the report's on; None where that is not known."""
    accounts = counted.digests["BTC"][basis]
    return [
        DayHeld(REPORT + number * DAY, "BTC", basis, accounts, Decimal(coins))
        for number, coins in enumerate(held, -3)
        if coins is not None
    ]


def test_who_borrows_for_the_report_is_seen_and_who_does_not_is_not() -> None:
    usual = [100, 100, 101, 180, 99, 100, 102]  # borrowed over night, and back the day after
    found = report_bump("BTC", Basis.VERIFIED, reported(180), days(usual))
    assert found == ReportBump(NOW, Decimal(180), Decimal(100), 7)
    assert found.ratio == Decimal("1.8")
    honest = report_bump("BTC", Basis.VERIFIED, reported(101), days([100, 100, 101, 101, 99, 100, 102]))
    assert isinstance(honest, ReportBump)
    assert honest.ratio == Decimal("1.01")


def test_coins_that_stay_for_three_days_are_seen_too() -> None:
    found = report_bump("BTC", Basis.VERIFIED, reported(180), days([100, 100, 180, 180, 180, 100, 100]))
    assert isinstance(found, ReportBump)
    assert found.usual == 100


def test_the_whole_assessment_says_it_or_why_it_is_not_known() -> None:
    known = judge(LIST, liabilities=owing(BTC=100), audit=reported(180), days=days([100] * 7))["BTC"]
    assert known.bump == ReportBump(NOW, Decimal(180), Decimal(100), 7)
    assert known.bump_unknown == ""
    alone = judge(LIST, liabilities=owing(BTC=100), audit=reported(180))["BTC"]
    assert alone.bump is None
    assert alone.bump_unknown == (
        "whole sums of the same accounts are known of 0 of the seven days around 2026-06-14:"
        " at least 5 are needed, 2 on either side"
    )
    unread = judge(LIST, liabilities=owing(BTC=100))["BTC"]
    assert (unread.bump, unread.bump_unknown) == (None, "")


@pytest.mark.parametrize(
    "held",
    [
        [None, None, None, 100, 100, 100, 100],
        [100, 100, 100, 100, None, None, 100],
        [100, None, 100, None, 100, None, 100],
        [None] * 7,
    ],
)
def test_without_enough_days_on_either_side_it_is_unknown(held: list[int | None]) -> None:
    found = report_bump("BTC", Basis.VERIFIED, reported(180), days(held))
    assert isinstance(found, str)
    assert f"known of {sum(each is not None for each in held)} of the seven days" in found


def test_days_of_other_accounts_or_another_basis_are_none_of_them() -> None:
    other = holdings([claim("A"), claim("C")], [verdict(VERIFIED), verdict(VERIFIED)])
    for strange in (days([100] * 7, counted=other), days([100] * 7, Basis.LISTED)):
        found = report_bump("BTC", Basis.VERIFIED, reported(180), strange)
        assert isinstance(found, str)
        assert "known of 0 of" in found
        assert "7 days more of other accounts or another basis" in found
    mixed = [*days([100, 100, 100, 100, 100, 100, 100]), *days([1] * 7, counted=other)]
    assert report_bump("BTC", Basis.VERIFIED, reported(180), mixed) == ReportBump(NOW, Decimal(180), Decimal(100), 7)
    far = [*days([1000, 100, 100, 100, 100, 100, 100, 1000, 1000, 1000])]
    assert report_bump("BTC", Basis.VERIFIED, reported(180), far) == ReportBump(NOW, Decimal(180), Decimal(100), 7)


def test_an_account_that_is_verified_later_makes_another_digest_of_its_basis_alone() -> None:
    rows = [row for row, _ in LIST]
    later = holdings(rows, [verdict(VERIFIED), verdict(VERIFIED)])
    assert later.digests["BTC"][Basis.VERIFIED] != ACCOUNTS.digests["BTC"][Basis.VERIFIED]
    assert later.digests["BTC"][Basis.LISTED] == ACCOUNTS.digests["BTC"][Basis.LISTED]
    turned = holdings(reversed(rows), [verdict(UNSIGNED), verdict(VERIFIED)])
    assert turned.digests == ACCOUNTS.digests, "the order of rows is no matter"
    forms = holdings([claim("0xa", ETH), claim("0xa", ETH_ARBITRUM)], [verdict(VERIFIED)] * 2)
    assert forms.digests["ETH"] != holdings([claim("0xa", ETH)], [verdict(VERIFIED)]).digests["ETH"]


def test_heights_of_days_apart_or_of_an_unknown_time_have_no_day() -> None:
    rows = [claim("0xa", ETH, height=5), claim("0xa", ETH_ARBITRUM, height=9)]
    places = ("ethereum", Height(5)), ("arbitrum", Height(9))
    found = {
        places[0]: {ETH: {"0xa": ONE}},
        places[1]: {ETH_ARBITRUM: {"0xa": ONE}},
    }
    held = holdings(rows, [verdict(VERIFIED)] * 2)

    for times, said in (((NOW, NOW - 2 * DAY), "from 2026-06-12 to 2026-06-14"), ((NOW,), "are not known")):
        read = audit(rows, held, Readings(found, times=dict(zip(places, times, strict=False))), NOW)
        assert days_around(read) is None
        refused = report_bump("ETH", Basis.VERIFIED, read, [])
        assert isinstance(refused, str)
        assert said in refused
    midnight = audit(
        rows, held, Readings(found, times=dict(zip(places, (REPORT, REPORT - DAY / 24), strict=True))), NOW
    )
    assert days_around(midnight) == (REPORT - 3 * DAY, REPORT + 4 * DAY), "the day of the newest block"


def test_where_there_usually_is_nothing_no_ratio_limits_it() -> None:
    found = report_bump("BTC", Basis.VERIFIED, reported(5), days([0, 0, 0, 5, 0, 0, 0]))
    assert isinstance(found, ReportBump)
    assert found.ratio == Decimal("Infinity")


@given(st.lists(st.integers(0, 10**30), min_size=7, max_size=7), st.permutations(range(7)))
def test_the_median_is_one_of_seven_exactly_and_half_of_them_are_no_higher(held: list[int], order: list[int]) -> None:
    found = report_bump("BTC", Basis.VERIFIED, reported(1), days(held))
    turned = report_bump("BTC", Basis.VERIFIED, reported(1), [days(held)[each] for each in order])
    assert isinstance(found, ReportBump)
    assert found == turned
    assert found.usual == sorted(held)[3]
