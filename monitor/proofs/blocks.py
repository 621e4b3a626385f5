"""The lines of a large file, cut into blocks for whoever works on them.

Where any byte of the file is at hand, a block is a place in it, and the worker reads what stands there: the lines pass
through no other process. A file that has to be expanded is read here, and its blocks carry the lines.
"""

import sys
from array import array
from bisect import bisect_left
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import accumulate
from typing import BinaryIO, Protocol

from monitor.proofs.files import DAMAGE, ProofFile
from monitor.proofs.lines import LONGEST, Lines, ended_with_lf, is_crlf
from monitor.proofs.scheme import ProofError, UnreadableError
from monitor.proofs.work import Executor

_COUNTED_AT_ONCE = 1 << 25
"""Bytes in which one worker counts the lines."""


class Block(Protocol):
    """Some lines that follow each other; can be pickled."""

    def read(self) -> bytes:
        """The lines, each ended with LF. Raises :class:`ProofError`."""
        ...


class Cursor(Protocol):
    """Goes forward over a file."""

    def take(self, count: int) -> Block:
        """The next so many lines; fewer only where the file ends."""
        ...


class Source(Protocol):
    """A file whose lines have been counted."""

    lines: int

    def cursor(self, line: int) -> AbstractContextManager[Cursor]:
        """One that begins at ``line``, the first being 1."""
        ...


def source(file: ProofFile, executor: Executor) -> Source:
    """Count the lines of ``file``. Raises :class:`ProofError`."""
    return _Placed(file, executor) if file.direct else _Streamed(file)


@dataclass(frozen=True, slots=True)
class _Held:
    lines: bytes

    def read(self) -> bytes:
        return self.lines


class _Streamed:
    """What can only be read from its start."""

    def __init__(self, file: ProofFile) -> None:
        self._file = file
        with Lines(file) as lines:
            lines.skip(sys.maxsize)
            self.lines = lines.line - 1

    @contextmanager
    def cursor(self, line: int) -> Iterator[Cursor]:
        with Lines(self._file) as lines:
            lines.skip(line - 1)
            yield _StreamedCursor(lines)


@dataclass(frozen=True, slots=True)
class _StreamedCursor:
    lines: Lines

    def take(self, count: int) -> Block:
        return _Held(self.lines.take(count))


@dataclass(frozen=True, slots=True)
class _Place:
    file: ProofFile
    line: int
    start: int
    end: int
    crlf: bool

    def read(self) -> bytes:
        try:
            with self.file.open() as stream:
                stream.seek(self.start)
                lines = stream.read(self.end - self.start)
        except DAMAGE as error:
            raise UnreadableError(
                f"{self.file.name}: {error} (every worker has to find it at the same path)"
            ) from error
        if not lines.endswith(b"\n"):
            lines += b"\r\n" if self.crlf else b"\n"
        return ended_with_lf(lines, self.file.name, self.line, crlf=self.crlf)


class _Placed:
    """How many lines end before each 64 KiB of the file: 8 bytes for each of these, and any line is found at once."""

    def __init__(self, file: ProofFile, executor: Executor) -> None:
        self.file = file
        counts = array("I")
        for some in executor.map(partial(_counts, file), range(0, file.size, _COUNTED_AT_ONCE)):
            counts += some
        self._ends = array("Q", accumulate(counts, initial=0))
        if 0 in counts[:-1]:
            after = self._ends[counts.index(0)]
            raise ProofError(f"{file.name}: a line of more than {LONGEST} bytes after line {after}")
        with _opened(file) as stream:
            start = stream.read(2 * LONGEST)
            stream.seek(max(0, file.size - 1))
            self.lines = self._ends[-1] + (stream.read(1) not in {b"\n", b""})
        self.crlf = b"\n" in start and is_crlf(start)

    @contextmanager
    def cursor(self, line: int) -> Iterator[Cursor]:
        with _opened(self.file) as stream:
            yield _PlacedCursor(self, stream, line)

    def start(self, stream: BinaryIO, line: int) -> int:
        """Where ``line`` begins: after the end of the one before it, which is looked up among the 64 KiB around it."""
        before = line - 1
        if not before:
            return 0
        at = bisect_left(self._ends, before) - 1
        stream.seek(at * LONGEST)
        around = stream.read(LONGEST)
        return at * LONGEST + len(around) - len(around.split(b"\n", before - self._ends[at])[-1])


class _PlacedCursor:
    def __init__(self, source: _Placed, stream: BinaryIO, line: int) -> None:
        self._source = source
        self._stream = stream
        self._line = line
        self._start = source.start(stream, line)

    def take(self, count: int) -> Block:
        first, start = self._line, self._start
        self._line += count
        self._start = self._source.start(self._stream, self._line)
        return _Place(self._source.file, first, start, self._start, self._source.crlf)


@contextmanager
def _opened(file: ProofFile) -> Iterator[BinaryIO]:
    try:
        with file.open() as stream:
            yield stream
    except DAMAGE as error:
        raise UnreadableError(f"{file.name}: {error}") from error


def _counts(file: ProofFile, start: int) -> "array[int]":
    """How many lines end in each of the next blocks."""
    with _opened(file) as stream:
        stream.seek(start)
        blocks = (stream.read(LONGEST) for _ in range(0, min(_COUNTED_AT_ONCE, file.size - start), LONGEST))
        return array("I", [block.count(b"\n") for block in blocks])
