"""How late an event loop is, seen from inside: a task that wants its turn every few milliseconds.

Without a configuration it ticks and does nothing else, so that it tells what the machine alone does; with one, the
loop is that of the daemon, run as ``reserve-monitor run`` does.
"""

import asyncio
import time
from array import array
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from monitor.daemon.service import serve

EVERY = 0.005


class Tick(NamedTuple):
    at: float
    """By the clock that all processes of the machine share (``time.monotonic``)."""
    late: float
    """Seconds after its time."""


class Lateness(NamedTuple):
    """Of all ticks of a while, in milliseconds."""

    p99: float
    most: float
    over: int
    """Ticks that were more than 50 ms late."""


def lateness(ticks: Sequence[Tick], begin: float, end: float) -> Lateness:
    late = sorted(1000 * tick.late for tick in ticks if begin <= tick.at < end) or [0.0]
    return Lateness(late[int(len(late) * 0.99)], late[-1], sum(each > 50 for each in late))


def read(path: Path) -> list[Tick]:
    """What :func:`main` has noted so far."""
    values = array("d")
    content = path.read_bytes()
    values.frombytes(content[: len(content) // 16 * 16])
    return [Tick(*pair) for pair in zip(values[::2], values[1::2], strict=True)]


def main(file: str, configuration: str = "") -> None:
    """Tick beside the daemon, or beside nothing, and note every tick in ``file``."""
    asyncio.run(_daemon(Path(file), Path(configuration)) if configuration else _tick(Path(file)))


async def _daemon(path: Path, configuration: Path) -> None:
    ticks = asyncio.create_task(_tick(path))
    await serve(configuration)
    ticks.cancel()


async def _tick(path: Path) -> None:
    with path.open("wb", buffering=1 << 12) as file:
        while True:
            due = time.monotonic() + EVERY
            await asyncio.sleep(EVERY)
            now = time.monotonic()
            array("d", (now, now - due)).tofile(file)
