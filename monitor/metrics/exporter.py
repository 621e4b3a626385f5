"""The exposition: the text of a World, and of the process as it was then, made and compressed once for all scrapes."""

import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from prometheus_client import CollectorRegistry, GCCollector, PlatformCollector, ProcessCollector
from prometheus_client.exposition import gzip_accepted
from prometheus_client.registry import Collector

from monitor import __version__
from monitor.giving_way import giving_way
from monitor.metrics.accounts import Accounts
from monitor.metrics.assets import ASSETS
from monitor.metrics.families import BUILD_INFO, SNAPSHOT_DURATION, Family
from monitor.metrics.formats import Format
from monitor.metrics.liabilities import LIABILITIES
from monitor.metrics.lists import LISTS
from monitor.metrics.networks import NETWORKS, snapshot_durations
from monitor.metrics.operations import OPERATIONS
from monitor.metrics.prices import PRICES
from monitor.metrics.text import Series, histogram, lines
from monitor.model import World

_LEVEL = 1  # a third of the time of the usual 6, for a seventh more bytes
_GZIP = 16 + zlib.MAX_WBITS


@dataclass(frozen=True, slots=True)
class Exposition:
    """The answer to a scrape."""

    body: bytes
    headers: Mapping[str, str]
    """``Content-Type``, and ``Content-Encoding`` when the body is compressed."""


class _Body:
    """A body in its parts, which several formats share, and compressed."""

    def __init__(self, parts: Sequence[bytes]) -> None:
        self._parts = parts
        packer = zlib.compressobj(_LEVEL, wbits=_GZIP)
        self.packed = b"".join([*map(packer.compress, parts), packer.flush()])

    @property
    def plain(self) -> bytes:
        return b"".join(self._parts)


@dataclass(frozen=True, slots=True)
class Rendered:
    """A World and the process as text."""

    texts: Sequence[tuple[Family, bytes]]
    """Lines of samples, which are the same in all formats; megabytes where there are many exchanges."""
    process: Collector
    """What the library tells of the process, whenever a body is made."""
    bodies: dict[Format, _Body] = field(default_factory=dict)
    """In the formats that were asked for."""

    def body(self, kind: Format) -> _Body:
        """The text in one format, made once."""
        if kind not in self.bodies:
            parts = [part for family, each in self.texts for part in (kind.header(family), each)]
            self.bodies[kind] = _Body([*parts, kind.end(self.process)])
        return self.bodies[kind]


class Metrics:
    """Makes a World text, and that the answer to a scrape.

    With many exchanges it takes longer to render a World than a scrape should: it is done before the World is shown,
    off the event loop, and in the formats that scrapes have asked for so far. What the library tells of the process is
    of that moment too: to collect it takes a hundred calls of the kernel, after each of which a thread that computes
    may have its turn first.
    """

    def __init__(self) -> None:
        self._process = CollectorRegistry(auto_describe=False)
        ProcessCollector(registry=self._process)
        PlatformCollector(registry=self._process)
        GCCollector(registry=self._process)
        self._accounts = Accounts()
        self._asked_for = {Format.OPENMETRICS}

    def render(self, world: World | None) -> Rendered:
        """All that is known of ``world`` and of the process; None: there is none yet. One at a time, in any thread."""
        rendered = Rendered(tuple(_texts(world, self._accounts)), self._process)
        for kind in tuple(self._asked_for):
            rendered.body(kind)
        return rendered

    def exposition(self, rendered: Rendered, accept: str = "", accept_encoding: str = "") -> Exposition:
        """The answer to request headers ``Accept`` and ``Accept-Encoding``: text or OpenMetrics, plain or gzip."""
        kind = Format.accepted(accept)
        self._asked_for.add(kind)
        body, headers = rendered.body(kind), {"Content-Type": kind.value, "Vary": "Accept, Accept-Encoding"}
        if not gzip_accepted(accept_encoding):
            return Exposition(body.plain, headers)
        return Exposition(body.packed, headers | {"Content-Encoding": "gzip"})


def _texts(world: World | None, accounts: Accounts) -> Iterator[tuple[Family, bytes]]:
    """All that ``world`` tells: by family, the lines of its samples. ``accounts`` remember, and change nothing."""
    yield _lines(BUILD_INFO, iter([((__version__,), 1)]))
    if world is None:
        return
    for family, series in (*ASSETS, *PRICES, *LIABILITIES, *LISTS, *NETWORKS, *OPERATIONS):
        yield _lines(family, series(world))
    durations = histogram(SNAPSHOT_DURATION.name, SNAPSHOT_DURATION.labels, snapshot_durations(world))
    yield SNAPSHOT_DURATION, durations.encode()
    for family, found in accounts.series(world):
        yield _lines(family, found)


def _lines(family: Family, series: Series) -> tuple[Family, bytes]:
    return family, lines(family.name, family.labels, giving_way(series)).encode()
