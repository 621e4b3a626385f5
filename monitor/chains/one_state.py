"""What is common to protocols whose nodes tell only their newest state (Tron, Solana): no block can be asked for."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from datetime import timedelta
from functools import partial
from typing import Any, TypeVar

import stamina

from monitor.chains.block_choice import AtHeight, BlockChoice, Depth
from monitor.chains.errors import ChainError, Reason
from monitor.chains.link import Link
from monitor.chains.node import Held
from monitor.chains.window import Looks, Pass, in_passes, lower_of, within
from monitor.model import Block, Height

T = TypeVar("T")

_TRIES = 4
"""Readings begun before the newest block is called restless."""


def refuse_others(choice: BlockChoice, newest: int, link: Link) -> None:
    """Raise why ``choice`` cannot be read, unless it is the ``newest`` block: not there yet, or its state is gone."""
    if isinstance(choice, Depth | AtHeight) and choice not in (Depth(0), AtHeight(Height(newest))):
        raise refused(choice, newest, link)


def refused(choice: BlockChoice, newest: int, link: Link) -> ChainError:
    """Return the fault that ``choice``, another than the ``newest`` block, is."""
    if isinstance(choice, AtHeight) and choice.number > newest:
        return link.fault(Reason.BEHIND, f"it has no block {choice.number} yet; its newest is {newest}")
    return link.fault(
        Reason.PAST_BLOCK,
        f"it tells only its newest state, that of {newest}, and never that of {choice}; "
        "set `block: finalized` or `block: latest`",
    )


async def between_looks(
    read: Callable[[Block], Coroutine[Any, Any, Held]],
    newest: Callable[[], Awaitable[Block]],
    link: Link,
    between: float = 0,
    window: timedelta | None = None,
) -> Held:
    """Return what ``read`` found at the newest block, between two looks that showed the same one.

    When another block came it is done again. (The first look is not left out where a block has just been named:
    another endpoint may have named it, which this one has yet to reach.) ``between`` are the seconds from one block to
    the next. Where a ``window`` is allowed, it is done once more and not again, and if a block came then too, the lower
    of the two readings counts.
    """

    async def attempt() -> Held:
        before = await newest()
        found = await read(before)
        after = await newest()
        if after.hash != before.hash:
            raise link.fault(
                Reason.TIP_MOVED,
                f"block {after.number} came after {before.number} while it was read; "
                "a nearer endpoint, a higher `concurrency` and `rate`, fewer accounts or a `window` help",
            )
        return found

    async def passes(looks: Looks) -> Held:
        first = await looks.look()
        one = await looks.during(read(first))
        middle = await looks.look()
        if middle.hash == first.hash:
            return one
        two = await looks.during(read(middle))
        last = await looks.look()
        return two if last.hash == middle.hash else lower_of(one, two, first, last)

    if window:
        return await within(window, partial(passes, Looks(newest, link, window)), link)
    return await of_one_state(attempt, between)


async def by_named_states(
    read: Callable[[int], Awaitable[Pass]],
    oldest: int,
    link: Link,
    *,
    state: str,
    between: float,
    advice: str,
    window: timedelta | None,
) -> Pass:
    """Return what all accounts have by answers that name their state, not before the number ``oldest``: all of one.

    ``read`` asks everything once, and is told the least number. ``state`` is the protocol's word, ``between`` are the
    seconds from one to the next, ``advice`` is what helps where they come too quickly. Where a ``window`` is allowed,
    the lower of two readings counts.
    """

    async def not_before(least: int) -> Pass:
        found = await read(least)
        if found.first < least:
            detail = f"it answers of {state} {found.first} where it had {least}: it is behind, or nodes take turns "
            raise link.fault(Reason.BEHIND, f"{detail}behind its URL of which one is")
        return found

    least = oldest

    async def attempt() -> Pass:
        nonlocal least
        found = await not_before(least)
        least = found.last
        if not found.whole:
            detail = f"{found.answers} answers are of {state}s {found.first} to {found.last} and not of one"
            raise link.fault(Reason.TIP_MOVED, f"{detail}: {advice}, fewer accounts or a `window` help")
        return found

    if window:
        return await in_passes(window, not_before, oldest, link)
    return await of_one_state(attempt, between)


async def until_final(
    read: Block,
    final: Callable[[], Awaitable[Block]],
    at: Callable[[int], Awaitable[Block]],
    link: Link,
    between: float,
) -> None:
    """Wait until the chain can take back ``read`` no more; ``tip_moved`` where another block took its place.

    ``final`` looks at the newest block that stays, ``at`` at the one of a number; ``between`` are the seconds from one
    block to the next.
    """
    while missing := max(0, read.number - (await final()).number):  # noqa: ASYNC110 - the node tells nobody when it is
        await asyncio.sleep(missing * between)
    found = await at(read.number)
    if found.hash != read.hash:
        raise link.fault(Reason.TIP_MOVED, f"its block {read.number} became {found.hash}, not {read.hash}")


async def of_one_state(read: Callable[[], Awaitable[T]], between: float = 0) -> T:
    """Return what ``read`` finds; where it raises ``tip_moved`` it is done again, four times at the most.

    ``between`` are the seconds from one state to the next: tries are begun at random moments of them, not again and
    again at the end of one.
    """
    async for attempt in stamina.retry_context(
        on=_moved, attempts=_TRIES, timeout=None, wait_initial=0, wait_jitter=between
    ):
        with attempt:
            return await read()
    raise AssertionError("a retry context ends with a result or an exception")


def _moved(error: Exception) -> bool:
    return isinstance(error, ChainError) and error.reason is Reason.TIP_MOVED
