"""What a list held is let go of: by Python a few rows at a time, and by the C library at all.

A list of some hundred thousand rows takes several times the memory while it is read that it takes when it is judged.
glibc keeps the rest for later, in a heap for each thread; other C libraries have no such switches, and need none.
"""

import ctypes
import gc
from contextlib import suppress

from monitor.model import Claim

_FEW = 1_000
_M_ARENA_MAX = -8
"""mallopt(3)."""


def keep_for_good() -> None:
    """Let the collector pass over all that there is now. To be called once, when all is imported and nothing else made.

    Not later: what is garbage then, and not yet collected, would be kept for good as well.
    """
    gc.collect()
    gc.freeze()


def share_heap() -> None:
    """Let all threads use one heap. To be called once, before there are threads.

    They mostly wait for each other anyway, for Python's lock; heaps of their own only keep apart what each has freed.
    """
    with suppress(AttributeError):
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, 1)


def give_back() -> None:
    """Return to the system what is free. Takes some milliseconds."""
    with suppress(AttributeError):
        ctypes.CDLL(None).malloc_trim(0)


def let_go(rows: list[Claim]) -> None:
    """Empty ``rows``, the last that holds them, and return their memory. Takes its time: not in a loop.

    The end of a list frees its rows one after another, and no other thread gets its turn before the last: 0.2 s.
    """
    while rows:
        del rows[-_FEW:]
    give_back()
