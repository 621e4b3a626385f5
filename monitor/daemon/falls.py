"""What was known of each asset in the last while: what falls are measured from."""

from collections import defaultdict, deque
from collections.abc import Iterable, Mapping
from datetime import timedelta
from decimal import Decimal

from msgspec import structs

from monitor.formats import exact
from monitor.giving_way import giving_way
from monitor.judgement.falling import fall
from monitor.model import Fall, RatioPoint

_SLOTS = 20
"""Points of one asset and set of networks within the time: of each slot of it the highest, however often it moves."""
_AT_LEAST = 10
"""Points within the time of what stays the same."""


class RecentRatios:
    """The points that a fall may be measured from, thinned out so that their number has a bound."""

    def __init__(self) -> None:
        self._points: defaultdict[tuple[str, str], deque[RatioPoint]] = defaultdict(deque)
        self._newest: dict[tuple[str, str], RatioPoint] = {}

    def falls(self, now: Iterable[RatioPoint], within: timedelta) -> Mapping[tuple[str, str], Fall]:
        """By exchange and asset, the largest fall to the points of ``now``; no entry where nothing can be compared."""
        return {
            (point.exchange, point.asset): found
            for point in giving_way(now)
            if (found := fall(point, self._points.get((point.exchange, point.asset), ()), within))
        }

    def restore(self, points: Iterable[RatioPoint], within: timedelta) -> None:
        """Take in ``points`` that :meth:`add` returned in an earlier run, in order of time; may be called again."""
        for point in giving_way(points):
            self._newest[point.exchange, point.asset] = point
            self._keep(point, within)

    def add(self, points: Iterable[RatioPoint], within: timedelta) -> list[RatioPoint]:
        """Take in ``points``, each asset's in order of time, and return those that a fall may be measured from.

        What stays the same is news now and then too: what held before a fall must be among the points.
        """
        news = [point for point in giving_way(points) if self._is_news(point, within / _AT_LEAST)]
        self._newest |= {(point.exchange, point.asset): point for point in news}
        return [point for point in news if self._keep(point, within)]

    def move(self, step: timedelta) -> None:
        """Go along with a step of the clock: points keep their ages."""
        for key, points in self._points.items():
            self._points[key] = deque(structs.replace(point, at=point.at + step) for point in points)
        self._newest = {key: structs.replace(point, at=point.at + step) for key, point in self._newest.items()}

    def _is_news(self, point: RatioPoint, pause: timedelta) -> bool:
        last = self._newest.get((point.exchange, point.asset))
        same = last is not None and (last.ratio, last.owed, last.held) == (point.ratio, point.owed, point.held)
        return last is None or not same or point.at - last.at >= pause

    def _keep(self, point: RatioPoint, within: timedelta) -> bool:
        """Add ``point``, unless another one in its slot tells of more."""
        known = self._points[point.exchange, point.asset]
        while known and point.at - known[0].at > within:
            known.popleft()
        for last in reversed(known):  # networks may come and go within one slot
            if point.at - last.at >= within / _SLOTS:
                break
            if _read(last).keys() == _read(point).keys():
                if _height(point) < _height(last):
                    return False
                known.remove(last)
                break
        known.append(point)
        return True


def _read(point: RatioPoint) -> dict[str, Decimal]:
    return {network: amount for network, amount in point.held.items() if amount is not None}


def _height(point: RatioPoint) -> Decimal:
    return exact.ratio(exact.total(_read(point).values()), point.owed) if point.owed else exact.ZERO
