"""Work that keeps a core busy and comes with every snapshot: in a thread, one piece at a time.

Each thread more that computes is one more that the event loop stands in line with for Python's lock, for 5 ms a turn,
several times a scrape; and together they are no sooner done.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

_THREAD = ThreadPoolExecutor(1, "computing")


async def computed(do: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """``do`` something that takes about as long as a World at the most, once what was asked for before is done."""
    return await asyncio.get_running_loop().run_in_executor(_THREAD, partial(do, *args, **kwargs))
