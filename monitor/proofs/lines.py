"""A large file taken forward, some lines at a time; what is held is one block and the lines asked for."""

from types import TracebackType
from typing import Self

from monitor.proofs.files import DAMAGE, ProofFile
from monitor.proofs.scheme import ProofError, UnreadableError

_BLOCK = 1 << 20
_LONGEST = 1 << 16
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
        taken: list[bytes] = []
        missing = count
        while missing:
            block = self._filled()
            if not block:
                break
            lines = block.count(b"\n")
            if lines <= missing:
                taken.append(block)
                self._block = b""
                missing -= lines
            else:
                self._block = block.split(b"\n", missing)[-1]
                taken.append(block[: len(block) - len(self._block)])
                missing = 0
        self.line += count - missing
        return self._ended_alike(b"".join(taken), count - missing)

    def skip(self, count: int) -> None:
        """Pass over so many lines, without holding them."""
        while count and (taken := self.take(min(count, 10_000)).count(b"\n")):
            count -= taken

    def peek(self) -> bytes:
        """What comes next, as far as it is at hand: the next line at least."""
        return self._filled()

    @property
    def at_end(self) -> bool:
        return not self._filled()

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
            if not more:
                self._ended = True
                self._block, self._rest = (rest + b"\n" if rest else b""), b""
                return self._block
            whole, end, over = more.rpartition(b"\n")
            if end:
                self._block, self._rest = rest + whole + end, over
                return self._block
            rest += over
            if len(rest) > _LONGEST:
                raise ProofError(f"{self._file.name}: a line of more than {_LONGEST} bytes after line {self.line}")
        return b""

    def _ended_alike(self, lines: bytes, count: int) -> bytes:
        if self._crlf is None and count:
            self._crlf = lines[: lines.index(b"\n")].endswith(b"\r")
        if not self._crlf:
            return lines
        short = lines.count(b"\r\n") != count
        if short and not (self.at_end and lines.count(b"\r\n") == count - 1 and not lines.endswith(b"\r\n")):
            raise ProofError(f"{self._file.name}: lines {self.line - count} and on do not all end alike")
        return lines.replace(b"\r\n", b"\n")
