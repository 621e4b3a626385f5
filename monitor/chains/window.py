"""Reading over many blocks what can neither be held to one nor corrected to one: twice, and the lower reading counts.

All accounts are read in one pass and then in another, which begins when the first has ended. A coin that moves once
from one account to another is in both only if the first one is read before it moves and the second one after. In the
pass in which that happens it counts twice; in the other one it does not: then both are read before it moves, or both
after.
So the sum of the lower readings is never above the truth by more than what moved twice or more meanwhile. It may be
below: what moves between the passes is missing at its old place in one and at its new one in the other.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from datetime import timedelta
from typing import Any, NamedTuple, NoReturn, TypeVar

from msgspec import structs

from monitor.chains.errors import Reason
from monitor.chains.link import Link
from monitor.chains.node import Held
from monitor.formats.phrases import span
from monitor.model import Address, Block, Token

T = TypeVar("T")
K = TypeVar("K")

_LOOKS = 60
"""In as long as a window may be."""


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
    first one and the last state of that for the second: else a coin that moved once could be counted twice in both.
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

    What is free and each part of a coin are compared each for itself: coins move between these too, and answers about
    them may be of different states. A token that one pass could not tell is not told. What its issuer has frozen in
    either is frozen.
    """
    failed = one.failed | two.failed
    parts = {
        part: _of_both(held, two.positions.get(part, {})) for part, held in one.positions.items() if not part.is_frozen
    }
    balances = {token: lower(_free(one, token), _free(two, token)) for token in one.balances if token not in failed}
    for token, held in balances.items():
        for part, units in parts.items():
            if token.has_part(part):
                held.update({account: held[account] + some for account, some in units.items()})
    told = {part: units for part, units in parts.items() if units and any(token.has_part(part) for token in balances)}
    return Held(over(since, until), balances, failed, positions=told | _frozen(one, two, balances))


def _frozen(one: Held, two: Held, balances: Mapping[Token, Mapping[Address, int]]) -> dict[Token, dict[Address, int]]:
    """What is frozen in either, of tokens in ``balances``."""
    found = {}
    for part in {**one.positions, **two.positions}:
        if part.is_frozen and (token := structs.replace(part, position=None)) in balances:
            accounts = {**one.positions.get(part, {}), **two.positions.get(part, {})}
            found[part] = {account: balances[token][account] for account in accounts}
    return found


def _free(held: Held, token: Token) -> dict[Address, int]:
    """What accounts have of a coin beside its parts."""
    free = dict(held.balances[token])
    for part, units in held.positions.items():
        if token.has_part(part) and not part.is_frozen:
            free.update({account: free[account] - some for account, some in units.items()})
    return free


def _of_both(one: Mapping[Address, int], two: Mapping[Address, int]) -> dict[Address, int]:
    return {account: min(units, two[account]) for account, units in one.items() if account in two}


def over(since: Block, until: Block) -> Block:
    """Return the window from ``since`` to ``until``, or the one block that both are."""
    return until if since.hash == until.hash else Block(until.number, until.hash, until.timestamp, since)


class Looks:
    """Looks at the newest block, none of which may show an older one than the look before.

    What answers in a pass mostly names no block. Where several nodes take turns behind a URL, one that is behind the
    first pass could answer in the second: by looks in between, too, such a one is found out sooner or later.
    """

    def __init__(self, newest: Callable[[], Awaitable[Block]], link: Link, window: timedelta) -> None:
        self._newest = newest
        self._link = link
        self._between = window.total_seconds() / _LOOKS
        self._seen = -1

    async def look(self) -> Block:
        """Return the newest block; raises ``behind`` where an earlier look showed a later one."""
        found = await self._newest()
        if found.number < self._seen:
            detail = f"its newest block was {self._seen}, and now is {found.number}: it went back, or behind its URL "
            raise self._link.fault(Reason.BEHIND, f"{detail}nodes take turns of which one is behind; name one of them")
        self._seen = found.number
        return found

    async def during(self, reading: Coroutine[Any, Any, T]) -> T:
        """Return what ``reading`` finds, with looks while it goes on."""
        read, looking = asyncio.create_task(reading), asyncio.create_task(self._look_on())
        try:
            await asyncio.wait({read, looking}, return_when=asyncio.FIRST_COMPLETED)
            return await (looking if looking.done() else read)
        finally:
            read.cancel()
            looking.cancel()
            await asyncio.gather(read, looking, return_exceptions=True)

    async def _look_on(self) -> NoReturn:
        while True:
            await asyncio.sleep(self._between)
            await self.look()
