"""The points that falls are measured from: the highest are kept, and not endlessly many."""

from datetime import timedelta
from decimal import Decimal

import pytest

from monitor.daemon.falls import RecentRatios
from monitor.model import RatioPoint
from tests.support.judgement import NOW

HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)


def point(after: timedelta, **held: int | None) -> RatioPoint:
    amounts = {network: None if amount is None else Decimal(amount) for network, amount in held.items()}
    return RatioPoint(NOW + after, "okx", "ETH", None, Decimal(100), amounts)


def test_networks_that_come_and_go_leave_no_more_points_than_slots(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[RatioPoint] = []
    monkeypatch.setattr("monitor.daemon.falls.fall", lambda _now, points, _within: compared.extend(points))
    recent = RecentRatios()
    for second in range(0, 3600, 5):
        away = None if second % 10 else 20
        recent.add([point(second * SECOND, ethereum=10_000 - second, arbitrum=away)], HOUR)
    recent.falls([point(HOUR, ethereum=1, arbitrum=1)], HOUR)
    assert 2 * 20 <= len(compared) <= 2 * 21


def test_of_a_slot_the_highest_of_each_set_of_networks_stays() -> None:
    recent = RecentRatios()
    for second, ethereum, arbitrum in ((0, 90, 20), (5, 95, None), (10, 80, 20), (15, 80, None)):
        recent.add([point(second * SECOND, ethereum=ethereum, arbitrum=arbitrum)], HOUR)
    (found,) = recent.falls([point(20 * SECOND, ethereum=80, arbitrum=None)], HOUR).values()
    assert (found.drop, found.before) == (Decimal("0.15"), Decimal("0.95"))
    (found,) = recent.falls([point(20 * SECOND, ethereum=94, arbitrum=2)], HOUR).values()
    assert (found.drop, found.before) == (Decimal("0.14"), Decimal("1.1"))


def test_only_points_that_a_fall_may_be_measured_from_are_written() -> None:
    recent = RecentRatios()
    written = [
        recent.add([point(second * SECOND, ethereum=held)], HOUR) for second, held in enumerate((90, 80, 95, 95))
    ]
    assert [[each.held["ethereum"] for each in points] for points in written] == [[90], [], [95], []]
