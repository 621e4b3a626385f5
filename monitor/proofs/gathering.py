"""Files as people give them: paths, directories, zip archives and gzip, each file of a proof by its name."""

import gzip
import stat
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from io import BytesIO
from pathlib import Path, PurePath, PurePosixPath
from typing import BinaryIO, cast

from monitor.formats import visible
from monitor.proofs.files import DAMAGE, ProofFile
from monitor.proofs.scheme import UnreadableError

MOST_FILES = 10_000
MOST_BYTES = 1 << 40
"""Of all files together, expanded. What is large is read as a stream, so this guards time rather than memory."""

_ENCRYPTED = 0x1  # general purpose bit flag 0 (APPNOTE.TXT 4.4.4)
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ARCHIVE = (b"PK\x03\x04", b"PK\x05\x06")
_GZIP = b"\x1f\x8b"
_MOST_RATIO = 1_100
"""Deflate cannot shrink further than 1032 to 1: a member that says so lies about its size."""


def gather(paths: Iterable[str | Path]) -> list[ProofFile]:
    """The files that ``paths`` stand for, directories in the order of their names; nothing is unpacked to disk.

    Hidden files and what macOS adds to archives are passed over. An archive inside an archive is left as it is.
    Raises :class:`UnreadableError`.
    """
    return _guarded(partial(_all, paths))


def unpacked(name: str, content: bytes, most: int) -> list[ProofFile]:
    """The same of one file that is in memory, which may expand to ``most`` bytes. Raises :class:`UnreadableError`."""
    return _guarded(partial(_of_bytes, name, content, most))


def _guarded(found: Callable[[], list[ProofFile]]) -> list[ProofFile]:
    try:
        return found()
    except UnreadableError as error:
        raise UnreadableError(visible(str(error))) from error
    except Exception as error:  # whatever ``zipfile`` makes of bytes that are no archive
        raise UnreadableError(visible(f"cannot be opened ({type(error).__name__}: {error})")) from error


def _all(paths: Iterable[str | Path]) -> list[ProofFile]:
    found: dict[PurePath, ProofFile] = {}
    size = 0
    for path in paths:
        for where, file in _expand(Path(path)):
            if where in found:  # one file, named twice
                continue
            found[where] = file
            size += file.size
            if len(found) > MOST_FILES:
                raise UnreadableError(f"{path}: more than {MOST_FILES} files; name those of one proof")
            if size > MOST_BYTES:
                raise UnreadableError(f"{path}: expands to more than {MOST_BYTES} bytes")
    if not found:
        raise UnreadableError("no files: name the files of a proof, their directory, or the archive they came in")
    return _told_apart(found)


def _told_apart(found: Mapping[PurePath, ProofFile]) -> list[ProofFile]:
    """The files, those of equal names with as many of their folders before them as tell them apart."""
    alike: dict[str, list[PurePath]] = {}
    for where, file in found.items():
        alike.setdefault(file.name, []).append(where)
    names: dict[PurePath, str] = {}
    for name, places in alike.items():
        own = len(PurePath(name).parts)
        deepest = max(len(where.parts) for where in places) if len(places) > 1 else own
        for depth in range(own, deepest + 1):
            longer = {where: "/".join((*where.parts[-depth:-own], name)) for where in places}
            if len(set(longer.values())) == len(places):
                break
        else:
            raise UnreadableError(f"{name}: two files have this name; it is unclear which counts")
        names |= longer
    return [replace(file, name=visible(names[where])) for where, file in found.items()]


def _expand(path: Path) -> Iterator[tuple[PurePath, ProofFile]]:
    """The files that a path stands for, and where each is: on disk, an archive counting as a folder."""
    try:
        kind = path.stat().st_mode
    except (OSError, ValueError) as error:
        raise UnreadableError(f"{path}: {getattr(error, 'strerror', None) or error}") from error
    if stat.S_ISDIR(kind):
        for inner in sorted(path.rglob("*")):
            below = inner.relative_to(path)
            if inner.is_file() and not any(part.startswith(".") for part in below.parts):
                yield from _file(inner, visible(str(path.name / below)))
    elif stat.S_ISREG(kind):
        yield from _file(path, visible(path.name))
    else:
        raise UnreadableError(f"{path}: neither a file nor a directory")


def _file(path: Path, name: str) -> Iterator[tuple[PurePath, ProofFile]]:
    place = path.absolute()
    try:
        with path.open("rb") as stream:
            start = stream.read(4)
        if start in _ARCHIVE:
            for member in _members(path, name):
                yield place / member.name, member
        elif start.startswith(_GZIP):
            yield place, ProofFile(name.removesuffix(".gz"), path.stat().st_size, partial(_gzip, path))
        else:
            yield place, ProofFile(name, path.stat().st_size, partial(_plain, place), direct=True)
    except DAMAGE as error:
        raise UnreadableError(f"{name}: {error}") from error


def _of_bytes(name: str, content: bytes, most: int) -> list[ProofFile]:
    try:
        return _expanded(name, content, most)
    except DAMAGE as error:
        raise UnreadableError(f"{name}: {error}") from error


def _expanded(name: str, content: bytes, most: int) -> list[ProofFile]:
    if content.startswith(_ARCHIVE):
        found = {PurePath(member.name): member for member in _members(content, name)}
        if sum(member.size for member in found.values()) > most:
            raise UnreadableError(f"{name}: expands to more than {most} bytes")
        if not found:
            raise UnreadableError(f"{name}: an archive without files")
        return _told_apart(found)
    if content.startswith(_GZIP):
        with gzip.open(BytesIO(content)) as stream:
            content, name = stream.read(most + 1), name.removesuffix(".gz")
        if len(content) > most:
            raise UnreadableError(f"{name}: expands to more than {most} bytes")
    return [ProofFile(visible(name), len(content), partial(BytesIO, content), direct=True)]


def _members(path: Path | bytes, archive: str) -> Sequence[ProofFile]:
    with _archive(path) as opened:
        entries = opened.infolist()
    if not all(entry.filename for entry in entries):
        raise UnreadableError(f"{archive}: a member has no name; it is unclear what it is")
    entries = [entry for entry in entries if not _is_passed_over(entry)]
    if len(entries) > MOST_FILES:
        raise UnreadableError(f"{archive}: more than {MOST_FILES} files")
    for entry in entries:
        if entry.flag_bits & _ENCRYPTED or entry.compress_type not in _METHODS:
            raise UnreadableError(f"{archive}: {entry.filename} is encrypted or of an unknown compression")
        if entry.file_size > _MOST_RATIO * max(entry.compress_size, 1):
            raise UnreadableError(f"{archive}: {entry.filename} cannot expand to {entry.file_size} bytes")
    if repeated := _repeated([entry.filename for entry in entries]):
        raise UnreadableError(f"{archive}: two members are called {repeated}; it is unclear which counts")
    return [
        ProofFile(visible(entry.filename), entry.file_size, partial(_member, path, entry.filename)) for entry in entries
    ]


def _is_passed_over(entry: zipfile.ZipInfo) -> bool:
    parts = PurePosixPath(entry.filename).parts  # without the "./" that some archivers begin names with
    return entry.is_dir() or "__MACOSX" in parts[:1] or any(part.startswith(".") for part in parts)


def _plain(path: Path) -> BinaryIO:
    return path.open("rb")


def _gzip(path: Path) -> BinaryIO:
    return cast("BinaryIO", gzip.open(path, "rb"))


def _archive(content: Path | bytes) -> zipfile.ZipFile:
    return zipfile.ZipFile(BytesIO(content) if isinstance(content, bytes) else content)


def _member(path: Path | bytes, name: str) -> BinaryIO:
    with _archive(path) as archive:  # an open member keeps the archive's file for itself
        return cast("BinaryIO", archive.open(name))


def _repeated(names: Sequence[str]) -> str:
    known: set[str] = set()
    for name in names:
        if name in known:
            return name
        known.add(name)
    return ""
