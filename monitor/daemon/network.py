"""Watching one network: whole snapshots for every exchange that claims something there."""

import asyncio
import random
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from monitor.chains import AtHeight, ChainError, ChainReader, Reason, choice_of, recalls
from monitor.computing import computed
from monitor.daemon.clock import Clock
from monitor.daemon.look_back import largest, moved, read_between
from monitor.daemon.snapshot_record import TOKENS_REFUSED, SnapshotRecord
from monitor.giving_way import giving_way
from monitor.model import (
    Address,
    Balances,
    Block,
    Network,
    Positions,
    Reading,
    Snapshot,
    SnapshotState,
    Token,
)
from monitor.settings import NetworkSettings

Wanted = Mapping[Token, Collection[Address]]

_NOT_BESIDE = frozenset({Reason.BEHIND, Reason.PRUNED})
"""The nodes are not at the other network's block yet, or past it."""

_log = structlog.get_logger(__name__)


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
        self.settings = settings
        self.reader = reader
        self._now = now
        self._chance = chance
        self._records: dict[str, SnapshotRecord] = {}
        self._before: dict[str, Snapshot] = {}
        """What was replaced since the last look back."""
        self.all_again_at = 0.0
        """When all exchanges are to be read again, by the loop's time, whatever else is read here."""

    def all_again_in(self) -> timedelta:
        """How soon to read all exchanges again: at any moment of an interval, as after a start all networks are due."""
        return timedelta(seconds=max(self.all_again_at - _elapsed(), 0)) + self._chance() * self.settings.interval

    def attempted(self, exchange: str) -> bool:
        """Whether an attempt for ``exchange`` has ended since the start, well or not."""
        return self._of(exchange).attempted

    def restore(self, snapshot: Snapshot, earlier: Mapping[Token, Snapshot]) -> None:
        """Take up a snapshot of an earlier run, and readings of tokens before that, with their own times."""
        self._records[snapshot.exchange] = SnapshotRecord(snapshot, earlier=earlier)

    def succeed(self, before: "NetworkWatch | None") -> None:
        """Go on from what ``before`` knows, which has watched the same network by other settings.

        Of another network by the same name nothing is known, but attempts are counted on.
        """
        if before is None or before is self:
            return
        known = before.known()
        if before.network.caip2 != self.network.caip2:
            known = {exchange: SnapshotRecord(attempts=record.attempts) for exchange, record in known.items()}
        self._records = known

    def known(self) -> dict[str, SnapshotRecord]:
        """What is known of each exchange: a copy for another watch."""
        return dict(self._records)

    def _of(self, exchange: str) -> SnapshotRecord:
        return self._records.get(exchange, SnapshotRecord())

    def newest(self) -> Block | None:
        """The newest block of a snapshot that is not stale."""
        now = self._now()
        snapshots = (record.snapshot for record in self._records.values() if record.snapshot)
        fresh = (each.block for each in snapshots if each.is_fresh(self.settings.stales_after, now))
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
            self._records[exchange] = self._of(exchange).begun()
        try:
            reading = await self._read(await computed(_union, wanted.values()), beside)
        except ChainError as error:
            for exchange in self._watched(wanted):
                failed = self._records[exchange].failed(error.reason, str(error), self._now())
                self._fail(exchange, failed, error.reason)
            return []
        finally:
            for exchange in self._watched(wanted):
                self._records[exchange] = replace(self._records[exchange], attempted=True)
        parts = await computed(_parts, wanted, reading)
        taken_at = self._now()
        seconds = _elapsed() - started
        taken = []
        for exchange in self._watched(wanted):
            tokens = wanted[exchange]
            snapshot = self._snapshot(exchange, tokens, reading, parts[exchange], taken_at)
            refused = {token: reading.failed[token] for token in tokens if token in reading.failed}
            if snapshot.balances:
                self._replace(snapshot, seconds, refused)
                taken.append(snapshot)
            if refused:
                self._fail(exchange, self._records[exchange].refused(refused, taken_at), TOKENS_REFUSED)
        return taken

    def _watched(self, exchanges: Iterable[str]) -> list[str]:
        """Those of ``exchanges`` that were not removed while something was read for them."""
        return [exchange for exchange in exchanges if exchange in self._records]

    def _replace(self, snapshot: Snapshot, seconds: float, refused: Collection[Token]) -> None:
        """Hold ``snapshot``, which took so many seconds, in the place of the last one."""
        record = self._records[snapshot.exchange]
        if record.snapshot:
            self._before[snapshot.exchange] = record.snapshot
        self._records[snapshot.exchange] = record.took(snapshot, seconds, refused)

    def _fail(self, exchange: str, record: SnapshotRecord, reason: str) -> None:
        """Hold ``record``, in which an attempt has failed, and tell the log, unless it failed just so before."""
        if self._records[exchange].failure != record.failure:
            told = {"exchange": exchange, "network": self.network.name, "reason": reason, "error": record.failure}
            _log.warning("snapshot failed", **told)
        self._records[exchange] = record

    async def look_back(self) -> bool:
        """Look at one block between the last poll and the one before, for the largest accounts; True if that was told.

        For exchanges whose snapshots it has replaced; where nodes do not know the past, or tell it slowly, nothing is.
        """
        before, self._before = self._before, {}
        after = {exchange: last for exchange in before if (last := self._of(exchange).snapshot)}
        if not after or not self.settings.look_back or not recalls(self.network, self.settings):
            return False
        newest = min(each.block.number for each in after.values())
        blocks = range(max(before[exchange].block.number for exchange in after) + 1, newest)
        if not blocks:
            return False
        chosen = {name: await computed(largest, before[name], each) for name, each in after.items()}
        wanted = await computed(_union, chosen.values())
        patience = self.settings.gives_up_after.total_seconds()
        reading = await read_between(self.reader, wanted, blocks, self._chance, patience) if wanted else None
        if reading is None:
            return False
        lows = {
            exchange: await computed(moved, before[exchange], reading, after[exchange], tokens)
            for exchange, tokens in chosen.items()
        }
        watched = self._watched(lows)
        for exchange in watched:
            self._records[exchange] = replace(self._records[exchange], low=lows[exchange])
        return bool(watched)

    async def _read(self, wanted: Wanted, beside: Block | None) -> Reading:
        if beside:
            try:
                return await self.reader.read(wanted, AtHeight(beside.number))
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
            positions_of(tokens, reading),
        )

    def move(self, step: timedelta) -> None:
        """Go along with a step of the clock, so that every snapshot keeps its age."""
        self._records = {exchange: record.moved(step) for exchange, record in self._records.items()}

    def state(self, exchange: str, accounts: int, now: datetime) -> SnapshotState:
        """Where ``exchange`` stands here, whose list names so many accounts here."""
        return self._of(exchange).state(self.network, self.settings, accounts, now)

    def forget(self, exchanges: frozenset[str]) -> None:
        """Drop everything about exchanges that are not among ``exchanges`` any more."""
        self._records = {exchange: record for exchange, record in self._records.items() if exchange in exchanges}


def _elapsed() -> float:
    return asyncio.get_running_loop().time()


def _not_beside(error: ChainError) -> bool:
    """Whether some node answers, and merely lacks the block: others that failed do not make that one less useful."""
    return error.reason in _NOT_BESIDE or any(map(_not_beside, error.causes))


def _union(parts: Collection[Wanted]) -> dict[Token, tuple[Address, ...]]:
    """Everything that ``parts`` want, once. Of many accounts it takes longer than the event loop may stand still.

    Not as sets, seven times as large: they stay while the network is read, and after a start all networks are.
    """
    together: defaultdict[Token, list[Collection[Address]]] = defaultdict(list)
    for part in giving_way(parts):
        for token, accounts in part.items():
            together[token].append(accounts)
    return {token: tuple(frozenset().union(*each)) for token, each in giving_way(together.items())}


def _parts(wanted: Mapping[str, Wanted], reading: Reading) -> dict[str, Balances]:
    """The balances of each exchange. Takes long, as :func:`_union` does."""
    return {exchange: reading.of(tokens) for exchange, tokens in wanted.items()}


def positions_of(tokens: Wanted, reading: Reading) -> Positions:
    """What of the balances of an exchange is no coin in a wallet."""
    found = {}
    for position, held in reading.positions.items():
        whole = [accounts for token, accounts in tokens.items() if token.has_part(position)]
        own = frozenset().union(*whole)
        mine = {account: units for account, units in held.items() if account in own}
        if mine or (whole and position.is_frozen):  # that nothing is frozen is worth knowing
            found[position] = mine
    return found
