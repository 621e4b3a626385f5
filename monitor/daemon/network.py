"""Watching one network: whole snapshots for every exchange that claims something there."""

import asyncio
import random
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import structlog

from monitor.chains import ChainError, ChainReader, Height, Reason, choice_of, is_readable, recalls
from monitor.daemon.clock import Clock
from monitor.daemon.look_back import largest, read_between, those_of
from monitor.formats.phrases import first
from monitor.model import (
    Address,
    Balances,
    Block,
    Durations,
    LookBack,
    Network,
    Reading,
    Snapshot,
    SnapshotAttempts,
    SnapshotState,
    Token,
    disjoint,
    frozen,
)
from monitor.settings import NetworkSettings

Wanted = Mapping[Token, frozenset[Address]]

_NOT_BESIDE = frozenset({Reason.BEHIND, Reason.PRUNED})
"""The nodes are not at the other network's block yet, or past it."""

_TOKENS = "token"
"""The reason of a snapshot in which the chain refused to tell single tokens."""
_NONE = SnapshotAttempts(
    failures=frozen(dict.fromkeys([*(reason.value for reason in Reason), _TOKENS], 0)),
    took=Durations(frozen(dict.fromkeys((0.5, 2.0, 10.0, 30.0, 60.0, 300.0), 0))),
)

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Held:
    """What is known of one exchange here."""

    snapshot: Snapshot | None = None
    low: LookBack | None = None
    earlier: Mapping[Token, Snapshot] = field(default_factory=dict)
    """Of tokens that the chain refused to tell at the block of ``snapshot``: the last one that has them."""
    untold: Mapping[Token, str] = field(default_factory=dict)
    failure: str = ""
    failed_at: datetime | None = None
    attempted: bool = False
    """Whether an attempt has ended since the start, well or not."""
    attempts: SnapshotAttempts = _NONE


class NetworkWatch:
    """The last whole snapshots of one network, one per exchange, and how the newest attempt went."""

    def __init__(
        self,
        network: Network,
        settings: NetworkSettings,
        reader: ChainReader,
        now: Clock,
        *,
        chance: Callable[[], float] = random.random,
    ) -> None:
        """``chance`` is a number from 0 to under 1, another one each time."""
        self.network = network
        self.readable = is_readable(network)
        """Whether its balances can be read at all; else its endpoints only confirm owners, and it has no snapshots."""
        self.settings = settings
        self.reader = reader
        self._now = now
        self._chance = chance
        self._held: dict[str, _Held] = {}
        self._before: dict[str, Snapshot] = {}
        """What the last poll has replaced."""
        self._counted: dict[str, tuple[Wanted, int]] = {}

    def attempted(self, exchange: str) -> bool:
        """Whether an attempt for ``exchange`` has ended since the start, well or not."""
        return self._of(exchange).attempted

    def restore(self, snapshot: Snapshot) -> None:
        """Take up a snapshot of an earlier run, with its own times."""
        self._held[snapshot.exchange] = _Held(snapshot)

    def succeed(self, before: "NetworkWatch | None") -> None:
        """Go on from what ``before`` holds, which has watched the same network by other settings.

        Of another network by the same name nothing is known, but attempts are counted on.
        """
        if before is None or before is self:
            return
        held, same = before.known(), before.network == self.network
        self._held = held if same else {name: _Held(attempts=each.attempts) for name, each in held.items()}

    def known(self) -> dict[str, _Held]:
        """What is held of each exchange: a copy for another watch."""
        return dict(self._held)

    def _of(self, exchange: str) -> _Held:
        return self._held.get(exchange, _Held())

    def newest(self) -> Block | None:
        """The newest block of a snapshot that is not stale."""
        now = self._now()
        snapshots = (held.snapshot for held in self._held.values() if held.snapshot)
        fresh = (each.block for each in snapshots if self._is_fresh(each, now))
        return max(fresh, key=lambda block: block.number, default=None)

    async def poll(self, wanted: Mapping[str, Wanted], beside: Block | None = None) -> list[Snapshot]:
        """Read everything that the exchanges of ``wanted`` claim here, at one block, and return their new snapshots.

        A reading that is not whole leaves the last snapshots as they are, with their own times. A token that the chain
        refuses to tell fails itself alone: what was last read of it stays, with its own time.
        ``beside`` is a block of the execution layer: read here is the block that carries it, if some node has that.
        """
        wanted = {exchange: tokens for exchange, tokens in wanted.items() if tokens}
        if not wanted:
            return []
        started = _elapsed()
        for exchange in wanted:
            held = self._of(exchange)
            self._held[exchange] = replace(held, attempts=replace(held.attempts, begun=held.attempts.begun + 1))
        try:
            reading = await self._read(await asyncio.to_thread(_union, wanted.values()), beside)
        except ChainError as error:
            for exchange in self._watched(wanted):
                self._fail(exchange, error.reason, str(error))
            return []
        finally:
            for exchange in self._watched(wanted):
                self._held[exchange] = replace(self._held[exchange], attempted=True)
        parts = await asyncio.to_thread(_parts, wanted, reading)
        taken_at = self._now()
        seconds = _elapsed() - started
        taken = []
        for exchange in self._watched(wanted):
            tokens = wanted[exchange]
            snapshot = self._snapshot(exchange, tokens, reading, parts[exchange], taken_at)
            refused = [token for token in tokens if token in reading.failed]
            if snapshot.balances:
                self._replace(exchange, snapshot, refused, seconds)
                taken.append(snapshot)
            if refused:
                self._fail_of(exchange, {token: reading.failed[token] for token in refused})
        return taken

    def _watched(self, exchanges: Iterable[str]) -> list[str]:
        """Those of ``exchanges`` that were not removed while something was read for them."""
        return [exchange for exchange in exchanges if exchange in self._held]

    def _replace(self, exchange: str, snapshot: Snapshot, refused: Collection[Token], seconds: float) -> None:
        """Hold ``snapshot``, which took so many seconds, in the place of the last one."""
        held = self._of(exchange)
        if held.snapshot:
            self._before[exchange] = held.snapshot
        self._held[exchange] = _Held(
            snapshot,
            earlier=self._earlier(exchange, refused),
            attempted=True,
            attempts=replace(held.attempts, took=held.attempts.took.added(seconds)),
        )

    async def look_back(self) -> bool:
        """Look at one block between the last poll and the one before, for the largest accounts; True if that was told.

        For exchanges whose snapshots it has replaced; where nodes do not know the past, or tell it slowly, nothing is.
        """
        before, self._before = self._before, {}
        after = {exchange: held.snapshot for exchange in before if (held := self._held.get(exchange)) and held.snapshot}
        if not after or not self.settings.look_back or not recalls(self.network, self.settings):
            return False
        newest = next(iter(after.values())).block.number
        blocks = range(max(before[exchange].block.number for exchange in after) + 1, newest)
        if not blocks:
            return False
        chosen = {name: await asyncio.to_thread(largest, before[name], each) for name, each in after.items()}
        wanted = _union(chosen.values())
        patience = self.settings.gives_up_after.total_seconds()
        reading = await read_between(self.reader, wanted, blocks, self._chance, patience) if wanted else None
        if reading is None:
            return False
        watched = self._watched(chosen)
        for exchange in watched:
            tokens = chosen[exchange]
            told = {token: accounts for token, accounts in tokens.items() if token not in reading.failed}
            then = _parts({exchange: told}, reading)[exchange]
            low = LookBack(reading.block, those_of(before[exchange].balances, told), then)
            self._held[exchange] = replace(self._held[exchange], low=low)
        return bool(watched)

    async def _read(self, wanted: Wanted, beside: Block | None) -> Reading:
        if beside:
            try:
                return await self.reader.read(wanted, Height(beside.number))
            except ChainError as error:
                if not _not_beside(error):
                    raise
                _log.info("read at its own block", network=self.network.name, beside=beside.number, error=str(error))
        return await self.reader.read(wanted, choice_of(self.settings.block))

    def _snapshot(
        self, exchange: str, tokens: Wanted, reading: Reading, balances: Balances, taken_at: datetime
    ) -> Snapshot:
        rates = {token: rate for token, rate in reading.rates.items() if token in tokens}
        return Snapshot(
            exchange,
            self.network.name,
            reading.block,
            taken_at,
            balances,
            reading.endpoints,
            rates,
            reading.agreed,
            reading.asked,
            reading.outputs,
        )

    def _earlier(self, exchange: str, refused: Collection[Token]) -> Mapping[Token, Snapshot]:
        """The last readings of ``refused`` tokens."""
        held = self._of(exchange)
        last = {token: held.snapshot for token in refused if held.snapshot and token in held.snapshot.balances}
        return {**{token: held.earlier[token] for token in refused if token in held.earlier}, **last}

    def _fail_of(self, exchange: str, untold: Mapping[Token, str]) -> None:
        """Note why single tokens could not be told, in a sentence that names the first of them."""
        named = [f"{token}: {why}" for token, why in untold.items()]
        self._fail(exchange, _TOKENS, first(named, between="; "))
        self._held[exchange] = replace(self._of(exchange), untold=untold)

    def _fail(self, exchange: str, reason: str, message: str) -> None:
        held = self._of(exchange)
        if held.failure != message:
            _log.warning("snapshot failed", exchange=exchange, network=self.network.name, reason=reason, error=message)
        failures = held.attempts.failures
        attempts = replace(held.attempts, failures=frozen({**failures, reason: failures.get(reason, 0) + 1}))
        self._held[exchange] = replace(held, failure=message, failed_at=self._now(), untold={}, attempts=attempts)

    def _is_fresh(self, snapshot: Snapshot, now: datetime) -> bool:
        """One that is dated after now is not: the clock was put back since, and its age is not known."""
        return timedelta() <= now - snapshot.taken_at <= self.settings.stales_after

    def move(self, step: timedelta) -> None:
        """Go along with a step of the clock, so that every snapshot keeps its age."""
        for exchange, held in self._held.items():
            if held.snapshot:
                earlier = {token: _moved(each, step) for token, each in held.earlier.items()}
                self._held[exchange] = replace(held, snapshot=_moved(held.snapshot, step), earlier=earlier)

    def state(self, exchange: str, wanted: Wanted, now: datetime) -> SnapshotState:
        """Where ``exchange`` stands here; a snapshot over the hard age limit is not shown any more."""
        held = self._of(exchange)
        last = held.snapshot
        return SnapshotState(
            network=self.network.name,
            last=last,
            stale=last is None or not self._is_fresh(last, now),
            dropped=last is not None and abs(now - last.taken_at) > self.settings.drops_after,
            earlier=held.earlier,
            untold=held.untold,
            attempted=held.attempted,
            attempts=held.attempts,
            chain=self.network.caip2,
            wanted=self._count(exchange, wanted),
            failure=held.failure,
            failed_at=held.failed_at,
            stale_after=self.settings.stales_after,
            low=held.low,
        )

    def _count(self, exchange: str, wanted: Wanted) -> int:
        """Distinct accounts of ``wanted``: counted once for each list, as a large one takes long."""
        known = self._counted.get(exchange)
        if known is None or known[0] is not wanted:
            known = self._counted[exchange] = wanted, len(frozenset().union(*wanted.values()))
        return known[1]

    def forget(self, exchanges: frozenset[str]) -> None:
        """Drop everything about exchanges that are not among ``exchanges`` any more."""
        self._held = {exchange: held for exchange, held in self._held.items() if exchange in exchanges}
        self._counted = {exchange: each for exchange, each in self._counted.items() if exchange in exchanges}


def _elapsed() -> float:
    return asyncio.get_running_loop().time()


def _moved(snapshot: Snapshot, step: timedelta) -> Snapshot:
    return replace(snapshot, taken_at=snapshot.taken_at + step)


def _not_beside(error: ChainError) -> bool:
    """Whether some node answers, and merely lacks the block: others that failed do not make that one less useful."""
    return error.reason in _NOT_BESIDE or any(map(_not_beside, error.causes))


def _union(parts: Collection[Wanted]) -> dict[Token, frozenset[Address]]:
    """Everything that ``parts`` want. Of many accounts it takes longer than the event loop may stand still."""
    together: defaultdict[Token, list[frozenset[Address]]] = defaultdict(list)
    for part in parts:
        for token, accounts in part.items():
            together[token].append(accounts)
    return {token: each[0].union(*each[1:]) for token, each in together.items()}


def _parts(wanted: Mapping[str, Wanted], reading: Reading) -> dict[str, Balances]:
    """The balances of each exchange, of the tokens that the chain has told. Takes long, as :func:`_union` does."""
    return {
        exchange: disjoint(
            {
                token: {account: reading.balances[token][account] for account in accounts}
                for token, accounts in tokens.items()
                if token not in reading.failed
            },
            reading.within,
        )
        for exchange, tokens in wanted.items()
    }
