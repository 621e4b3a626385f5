"""The bundles that a daemon has made: one archive each, in a folder by exchange, called by its moment."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

_FORM = "%Y%m%dT%H%M%SZ"
_SUFFIX = ".zip"


def name_of(at: datetime) -> str:
    """Return what a bundle of the moment ``at`` is called, whatever it is kept as."""
    return f"{at.astimezone(UTC):{_FORM}}"


def place(folder: Path, exchange: str, at: datetime) -> Path:
    """Where the bundle of ``exchange`` at the moment ``at`` is, or will be."""
    return folder / exchange / f"{name_of(at)}{_SUFFIX}"


def kept(folder: Path, exchange: str) -> Iterator[tuple[datetime, Path]]:
    """Yield the bundles of ``exchange`` with their moments, in no order. Raises OSError."""
    there = folder / exchange
    for path in there.iterdir() if there.is_dir() else ():
        try:
            at = datetime.strptime(path.name, _FORM + _SUFFIX)  # noqa: DTZ007 - the name says that it is UTC
        except ValueError:
            continue
        yield at.replace(tzinfo=UTC), path


def newest(folder: Path, exchange: str, until: datetime) -> tuple[datetime, Path] | None:
    """The last bundle of ``exchange`` that is not after ``until``; None: there is none. Raises OSError."""
    return max((each for each in kept(folder, exchange) if each[0] <= until), default=None)


def prune(folder: Path, exchange: str, before: datetime) -> None:
    """Delete the bundles from before a moment. Raises OSError."""
    for at, path in list(kept(folder, exchange)):
        if at < before:
            path.unlink(missing_ok=True)
