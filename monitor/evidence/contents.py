"""The files of a bundle, as a folder or as one zip archive.

An archive is nothing but its files: stored, in order, each dated 1980, with no byte that is not determined by them. So
a reader needs no rule against two entries of one name, links, bombs, or data before, between and behind the entries:
whatever is not the archive of its own files is refused.
"""

import io
import re
import shutil
import stat
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from struct import Struct
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from monitor.evidence.errors import EvidenceError, Fault

Contents = Mapping[str, bytes]
"""The files of a bundle by name; ``documents/`` is the only folder among others of one level."""

LARGEST = 2 * 1024**3 - 1
"""Bytes of all files together: they are held in memory, and an archive needs no extensions up to here."""

_NAME = re.compile(r"([a-z]{1,20}/)?[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_DATED = (1980, 1, 1, 0, 0, 0)
_UNIX, _MODE = 3, 0o100644 << 16
_HEADER = Struct("<4s14x2L2H")
"""Of an entry: signature, how long it is packed and unpacked, and its name and extensions."""
_ENTRY = b"PK\3\4"


def write(contents: Contents, target: Path, *, replacing: bool = False) -> None:
    """Write a bundle: an archive where ``target`` ends in ``.zip``, else a folder. It is there whole, or not at all.

    Raises EvidenceError where there is something already, which only an archive is ``replacing``; OSError.
    """
    if not replacing and (target.exists() or target.is_symlink()):
        raise EvidenceError(f"{target} is there already: name another, or move it away")
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.suffix == ".zip":
        with tempfile.NamedTemporaryFile(dir=target.parent, prefix=".evidence-", delete=False) as file:
            file.write(packed(contents))
        unfinished = Path(file.name)
    else:
        unfinished = Path(tempfile.mkdtemp(dir=target.parent, prefix=".evidence-"))
    try:
        if unfinished.is_dir():
            for name, content in contents.items():
                (unfinished / name).parent.mkdir(exist_ok=True)
                (unfinished / name).write_bytes(content)
        unfinished.chmod(0o755 if unfinished.is_dir() else 0o644)
        unfinished.rename(target)
    except BaseException:
        with suppress(OSError):
            shutil.rmtree(unfinished) if unfinished.is_dir() else unfinished.unlink()
        raise


def packed(contents: Contents) -> bytes:
    """The archive of ``contents``: the same bytes for the same files. Raises EvidenceError where that is too large."""
    if sum(map(len, contents.values())) > LARGEST:
        raise EvidenceError("the bundle is too large for an archive: write a folder, by a name without .zip")
    archive = io.BytesIO()
    with ZipFile(archive, "w", ZIP_STORED) as file:
        for name in sorted(contents):
            entry = ZipInfo(name, _DATED)
            entry.create_system, entry.external_attr = _UNIX, _MODE
            file.writestr(entry, contents[name])
    return archive.getvalue()


def read(source: Path) -> tuple[Contents, list[Fault]]:
    """Read a bundle, and tell what is no part of any. Raises EvidenceError where there is none; OSError."""
    if source.is_dir():
        return _read_folder(source)
    if not source.is_file():
        raise EvidenceError(f"{source}: there is no bundle, neither a folder nor a .zip file")
    if source.stat().st_size > LARGEST:
        raise EvidenceError(f"{source}: larger than any bundle")
    return unpacked(source.read_bytes(), source.name)


def unpacked(archive: bytes, name: str) -> tuple[Contents, list[Fault]]:
    """The files of ``archive``, which is called ``name``, and where it is not the archive of these files."""
    contents: dict[str, bytes] = {}
    entries: list[tuple[str, slice]] = []
    place = 0
    while place + _HEADER.size <= len(archive):
        signature, size, whole, length, more = _HEADER.unpack_from(archive, place)
        start = place + _HEADER.size + length
        file = archive[start - length : start].decode("ascii", "replace")
        if signature != _ENTRY or size != whole or more or not _NAME.fullmatch(file) or file in contents:
            break
        entries.append((file, slice(place, start + size)))
        contents[file] = archive[start : start + size]
        place = start + size
    if not contents:
        return {}, [Fault(name, "not a bundle's archive: it does not begin with an entry")]
    rebuilt = packed(contents)
    if rebuilt == archive:
        return contents, []
    wrong = next((file for file, entry in entries if rebuilt[entry] != archive[entry]), "")
    where = "this entry is" if wrong else "what is behind its entries is"
    return contents, [Fault(wrong or name, f"{where} not what the archive of these files has there ({name})")]


def _read_folder(folder: Path) -> tuple[Contents, list[Fault]]:
    contents: dict[str, bytes] = {}
    faults: list[Fault] = []
    total = 0
    for path in sorted(folder.rglob("*")):
        name, mode = path.relative_to(folder).as_posix(), path.lstat().st_mode
        if stat.S_ISDIR(mode) and "/" not in name and any(path.iterdir()):
            continue
        if not stat.S_ISREG(mode) or not _NAME.fullmatch(name):
            faults.append(Fault(name, "neither a file nor a folder that a bundle may have"))
            continue
        total += path.lstat().st_size
        if total > LARGEST:
            raise EvidenceError(f"{folder}: larger than any bundle")
        contents[name] = path.read_bytes()
    return contents, faults
