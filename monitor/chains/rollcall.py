"""A roll call: all endpoints are asked at the same moment which block they stand at."""

import asyncio
from collections.abc import Collection, Sequence
from datetime import timedelta

from monitor.chains.asked import Asked
from monitor.chains.choice import BlockChoice, Height
from monitor.chains.endpoint import Endpoint
from monitor.chains.errors import ChainError
from monitor.chains.patience import Patience
from monitor.model import Block

_UNKNOWN = 2.0
"""Seconds to wait for a block while nobody knows how long that takes."""

_SAME_MOMENT = 1.0
"""Seconds within which answers can be compared: a later one names a later block, which others had not seen either."""


class RollCall:
    """The blocks that ``at`` means to the endpoints of ``order``.

    A block of the past is asked of as many endpoints as must agree. Otherwise everyone is asked who does not rest, so
    that it is known who is up and how far each is; but nobody waits for more than are needed.
    """

    def __init__(
        self, order: Sequence[Endpoint], at: BlockChoice, quorum: int, patience: Patience, largest_lag: timedelta
    ) -> None:
        self.named: dict[Endpoint, Block] = {}
        self.failed: dict[Endpoint, ChainError] = {}
        self._order = order
        self._at = at
        self._quorum = quorum
        self._patience = patience
        self._wait = patience.seconds(self._kind, _UNKNOWN)
        self._largest_lag = largest_lag
        self._prompt: dict[Endpoint, Block] = {}
        self._tried: set[str] = set()

    @property
    def _kind(self) -> str:
        return "a past block" if isinstance(self._at, Height) else "a block"

    async def take(self, absent: Collection[Endpoint], deadline: float) -> dict[asyncio.Task[Block], Endpoint]:
        """Ask until enough have answered; gives back who is still being asked.

        Those that rest, or are ``absent`` because they have not yet answered the last roll call, come last.
        """
        present = [endpoint for endpoint in self._order if not endpoint.rests and endpoint not in absent]
        others = [endpoint for endpoint in self._order if endpoint not in present]
        asked = Asked([*present, *others], lambda endpoint: self._attend(endpoint, deadline), self._wait)
        wanted = self._quorum if isinstance(self._at, Height) else len(present)
        try:
            while not self._enough(asked) and asked.possible:
                await asked.some(wanted)
                wanted = self._quorum - len(self.named)
        except asyncio.CancelledError:
            await asked.stop()
            raise
        return asked.release()

    async def _attend(self, endpoint: Endpoint, deadline: float) -> Block:
        began = asyncio.get_running_loop().time()
        try:
            block = await endpoint.resolve(self._at, deadline)
        except ChainError as error:
            self.failed[endpoint] = error
            raise
        seconds = asyncio.get_running_loop().time() - began
        self.named[endpoint] = block
        if seconds <= self._wait:
            self._patience.took(self._kind, seconds)
        if seconds <= max(self._wait, _SAME_MOMENT):
            self._prompt[endpoint] = block
        if not isinstance(self._at, Height):
            self._compare(endpoint)
        return block

    def _compare(self, newest: Endpoint) -> None:
        """Tell the endpoints how far they are behind the block that as many as must agree have reached.

        (Not behind the newest: a single endpoint that names a block far ahead would put all others last.)
        """
        blocks = sorted(self._prompt.values(), key=lambda block: block.number, reverse=True)
        if not blocks:
            return
        reached = blocks[min(self._quorum, len(blocks)) - 1]
        for endpoint in {*self._prompt, newest}:
            block = self.named[endpoint]
            lags = reached.timestamp - block.timestamp > self._largest_lag
            endpoint.stands(block.number, max(0, reached.number - block.number), lags=lags)

    def _enough(self, asked: Asked[Block]) -> bool:
        """Whether those that come first have answered, and as many as must agree stand at the same height."""
        if len(self.named) < self._quorum:
            return False
        waiting = asked.prompt
        if not waiting:
            return True
        first = [each for each in self._order if each in self.named or each in waiting][: self._quorum]
        top = max(block.number for block in self.named.values())
        reached = sum(block.number == top for block in self.named.values())
        return not waiting & set(first) and (reached >= self._quorum or self._quorum == 1)

    def next_block(self) -> Block | None:
        """The best block that was not given yet; None when there is no other, or too few have answered."""
        block = self.upcoming
        if block:
            self._tried.add(block.hash)
        return block

    @property
    def upcoming(self) -> Block | None:
        """The block that comes next: first the newest that as many have reached as must agree."""
        if len(self.named) < self._quorum:
            return None
        named = [self.named[endpoint] for endpoint in self._order if endpoint in self.named]
        hashes = [block.hash for block in named]
        if self._quorum > 1:
            reached = sorted((block.number for block in named), reverse=True)[self._quorum - 1]
            named = [block for block in named if block.number <= reached]
            named.sort(key=lambda block: (-block.number, -hashes.count(block.hash)))
        return next((block for block in named if block.hash not in self._tried), None)

    def candidates(self, block: Block) -> list[Endpoint]:
        """Who may know ``block``: those that named it, those that are further, and those that have said nothing."""

        def distance(endpoint: Endpoint) -> int:
            named = self.named.get(endpoint)
            return 2 if named is None else int(named.hash != block.hash)

        able = [
            endpoint
            for endpoint in self._order
            if endpoint not in self.failed and self.named.get(endpoint, block).number >= block.number
        ]
        return sorted(able, key=distance)
