"""Doing several things at once, and failing like one; by what clock that is timed."""

import asyncio
from collections.abc import Coroutine, Iterable
from itertools import islice
from typing import Any, TypeVar

T = TypeVar("T")


async def together(work: Iterable[Coroutine[Any, Any, T]], at_once: int | None = None) -> list[T]:
    """Return the results of all of ``work``, ``at_once`` of them after the other.

    The first failure stops the rest and is raised itself, not in a group.
    """
    results: list[T] = []
    rest = iter(work)
    try:
        while some := list(islice(rest, at_once)):
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(coroutine) for coroutine in some]
            results += [task.result() for task in tasks]
    except BaseExceptionGroup as failures:
        raise failures.exceptions[0] from None
    return results


async def uninterrupted(work: Coroutine[Any, Any, T]) -> T:
    """Return the result of ``work``, which comes to its end though whoever waits for it is cancelled."""
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait({task})
        raise


def now() -> float:
    """Return the time of the running loop, in seconds: what deadlines and rests are counted by."""
    return asyncio.get_running_loop().time()
