"""Coins that were away between two snapshots: what the accounts held before and after, and did not hold then."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.judgement import Holdings, holdings
from monitor.judgement.between import away
from monitor.model import BaseUnits, Basis, LookBack, SnapshotState, Token, VerdictStatus
from tests.support.judgement import ETH, UNBOUND, UNSIGNED, VERIFIED, block, claim, judge, owing, state, verdict

LENT = Token("ETH", "ethereum", "0x4d5f47fa6a74757f35c14fd3a6ef8e3c9bc514e8", 18)
COIN = 10**18


def listed(**statuses: VerdictStatus) -> Holdings:
    """Accounts by their verdicts, each with native coins and with lent ones."""
    rows = [(claim(name, token), verdict(status)) for name, status in statuses.items() for token in (ETH, LENT)]
    return holdings((row for row, _ in rows), (status for _, status in rows))


def looked(
    before: Mapping[str, int], then: Mapping[str, int], after: Mapping[str, int], token: Token = ETH
) -> SnapshotState:
    """What a few accounts held at three blocks, in whole coins."""
    units = [{name: BaseUnits(coins * COIN) for name, coins in each.items()} for each in (before, then, after)]
    taken = state({token: units[2]})
    return replace(taken, low=LookBack(block(899_990), {token: units[0]}, {token: units[1]}))


def coins_away(held: Holdings, state: SnapshotState, basis: Basis = Basis.VERIFIED) -> Decimal:
    return away(held, state).get("ETH", {}).get(basis, Decimal())


@pytest.mark.parametrize(
    ("before", "then", "after", "coins"),
    [
        pytest.param({"A": 100}, {"A": 10}, {"A": 100}, 90, id="left and came back"),
        pytest.param({"A": 100}, {"A": 10}, {"A": 60}, 50, id="some stayed away: the snapshot shows them"),
        pytest.param({"A": 100}, {"A": 10}, {"A": 10}, 0, id="left for good"),
        pytest.param({"A": 10}, {"A": 10}, {"A": 100}, 0, id="came since"),
        pytest.param({"A": 10}, {"A": 50}, {"A": 100}, 0, id="grew"),
        pytest.param({"A": 10}, {"A": 100}, {"A": 10}, 0, id="were there only then"),
        pytest.param({"A": 100, "B": 0}, {"A": 0, "B": 100}, {"A": 100, "B": 0}, 0, id="were in another account"),
        pytest.param({"A": 100, "B": 5}, {"A": 70, "B": 5}, {"A": 0, "B": 105}, 30, id="moved, and were away between"),
    ],
)
def test_coins_are_away_that_were_there_before_and_after(
    before: Mapping[str, int], then: Mapping[str, int], after: Mapping[str, int], coins: int
) -> None:
    assert coins_away(listed(A=VERIFIED, B=VERIFIED), looked(before, then, after)) == coins


@pytest.mark.parametrize(("basis", "coins"), [(Basis.VERIFIED, 3), (Basis.SIGNED, 3), (Basis.LISTED, 7)])
def test_only_what_counts_on_the_basis_or_might_can_be_away(basis: Basis, coins: int) -> None:
    held = {"A": 1, "B": 2, "C": 4}
    seen = looked(held, dict.fromkeys(held, 0), held)
    assert coins_away(listed(A=VERIFIED, B=UNBOUND, C=UNSIGNED), seen, basis) == coins


def test_coins_in_another_form_are_not_away() -> None:
    """Native coins that are lent for a while stand in the list all the same."""
    native, lent = {"A": BaseUnits(100 * COIN)}, {"A": BaseUnits(99 * COIN)}
    none = {"A": BaseUnits(0)}
    low = LookBack(block(899_990), {ETH: native, LENT: none}, {ETH: none, LENT: lent})
    seen = replace(state({ETH: native, LENT: none}), low=low)
    assert coins_away(listed(A=VERIFIED), seen) == 1


def test_accounts_that_are_not_in_the_list_any_more_count_for_nothing() -> None:
    held = {"A": 1, "gone": 100}
    seen = looked(held, dict.fromkeys(held, 0), held)
    assert coins_away(listed(A=VERIFIED), seen) == 1


def test_where_nothing_was_looked_at_nothing_is_away() -> None:
    assert away(listed(A=VERIFIED), state({ETH: {"A": BaseUnits(COIN)}})) == {}


coins = st.fixed_dictionaries(dict.fromkeys("ABC", st.integers(0, 10**9)))


@given(coins, coins, coins)
def test_never_more_is_away_than_was_there_and_nothing_where_as_much_was_held(
    before: Mapping[str, int], then: Mapping[str, int], after: Mapping[str, int]
) -> None:
    found = coins_away(listed(A=VERIFIED, B=VERIFIED, C=VERIFIED), looked(before, then, after))
    least = min(sum(before.values()), sum(after.values()))
    assert found == max(0, least - sum(then.values()))


def test_what_was_away_lowers_the_lowest_sum_and_not_the_one_of_now() -> None:
    held = {"A": 100, "B": 20}
    seen = looked(held, {"A": 10, "B": 20}, held)

    eth = judge([(claim("A", ETH), VERIFIED), (claim("B", ETH), VERIFIED)], [seen], owing(ETH=100))["ETH"]

    assert [eth.comparable["ethereum"], eth.lowest["ethereum"]] == [120, 30]
    assert eth.ratios[Basis.VERIFIED] == Decimal("1.2")
