"""Time as the daemon sees it: passed in, so that tests can turn it."""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]
"""The present moment, aware and in UTC."""


def utc_now() -> datetime:
    return datetime.now(UTC)
