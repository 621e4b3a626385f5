"""The files that a proof consists of: named, sized, and opened only by the scheme that wants them."""

import zipfile
import zlib
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO

HEAD = 1 << 16
"""Bytes that are looked at to tell what a file is."""

DAMAGE = (OSError, EOFError, zlib.error, zipfile.BadZipFile)
"""What reading a file or an archive's member raises when its bytes are not to be had."""

_ORDER_MARKS = (BOM_UTF8, BOM_UTF16_LE, BOM_UTF16_BE)
"""What editors on Windows begin a text with; exchanges do not, and then no format would be told."""


@dataclass(frozen=True, slots=True)
class ProofFile:
    """One published file, wherever it comes from: a path, a directory's member, or a member of an archive."""

    name: str
    """As people know it, with its folders (``sum_proof_data/batches/a0/sum_proof.json``); errors name it."""
    size: int
    """Bytes."""
    open: Callable[[], BinaryIO]
    """A new stream from the first byte; the caller closes it. May be called again, and in another process."""
    direct: bool = False
    """Whether the stream can be sought at no cost. What is compressed would be expanded up to the place each time."""


def head(file: ProofFile) -> bytes:
    """The first bytes; none where it cannot be read, which the scheme that wants the file then says."""
    try:
        with file.open() as stream:
            return stream.read(HEAD)
    except DAMAGE:
        return b""


def fault(file: ProofFile) -> str:
    """Why the first bytes of ``file`` cannot tell what it is; empty where they could."""
    try:
        with file.open() as stream:
            start = stream.read(HEAD)
    except DAMAGE as error:
        return f"{file.name}: {error}"
    if not start:
        return f"{file.name}: is empty"
    if start.startswith(_ORDER_MARKS):
        return f"{file.name}: begins with a byte order mark: save it as UTF-8 without one"
    return ""
