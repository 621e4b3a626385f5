"""A customer's file in a process of its own: what it shows is said, and nothing that it does lasts."""

import asyncio
import gzip
import io
import logging
import multiprocessing
import os
import zipfile
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.daemon.customer_files import verify_upload
from monitor.model import ProofStatus
from monitor.proofs import UnreadableError, unpacked
from monitor.settings import VerifySettings

TREE = Path(__file__).parents[1] / "data" / "proofs" / "trees" / "river-test.csv"
PATH = Path(__file__).parents[1] / "data" / "proofs" / "trees" / "merkle-v1-proof.json"


def zipped(**members: bytes) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, member in members.items():
            archive.writestr(f"{name}.json", member)
    return content.getvalue()


async def test_a_path_and_a_whole_tree_are_verified_and_leave_no_trace(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    with caplog.at_level(logging.DEBUG):
        path, tree = await asyncio.gather(
            verify_upload("proof.zip", zipped(proof=PATH.read_bytes()), "", VerifySettings()),
            verify_upload("tree.csv", TREE.read_bytes(), "", VerifySettings()),
        )
    assert (path.status, path.scheme, path.reason) == (ProofStatus.PROVEN, "okx-merkle-v1", "")
    assert (tree.status, tree.scheme, tree.reason) == (ProofStatus.PROVEN, "bitmex-merkle", "")
    assert list(tmp_path.iterdir()) == []
    assert not [record for record in caplog.records if "proof" in record.getMessage()]


def _standing(process: int) -> tuple[int, int]:
    """How nice it is, and how soon the kernel would end it."""
    score, *_ = Path(f"/proc/{process}/oom_score_adj").read_text().split()  # more, where it is written meanwhile
    return os.getpriority(os.PRIO_PROCESS, process), int(score)


async def test_it_comes_after_the_daemon_for_a_core_and_goes_before_it_where_memory_runs_out() -> None:
    proof = asyncio.create_task(verify_upload("tree.csv", TREE.read_bytes(), "", VerifySettings()))
    seen: set[tuple[int, int]] = set()
    while not proof.done():
        await asyncio.sleep(0)
        for process in multiprocessing.active_children():
            with suppress(OSError):  # it has just ended
                seen.add(_standing(process.pid or 0))

    assert (await proof).status is ProofStatus.PROVEN
    assert any(nice > own and score > ours for nice, score in seen for own, ours in [_standing(os.getpid())]), seen


async def test_what_takes_too_long_is_ended_and_says_so() -> None:
    proof = await verify_upload("proof.json", b"{}", "", VerifySettings(timeout=timedelta(milliseconds=1)))
    assert proof.status is ProofStatus.UNREADABLE
    assert "proof.json: was not verified within" in proof.reason
    assert "reserve-monitor liabilities" in proof.reason


async def test_a_process_that_is_out_of_memory_takes_nobody_along(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("monitor.daemon.customer_files._PROGRAM", 16 * 1024**2)
    proof = await verify_upload(
        "proof.json", b'{"a":[' + b"[]," * 2_000_000 + b"[]]}", "", VerifySettings(max_memory=1)
    )
    assert proof.status is ProofStatus.UNREADABLE
    assert "memory" in proof.reason.lower()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("bomb.gz", gzip.compress(b"0" * 2_000_000)),
        ("bomb.zip", zipped(a=b"0" * 2_000_000)),
        ("many.zip", zipped(**{f"m{n}": b"0" * 1000 for n in range(1200)})),
        ("cut.gz", gzip.compress(b"0" * 1000)[:-9]),
        ("cut.zip", zipped(a=b"0" * 1000)[:-9]),
        ("none.zip", zipped()),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_expands_beyond_its_limit_or_is_damaged_is_unreadable(name: str, content: bytes) -> None:
    with pytest.raises(UnreadableError, match=name.partition(".")[0]):
        unpacked(name, content, 1_000_000)


def test_files_in_memory_are_as_those_on_disk() -> None:
    content = PATH.read_bytes()
    for name, packed in (("p.json", content), ("p.json.gz", gzip.compress(content)), ("p.zip", zipped(p=content))):
        (file,) = unpacked(name, packed, len(content))
        assert (file.name, file.size) == ("p.json", len(content))
        with file.open() as stream:
            assert stream.read() == content
