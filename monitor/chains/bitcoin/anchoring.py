"""Reading accounts one by one, at an endpoint's own pace, over as many blocks as it takes; then from block to block.

A task in the background reads, so that no deadline of a reading ends it. What it has read is kept.
"""

import asyncio
import contextvars
import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from itertools import islice
from typing import NamedTuple, Protocol

import structlog

from monitor.chains.bitcoin.anchored import QUIET, Anchored, Answer, Step
from monitor.chains.bitcoin.anchored_journal import AnchoredJournal
from monitor.chains.concurrency import uninterrupted
from monitor.chains.errors import ChainError, Reason
from monitor.chains.journals import Following
from monitor.chains.link import Link, left
from monitor.model import Address, Block, Height, Work

_PART = 100
"""Requests for accounts between two looks at the tip, at the most: a look costs a hundredth of what it is for.
Fewer, where more than one block comes meanwhile."""
_MOST_BLOCKS = 1008
"""Blocks, a week of them, that are followed after an absence; then everything is read anew."""
_TRIES = 5
"""Failures in a row after which the task ends; the next reading begins it again."""
LONGEST = 120.0
"""Seconds in which all accounts must be read that are read between two blocks. On mainnet one block in five comes
within them."""

_log = structlog.get_logger()


class Moved(NamedTuple):
    """What a block did."""

    parent: str
    timestamp: datetime
    amounts: Mapping[Address, int]
    """As those of a :class:`Step`."""


class Source(Protocol):
    """What is asked of an endpoint."""

    async def tip_hash(self) -> str:
        """Return the hash of the newest block."""

    async def hash_at(self, height: int) -> str | None:
        """Return the hash of the block of that height; None above the tip."""

    async def tip(self) -> Block:
        """Return the newest block."""

    async def block_at(self, height: int) -> Block:
        """Return the block of that height."""

    async def moved(self, block_hash: str, watched: Collection[Address]) -> Moved:
        """Return what that block did to the accounts of ``watched``, all of it."""

    async def amounts(self, accounts: Collection[Address]) -> dict[Address, int]:
        """Return what each of ``accounts`` holds in the newest block."""

    def shows(self, account: Address) -> bool:
        """Tell whether blocks show what is spent from ``account``."""


class Anchoring:
    """What accounts hold at the tip of one endpoint, or a few blocks under it.

    Whoever changes what is known has the ``_turn``.
    """

    def __init__(self, source: Source, network: str, link: Link, at_once: int) -> None:
        """``at_once``: accounts in one request."""
        self.difference: str | None = None
        """Which account a block contradicted last."""
        self._source = source
        self._network = network
        self._link = link
        self._at_once = at_once
        self._journal = AnchoredJournal(network, link.name)
        self._state: Anchored | None = None
        self._restored = False
        self._wanted: set[Address] = set()
        """Accounts that were asked for. Others may be watched, from an earlier run."""
        self._answers: dict[Address, Answer] = {}
        """Of which it is not known yet whether they count."""
        self._part = _PART
        """Requests of the next part."""
        self._turn = asyncio.Lock()
        self._task: asyncio.Task[None] | None = None
        link.ends_with(self.close)

    def configure(self, following: Following) -> None:
        """Take in who keeps what was read; told before anything is asked."""
        self._journal.keeper = following.keeper

    @property
    def work(self) -> Work | None:
        """How far the reading of accounts is, while it goes on."""
        if self._task is None or self._task.done() or self._state is None or not self._state.watched:
            return None
        return Work("reading accounts", (len(self._state.sums) + len(self._answers)) / len(self._state.watched))

    @property
    def follows(self) -> bool:
        """Whether anything is known."""
        return self._state is not None

    def seconds(self, accounts: int) -> float:
        """Tell how long so many accounts take at the rate that is set; 0 where none is."""
        rate = self._link.settings.rate
        return accounts / self._at_once / rate if rate else 0

    # --- what is asked ---

    async def ready(self, accounts: Collection[Address]) -> set[Address]:
        """Return which of ``accounts`` must be read between two looks at the tip; the sums of all others are known.

        Raises ``under_way`` as long as others are to be read first, or these are too many.
        """
        self._wanted |= set(accounts)
        state = await self._followed(accounts)
        if waiting := len(self._next()):
            await self._reading(waiting)
            state = await self._followed(accounts)
        unknown = {account for account in accounts if account not in state.sums}
        if not unknown.isdisjoint(self._next()) or self.seconds(len(unknown)) > LONGEST:
            told = f"{len(accounts) - len(unknown)} of {len(accounts)} accounts have been read"
            if read := sum(account in self._answers for account in unknown):
                told += f", and {read} more count as soon as a block has come"
            raise self._link.fault(Reason.UNDER_WAY, told)
        return unknown

    async def keep_up(self) -> None:
        """Follow the chain, and go on reading: nobody waits for it."""
        if self._wanted:
            await self._followed(self._wanted)
            if self._next(1):
                self._begin_reading()

    async def sums(self, accounts: Collection[Address], at: Block) -> dict[Address, int]:
        """Return what ``accounts``, of known sums, held after block ``at``. Raises ``tip_moved`` where it cannot."""
        async with self._turn:
            state = await self._watching(accounts)
            found = state.at(at, accounts)
            if found is None:
                state = await self._follow()
                found = state.at(at, accounts)
        if found is None:
            raise self._link.fault(Reason.TIP_MOVED, f"block {at.number} has left the chain, or lies too far back")
        if len(found) < len(accounts):
            raise self._link.fault(Reason.TIP_MOVED, "an account has to be read anew")
        return found

    def reaches(self, block: Block) -> bool:
        """Tell whether what accounts held after ``block`` may be known, now or once they have been read."""
        state = self._state
        return state is None or block.number >= (state.steps[0].before.number if state.steps else state.block.number)

    async def close(self) -> None:
        """Stop reading; what has been read is kept."""
        if self._task:
            self._task.cancel()
            with suppress(asyncio.CancelledError, ChainError):
                await self._task

    # --- reading ---

    async def _reading(self, accounts: int) -> None:
        """Wait for the task, if so many accounts may be read in half of the time that there is; raises what ended it.

        The other half is left to other endpoints.
        """
        task, patience = self._begin_reading(), left() / 2
        if self.seconds(accounts) < patience:
            await asyncio.wait({task}, timeout=None if math.isinf(patience) else patience)
        if task.done():
            await task

    def _begin_reading(self) -> asyncio.Task[None]:
        if self._task is None or self._task.done():
            # in a context of its own: it knows no deadline of whoever began it
            self._task = asyncio.create_task(self._read(), context=contextvars.Context())
            self._task.add_done_callback(_retrieved)
        return self._task

    async def _read(self) -> None:
        """Read what is to be read. Ends where that is nothing, for now, or by a failure."""
        failures = 0
        while True:
            try:
                if not await self._read_part():
                    return
                failures = 0
            except ChainError as error:
                failures += 1
                if failures == _TRIES:
                    raise
                _log.warning("reading accounts", network=self._network, endpoint=self._link.name, error=str(error))
                await asyncio.sleep(max(error.retry_after or 0, 2.0**failures))

    async def _read_part(self) -> bool:
        part = self._next(self._part * self._at_once)
        if self._state is None or not part:
            return False
        first = self._state.block
        amounts = await self._source.amounts(part)
        last = (await self._followed(())).block
        if last.number > first.number + 1:
            # A block may have come and been replaced unseen, which takes two: none of these is certain.
            self._part = max(1, self._part // 2)
            return True
        self._part = min(_PART, 2 * self._part)
        self._answers |= {account: Answer(amount, first, last) for account, amount in amounts.items()}
        return True

    def _next(self, number: int | None = None) -> list[Address]:
        """Accounts that are to be read, and whose answers may count; ``number`` of them at the most."""
        if self._state is None:
            return []
        quiet = self._state.quiet(self._wanted - self._answers.keys())
        return list(islice(filter(self._source.shows, quiet), number))

    # --- from block to block; whoever calls these has the turn ---

    async def _followed(self, accounts: Collection[Address]) -> Anchored:
        """What is known at the tip, with all of ``accounts`` watched. This takes the turn itself."""
        async with self._turn:
            await self._watching(accounts)
            return await self._follow()

    async def _watching(self, accounts: Collection[Address]) -> Anchored:
        """What is known, such that all of ``accounts`` are watched."""
        if not self._restored:
            self._state = await self._journal.restore()
            self._restored = True
        if self._state is None:
            return await self._anew(accounts)
        if new := [account for account in accounts if account not in self._state.watched]:
            await uninterrupted(self._watch(self._state, new))
        return self._state

    async def _watch(self, state: Anchored, accounts: Sequence[Address]) -> None:
        state.watch(accounts)
        await self._journal.watched(state, accounts)

    async def _anew(self, accounts: Iterable[Address]) -> Anchored:
        """Begin six blocks under the tip, knowing no sum."""
        newest = (await self._source.tip()).number
        state = Anchored(await self._source.block_at(max(0, newest - QUIET)), accounts)
        await uninterrupted(self._begin(state))
        return state

    async def _begin(self, state: Anchored) -> None:
        self._state = state
        self._answers.clear()
        await self._journal.begin(state)

    async def _follow(self) -> Anchored:
        """Bring what is known to the tip; anew, where that is too far, or on a branch that nobody remembers."""
        state = self._state
        tip_hash = await self._source.tip_hash()
        if state is None or tip_hash == state.block.hash:
            return state or await self._anew(())
        newest = await self._source.moved(tip_hash, state.watched)
        if newest.parent == state.block.hash:
            await self._do(state, tip_hash, newest)
            return state
        tip = await self._source.tip()
        if not await self._leave_stale(state, tip):
            return await self._begin_anew(state, f"block {state.block.number} has left the chain")
        if tip.number - state.block.number > _MOST_BLOCKS:
            return await self._begin_anew(state, f"block {tip.number} is too far from {state.block.number}")
        for height in range(state.block.number + 1, tip.number + 1):
            block_hash = tip.hash if height == tip.number else await self._source.hash_at(height)
            if block_hash is None:
                raise self._left(height)
            moved = newest if block_hash == tip_hash else await self._source.moved(block_hash, state.watched)
            await self._do(state, block_hash, moved)
        return state

    async def _leave_stale(self, state: Anchored, tip: Block) -> bool:
        """Undo the blocks that are not under ``tip``; False where they are more than are remembered."""
        while state.block.number >= tip.number or await self._source.hash_at(state.block.number) != state.block.hash:
            if not state.steps:
                return False
            await uninterrupted(self._undo(state))
        return True

    async def _undo(self, state: Anchored) -> None:
        self._contradicted(state, state.undo())
        await self._journal.back(state)

    async def _begin_anew(self, state: Anchored, why: str) -> Anchored:
        _log.warning("reading anew", network=self._network, endpoint=self._link.name, reason=why)
        await self._anew(state.watched)
        return await self._follow()

    def _left(self, height: int) -> ChainError:
        return self._link.fault(Reason.TIP_MOVED, f"block {height} has left the chain")

    async def _do(self, state: Anchored, block_hash: str, moved: Moved) -> None:
        if moved.parent != state.block.hash:
            raise self._left(state.block.number + 1)
        step = Step(state.block, Block(Height(state.block.number + 1), block_hash, moved.timestamp), moved.amounts)
        await uninterrupted(self._take(state, step))

    async def _take(self, state: Anchored, step: Step) -> None:
        self._contradicted(state, state.do(step))
        await self._journal.step(state, step)
        sums, useless = state.settle(self._answers)
        if sums:
            state.sums |= sums
            await self._journal.settled(state, sums)
        for account in (*sums, *useless):
            del self._answers[account]

    def _contradicted(self, state: Anchored, accounts: Sequence[Address]) -> None:
        """Tell of sums that cannot be; they are read again."""
        for account in accounts:
            self.difference = f"at block {state.block.number}: account {account} would have held less than nothing"
            _log.error("sum differs", network=self._network, endpoint=self._link.name, difference=self.difference)


def _retrieved(task: asyncio.Task[None]) -> None:
    """Tell asyncio that a failure nobody waits for is known: the next reading begins again, and meets it itself."""
    if not task.cancelled():
        task.exception()
