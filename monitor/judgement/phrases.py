"""Moments, spans and numbers in sentences for people."""

from datetime import datetime, timedelta

_STEPS = (("d", 86400), ("h", 3600), ("min", 60), ("s", 1))


def span(length: timedelta) -> str:
    """The two largest units: ``3 d 4 h``, ``12 min``, ``0 s``."""
    seconds = max(0, int(length.total_seconds()))
    parts: list[str] = []
    for unit, size in _STEPS:
        count, seconds = divmod(seconds, size)
        if count or (unit == "s" and not parts):
            parts.append(f"{count} {unit}")
    return " ".join(parts[:2])


def moment(at: datetime) -> str:
    """``2026-06-14 12:00:05 UTC``; ``at`` is aware and in UTC, as everywhere here."""
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"


def counted(count: int, noun: str) -> str:
    """``1 claim``, ``2 claims``."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
