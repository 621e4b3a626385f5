"""Python's full garbage collections, held off while a list is read and judged.

Each would walk all rows that there are so far, with every thread stopped: a second for a million of them. A list holds
no cycles. What does (exceptions with their frames) is young when it dies, and young objects are collected as ever.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_NEVER = 2**31 - 1
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
