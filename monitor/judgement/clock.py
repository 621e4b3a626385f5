"""Whether the times of blocks contradict the clock by which everything here is dated."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import timedelta

from monitor.formats.phrases import span
from monitor.model import EndpointState

_AHEAD, _BEHIND = timedelta(minutes=10), timedelta(hours=1)
"""What several networks together contradict by: finality takes up to half an hour."""
_AHEAD_ALONE = timedelta(hours=2)
"""What a single one contradicts by: Bitcoin allows as much. One that is behind is more likely a frozen node's."""


def clock_contradiction(endpoints: Iterable[EndpointState]) -> str:
    """Say how the newest blocks contradict the clock; empty while they do not.

    A node may lie, hang or be frozen, and so may all of one network. But most networks are not ahead of a clock that is
    right, and not all of them are far behind it.
    """
    ages: defaultdict[str, list[timedelta]] = defaultdict(list)
    for endpoint in endpoints:
        if endpoint.block_age is not None:
            ages[endpoint.network].append(endpoint.block_age)
    alone = len(ages) == 1
    ahead = _AHEAD_ALONE if alone else _AHEAD
    early = {network: -max(each) for network, each in ages.items() if max(each) < -ahead}
    late = {network: min(each) for network, each in ages.items() if min(each) > _BEHIND}
    if len(early) * 2 > len(ages):
        return f"The newest blocks lie ahead of the clock: {_list(early)}. It may have been put back."
    if late and len(late) == len(ages) and not alone:
        return f"All newest blocks lie far behind the clock: {_list(late)}. It may have been put forward."
    return ""


def _list(by: dict[str, timedelta]) -> str:
    return ", ".join(f"{network} by {span(each)}" for network, each in sorted(by.items()))
