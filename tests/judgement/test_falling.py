"""How far a ratio fell: like compared with like, against the highest of the time."""

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.judgement.falling import fall
from monitor.model import RatioPoint
from tests.support.judgement import NOW

HOUR = timedelta(hours=1)


def point(ago: int, owed: str = "100", **held: str | None) -> RatioPoint:
    """What networks held ``ago`` minutes ago; None: that was not read."""
    amounts = {network: None if amount is None else Decimal(amount) for network, amount in held.items()}
    return RatioPoint(NOW - timedelta(minutes=ago), "okx", "ETH", None, Decimal(owed), amounts)


def drop(now: RatioPoint, *points: RatioPoint) -> Decimal | None:
    found = fall(now, points, HOUR)
    return found.drop if found else None


def test_the_highest_of_the_time_is_what_a_fall_is_measured_from() -> None:
    assert drop(point(0, ethereum="100"), point(50, ethereum="105"), point(30, ethereum="120")) == Decimal("0.2")
    assert drop(point(0, ethereum="100"), point(61, ethereum="120"), point(30, ethereum="101")) == Decimal("0.01")


def test_a_network_that_goes_down_is_no_fall() -> None:
    assert drop(point(0, ethereum="90", arbitrum=None), point(30, ethereum="90", arbitrum="20")) == 0


def test_a_fall_is_not_hidden_by_a_network_that_is_down() -> None:
    seen = drop(point(0, ethereum="70", arbitrum=None), point(30, ethereum="90", arbitrum="20"))
    assert seen == Decimal("0.2")


def test_a_network_that_comes_back_hides_no_fall_of_another() -> None:
    seen = drop(point(0, ethereum="70", arbitrum="20"), point(30, ethereum="90", arbitrum=None))
    assert seen == Decimal("0.2")


def test_a_list_that_no_longer_names_a_network_hides_no_fall() -> None:
    assert drop(point(0, ethereum="70"), point(30, ethereum="70", arbitrum="20")) == Decimal("0.2")


def test_a_list_that_moves_to_another_network_is_no_fall() -> None:
    assert drop(point(0, ethereum="70", base="20"), point(30, ethereum="70", arbitrum="20")) == 0
    assert drop(point(0, base="90"), point(30, ethereum="90")) == 0


def test_a_move_between_networks_that_are_both_read_is_no_fall() -> None:
    assert drop(point(0, ethereum="70", arbitrum="40"), point(30, ethereum="90", arbitrum="20")) == 0


def test_more_that_is_owed_is_a_fall_too() -> None:
    assert drop(point(0, owed="200", ethereum="100"), point(30, ethereum="100")) == Decimal("0.5")


@pytest.mark.parametrize("then", [point(30, arbitrum="20", ethereum=None), point(30, owed="0", ethereum="1")])
def test_where_nothing_can_be_compared_there_is_no_fall_and_no_calm(then: RatioPoint) -> None:
    assert drop(point(0, ethereum="70", arbitrum=None), then) is None


amounts = st.dictionaries(st.sampled_from("abc"), st.none() | st.integers(0, 200).map(Decimal), max_size=3)


@given(st.lists(st.tuples(st.integers(0, 90), amounts), max_size=6), amounts)
def test_a_fall_is_never_more_than_one_of_the_networks_compared_has_lost(
    history: list[tuple[int, dict[str, Decimal | None]]], now: dict[str, Decimal | None]
) -> None:
    points = [RatioPoint(NOW - timedelta(minutes=ago), "okx", "ETH", None, Decimal(100), held) for ago, held in history]
    found = fall(RatioPoint(NOW, "okx", "ETH", None, Decimal(100), now), points, HOUR)
    losses = []
    for each in points:
        names = {name for name in (*each.held, *now) if {each.held.get(name, 0), now.get(name, 0)}.isdisjoint({None})}
        if NOW - each.at <= HOUR and names:
            losses.append(sum((each.held.get(name) or 0) - (now.get(name) or 0) for name in names))
    assert (found is None) == (not losses)
    if found:
        assert found.drop * 100 == max(losses)
