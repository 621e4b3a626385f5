"""Sums of one endpoint's accounts, brought from block to block as these come, and kept over restarts.

What they are summed up from, and when an answer counts, is the affair of :mod:`monitor.chains.bitcoin.anchored`.
"""

import asyncio
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

import structlog

from monitor.chains.bitcoin.anchored import QUIET, Anchored, Answer, Step
from monitor.chains.bitcoin.anchored_journal import AnchoredJournal
from monitor.chains.concurrency import uninterrupted
from monitor.chains.errors import ChainError, Reason
from monitor.chains.link import Link
from monitor.model import Address, Block, Height

_MOST_BLOCKS = 1008
"""Blocks, a week of them, that are followed after an absence; then everything is read anew."""

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


class AnchoredChain:
    """What is known of accounts at the tip of one endpoint, or a few blocks under it.

    Whoever changes what is known has the ``_turn``.
    """

    def __init__(self, source: Source, network: str, link: Link) -> None:
        self.state: Anchored | None = None
        self.answers: dict[Address, Answer] = {}
        """Of which it is not known yet whether they count."""
        self.difference: str | None = None
        """Which account a block contradicted last."""
        self.anew = ""
        """Why everything is read anew, if it is."""
        self.journal = AnchoredJournal(network, link.name)
        self._source = source
        self._network = network
        self._link = link
        self._restored = False
        self._turn = asyncio.Lock()

    async def followed(self, accounts: Collection[Address]) -> Anchored:
        """Return what is known at the tip, with all of ``accounts`` watched."""
        async with self._turn:
            await self._watching(accounts)
            return await self._follow()

    async def at(self, block: Block, accounts: Collection[Address]) -> dict[Address, int] | None:
        """Return the known sums of ``accounts`` after ``block``; None where it has left the chain, or is too old."""
        async with self._turn:
            state = await self._watching(accounts)
            found = state.at(block, accounts)
            return (await self._follow()).at(block, accounts) if found is None else found

    # --- whoever calls these has the turn ---

    async def _watching(self, accounts: Collection[Address]) -> Anchored:
        """What is known, such that all of ``accounts`` are watched."""
        if not self._restored:
            self.state = await self.journal.restore()
            self._restored = True
        if self.state is None:
            return await self._anew(accounts)
        if new := [account for account in accounts if account not in self.state.watched]:
            await uninterrupted(self._watch(self.state, new))
        return self.state

    async def _watch(self, state: Anchored, accounts: Sequence[Address]) -> None:
        state.watch(accounts)
        await self.journal.watched(state, accounts)

    async def _anew(self, accounts: Iterable[Address]) -> Anchored:
        """Begin six blocks under the tip, knowing no sum."""
        newest = (await self._source.tip()).number
        state = Anchored(await self._source.block_at(max(0, newest - QUIET)), accounts)
        await uninterrupted(self._begin(state))
        return state

    async def _begin(self, state: Anchored) -> None:
        self.state = state
        self.answers.clear()
        await self.journal.begin(state)

    async def _follow(self) -> Anchored:
        """Bring what is known to the tip; anew, where that is too far, or on a branch that nobody remembers."""
        state = self.state
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
        undone = [state.block]
        whole = True
        while state.block.number >= tip.number or await self._source.hash_at(state.block.number) != state.block.hash:
            if not state.steps:
                whole = False
                break
            await uninterrupted(self._undo(state))
            undone.append(state.block)
        await self._note_left(undone[:-1] if whole else undone, tip)
        return whole

    async def _note_left(self, undone: Sequence[Block], tip: Block) -> None:
        """Note which of ``undone``, the highest first, left the chain; the others are only ahead of a tip that lags."""
        for block in reversed(undone):
            there = tip.hash if block.number == tip.number else None
            if block.number < tip.number:
                there = await self._source.hash_at(block.number)
            if there not in {None, block.hash}:
                now = tip.hash if undone[0].number == tip.number else ""
                self._link.blocks.undone(undone[0], undone[0].number - block.number + 1, now)
                return

    async def _undo(self, state: Anchored) -> None:
        self._contradicted(state, state.undo())
        await self.journal.back(state)

    async def _begin_anew(self, state: Anchored, why: str) -> Anchored:
        self.anew = why
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
        await self.journal.step(state, step)
        sums, useless = state.settle(self.answers)
        if sums:
            state.sums |= sums
            await self.journal.settled(state, sums)
        for account in (*sums, *useless):
            del self.answers[account]

    def _contradicted(self, state: Anchored, accounts: Sequence[Address]) -> None:
        """Tell of sums that cannot be; they are read again."""
        for account in accounts:
            self.difference = f"at block {state.block.number}: account {account} would have held less than nothing"
            _log.error("sum differs", network=self._network, endpoint=self._link.name, difference=self.difference)
