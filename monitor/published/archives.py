"""Zip and gzip, recognised by their first bytes, opened as streams, never expanded beyond a limit.

A member is inflated while it is read, so a list is never held in memory twice. What bounds it: for zip, the sizes that
the directory declares (a reader never gets more than that out of a member); for gzip, which declares nothing one
could trust, a count of what came out.
"""

import gzip
import io
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import BinaryIO, cast

from monitor.published.budget import MAX_MEMORY, Budget
from monitor.published.errors import Cause, DocumentError

_ZIP = b"PK\x03\x04"
_EMPTY_ZIP = b"PK\x05\x06"
_ENTRY = b"PK\x01\x02"
"""What begins each entry of a zip's directory."""
_GZIP = b"\x1f\x8b"
_ENCRYPTED = 0x1  # general purpose bit flag 0 (APPNOTE.TXT 4.4.4)
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_BUFFER = 1 << 20


@dataclass(frozen=True, slots=True)
class PublishedFile:
    """One file of a document: the document itself, or a member of its archive. Each ``open()`` reads from the start."""

    name: str
    _open: Callable[[], BinaryIO] = field(repr=False, compare=False)
    limit: int = field(compare=False)
    """Bytes that may be read from it, expanded."""
    max_memory: int = field(default=MAX_MEMORY, compare=False)
    """Bytes that reading the whole document may take."""
    held: int = field(default=0, compare=False)
    """Bytes of it that the document takes as it was published."""

    def budget(self) -> Budget:
        """The memory to read the whole document with."""
        return Budget(self.max_memory, self.held)

    def open(self) -> "Guarded":
        """A stream of the content. Whatever is wrong with the archive is raised by reading it, as DocumentError."""
        return Guarded(self)

    def content(self, budget: Budget | None = None) -> bytes:
        """All of it at once, out of ``budget``: for small files, and for JSON. Raises DocumentError."""
        budget = budget or self.budget()
        content = io.BytesIO()
        with self.open() as stream:
            while piece := stream.read1(_BUFFER):
                budget.take_content(self.name, len(piece))
                content.write(piece)
        return content.getvalue()

    def head(self, size: int = 1024) -> bytes:
        """The first bytes, to tell what it is."""
        with self.open() as stream:
            return stream.read(size)


class Guarded(io.BufferedReader):
    """A stream that stops at its file's limit and speaks of damage in our words."""

    def __init__(self, file: PublishedFile) -> None:
        with _in_our_words(file.name):
            stream = file._open()  # noqa: SLF001 - the two are one unit
        self._guard = _Guard(file, stream)
        super().__init__(self._guard, _BUFFER)

    @property
    def last_byte(self) -> bytes:
        """The last byte of the content; only meaningful once everything was read."""
        return self._guard.last_byte


class _Guard(io.RawIOBase):
    def __init__(self, file: PublishedFile, stream: BinaryIO) -> None:
        super().__init__()
        self._file = file
        self._left = file.limit
        self.last_byte = b""
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object, /) -> int:
        view = memoryview(cast("bytearray", buffer))
        with _in_our_words(self._file.name):
            chunk = self._stream.read(min(len(view), self._left + 1))
        if len(chunk) > self._left:
            raise too_large(self._file.name, self._file.limit)
        self._left -= len(chunk)
        if chunk:
            self.last_byte = chunk[-1:]
            view[: len(chunk)] = chunk
        return len(chunk)

    def close(self) -> None:
        if not self.closed:
            self._stream.close()
        super().close()


def too_large(name: str, limit: int) -> DocumentError:
    return DocumentError(
        Cause.TOO_LARGE,
        f"{name}: expands to more than {limit} bytes; raise max_expanded if the document has really grown so much",
    )


@contextmanager
def _in_our_words(name: str) -> Iterator[None]:
    try:
        yield
    except EOFError as error:
        raise DocumentError(Cause.TRUNCATED, f"{name}: the compressed data ends too early; fetch it again") from error
    except Exception as error:  # whatever ``zipfile`` and ``gzip`` make of bytes that are not what they claim to be
        problem = f"cannot be unpacked ({str(error) or type(error).__name__}); only intact zip and gzip are read"
        raise DocumentError(Cause.ARCHIVE, f"{name}: {problem}") from error


def is_archive(head: bytes) -> bool:
    return head.startswith((_ZIP, _EMPTY_ZIP, _GZIP))


def unpack(
    raw: bytes, name: str, *, max_expanded: int, max_members: int, max_memory: int = MAX_MEMORY
) -> tuple[PublishedFile, ...]:
    """The files in ``raw``, which is called ``name``: the members of a zip, what a gzip holds, or ``raw`` as it is.

    Directories, and the resource forks that macOS adds under ``__MACOSX/``, are no files.
    """
    memory = (max_memory, len(raw))
    if raw.startswith(_EMPTY_ZIP):
        raise DocumentError(Cause.EMPTY, f"{name}: an archive without files")
    if raw.startswith(_ZIP):
        files = _zip_members(raw, name, max_expanded, max_members, memory)
    elif raw.startswith(_GZIP):
        inner = name.removesuffix(".gz")
        files = (PublishedFile(inner, lambda: _inflating(raw), max_expanded, *memory),)
    else:
        return (PublishedFile(name, lambda: io.BytesIO(raw), len(raw), *memory),)
    for file in files:
        if is_archive(file.head(4)):
            raise DocumentError(Cause.ARCHIVE, f"{name}: {file.name} is an archive again; nested archives are not read")
    return files


def _inflating(raw: bytes) -> BinaryIO:
    return cast("BinaryIO", gzip.GzipFile(fileobj=io.BytesIO(raw)))


def _zip_members(
    raw: bytes, name: str, max_expanded: int, max_members: int, memory: tuple[int, int]
) -> tuple[PublishedFile, ...]:
    if (count := raw.count(_ENTRY)) > max_members:  # before an object is made of each
        raise DocumentError(
            Cause.TOO_LARGE, f"{name}: {count} members, but max_members allows {max_members}; raise it if so"
        )
    with _in_our_words(name):
        archive = zipfile.ZipFile(io.BytesIO(raw))
    entries = archive.infolist()
    if not all(entry.filename for entry in entries):
        raise DocumentError(Cause.ARCHIVE, f"{name}: a member has no name; it is unclear what it is")
    if sum(entry.file_size for entry in entries) > max_expanded:
        raise too_large(name, max_expanded)
    entries = [entry for entry in entries if not entry.is_dir() and not entry.filename.startswith("__MACOSX/")]
    _check_names(name, [entry.orig_filename for entry in entries])
    for entry in entries:
        if entry.flag_bits & _ENCRYPTED:
            raise DocumentError(Cause.ARCHIVE, f"{name}: {entry.filename} is encrypted; only open archives are read")
        if entry.compress_type not in _METHODS:
            problem = f"compressed by method {entry.compress_type}; only store and deflate are read"
            raise DocumentError(Cause.ARCHIVE, f"{name}: {entry.filename} is {problem}")
    if not entries:
        raise DocumentError(Cause.EMPTY, f"{name}: an archive without files")
    return tuple(_member(archive, entry, memory) for entry in entries)


def _member(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, memory: tuple[int, int]) -> PublishedFile:
    return PublishedFile(entry.filename, lambda: cast("BinaryIO", archive.open(entry)), entry.file_size, *memory)


def _check_names(archive: str, names: list[str]) -> None:
    """Members are never written to disk, but claims and errors name them: a name must be plain and the only one."""
    for name in names:
        path = PurePosixPath(name)
        if path.is_absolute() or ".." in path.parts or "\\" in name or ":" in name or not name.isprintable():
            raise DocumentError(Cause.ARCHIVE, f"{archive}: a member is called {name!r}; only plain names are read")
    if len(set(names)) < len(names):
        raise DocumentError(Cause.ARCHIVE, f"{archive}: two members have the same name; it is unclear which counts")
