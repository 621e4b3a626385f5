"""Series as the lines of text that Prometheus reads.

The library writes a sample in 7 µs and more, and many exchanges make tens of thousands of them: of the daemon's work
that was three quarters (docs/performance.md). Here a sample takes 1 µs, since names and labels are laid out once for
all samples of a metric.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import cache
from operator import itemgetter

from prometheus_client.utils import floatToGoString

from monitor.formats import shown
from monitor.model import Durations

Sample = tuple[tuple[str, ...], float]
"""Label values, in the order of the labels, and the value."""

Series = Iterator[Sample]

_number: Callable[[float], str] = floatToGoString
_LABEL = 512
"""Characters of a label's value at the most."""


def lines(name: str, labels: tuple[str, ...], samples: Iterable[Sample]) -> str:
    """``samples`` of one metric, a line each, its labels by the alphabet; text and OpenMetrics have the same lines."""
    line, ordered = _line(name, labels)
    escaped = _Escaped().__getitem__
    return "".join([line % (*map(escaped, ordered(values)), _number(value)) for values, value in samples])


def histogram(name: str, labels: tuple[str, ...], samples: Iterable[tuple[tuple[str, ...], Durations]]) -> str:
    """The same of durations; of each a format's reader wants buckets, count and sum together."""
    return "".join(
        [
            lines(f"{name}_bucket", (*labels, "le"), (((*values, limit), count) for limit, count in _buckets(took)))
            + lines(f"{name}_count", labels, [(values, took.count)])
            + lines(f"{name}_sum", labels, [(values, took.seconds)])
            for values, took in samples
        ]
    )


def _buckets(took: Durations) -> Iterator[tuple[str, int]]:
    for limit, count in took.within.items():
        yield _number(limit), count
    yield "+Inf", took.count


@cache
def _line(name: str, labels: tuple[str, ...]) -> tuple[str, Callable[[tuple[str, ...]], tuple[str, ...]]]:
    """A line with places for values, and what brings the values of ``labels`` into the order of the places."""
    if not labels:
        return f"{name} %s\n", tuple
    names = ",".join(f'{label}="%s"' for label in sorted(labels))
    places = sorted(range(len(labels)), key=labels.__getitem__)
    return f"{name}{{{names}}} %s\n", itemgetter(*places) if len(places) > 1 else tuple


class _Escaped(dict[str, str]):
    """Label values as they stand in quotes: few are distinct, so each is looked at once.

    What publishers write is shown as anybody may see it, and no two values become one: Prometheus refuses a scrape in
    which a series stands twice.
    """

    def __init__(self) -> None:
        super().__init__()
        self._taken: set[str] = set()

    def __missing__(self, value: str) -> str:
        text = shown(value, _LABEL)
        while text in self._taken:
            text += "'"
        self._taken.add(text)
        text = self[value] = text.replace("\\", r"\\").replace("\n", r"\n").replace('"', r"\"")
        return text
