"""Hashes that repeat are looked for, of large trees on disk; one that is full leaves no file open."""

import tempfile
from tempfile import TemporaryFile
from typing import IO, Any

import pytest

from monitor.proofs import repetitions
from monitor.proofs.executors import InProcess
from monitor.proofs.repetitions import Repetitions, bucketed


def test_only_what_repeats_is_found() -> None:
    with Repetitions() as seen:
        for hashes in (["00" * 32, "01" * 32, "02" * 32], ["03" * 32, "01" * 32, "ff" * 32]):
            seen.add(bucketed(hashes))
        assert seen.found(InProcess()) == {"01" * 8}


def test_a_disk_that_is_full_leaves_no_file_open(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[IO[bytes]] = []

    def until_full(**how: Any) -> IO[bytes]:
        if len(opened) == 3:
            raise OSError("no space left on device")
        opened.append(TemporaryFile(**how))  # noqa: SIM115 - whether it is closed is the question
        return opened[-1]

    monkeypatch.setattr(repetitions, "_BUFFER", 1000)
    with Repetitions() as small:
        small.add((bytes(1000),) * 64)
    assert not opened
    monkeypatch.setattr(tempfile, "TemporaryFile", until_full)
    with pytest.raises(OSError, match="no space"), Repetitions() as large:
        large.add((bytes(1001),) * 64)
    assert [file.closed for file in opened] == [True] * 3
