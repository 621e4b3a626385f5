"""How far a ratio fell, like compared with like (design, section 4, rule 12)."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from decimal import Decimal

from monitor.formats import exact
from monitor.model import Fall, RatioPoint


def fall(now: RatioPoint, points: Iterable[RatioPoint], within: timedelta) -> Fall | None:
    """Find the largest fall from any of ``points`` of the same asset, at most ``within`` old, to ``now``.

    Compared are the networks that were whole and fresh then and are now, so that one which goes down is no fall, and
    hides none elsewhere. One on which nothing is claimed holds nothing: a list that drops a network hides no fall, and
    one that moves to another is none. None where no point has such a network, or nothing is owed.
    """
    found = [
        each for point in points if now.at - within <= point.at <= now.at and (each := _between(point, now)) is not None
    ]
    return max(found, key=lambda each: each.drop, default=None)


def _between(then: RatioPoint, now: RatioPoint) -> Fall | None:
    not_read = {network for point in (then, now) for network, amount in point.held.items() if amount is None}
    networks = tuple(sorted((then.held.keys() | now.held.keys()) - not_read))
    if not networks or not then.owed or not now.owed:
        return None
    before, after = _ratio(then.held, networks, then.owed), _ratio(now.held, networks, now.owed)
    return Fall(exact.subtract(before, after), then.at, networks, before)


def _ratio(held: Mapping[str, Decimal | None], networks: Iterable[str], owed: Decimal) -> Decimal:
    return exact.ratio(exact.total(held.get(network) or exact.ZERO for network in networks), owed)
