"""Time as the daemon sees it: passed in, so that tests can turn it.

Ages and ``for`` are differences of moments of one :class:`SteadyClock`, which flows as the monotonic clock does. What
it says is the system's time besides, to be written down and compared with the dates that others wrote. When the
system's clock steps, the hub takes that over: the clock here and every moment that an age is taken of move together, so
that no age changes.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

Clock = Callable[[], datetime]
"""The present moment, aware and in UTC."""


def utc_now() -> datetime:
    """The time of the system's clock, which may step back and forward."""
    return datetime.now(UTC)


def _elapsed() -> float:
    """Seconds of the monotonic clock, where there is one that goes on while the machine sleeps: of that."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


class SteadyClock:
    """The system's time when it was made, and what has passed since."""

    def __init__(self, wall: Clock = utc_now, elapsed: Callable[[], float] = _elapsed) -> None:
        """``wall`` is the system's clock, ``elapsed`` seconds that nothing but time moves."""
        self._wall = wall
        self._elapsed = elapsed
        self._origin = wall() - timedelta(seconds=elapsed())

    def __call__(self) -> datetime:
        return self._origin + timedelta(seconds=self._elapsed())

    def step(self) -> timedelta:
        """How far the system's clock was put forward since it was last followed; negative: back."""
        return self._wall() - self()

    def follow(self, step: timedelta) -> None:
        """Take over ``step``: what was told before is that much further away from what is told from now on."""
        self._origin += step
