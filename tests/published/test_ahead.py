"""Reading ahead changes nothing but when it is done."""

import io
import threading
from typing import BinaryIO

import pytest

from monitor.published import DocumentError, PublishedFile, ahead
from monitor.published.ahead import ReadAhead
from monitor.published.archives import Guarded

CONTENT = bytes(range(256)) * 10


class Failing(io.BytesIO):
    """A stream that breaks after its first byte."""

    def read(self, size: int | None = -1, /) -> bytes:
        if self.tell():
            raise OSError("broken")
        return super().read(size)


def opened(stream: BinaryIO) -> Guarded:
    return PublishedFile("list.csv", lambda: stream, len(CONTENT)).open()


@pytest.mark.parametrize("piece", [1, 7, 256, len(CONTENT), len(CONTENT) + 1])
def test_every_byte_comes_once_and_in_order(monkeypatch: pytest.MonkeyPatch, piece: int) -> None:
    monkeypatch.setattr(ahead, "_PIECE", piece)
    with ReadAhead(opened(io.BytesIO(CONTENT))) as read:
        assert b"".join(iter(read.read1, b"")) == CONTENT


def test_what_reading_raises_is_raised_when_its_piece_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ahead, "_PIECE", 1)
    monkeypatch.setattr("monitor.published.archives._BUFFER", 1)
    with ReadAhead(opened(Failing(b"ab"))) as read:
        assert read.read1() == b"a"
        with pytest.raises(DocumentError, match="broken"):
            read.read1()


def test_closing_closes_the_stream_and_ends_the_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ahead, "_PIECE", 1)
    stream = opened(io.BytesIO(CONTENT))
    read = ReadAhead(stream)
    read.read1()
    assert any(thread.name.startswith("read-ahead") for thread in threading.enumerate())
    read.close()
    assert stream.closed
    assert not any(thread.name.startswith("read-ahead") for thread in threading.enumerate())
