"""Whether anything repeats among millions of hashes: 8 bytes of each, sorted out into buckets on disk."""

import re
import sys
from array import array
from bisect import bisect_left
from contextlib import ExitStack
from itertools import pairwise
from tempfile import TemporaryFile
from types import TracebackType
from typing import IO, Self

_BUCKETS = 64
_STARTS = [at << 58 for at in range(1, _BUCKETS)]  # by the first 6 of 64 bits
_PREFIX = re.compile(rb"(?m)^[0-9a-f]{16}")
_BUFFER = 1 << 16

Buckets = tuple[bytes, ...]
"""The first 64 bits of hashes, as native integers, in each bucket sorted."""


def bucketed(lines: bytes) -> Buckets:
    """Of lines that each begin with a hash in hex."""
    values = array("Q", bytes.fromhex(b"".join(_PREFIX.findall(lines)).decode()))
    if sys.byteorder == "little":
        values.byteswap()
    values = array("Q", sorted(values))
    cuts = [0, *(bisect_left(values, start) for start in _STARTS), len(values)]
    return tuple(values[start:end].tobytes() for start, end in pairwise(cuts))


class Repetitions:
    """Memory: one bucket, a 64th of 8 bytes a hash, and small buffers. Disk: 8 bytes a hash."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._files: list[IO[bytes]] = []

    def __enter__(self) -> Self:
        for _ in range(_BUCKETS):
            self._files.append(self._stack.enter_context(TemporaryFile(buffering=_BUFFER)))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def add(self, buckets: Buckets) -> None:
        for file, values in zip(self._files, buckets, strict=True):
            file.write(values)

    def found(self, most: int = 1_000) -> frozenset[str]:
        """The first 16 hex digits of hashes that may repeat: whole hashes have to be compared. At most so many."""
        found: set[str] = set()
        for file in self._files:
            file.seek(0)
            values = sorted(array("Q", file.read()))
            found.update(f"{value:016x}" for value, after in pairwise(values) if value == after)
            if len(found) >= most:
                break
        return frozenset(sorted(found)[:most])
