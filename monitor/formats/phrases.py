"""Moments, spans, numbers and lists of names in sentences for people."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

_FOLDERS = re.compile(r"(?<![\w:/.~])(?:~|\.{0,2})/(?:[^\s/:]+/)+(?=[^\s/])")
_STEPS = (("d", 86400), ("h", 3600), ("min", 60), ("s", 1))


def span(length: timedelta) -> str:
    """Return the two largest units: ``3 d 4 h``, ``12 min``, ``0 s``."""
    seconds = max(0, int(length.total_seconds()))
    parts: list[str] = []
    for unit, size in _STEPS:
        count, seconds = divmod(seconds, size)
        if count or (unit == "s" and not parts):
            parts.append(f"{count} {unit}")
    return " ".join(parts[:2])


def moment(at: datetime) -> str:
    """Return ``2026-06-14 12:00:05 UTC``; ``at`` is aware and in UTC, as everywhere here."""
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"


def counted(count: int, noun: str) -> str:
    """Return ``1 claim``, ``2 claims``."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def first(names: Sequence[str], most: int = 3, between: str = ", ") -> str:
    """Return the first names, and how many there are besides: ``starknet, ton, aptos and 2 more``."""
    rest = len(names) - most
    more = f"{' ' if between == ', ' else between}and {rest} more" if rest > 0 else ""
    return between.join(names[:most]) + more


def unreadable(error: Exception) -> str:
    """Return why a file cannot be read, without the name of the file: it stands beside."""
    if isinstance(error, UnicodeDecodeError):
        return "it is no text in UTF-8"
    return (error.strerror if isinstance(error, OSError) else None) or str(error)


def without_folders(sentence: str) -> str:
    """Return ``sentence`` with the files of this machine by their names alone: where they lie helps no reader."""
    return _FOLDERS.sub("", sentence)
