"""When what is under way must be done: every request of a job knows it, without being told through every call."""

import asyncio
import math
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from contextvars import ContextVar

_DEADLINE: ContextVar[float] = ContextVar("deadline", default=math.inf)


@asynccontextmanager
async def until(deadline: float) -> AsyncIterator[None]:
    """Do what is inside until ``deadline``, a time of the running loop; then it is cancelled: TimeoutError.

    Tasks that are started inside know the deadline too.
    """
    token = _DEADLINE.set(deadline)
    try:
        async with asyncio.timeout_at(deadline):
            yield
    finally:
        _DEADLINE.reset(token)


def left() -> float:
    """Seconds until the deadline of what is under way; infinite where there is none."""
    return _DEADLINE.get() - asyncio.get_running_loop().time()
