"""What no document tells: which alerts began and ended, and which blocks were replaced, from one World to the next."""

from collections.abc import Iterable, Iterator, Mapping

from monitor.daemon.stored import written
from monitor.model import AlertName, AlertState, Block, Caip2, Event, EventKind, World
from monitor.store import Store

_Alert = tuple[str, str, AlertName]


class EventKeeper:
    """Compares each World with the one before, and keeps what happened between them."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._active: frozenset[_Alert] = frozenset()
        self._blocks: Mapping[tuple[str, str], tuple[Caip2, Block]] = {}

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
        happened = [*_alerts(self._active, active, world), *_replaced(self._blocks, blocks, world)]
        self._active, self._blocks = frozenset(active), blocks
        if happened:
            await written(self._store.save_events(happened))


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
    world: World,
) -> Iterator[Event]:
    """Blocks that were read, and are others now. A reading at a lower block may be of an endpoint that lags."""
    for (exchange, network), (chain, block) in after.items():
        known, old = before.get((exchange, network), (chain, block))
        if known != chain or block.hash == old.hash or block.number > old.number:
            continue
        if block.number == old.number:
            what = f"block {block.number} was {old.hash} and is {block.hash} now: another took its place"
        else:
            what = f"read at block {block.number} after block {old.number}: the chain went back, or who was asked lags"
        yield Event(exchange, world.at, EventKind.REORGANISATION, network, summary=what)
