"""Reading accounts one by one, at an endpoint's own pace, over as many blocks as it takes; then from block to block.

A task in the background reads, so that no deadline of a reading ends it. What it has read is kept.
"""

import asyncio
import contextvars
import math
from collections.abc import Collection, Iterator
from contextlib import suppress
from itertools import islice

import structlog

from monitor.chains.bitcoin.anchored import Answer
from monitor.chains.bitcoin.anchored_chain import AnchoredChain, Source
from monitor.chains.errors import ChainError, Reason
from monitor.chains.journals import Following
from monitor.chains.link import Link, left
from monitor.formats.phrases import counted
from monitor.model import Address, Block, Work

_PART = 100
"""Requests for accounts between two looks at the tip, at the most: a look costs a hundredth of what it is for.
Fewer, where more than one block comes meanwhile, and where an account among them cannot be read."""
_OF_AN_ACCOUNT = frozenset(
    {Reason.HTTP_STATUS, Reason.MALFORMED, Reason.NOT_JSON, Reason.RPC_ERROR, Reason.TIMEOUT, Reason.TOO_LARGE}
)
"""Failures that may be due to one account, of which an explorer tells nothing, and not to all."""
_TRIES = 5
"""Failures in a row after which the task ends; the next reading begins it again."""
LONGEST = 120.0
"""Seconds in which all accounts must be read that are read between two blocks. On mainnet one block in five comes
within them."""

_log = structlog.get_logger()


class Anchoring:
    """What accounts hold at the tip of one endpoint, or a few blocks under it, read at its own pace."""

    def __init__(self, source: Source, network: str, link: Link, at_once: int) -> None:
        """``at_once``: accounts in one request."""
        self._source = source
        self._network = network
        self._link = link
        self._at_once = at_once
        self._chain = AnchoredChain(source, network, link)
        self._wanted: set[Address] = set()
        """Accounts that were asked for. Others may be watched, from an earlier run."""
        self._refused: dict[Address, None] = {}
        """Accounts that the endpoint did not tell when they were asked for alone, in the order in which they are tried
        again: their turn comes last."""
        self._part = self._most
        """Accounts of the next part."""
        self._task: asyncio.Task[None] | None = None
        link.ends_with(self.close)

    @property
    def _most(self) -> int:
        return _PART * self._at_once

    def configure(self, following: Following) -> None:
        """Take in who keeps what was read; told before anything is asked."""
        self._chain.journal.keeper = following.keeper

    @property
    def difference(self) -> str | None:
        """Which account a block contradicted last."""
        return self._chain.difference

    @property
    def work(self) -> Work | None:
        """How far the reading of accounts is, while it goes on."""
        state = self._chain.state
        if self._task is None or self._task.done() or state is None or not state.watched:
            return None
        return Work("reading accounts", (len(state.sums) + len(self._chain.answers)) / len(state.watched))

    @property
    def follows(self) -> bool:
        """Whether anything is known."""
        return self._chain.state is not None

    def seconds(self, accounts: int) -> float:
        """Tell how long so many accounts take at the rate that is set; 0 where none is."""
        rate = self._link.settings.rate
        return accounts / self._at_once / rate if rate else 0

    # --- what is asked ---

    async def ready(self, accounts: Collection[Address]) -> set[Address]:
        """Return which of ``accounts`` must be read between two looks at the tip; the sums of all others are known.

        Raises ``under_way`` as long as others are to be read first, or these are too many, and why an account cannot be
        read where nothing else is left to read.
        """
        self._wanted |= set(accounts)
        state = await self._chain.followed(accounts)
        if waiting := self._next_of(accounts):
            try:
                await self._reading(waiting)
            except ChainError:
                if self._next_of(accounts):  # else it was about an account of another list
                    raise
            state = await self._chain.followed(accounts)
        unknown = {account for account in accounts if account not in state.sums}
        if self._next_of(unknown) or self.seconds(len(unknown)) > LONGEST:
            raise self._link.fault(Reason.UNDER_WAY, self._progress(accounts, unknown))
        return unknown

    def _progress(self, accounts: Collection[Address], unknown: Collection[Address]) -> str:
        told = f"{len(accounts) - len(unknown)} of {len(accounts)} accounts have been read"
        if read := sum(account in self._chain.answers for account in unknown):
            told += f", and {read} more count as soon as a block has come"
        if anew := self._chain.anew:
            told += f"; all are read anew, since {anew}"
        return told

    async def keep_up(self) -> None:
        """Follow the chain, and go on reading: nobody waits for it."""
        if self._wanted:
            await self._chain.followed(self._wanted)
            if self._next(1):
                self._begin_reading()

    async def sums(self, accounts: Collection[Address], at: Block) -> dict[Address, int]:
        """Return what ``accounts``, of known sums, held after block ``at``. Raises ``tip_moved`` where it cannot."""
        found = await self._chain.at(at, accounts)
        if found is None:
            raise self._link.fault(Reason.TIP_MOVED, f"block {at.number} has left the chain, or lies too far back")
        if len(found) < len(accounts):
            raise self._link.fault(Reason.TIP_MOVED, "an account has to be read anew")
        return found

    def reaches(self, block: Block) -> bool:
        """Tell whether what accounts held after ``block`` may be known, now or once they have been read."""
        state = self._chain.state
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
        part = self._next(self._part)
        if self._chain.state is None or not part:
            return False
        first_block = self._chain.state.block
        try:
            amounts = await self._source.amounts(part)
        except ChainError as error:
            if error.reason not in _OF_AN_ACCOUNT:
                raise
            if len(part) == 1:
                raise self._untold(part[0], error) from None
            self._part = len(part) // 2
            return True
        for account in part:
            self._refused.pop(account, None)
        last = (await self._chain.followed(())).block
        if last.number > first_block.number + 1:
            # A block may have come and been replaced unseen, which takes two: none of these is certain.
            self._part = max(1, self._part // 2)
            return True
        self._part = min(self._most, 2 * self._part)
        self._chain.answers |= {account: Answer(amount, first_block, last) for account, amount in amounts.items()}
        return True

    def _untold(self, account: Address, error: ChainError) -> ChainError:
        """Return why ``account`` alone cannot be read; it is asked for again once all others have been."""
        self._refused.pop(account, None)
        others = f", nor could {counted(len(self._refused), 'other')} be" if self._refused else ""
        self._refused[account] = None
        return ChainError(error.reason, f"{error.args[0]}; account {account} cannot be read{others}")

    def _next(self, number: int | None = None) -> list[Address]:
        """Accounts that are to be read, and whose answers may count; ``number`` of them at the most."""
        return list(islice(self._queue(), number))

    def _queue(self) -> Iterator[Address]:
        if state := self._chain.state:
            due = self._wanted - self._chain.answers.keys()
            yield from filter(self._source.shows, state.quiet(due - self._refused.keys()))
            yield from state.quiet([account for account in self._refused if account in due])

    def _next_of(self, accounts: Collection[Address]) -> int:
        """How many of ``accounts`` are to be read."""
        return len(set(self._next()).intersection(accounts))


def _retrieved(task: asyncio.Task[None]) -> None:
    """Tell asyncio that a failure nobody waits for is known: the next reading begins again, and meets it itself."""
    if not task.cancelled():
        task.exception()
