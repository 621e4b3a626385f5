"""Whether anything repeats among millions of hashes: 8 bytes of each, sorted out into buckets on disk."""

import sys
from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from itertools import pairwise
from tempfile import SpooledTemporaryFile
from types import TracebackType
from typing import IO, Self

from monitor.proofs.work import Executor

_BUCKETS = 64
_STARTS = [at << 58 for at in range(1, _BUCKETS)]  # by the first 6 of 64 bits
_BUFFER = 1 << 16
_MOST = 1_000

Buckets = tuple[bytes, ...]
"""The first 64 bits of hashes, as native integers, sorted out."""


def bucketed(hashes: Sequence[str]) -> Buckets:
    """Of hashes in hex, all of one length: a multiple of 16 digits."""
    words = array("Q", bytes.fromhex("".join(sorted(hashes))))
    values = words[:: len(words) // len(hashes)]
    if sys.byteorder == "little":
        values.byteswap()
    cuts = [0, *(bisect_left(values, start) for start in _STARTS), len(values)]
    return tuple(values[start:end].tobytes() for start, end in pairwise(cuts))


class Repetitions:
    """Memory: one bucket for each worker, a 64th of 8 bytes a hash, and small buffers.

    Disk: 8 bytes a hash, but of small trees none, so that nothing is opened for them.
    """

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._files: list[IO[bytes]] = []

    def __enter__(self) -> Self:
        for _ in range(_BUCKETS):
            self._files.append(self._stack.enter_context(SpooledTemporaryFile(_BUFFER, buffering=_BUFFER)))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def add(self, buckets: Buckets) -> None:
        for file, values in zip(self._files, buckets, strict=True):
            file.write(values)

    def found(self, executor: Executor) -> frozenset[str]:
        """The first 16 hex digits of hashes that may repeat: whole hashes have to be compared. Some, if very many."""
        found: set[str] = set()
        for values in executor.map(_repeating, map(_contents, self._files)):
            found.update(f"{value:016x}" for value in values)
            if len(found) >= _MOST:
                break
        return frozenset(sorted(found)[:_MOST])


def _contents(file: IO[bytes]) -> bytes:
    file.seek(0)
    return file.read()


def _repeating(bucket: bytes) -> list[int]:
    values = array("Q", bucket)
    if len(set(values)) == len(values):
        return []
    return [value for value, times in Counter(values).most_common(_MOST) if times > 1]
