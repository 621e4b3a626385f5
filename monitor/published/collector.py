"""Keeps Python's cycle collector from walking a growing list again and again.

Reading a list makes millions of objects and no cycles, and so does judging it. Every full collection meanwhile would
visit all of them, with every other thread stopped, the event loop among them: a second for a million rows. What does
hold cycles (exceptions with their frames) is young when it dies, and young objects are collected as ever: a collector
that was off altogether would walk all that came meanwhile as soon as it is on again.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

_NEVER = 2**31 - 1

_lock = Lock()
_inside = 0
_thresholds = gc.get_threshold()


@contextmanager
def no_full_collections() -> Iterator[None]:
    """No full collection until the last of those who asked for it, in whatever thread, has finished."""
    global _inside, _thresholds  # noqa: PLW0603 - the collector is one for the whole process
    with _lock:
        if not _inside:
            _thresholds = gc.get_threshold()
            gc.set_threshold(*_thresholds[:2], _NEVER)
        _inside += 1
    try:
        yield
    finally:
        with _lock:
            _inside -= 1
            if not _inside:
                gc.set_threshold(*_thresholds)
