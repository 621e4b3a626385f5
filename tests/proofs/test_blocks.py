"""Blocks of a large file are the same lines, whether they are read here or where they are used."""

import gzip
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.proofs import ProofError, gather
from monitor.proofs.blocks import source
from monitor.proofs.executors import InProcess
from tests.support import trees

HERE = InProcess()
TEXTS = st.lists(st.text("ab", max_size=5) | st.sampled_from(["c" * 40_000]), min_size=1, max_size=12)


def taken(path: Path, *, direct: bool, line: int, counts: list[int]) -> tuple[int, list[bytes]]:
    file = gather([path])[0] if direct else trees.file(path.name, path.read_bytes())
    assert file.direct is direct
    found = source(file, HERE)
    with found.cursor(line) as cursor:
        return found.lines, [cursor.take(count).read() for count in counts]


@settings(max_examples=100, deadline=None)
@given(TEXTS, st.sampled_from(["\n", "\r\n"]), st.booleans(), st.data())
def test_every_line_is_in_one_block(
    tmp_path_factory: pytest.TempPathFactory, texts: list[str], end: str, ended: bool, data: st.DataObject
) -> None:
    path = tmp_path_factory.mktemp("lines") / "lines.txt"
    texts[-1] += "z"  # a last line of nothing without an end would be none
    path.write_bytes((end.join(texts) + (end if ended or len(texts) == 1 else "")).encode())
    line = data.draw(st.integers(1, len(texts)))
    counts, left = [], len(texts) + 1 - line
    while left:
        counts.append(data.draw(st.integers(1, left)))
        left -= counts[-1]
    rest, expected = texts[line - 1 :], []
    for count in counts:
        expected.append("".join(text + "\n" for text in rest[:count]).encode())
        del rest[:count]
    for direct in (True, False):
        assert taken(path, direct=direct, line=line, counts=counts) == (len(texts), expected)


def test_lines_of_a_compressed_file_are_all_counted_however_few_bytes_they_take(tmp_path: Path) -> None:
    (tmp_path / "lines.txt.gz").write_bytes(gzip.compress(b"a\n" * 100_000))
    assert source(gather([tmp_path / "lines.txt.gz"])[0], HERE).lines == 100_000


@pytest.mark.parametrize("direct", [True, False])
def test_line_ends_of_two_kinds_are_refused(tmp_path: Path, direct: bool) -> None:
    path = tmp_path / "lines.txt"
    path.write_bytes(b"a\r\nb\nc\r\n")
    with pytest.raises(ProofError, match="lines 2 and on do not all end alike"):
        taken(path, direct=direct, line=2, counts=[2])


def test_a_file_that_is_gone_when_a_block_is_read_is_named(tmp_path: Path) -> None:
    path = tmp_path / "lines.txt"
    path.write_bytes(b"a\nb\n")
    with source(gather([path])[0], HERE).cursor(1) as cursor:
        block = cursor.take(1)
    path.unlink()
    with pytest.raises(ProofError, match=r"lines\.txt.*at the same path"):
        block.read()
