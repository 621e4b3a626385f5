"""Reading over many blocks what can neither be held to one nor corrected to one: twice, and the lower reading counts.

All accounts are read in one pass and then in another, which begins when the first has ended. A coin that moves once
from one account to another is in both only if the first one is read before it moves and the second one after. In the
pass in which that happens it counts twice; in the other one it does not: then both are read before it moves, or both
after.
So the sum of the lower readings is never above the truth by more than what moved twice or more meanwhile. It may be
below: what moves between the passes is missing at its old place in one and at its new one in the other.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import NamedTuple, TypeVar

from monitor.chains.errors import Reason
from monitor.chains.link import Link
from monitor.chains.node import Held
from monitor.formats.phrases import span
from monitor.model import Address, Block, Token

T = TypeVar("T")
K = TypeVar("K")


async def within(window: timedelta, read: Callable[[], Awaitable[T]], link: Link) -> T:
    """Return what ``read`` finds in two passes, if these end within ``window``."""
    try:
        async with asyncio.timeout(window.total_seconds()) as limit:
            return await read()
    except TimeoutError:
        if not limit.expired():
            raise
        detail = f"two passes over all accounts did not end within the `window` of {span(window)}; raise it, or `rate`"
        raise link.fault(Reason.TIMEOUT, detail) from None


class Pass(NamedTuple):
    """What all accounts have, each told by some answer of a state from the first to the last, by their numbers."""

    first: int
    last: int
    answers: int
    balances: dict[Token, dict[Address, int]]

    @property
    def whole(self) -> bool:
        """Whether all of it is of one state."""
        return self.first == self.last


async def in_passes(window: timedelta, read: Callable[[int], Awaitable[Pass]], oldest: int, link: Link) -> Pass:
    """Return what all accounts have in one state, else the lower of what they have in two passes.

    ``read`` makes a pass whose answers are of no state before the number that it is given, which is ``oldest`` for the
    first one.
    """

    async def passes() -> Pass:
        one = await read(oldest)
        if one.whole:
            return one
        two = await read(one.last)
        if two.whole:
            return two
        balances = {token: lower(held, two.balances[token]) for token, held in one.balances.items()}
        return Pass(one.first, two.last, two.answers, balances)

    return await within(window, passes, link)


def lower(one: Mapping[K, int], two: Mapping[K, int]) -> dict[K, int]:
    """Return the lower of two readings of each of the same accounts."""
    return {key: min(units, two[key]) for key, units in one.items()}


def lower_of(one: Held, two: Held, since: Block, until: Block) -> Held:
    """Return the lower of the readings of two passes between ``since`` and ``until``.

    A token that one of them could not tell is not told.
    """
    failed = one.failed | two.failed
    balances = {token: lower(held, two.balances[token]) for token, held in one.balances.items() if token not in failed}
    return Held(over(since, until), balances, failed)


def over(since: Block, until: Block) -> Block:
    """Return the window from ``since`` to ``until``, or the one block that both are."""
    return until if since.hash == until.hash else Block(until.number, until.hash, until.timestamp, since)
