"""The exposition: state rendered once per World, events when some have happened, the process at every scrape."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from prometheus_client import CollectorRegistry, GCCollector, PlatformCollector, ProcessCollector
from prometheus_client.exposition import gzip_accepted

from monitor import __version__
from monitor.metrics import families, formats
from monitor.metrics.accounts import Accounts, largest
from monitor.metrics.events import Pair, SnapshotEvents
from monitor.metrics.families import Family
from monitor.metrics.formats import Format, Part
from monitor.metrics.state import STATE
from monitor.metrics.text import Series, lines
from monitor.model import World


@dataclass(frozen=True, slots=True)
class Exposition:
    """The answer to a scrape."""

    body: bytes
    headers: Mapping[str, str]
    """``Content-Type``, and ``Content-Encoding`` when the body is compressed."""


class Metrics:
    """All metrics of one process.

    ``world`` returns the current World, None before there is one. ``reasons`` announces why snapshots fail, so that
    each has a series before it happens; others are counted as ``other``. :meth:`exposition` and :meth:`prepare` may
    run in any thread, the other methods in one.
    """

    def __init__(self, world: Callable[[], World | None], *, reasons: Iterable[str] = ()) -> None:
        self._world = world
        self._registry = CollectorRegistry(auto_describe=False)
        ProcessCollector(registry=self._registry)
        PlatformCollector(registry=self._registry)
        GCCollector(registry=self._registry)
        self._events = SnapshotEvents(reasons)
        self._accounts = Accounts()
        self._account_series = 0
        self._rendered: tuple[_Rendered, ...] = ()

    def configured(self, pairs: Iterable[Pair], *, account_series: int = 0) -> None:
        """Tell which (exchange, network) pairs are watched, at the start and after every reload."""
        self._events.configured(pairs)
        self._account_series = account_series

    def snapshot_attempted(self, exchange: str, network: str) -> None:
        self._events.attempted((exchange, network))

    def snapshot_failed(self, exchange: str, network: str, reason: str) -> None:
        self._events.failed((exchange, network), reason)

    def snapshot_took(self, exchange: str, network: str, seconds: float) -> None:
        """Record the duration of a snapshot that became whole."""
        self._events.took((exchange, network), seconds)

    def prepare(self, world: World) -> None:
        """Render ``world`` before it becomes the current one, so that no scrape waits for it.

        With many exchanges that takes longer than a scrape should: call it off the event loop. Leaving it out costs
        time, never truth, because the first scrape of a World then renders it.
        """
        asked_for = {kind for rendered in self._rendered for kind in tuple(rendered.parts)}
        kinds = asked_for or {Format.OPENMETRICS}
        self._render(self._find(world), kinds)
        for kind in kinds:
            self._events.part(kind)

    def exposition(self, accept: str = "", accept_encoding: str = "") -> Exposition:
        """The answer to request headers ``Accept`` and ``Accept-Encoding``: text or OpenMetrics, plain or gzip."""
        kind = Format.accepted(accept)
        process = Part(kind.render(self._registry) + kind.end)
        parts = (self._state(self._world(), kind), self._events.part(kind), process)
        headers = {"Content-Type": kind.value, "Vary": "Accept, Accept-Encoding"}
        if not gzip_accepted(accept_encoding):
            return Exposition(formats.plain(parts), headers)
        return Exposition(formats.gzip(parts), headers | {"Content-Encoding": "gzip"})

    def _state(self, world: World | None, kind: Format) -> Part:
        """The text of ``world``, kept for it and for the World before it.

        Threads that meet here may render the same text twice; both are right, and none waits for the other.
        """
        rendered = self._find(world)
        if kind not in rendered.parts:
            self._render(rendered, (kind,))
        return rendered.parts[kind]

    def _render(self, rendered: "_Rendered", kinds: Iterable[Format]) -> None:
        """Fill in the text of ``kinds``, whose lines are the same."""
        state = _state(rendered.world, self._accounts, rendered.account_series)
        texts = [(family, lines(family.name, family.labels, series)) for family, series in state]
        for kind in kinds:
            text = "".join([kind.header(family) + each for family, each in texts])
            rendered.parts[kind] = Part(text.encode())

    def _find(self, world: World | None) -> "_Rendered":
        for rendered in self._rendered:
            if rendered.world is world and rendered.account_series == self._account_series:
                return rendered
        new = _Rendered(world, self._account_series)
        self._rendered = (new, *self._rendered[:1])
        return new


@dataclass(frozen=True, slots=True)
class _Rendered:
    world: World | None
    account_series: int
    parts: dict[Format, Part] = field(default_factory=dict)


def _state(world: World | None, accounts: Accounts, account_series: int) -> Iterator[tuple[Family, Series]]:
    """Everything that is state."""
    yield families.BUILD_INFO, iter([((__version__,), 1)])
    if world is None:
        return
    for family, series in STATE:
        yield family, series(world)
    summaries = accounts.summaries(world, account_series)
    counts = (((snapshot.exchange, snapshot.network), summary.accounts) for snapshot, summary in summaries)
    yield families.SNAPSHOT_ACCOUNTS, counts
    if account_series:
        shown, dropped = largest(summaries, account_series)
        balances = (((each.exchange, each.network, each.asset, each.account), float(each.amount)) for each in shown)
        yield families.ACCOUNT_BALANCE, balances
        yield families.ACCOUNT_SERIES_DROPPED, iter([((), dropped)])
