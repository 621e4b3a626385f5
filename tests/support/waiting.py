"""Waiting for what another process does in its own time."""

import time
from collections.abc import Callable


def eventually(condition: Callable[[], object], *, within: float = 60) -> None:
    """Ask until ``condition`` is true; AssertionError when it is not within so many seconds."""
    deadline = time.monotonic() + within
    while not condition():
        assert time.monotonic() < deadline, f"still not so after {within:g} s"
        time.sleep(0.05)
