"""What no document tells: which alerts began and ended, and which blocks were replaced, from one World to the next."""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from monitor.daemon.stored import written
from monitor.model import AlertName, AlertState, Block, Caip2, Event, EventKind, Reorganisation, World
from monitor.store import Store

_MOST = 10
"""Reorganisations of a network that are told of an exchange :data:`_WITHIN`: a node that flaps floods no record."""
_WITHIN = timedelta(hours=1)
_WAITING = 10_000
"""Events that wait in memory while the history cannot be written."""

_Alert = tuple[str, str, AlertName]
_Left = Mapping[tuple[str, int, str], tuple[Reorganisation, str]]
"""By network, number and hash of the block that left: what an endpoint says of it, and the endpoint's name."""


class EventKeeper:
    """Compares each World with the one before, and keeps what happened between them."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._active: frozenset[_Alert] = frozenset()
        self._blocks: Mapping[tuple[str, str], tuple[Caip2, Block]] = {}
        self._left: _Left = {}
        self._told: dict[tuple[str, str], deque[datetime]] = {}
        """When reorganisations were told lately, by exchange and network."""
        self._unwritten: deque[Event] = deque(maxlen=_WAITING)

    def begin(self, active: Iterable[_Alert]) -> None:
        """Alerts of an earlier run that are up began then."""
        self._active = frozenset(active)

    async def keep(self, world: World) -> None:
        """Keep what happened until ``world``."""
        active = {(alert.exchange, alert.asset, alert.name): alert for alert in world.alerts if alert.active}
        blocks = {
            (name, network): (state.chain, state.last.block)
            for name, assessment in world.assessments.items()
            for network, state in assessment.snapshots.items()
            if state.last is not None
        }
        left = _left(world)
        replaced = [*_seen_by_readers(self._left, left, world), *_replaced(self._blocks, blocks, left, world)]
        happened = [*_alerts(self._active, active, world), *self._not_too_many(replaced)]
        self._active, self._blocks, self._left = frozenset(active), blocks, left
        self._unwritten.extend(happened)
        if self._unwritten and await written(self._store.save_events(list(self._unwritten))):
            self._unwritten.clear()

    def _not_too_many(self, events: Iterable[Event]) -> Iterator[Event]:
        for event in events:
            told = self._told.setdefault((event.exchange, event.subject), deque())
            while told and event.at - told[0] > _WITHIN:
                told.popleft()
            if len(told) > _MOST:
                continue
            enough = f"more than {_MOST} within an hour: for a while no more are told"
            yield replace(event, summary=enough) if len(told) == _MOST else event
            told.append(event.at)


def _left(world: World) -> _Left:
    """What endpoints went through, once for each block: the deepest of what several say of one."""
    found: dict[tuple[str, int, str], tuple[Reorganisation, str]] = {}
    for endpoint in world.endpoints:
        for seen in endpoint.reorganisations:
            key = endpoint.network, seen.number, seen.was
            if key not in found or found[key][0].depth < seen.depth:
                found[key] = seen, endpoint.name
    return found


def _seen_by_readers(before: _Left, after: _Left, world: World) -> Iterator[Event]:
    """Blocks that left the chain of an endpoint, told of each exchange with coins there."""
    for key, (seen, endpoint) in after.items():
        if key in before:
            continue
        now = f", where {seen.now} is now" if seen.now else ""
        others = f" and {seen.depth - 1} before it" if seen.depth > 1 else ""
        what = f"block {seen.number} ({seen.was}){others} left the chain of {endpoint}{now}"
        for name, assessment in world.assessments.items():
            if (state := assessment.snapshots.get(key[0])) and state.wanted:
                yield Event(name, world.at, EventKind.REORGANISATION, key[0], summary=what)


def _alerts(before: frozenset[_Alert], active: Mapping[_Alert, AlertState], world: World) -> Iterator[Event]:
    for key, alert in active.items():
        if key not in before:
            kind = EventKind.ALERT_BEGUN
            yield Event(alert.exchange, world.at, kind, alert.asset, alert.name, alert.severity, alert.summary)
    for exchange, asset, name in sorted(before - active.keys()):
        yield Event(exchange, world.at, EventKind.ALERT_ENDED, asset, name)


def _replaced(
    before: Mapping[tuple[str, str], tuple[Caip2, Block]],
    after: Mapping[tuple[str, str], tuple[Caip2, Block]],
    left: _Left,
    world: World,
) -> Iterator[Event]:
    """Blocks that were read, and are others now. A reading at a lower block may be of an endpoint that lags.

    What an endpoint has noticed itself is told by that, and no second time.
    """
    for (exchange, network), (chain, block) in after.items():
        known, old = before.get((exchange, network), (chain, block))
        if known != chain or block.hash == old.hash or block.number > old.number:
            continue
        if any(key[0] == network and _tells(seen, old) for key, (seen, _) in left.items()):
            continue
        if block.number == old.number:
            what = f"block {block.number} was {old.hash} and is {block.hash} now: another took its place"
        else:
            what = f"read at block {block.number} after block {old.number}: the chain went back, or who was asked lags"
        yield Event(exchange, world.at, EventKind.REORGANISATION, network, summary=what)


def _tells(seen: Reorganisation, block: Block) -> bool:
    """Whether ``block`` is one of those that left."""
    return seen.was == block.hash or 0 < seen.number - block.number < seen.depth
