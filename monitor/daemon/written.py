"""Writing to the history where the present must go on without it: on a full disk, new numbers count from memory."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from monitor.store import StoreError


async def written(writing: Coroutine[Any, Any, object]) -> bool:
    """Whether it was written. If not, the store's own record says so, and with it PorStoreFailing and the log.

    A job that is cancelled meanwhile ends after the write: what is known is in the history when the daemon stops.
    """
    task = asyncio.ensure_future(writing)
    try:
        await asyncio.shield(task)
    except StoreError:
        return False
    except asyncio.CancelledError:
        await asyncio.wait((task,))
        if not task.cancelled():
            task.exception()  # the store's own record says it
        raise
    return True
