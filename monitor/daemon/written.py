"""Writing to the history where the present must go on without it: on a full disk, new numbers count from memory."""

from collections.abc import Awaitable

from monitor.store import StoreError


async def written(writing: Awaitable[object]) -> bool:
    """Whether it was written. If not, the store's own record says so, and with it PorStoreFailing and the log."""
    try:
        await writing
    except StoreError:
        return False
    return True
