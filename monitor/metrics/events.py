"""Counters of what this process did. They start at zero with it, as counters do."""

from bisect import bisect_left
from collections.abc import Iterable
from itertools import accumulate

from monitor.metrics.families import SNAPSHOT_ATTEMPTS, SNAPSHOT_DURATION, SNAPSHOT_FAILURES, Family
from monitor.metrics.formats import Format, Part
from monitor.metrics.text import Series, lines

OTHER = "other"
"""The reason that stands for every reason not announced, so that label values stay few."""

Pair = tuple[str, str]
"""An exchange and a network that is configured for it."""

_BOUNDS = (0.5, 2.0, 10.0, 30.0, 60.0, 300.0)
_LABELS = (*map(str, _BOUNDS), "+Inf")


class SnapshotEvents:
    """The snapshots of every configured pair: its series begin at zero and go when it goes.

    They are kept as text until an event happens: between two scrapes many may, or none.
    """

    def __init__(self, reasons: Iterable[str]) -> None:
        self._reasons = tuple(dict.fromkeys((*reasons, OTHER)))
        self._pairs: dict[Pair, _PairEvents] = {}
        self._moves = 0
        self._rendered: dict[Format, tuple[int, Part]] = {}

    def configured(self, pairs: Iterable[Pair]) -> None:
        """Begin with new ``pairs``, keep those that stay, drop those that are gone."""
        self._pairs = {pair: self._pairs.get(pair) or _PairEvents(self._reasons) for pair in pairs}
        self._moves += 1

    def attempted(self, pair: Pair) -> None:
        if events := self._pairs.get(pair):
            events.attempts += 1
            self._moves += 1

    def failed(self, pair: Pair, reason: str) -> None:
        if events := self._pairs.get(pair):
            events.failures[reason if reason in events.failures else OTHER] += 1
            self._moves += 1

    def took(self, pair: Pair, seconds: float) -> None:
        if events := self._pairs.get(pair):
            events.took(seconds)
            self._moves += 1

    def part(self, kind: Format) -> Part:
        """All families, each with the series of every pair."""
        moves = self._moves  # read first: what moves while a thread renders is rendered again next time
        rendered = self._rendered.get(kind)
        if rendered is None or rendered[0] != moves:
            rendered = moves, Part(self._text(kind).encode())
            self._rendered[kind] = rendered
        return rendered[1]

    def _text(self, kind: Format) -> str:
        pairs = list(self._pairs.items())
        attempts = ((pair, events.attempts) for pair, events in pairs)
        failures = (((*pair, reason), count) for pair, events in pairs for reason, count in events.failures.items())
        return "".join(
            [
                kind.header(SNAPSHOT_ATTEMPTS),
                _lines(SNAPSHOT_ATTEMPTS, attempts),
                kind.header(SNAPSHOT_FAILURES),
                _lines(SNAPSHOT_FAILURES, failures),
                kind.header(SNAPSHOT_DURATION),
                *(_durations(pair, events) for pair, events in pairs),
            ]
        )


def _lines(family: Family, series: Series) -> str:
    return lines(family.name, family.labels, series)


def _durations(pair: Pair, events: "_PairEvents") -> str:
    """The histogram of one pair: a format's reader wants its buckets, count and sum together."""
    name, labels = SNAPSHOT_DURATION.name, SNAPSHOT_DURATION.labels
    counts = list(accumulate(events.durations))
    buckets = (((*pair, bound), count) for bound, count in zip(_LABELS, counts, strict=True))
    return (
        lines(f"{name}_bucket", (*labels, "le"), buckets)
        + lines(f"{name}_count", labels, [(pair, counts[-1])])
        + lines(f"{name}_sum", labels, [(pair, events.seconds)])
    )


class _PairEvents:
    """What happened to one pair."""

    def __init__(self, reasons: Iterable[str]) -> None:
        self.attempts = 0
        self.failures = dict.fromkeys(reasons, 0)
        self.durations = [0] * len(_LABELS)
        """By bucket, each without those under it."""
        self.seconds = 0.0

    def took(self, seconds: float) -> None:
        self.durations[bisect_left(_BOUNDS, seconds)] += 1
        self.seconds += seconds
