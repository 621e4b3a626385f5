"""The files of a published proof, wherever they are: on disk as they lie there, from a URL in a folder of their own."""

import asyncio
import hashlib
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Self
from urllib.parse import unquote, urlsplit

import aiohttp

from monitor.daemon.clock import Clock
from monitor.formats import visible
from monitor.model import Document
from monitor.proofs import ProofFile, UnreadableError, gather
from monitor.published import Cause, DocumentError, Unchanged, Validators, fetch, is_url
from monitor.settings import ProofSettings


@dataclass(frozen=True, slots=True)
class Mark:
    """What changes with a file on disk, and is known without reading it."""

    name: str
    size: int
    mtime_ns: int
    inode: int
    """Another one when the file was put in the place of one of the same size and time."""

    @classmethod
    def of(cls, path: Path) -> Self:
        found = path.stat()
        return cls(str(path), found.st_size, found.st_mtime_ns, found.st_ino)


Known = Validators | tuple[Mark, ...]
"""What tells whether a proof is still the same: of a URL what makes a request conditional, else a mark of each file."""


@dataclass(frozen=True, slots=True)
class Published:
    """A proof as it was published."""

    document: Document
    files: Sequence[ProofFile]
    fault: str
    """Why its files cannot be told apart or opened; then there are none. Empty where they can."""
    known: Known


@dataclass(frozen=True, slots=True)
class Same:
    """The proof is the one that is known already."""

    known: Known
    """As it is to be known from now on: a server may send the same bytes under another ETag."""


@asynccontextmanager
async def published(
    settings: ProofSettings, session: aiohttp.ClientSession | None, known: Known | None, now: Clock
) -> AsyncIterator[Published | Same]:
    """The proof at ``settings.source``, while the context lasts, unless it is what ``known`` describes.

    Raises DocumentError when it cannot be had.
    """
    if not is_url(settings.source):
        yield await asyncio.to_thread(_local, Path(settings.source), known, now())
        return
    validators = known if isinstance(known, Validators) else None
    fetched = await fetch(settings.source, settings, session=session, known=validators)
    if isinstance(fetched, Unchanged):
        yield Same(fetched.validators)
        return
    with tempfile.TemporaryDirectory(prefix="reserve-monitor-") as folder:
        path = Path(folder) / (PurePosixPath(unquote(urlsplit(settings.source).path)).name or "proof")
        await asyncio.to_thread(path.write_bytes, fetched.raw)
        files, fault = await asyncio.to_thread(_gathered, path)
        yield Published(fetched.document, files, fault, fetched.validators)


def _gathered(path: Path) -> tuple[Sequence[ProofFile], str]:
    try:
        return gather([path]), ""
    except UnreadableError as error:
        return (), str(error)


def _local(path: Path, known: Known | None, now: datetime) -> Published | Same:
    if path.exists() and not (path.is_dir() or path.is_file()):  # reading a pipe could wait for ever
        raise DocumentError(Cause.UNREACHABLE, f"{path}: neither a file nor a directory")
    try:
        parts = sorted(each for each in path.rglob("*") if each.is_file()) if path.is_dir() else [path]
        marks = tuple(Mark.of(part) for part in parts)
        if marks == known:
            return Same(marks)
        digests = [_digest(part) for part in parts]
        modified = max((mark.mtime_ns for mark in marks), default=path.stat().st_mtime_ns)
    except OSError as error:
        problem = f"{error.filename or path}: {error.strerror or error}; check the path and its rights"
        raise DocumentError(Cause.UNREACHABLE, problem) from error
    names = tuple(visible(str(part.relative_to(path))) for part in parts) if path.is_dir() else ()
    joined = "".join(f"{digest} {name}\n" for digest, name in zip(digests, names, strict=True)) if names else ""
    sha256 = hashlib.sha256(joined.encode()).hexdigest() if path.is_dir() else digests[0]
    size = sum(mark.size for mark in marks)
    document = Document(str(path), sha256, size, now, datetime.fromtimestamp(modified / 1e9, UTC), names)
    return Published(document, *_gathered(path), marks)


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
