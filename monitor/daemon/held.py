"""What Python does to all rows of a list at once, and to every other thread meanwhile, unless it is kept from it.

A full garbage collection walks all rows that there are so far: a second for a million of them. A list holds no cycles.
What does (exceptions with their frames) is young when it dies, and young objects are collected as ever.

The end of a list frees its rows one after another, and no other thread gets its turn before the last: 0.2 s.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

from monitor.daemon.memory import give_back
from monitor.model import Claim

_NEVER = 2**31 - 1
_FEW = 1_000
_YOUNG, _MIDDLE, _FULL = gc.get_threshold()

_lists = 0


@contextmanager
def full_collections_held() -> Iterator[None]:
    """No full collection inside, whoever else is inside too."""
    global _lists  # noqa: PLW0603 - as the thresholds, it is the process's
    _lists += 1
    gc.set_threshold(_YOUNG, _MIDDLE, _NEVER)
    try:
        yield
    finally:
        _lists -= 1
        if not _lists:
            gc.set_threshold(_YOUNG, _MIDDLE, _FULL)


def let_go(rows: list[Claim]) -> None:
    """Empty ``rows``, the last that holds them, so that other threads get their turn. Takes its time: not in a loop."""
    while rows:
        del rows[-_FEW:]
    give_back()
