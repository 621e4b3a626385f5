"""Reading ahead of a parser, in a thread: to inflate a list takes half as long as to parse it, and no interpreter."""

import io
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor

_PIECE = 1 << 20
"""Bytes. A thread that comes back from inflating waits up to 5 ms for its turn, so pieces are large; and they are small
enough to be still in the processor's cache when they are parsed."""
_AHEAD = 2
"""Pieces: one that waits to be parsed while the thread waits for its turn."""


class ReadAhead(io.BufferedReader):
    """``stream``, which it closes, for :class:`io.TextIOWrapper`: while a piece is parsed, the next are being read.

    What reading raises is raised in its turn, when the piece is asked for.
    """

    def __init__(self, stream: io.BufferedReader) -> None:
        super().__init__(stream)
        self._stream = stream
        self._thread: ThreadPoolExecutor | None = None
        self._coming: deque[Future[bytes]] = deque()

    def read1(self, _size: int = -1, /) -> bytes:
        """The next piece, whatever its size. A file of one piece is read without a thread."""
        piece = self._coming.popleft().result() if self._coming else self._stream.read(_PIECE)
        if len(piece) == _PIECE:
            self._thread = self._thread or ThreadPoolExecutor(1, "read-ahead")
            while len(self._coming) < _AHEAD:
                self._coming.append(self._thread.submit(self._stream.read, _PIECE))
        return piece

    def close(self) -> None:
        """Close the stream, once nothing reads it any more."""
        if self._thread:
            self._thread.shutdown()
        super().close()
