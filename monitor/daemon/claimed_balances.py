"""Reading what a list claims at the heights that it claims: part by part, so that it goes on where it was cut."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import groupby, islice
from operator import itemgetter

from monitor.chains import AtHeight, ChainError, ChainReader, Reason, Wanted, reads_in_parts
from monitor.daemon.clock import Clock
from monitor.daemon.stored import written
from monitor.judgement import Place, Questions, Readings, Refusal, Stakes
from monitor.model import Address, BaseUnits, Caip2, Network, Token
from monitor.settings import NetworkSettings
from monitor.store import ClaimReading, Source, Store

Progress = Callable[[str, int, int], None]
"""Told a network, how many of its claimed balances are dealt with, and how many there are."""

KEPT = timedelta(days=35)
"""How long what was read of a list is kept: by then there is a new list."""
_PART = 20_000
"""Balances in a part: a few calls of a good node, and no more than is soon read again after a cut."""
_ROUNDS = 3
"""How often a height may turn out to be another block than before until it is given up."""
_FINAL = frozenset({Reason.PAST_BLOCK, Reason.TOO_LARGE, Reason.PRUNED, Reason.UNSUPPORTED})
"""Failures that asking again will not cure."""


@dataclass(frozen=True, slots=True)
class ClaimedNetwork:
    """A network whose balances can be read, and what the readings are worth."""

    reader: ChainReader
    chain: Caip2
    """The CAIP-2 id."""
    trust: str
    part: int | None
    """Balances in a part of a reading; None: whatever their number, they are read at once."""

    @classmethod
    def of(cls, network: Network, settings: NetworkSettings, reader: ChainReader) -> "ClaimedNetwork":
        """``network`` as ``settings`` have it read."""
        part = _PART if reads_in_parts(network, settings) else None
        return cls(reader, network.caip2, f"{settings.verify}, quorum of {settings.quorum} parties", part)


@dataclass(frozen=True, slots=True)
class Memory:
    """Where the parts that were read of one list are kept."""

    store: Store
    sha256: str
    """Of the list."""
    now: Clock


@dataclass(slots=True)
class Gathered(Readings):
    """What has been read so far; of each height all at one block."""

    found: dict[Place, dict[Token, dict[Address, BaseUnits]]] = field(default_factory=dict)
    failures: dict[Place, str] = field(default_factory=dict)
    within: dict[Place, dict[Address, Address]] = field(default_factory=dict)
    refused: dict[Refusal, str] = field(default_factory=dict)
    asked: frozenset[str] = frozenset()
    settled: bool = True
    """Whether asking again would find no more."""
    times: dict[Place, datetime] = field(default_factory=dict)
    remembered: dict[Place, datetime] = field(default_factory=dict)
    """Heights of which a part was not read but remembered, with the time when the oldest was read."""


async def read_claimed(
    asked: Questions,
    networks: Mapping[str, ClaimedNetwork],
    memory: Memory,
    progress: Progress = lambda network, done, total: None,
    *,
    stakes: Stakes,
    at_once: int | None = None,
) -> Gathered:
    """Read what is ``asked`` of a list: so many networks ``at_once``, by default all, the heights of each in turn.

    What ``memory`` has of a height is not read again, if the height still is the same block.
    """
    by_network: defaultdict[str, list[tuple[Place, Wanted]]] = defaultdict(list)
    for place, wanted in asked.items():
        by_network[place[0]].append((place, wanted))
    readings = Gathered(asked=frozenset(networks), stakes=stakes)

    async def read(name: str) -> None:
        bar = _Bar(name, sum(_count(wanted) for _, wanted in by_network[name]), progress)
        for place, wanted in by_network[name]:
            if name not in networks:
                readings.failures[place] = "no endpoint is configured that reads its balances"
            else:
                try:
                    await _Height(place, networks[name], memory, readings).read(wanted, bar)
                except ChainError as error:
                    readings.failures[place] = str(error)
                    readings.settled = readings.settled and is_final(error)
            bar.past(_count(wanted))

    turns = asyncio.Semaphore(at_once or max(len(by_network), 1))

    async def in_turn(name: str) -> None:
        async with turns:
            await read(name)

    await asyncio.gather(*map(in_turn, by_network))
    return readings


def is_final(error: ChainError) -> bool:
    """Whether every endpoint that failed would fail again."""
    return error.reason in _FINAL and all(map(is_final, error.causes))


def _count(wanted: Wanted) -> int:
    return sum(map(len, wanted.values()))


class _Bar:
    """How far the heights of one network have come."""

    def __init__(self, name: str, total: int, progress: Progress) -> None:
        self._name = name
        self._total = total
        self._progress = progress
        self._past = 0
        self.at(0)

    def at(self, done: int) -> None:
        """So many balances of the present height."""
        self._progress(self._name, self._past + done, self._total)

    def past(self, count: int) -> None:
        """A height of so many balances is done with."""
        self._past += count
        self.at(0)


class _OtherBlockError(Exception):
    """The height is another block than the one that the first parts were read at."""


class _Height:
    """One height, read in parts, all at one block hash."""

    def __init__(self, place: Place, network: ClaimedNetwork, memory: Memory, readings: Gathered) -> None:
        self._place = place
        self._network = network
        self._memory = memory
        self._readings = readings
        self._source = Source(memory.sha256, network.chain, network.trust)
        self._hash = ""
        self._held: dict[Token, dict[Address, BaseUnits]] = {}

    async def read(self, wanted: Wanted, bar: _Bar) -> None:
        """All that is wanted. Raises ChainError, after which what was read stays."""
        for _ in range(_ROUNDS):
            self._hash, self._held = "", self._readings.found.setdefault(self._place, {})
            try:
                await self._remember()
                bar.at(_count(self._held))
                for part in self._parts(wanted):
                    await self._read(part)
                    bar.at(_count(self._held))
            except _OtherBlockError:
                del self._readings.found[self._place]
                self._readings.within.pop(self._place, None)
                self._readings.remembered.pop(self._place, None)
                await written(self._memory.store.forget_claim_readings(self._source, self._place[1]))
            else:
                return
        raise ChainError(Reason.TIP_MOVED, f"{self._place[0]}: each time it was read it was another block")

    async def _remember(self) -> None:
        """Take up what an earlier run has read, after a look at whether it still is the same block."""
        kept = await self._memory.store.claim_readings(self._source, self._place[1])
        if not kept:
            return
        self._hash = (await self._network.reader.read({}, AtHeight(self._place[1]))).block.hash
        if any(part.block.hash != self._hash for part in kept):
            raise _OtherBlockError
        for part in kept:
            self._add(part)
        self._readings.remembered[self._place] = min(part.read_at for part in kept)

    async def _read(self, wanted: Wanted) -> None:
        reading = await self._network.reader.read(wanted, AtHeight(self._place[1]))
        if reading.block.hash != (self._hash or reading.block.hash):
            raise _OtherBlockError
        self._hash = reading.block.hash
        block = replace(reading.block, number=self._place[1])  # that of a slot is another than the block's in it
        part = ClaimReading(block, self._memory.now(), reading.balances, reading.within)
        await written(self._memory.store.save_claim_reading(self._source, part))
        self._readings.refused.update({(self._place, token): reason for token, reason in reading.failed.items()})
        self._add(part)

    def _add(self, part: ClaimReading) -> None:
        for token, amounts in part.balances.items():
            self._held.setdefault(token, {}).update(amounts)
        self._readings.within.setdefault(self._place, {}).update(part.within)
        self._readings.times[self._place] = part.block.timestamp

    def _parts(self, wanted: Wanted) -> Iterator[Wanted]:
        """What is not known yet, in parts; of a token that was refused meanwhile, nothing more."""
        missing = (
            (token, account)
            for token, accounts in wanted.items()
            for account in accounts
            if (self._place, token) not in self._readings.refused and account not in self._held.get(token, ())
        )
        while part := {
            token: tuple(account for _, account in some)
            for token, some in groupby(islice(missing, self._network.part), itemgetter(0))
        }:
            yield part
