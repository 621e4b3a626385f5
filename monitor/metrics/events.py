"""Counters of what this process did. They start at zero with it, as counters do."""

from collections.abc import Iterable, Iterator

from prometheus_client import Counter, Histogram
from prometheus_client.core import Metric
from prometheus_client.metrics import MetricWrapperBase
from prometheus_client.registry import Collector

from monitor.metrics.families import SNAPSHOT_ATTEMPTS, SNAPSHOT_DURATION, SNAPSHOT_FAILURES, Family
from monitor.metrics.formats import Format

OTHER = "other"
"""The reason that stands for every reason not announced, so that label values stay few."""

Pair = tuple[str, str]
"""An exchange and a network that is configured for it."""

_BUCKETS = (0.5, 2, 10, 30, 60, 300)
_HEADER_LINES = 2  # HELP and TYPE


class SnapshotEvents:
    """The snapshots of every configured pair: its series begin at zero and go when it goes.

    Each pair has instruments of its own, whose text is kept until one of them moves. Between two scrapes few do, while
    rendering all of them takes longer than a scrape should.
    """

    def __init__(self, reasons: Iterable[str]) -> None:
        self._reasons = tuple(dict.fromkeys((*reasons, OTHER)))
        self._pairs: dict[Pair, _PairEvents] = {}

    def configured(self, pairs: Iterable[Pair]) -> None:
        """Begin with new ``pairs``, keep those that stay, drop those that are gone."""
        self._pairs = {pair: self._pairs.get(pair) or _PairEvents(pair, self._reasons) for pair in pairs}

    def attempted(self, pair: Pair) -> None:
        if events := self._pairs.get(pair):
            events.attempted()

    def failed(self, pair: Pair, reason: str) -> None:
        if events := self._pairs.get(pair):
            events.failed(reason if reason in self._reasons else OTHER)

    def took(self, pair: Pair, seconds: float) -> None:
        if events := self._pairs.get(pair):
            events.took(seconds)

    def render(self, kind: Format) -> bytes:
        """All families, each with the series of every pair."""
        series = (events.series(kind) for events in self._pairs.values())
        families = zip(_Instruments().render(kind), *series, strict=True)
        return b"".join(part for family in families for part in family)


class _Instruments:
    """The three instruments, in no registry and still without a series."""

    def __init__(self) -> None:
        self.attempts = Counter(*_described(SNAPSHOT_ATTEMPTS), registry=None)
        self.failures = Counter(*_described(SNAPSHOT_FAILURES), registry=None)
        self.durations = Histogram(*_described(SNAPSHOT_DURATION), buckets=_BUCKETS, registry=None)

    def render(self, kind: Format) -> list[bytes]:
        """The text of each."""
        return [kind.render(_WithoutCreated(each)) for each in (self.attempts, self.failures, self.durations)]


def _described(family: Family) -> tuple[str, str, tuple[str, ...]]:
    return family.name, family.help, family.labels


class _PairEvents:
    """The instruments of one pair, and their text as it was last rendered."""

    def __init__(self, pair: Pair, reasons: Iterable[str]) -> None:
        self._instruments = _Instruments()
        self._attempts = self._instruments.attempts.labels(*pair)
        self._failures = {reason: self._instruments.failures.labels(*pair, reason) for reason in reasons}
        self._durations = self._instruments.durations.labels(*pair)
        self._moves = 0
        self._series: dict[Format, tuple[int, list[bytes]]] = {}

    def attempted(self) -> None:
        self._attempts.inc()
        self._moves += 1

    def failed(self, reason: str) -> None:
        self._failures[reason].inc()
        self._moves += 1

    def took(self, seconds: float) -> None:
        self._durations.observe(seconds)
        self._moves += 1

    def series(self, kind: Format) -> list[bytes]:
        """The text of each instrument without its header, so that those of all pairs fit under one."""
        moves = self._moves  # read first: what moves while a thread renders is rendered again next time
        rendered, series = self._series.get(kind, (-1, []))
        if rendered != moves:
            series = [text.split(b"\n", _HEADER_LINES)[-1] for text in self._instruments.render(kind)]
            self._series[kind] = (moves, series)
        return series


class _WithoutCreated(Collector):
    """An instrument without the ``_created`` samples that the library adds: nobody asks when a counter began."""

    def __init__(self, instrument: MetricWrapperBase) -> None:
        self.instrument = instrument

    def collect(self) -> Iterator[Metric]:
        for metric in self.instrument.collect():
            metric.samples = [sample for sample in metric.samples if not sample.name.endswith("_created")]
            yield metric
