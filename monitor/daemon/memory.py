"""Memory that the C library keeps although nothing uses it.

A list of some hundred thousand rows takes several times the memory while it is read that it takes when it is judged.
glibc keeps the rest for later, in a heap for each thread; other C libraries have no such switches, and need none.
"""

import ctypes
from contextlib import suppress

_M_ARENA_MAX = -8
"""mallopt(3)."""


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
