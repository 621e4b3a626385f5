"""A large file taken forward, some lines at a time; what is held is one block and the lines asked for."""

from types import TracebackType
from typing import Self

from monitor.proofs.files import DAMAGE, ProofFile
from monitor.proofs.scheme import ProofError, UnreadableError

_BLOCK = 1 << 20
LONGEST = 1 << 16
"""Bytes of one line. No format's come near; a file without line ends would otherwise be held whole."""


class Lines:
    """A cursor. Lines end alike throughout, with LF or CRLF as the first does; the last may lack its end."""

    def __init__(self, file: ProofFile) -> None:
        self._file = file
        try:
            self._stream = file.open()
        except DAMAGE as error:
            raise UnreadableError(f"{file.name}: {error}") from error
        self._block = b""
        """Whole lines that have not been taken."""
        self._rest = b""
        """What was read of the line after them."""
        self._ended = False
        self._crlf: bool | None = None
        self.line = 1
        """Number of the line that comes next."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stream.close()

    def take(self, count: int) -> bytes:
        """The next ``count`` lines, each ended with LF; fewer only where the file ends."""
        first = self.line
        taken: list[bytes] = []
        while count and (lines := self._next(count)):
            taken.append(lines)
            count -= lines.count(b"\n")
        return ended_with_lf(b"".join(taken), self._file.name, first, crlf=bool(self._crlf))

    def skip(self, count: int) -> None:
        """Pass over so many lines, as far as there are any, without holding them."""
        while count and (lines := self._next(count)):
            count -= lines.count(b"\n")

    def _next(self, most: int) -> bytes:
        """What is at hand of the next lines, as they are written; nothing at the end."""
        block = self._filled()
        lines = block.count(b"\n")
        if lines > most:
            self._block = block.split(b"\n", most)[-1]
            block, lines = block[: len(block) - len(self._block)], most
        else:
            self._block = b""
        self.line += lines
        return block

    def _filled(self) -> bytes:
        """The block, ending with a line's end; more of the file is read when it is used up."""
        if self._block:
            return self._block
        rest = self._rest
        while not self._ended:
            try:
                more = self._stream.read(_BLOCK)
            except DAMAGE as error:
                raise UnreadableError(f"{self._file.name}: {error}") from error
            whole, end, over = more.rpartition(b"\n")
            if end and self._crlf is None:
                self._crlf = is_crlf(rest + more)
            if not more:
                self._ended = True
                self._rest = b""
                self._block = rest + (b"\r\n" if self._crlf else b"\n") if rest else b""
                return self._block
            if end:
                self._block, self._rest = rest + whole + end, over
                return self._block
            rest += over
            if len(rest) > LONGEST:
                raise ProofError(f"{self._file.name}: a line of more than {LONGEST} bytes after line {self.line}")
        return b""


def is_crlf(start: bytes) -> bool:
    """Whether a file's first line, which ends in ``start``, ends with CRLF."""
    return start[: start.index(b"\n")].endswith(b"\r")


def ended_with_lf(lines: bytes, file: str, first: int, *, crlf: bool) -> bytes:
    """Whole lines of a file whose lines end with LF, or with CRLF (``crlf``); ``first`` is the first one's number.

    A CR of any other kind stays, for the format to refuse.
    """
    if not crlf:
        return lines
    if lines.count(b"\r\n") != lines.count(b"\n"):
        raise ProofError(f"{file}: lines {first} and on do not all end alike")
    return lines.replace(b"\r\n", b"\n")
