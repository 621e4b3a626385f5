"""What was away between two snapshots: the lowest sum is what falls are measured by."""

from dataclasses import replace
from decimal import Decimal

from monitor.model import LookBack, SnapshotState
from tests.support.judgement import BTC, UNSIGNED, VERIFIED, block, claim, judge, owing, state

COIN = 10**8


def looked_back(then: dict[str, int]) -> SnapshotState:
    """A and B hold 60 and 40 in the newest snapshot; C, which nobody signed for, holds 500."""
    held = state({BTC: {"A": 60 * COIN, "B": 40 * COIN, "C": 500 * COIN}})
    before = dict.fromkeys(then, 0)
    return replace(held, low=LookBack(block(899_990), {BTC: before}, {BTC: {a: n * COIN for a, n in then.items()}}))


def lowest(then: dict[str, int]) -> list[Decimal]:
    rows = [(claim("A"), VERIFIED), (claim("B"), VERIFIED), (claim("C"), UNSIGNED)]
    btc = judge(rows, [looked_back(then)], owing(BTC=100))["BTC"]
    return [btc.comparable["bitcoin"], btc.lowest["bitcoin"]]


def test_coins_that_were_away_lower_the_lowest_sum_and_not_the_one_of_now() -> None:
    assert lowest({"A": 5, "B": 40}) == [100, 45]


def test_coins_that_have_left_since_make_it_no_higher() -> None:
    assert lowest({"A": 90, "B": 40}) == [100, 100]


def test_coins_that_moved_between_accounts_were_not_away() -> None:
    assert lowest({"A": 20, "B": 80}) == [100, 100]


def test_accounts_that_do_not_count_play_no_part() -> None:
    assert lowest({"A": 60, "C": 0}) == [100, 100]
