"""Keeps Python's cycle collector from walking a growing list again and again.

Reading a list makes millions of objects and no cycles. Every full collection meanwhile would visit all of them, with
every other thread stopped, the event loop among them.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

_lock = Lock()
_readers = 0
_was_enabled = False


@contextmanager
def collector_at_rest() -> Iterator[None]:
    """No cycle collection until the last of the readers that asked for it, in whatever thread, has finished."""
    global _readers, _was_enabled  # noqa: PLW0603 - the collector is one for the whole process
    with _lock:
        if not _readers:
            _was_enabled = gc.isenabled()
            gc.disable()
        _readers += 1
    try:
        yield
    finally:
        with _lock:
            _readers -= 1
            if not _readers and _was_enabled:
                gc.enable()
