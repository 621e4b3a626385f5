"""Time and memory of what is measured."""

import gc
import resource
import statistics
import sys
import time
from collections.abc import Awaitable, Sequence
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")


async def timed(work: Awaitable[T]) -> tuple[T, float]:
    """What ``work`` gives, and the seconds that it took."""
    began = time.perf_counter()
    result = await work
    return result, time.perf_counter() - began


def resident() -> float:
    """MB of memory that this process has now."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() / 1e6


def peak() -> float:
    """MB of memory that this process had at the most."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table in Markdown, first column left, others right."""
    for row in (head, ["---", *["--:"] * (len(head) - 1)], *rows):
        sys.stdout.write("| " + " | ".join(row) + " |\n")
    sys.stdout.flush()


def median(seconds: Sequence[float]) -> str:
    """Milliseconds."""
    return f"{1000 * statistics.median(seconds):.1f}"
