"""A roll call: all endpoints are asked at the same moment which block they stand at."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta

from monitor.chains.block_choice import AtHeight, BlockChoice
from monitor.chains.concurrency import now
from monitor.chains.endpoint import Endpoint
from monitor.chains.errors import ChainError
from monitor.chains.polling import Poll
from monitor.chains.vote import parties_of
from monitor.model import Block

_STRAGGLERS = 2.0
"""Seconds after which nobody is waited for who is not needed, nor compared: a later answer is of a later moment."""


class RollCall:
    """The blocks that ``at`` means to the endpoints of ``order``.

    A block of the past is asked of as many parties as must agree. Otherwise all endpoints are asked that do not rest,
    so that it is known who is up and how far each is; but nobody waits for more than are needed. Where ``everyone`` is
    to be compared, all are waited for 2 s, and the block is one that all but those far behind have.
    """

    def __init__(
        self,
        order: Sequence[Endpoint],
        at: BlockChoice,
        quorum: int,
        largest_lag: timedelta,
        *,
        everyone: bool,
    ) -> None:
        self.named: dict[Endpoint, Block] = {}
        self.failed: dict[Endpoint, ChainError] = {}
        self._order = order
        self._at = at
        self._quorum = quorum
        self._everyone = everyone
        self._until = now() + _STRAGGLERS
        self._largest_lag = largest_lag
        self._prompt: dict[Endpoint, Block] = {}
        self._tried: set[str] = set()

    async def take(self, absent: Collection[Endpoint], deadline: float) -> dict[asyncio.Task[Block], Endpoint]:
        """Ask until enough have answered; gives back who is still being asked.

        Those that rest, or are ``absent`` because they have not yet answered the last roll call, come last.
        """
        present = [endpoint for endpoint in self._order if not endpoint.rests and endpoint not in absent]
        others = [endpoint for endpoint in self._order if endpoint not in present]
        few = isinstance(self._at, AtHeight) and not self._everyone
        poll = Poll([*present, *others], lambda endpoint: self._attend(endpoint, deadline), by_party=few)
        wanted = self._quorum if few else len(present)
        try:
            while poll.possible and not self._enough(poll):
                await poll.some(wanted, max(0, self._until - now()) if self._named_by_enough else None)
                wanted = self._quorum - len(parties_of(self.named))
        except asyncio.CancelledError:
            await poll.stop()
            raise
        return poll.release()

    async def _attend(self, endpoint: Endpoint, deadline: float) -> Block:
        try:
            block = await endpoint.resolve(self._at, deadline)
        except ChainError as error:
            self.failed[endpoint] = error
            raise
        self.named[endpoint] = block
        if now() <= self._until:
            self._prompt[endpoint] = block
        if not isinstance(self._at, AtHeight):
            self._compare(endpoint)
        return block

    def _compare(self, newest: Endpoint) -> None:
        """Tell the endpoints how far they are behind the block that as many parties as must agree have reached.

        (Not behind the newest: a single one that names a block far ahead would put all others last.)
        """
        if not self._prompt:
            return
        reached = _reached(self._prompt, self._quorum)
        for endpoint in {*self._prompt, newest}:
            block = self.named[endpoint]
            lags = reached.timestamp - block.timestamp > self._largest_lag
            endpoint.stands(block.number, max(0, reached.number - block.number), lags=lags)

    @property
    def _named_by_enough(self) -> bool:
        return len(parties_of(self.named)) >= self._quorum

    def _enough(self, poll: Poll[Block]) -> bool:
        """Whether those that come first have answered, and as many as must agree stand at the same height."""
        if not self._named_by_enough:
            return False
        waiting = poll.waiting
        if not waiting or now() >= self._until:
            return True
        if self._everyone:
            return False
        attending = [each for each in self._order if each in self.named or each in waiting]
        first = [each for each in attending if each is _first_of(each.party, attending)][: self._quorum]
        top = max(block.number for block in self.named.values())
        reached = len(parties_of(each for each, block in self.named.items() if block.number == top))
        return not waiting & set(first) and (reached >= self._quorum or self._quorum == 1)

    def next_block(self) -> Block | None:
        """Return the best block not given yet: first the newest that as many parties have reached as must agree.

        None when there is no other, or too few have answered.
        """
        if not self._named_by_enough:
            return None
        named = [self.named[endpoint] for endpoint in self._order if endpoint in self.named]
        if self._quorum > 1:
            reached = self._common().number
            named = [block for block in named if block.number <= reached]
            named.sort(key=lambda block: (-block.number, -len(parties_of(self._namers(block)))))
        block = next((block for block in named if block.hash not in self._tried), None)
        if block:
            self._tried.add(block.hash)
        return block

    def _common(self) -> Block:
        """The newest block that all have reached who are to answer."""
        reached = _reached(self.named, self._quorum)
        if not self._everyone:
            return reached
        near = [each for each, block in self.named.items() if reached.timestamp - block.timestamp <= self._largest_lag]
        return _reached(self.named, len(parties_of(near)))

    def _namers(self, block: Block) -> list[Endpoint]:
        return [endpoint for endpoint, named in self.named.items() if named.hash == block.hash]

    def candidates(self, block: Block) -> list[Endpoint]:
        """Return who may know ``block``: those that named it, those that are further, those that have said nothing."""

        def distance(endpoint: Endpoint) -> int:
            named = self.named.get(endpoint)
            return 2 if named is None else int(named.hash != block.hash)

        able = [
            endpoint
            for endpoint in self._order
            if endpoint not in self.failed and self.named.get(endpoint, block).number >= block.number
        ]
        return sorted(able, key=distance)

    def compared(self, candidates: Sequence[Endpoint]) -> int:
        """Tell how many parties of ``candidates`` are to be heard: those that are there where all are compared."""
        return len(parties_of(each for each in candidates if each in self.named)) if self._everyone else self._quorum


def _first_of(party: str, endpoints: Sequence[Endpoint]) -> Endpoint:
    return next(endpoint for endpoint in endpoints if endpoint.party == party)


def _reached(named: Mapping[Endpoint, Block], parties: int) -> Block:
    """The newest block that so many ``parties`` have reached; the oldest that one has, if they are fewer."""
    newest: dict[str, Block] = {}
    for endpoint, block in sorted(named.items(), key=lambda each: each[1].number):
        newest[endpoint.party] = block
    blocks = sorted(newest.values(), key=lambda block: block.number, reverse=True)
    return blocks[min(parties, len(blocks)) - 1]
