"""The entry point: which scheme files belong to, what was expected of them, and how they are gathered."""

import gzip
import io
import os
import zipfile
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import BinaryIO

import pytest

from monitor.model import ProofStatus
from monitor.proofs import SCHEMES, Expected, ProofFile, UnreadableError, gather, gathering, unpacked, verify
from tests.support import trees

V1 = "merkle-v1-proof.json"
ROOT = "ac6b39d2a0aa8112bd1aadff5e7d4b5c2b91cd54d595262ba4367f5d2db4160d"


def v1(expected: Expected) -> tuple[ProofStatus, str]:
    found = verify(trees.files(trees.sample(V1)), expected)
    return found.status, found.reason


@pytest.mark.parametrize(
    ("expected", "named"),
    [
        (Expected(root=ROOT[:-1] + "e"), ROOT),
        (Expected(report_id="499930593"), "499930592"),
        (Expected(totals={"BTC": Decimal("95088.55505657")}), "BTC"),
    ],
)
def test_what_differs_from_what_was_published_is_invalid(expected: Expected, named: str) -> None:
    status, reason = v1(expected)
    assert status is ProofStatus.INVALID
    assert named in reason


def test_what_was_published_and_is_found_is_said() -> None:
    expected = Expected(ROOT, report_id="499930592", totals={"BTC": Decimal("95088.55505656"), "SOL": Decimal(1)})
    found = verify(trees.files(trees.sample(V1)), expected)
    assert found.status is ProofStatus.PROVEN
    assert {"the root is the published one", "the published totals are these: BTC"} <= set(found.proven)
    assert any("SOL" in sentence for sentence in found.not_proven)


def test_a_root_that_nobody_published_is_said_to_be_uncompared() -> None:
    found = verify(trees.files(trees.sample(V1)))
    assert any("no published one was given" in sentence for sentence in found.not_proven)


def test_a_published_root_cannot_be_met_by_files_without_one() -> None:
    found = verify(trees.files(trees.sample("merkle-v2-user.json")), Expected(root=ROOT))
    assert found.status is ProofStatus.INVALID
    assert "they state no root" in found.reason


def test_files_that_name_no_report_are_not_held_to_one() -> None:
    found = verify(trees.files(trees.sample("mexc-merkle_proof.json")), Expected(report_id="7"))
    assert found.status is ProofStatus.PROVEN
    assert "that this is the report 7: the files do not name theirs" in found.not_proven


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b"\xff\xfe", b"PK\x03\x04", b"hash,1\n", b"{" * 100_000])
def test_what_is_of_no_scheme_is_unreadable(content: bytes) -> None:
    found = verify([trees.file("strange", content)])
    assert (found.status, found.scheme, found.totals) == (ProofStatus.UNREADABLE, "", {})
    assert "strange" in found.reason
    for scheme in SCHEMES:
        found = verify([trees.file("strange", content)], scheme=scheme)
        assert found.status is ProofStatus.UNREADABLE
        assert found.reason == f"strange: not the files of {scheme}, or not all of them"


def test_no_files_are_no_proof() -> None:
    assert verify([]).reason == "no files were given"
    for scheme in SCHEMES:
        assert f"not the files of {scheme}" in verify([], scheme=scheme).reason


def test_files_of_two_proofs_are_told_apart() -> None:
    found = verify(trees.files(trees.sample(V1, "mexc-merkle_proof.json")))
    assert found.status is ProofStatus.UNREADABLE
    assert "not the files of one proof, but of mexc-merkle, okx-merkle-v1" in found.reason


def test_a_file_that_could_be_of_two_schemes_is_not_judged_by_one_of_them() -> None:
    both = b"{" + b",".join(trees.sample(name)[name] for name in (V1, "mexc-merkle_proof.json")) + b"}"
    found = verify([trees.file("both.json", both)])
    assert found.reason == "both.json: could be okx-merkle-v1 or mexc-merkle; say which"


def test_each_example_is_of_one_scheme() -> None:
    for path in trees.SAMPLES.glob("*.json"):
        own = [scheme for scheme in SCHEMES.values() if scheme.recognises([trees.file(path.name, path.read_bytes())])]
        assert len(own) == 1, path.name


def test_a_file_that_cannot_be_read_is_unreadable() -> None:
    class Breaking(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            if self.tell() > 1 << 20:
                raise OSError("device gone")
            return super().read(size)

    tree = trees.okx_v2_tree([trees.Node(trees.digest(str(at)), (Decimal(at),) * 3) for at in range(9_000)])

    def opened() -> BinaryIO:
        return Breaking(tree)

    found = verify([ProofFile("tree.txt", len(tree), opened)])
    assert found.status is ProofStatus.UNREADABLE
    assert "device gone" in found.reason


def test_files_are_gathered_from_paths_directories_and_archives(tmp_path: Path) -> None:
    whole = trees.okx_v2([[(Decimal(1), Decimal(2), Decimal(3))]] * 1)
    folder = tmp_path / "proof"
    (folder / "users").mkdir(parents=True)
    (folder / "tree.txt").write_bytes(whole["tree.txt"])
    (folder / "users/0.json").write_bytes(whole["user_0.json"])
    (folder / ".hidden").write_text("passed over")
    (folder / ".git").mkdir()
    (folder / ".git/index").write_text("passed over")
    with zipfile.ZipFile(tmp_path / "proof.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in whole.items():
            archive.writestr(f"in/{name}", data)
        for passed_over in ("__MACOSX/in/._tree.txt", "__MACOSX/tree.txt", ".git/index", "in/.hidden"):
            archive.writestr(passed_over, b"")
    (tmp_path / "tree.txt.gz").write_bytes(gzip.compress(whole["tree.txt"]))
    for paths, names in (
        ([folder], ["proof/tree.txt", "proof/users/0.json"]),
        ([tmp_path / "proof.zip"], ["in/tree.txt", "in/user_0.json"]),
        ([tmp_path / "tree.txt.gz", folder / "users/0.json"], ["tree.txt", "0.json"]),
    ):
        found = gather(paths)
        assert [file.name for file in found] == names
        assert verify(found).status is ProofStatus.PROVEN


def test_what_cannot_be_gathered_is_named(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "broken.zip").write_bytes(b"PK\x03\x04 and nothing else")
    (tmp_path / "a").mkdir()
    (tmp_path / "a/x.json").write_text("{}")
    (tmp_path / "x.json").write_text("{}")
    (tmp_path / "x.json.gz").write_bytes(gzip.compress(b"{}"))
    with zipfile.ZipFile(tmp_path / "locked.zip", "w") as archive:
        archive.writestr("secret", b"text")
    locked = bytearray((tmp_path / "locked.zip").read_bytes())
    locked[locked.rindex(b"PK\x01\x02") + 8] |= 1
    (tmp_path / "locked.zip").write_bytes(locked)
    for paths, named in (
        (["missing.json"], "missing.json"),
        (["empty"], "no files"),
        (["broken.zip"], "broken.zip"),
        (["locked.zip"], "encrypted"),
        (["x.json", "x.json.gz"], "two files have this name"),
        (["\0"], "embedded null"),
    ):
        with pytest.raises(UnreadableError, match=named):
            gather([tmp_path / path for path in paths])


def archive(members: Sequence[str], kind: int = zipfile.ZIP_DEFLATED, content: bytes = b"abcd") -> bytearray:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", kind) as opened:
        for name in members:
            opened.writestr(zipfile.ZipInfo(name), content, kind)
    return bytearray(made.getvalue())


def test_what_expands_beyond_its_bounds_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gathering, "MOST_FILES", 2)
    monkeypatch.setattr(gathering, "MOST_BYTES", 8)
    for name in "abc":
        (tmp_path / name).write_bytes(b"abcd")
    (tmp_path / "d").write_bytes(b"abcde")
    (tmp_path / "e.zip").write_bytes(archive("abc"))
    assert len(gather([tmp_path / "a", tmp_path / "b"])) == 2
    for names, rule in (("abc", "more than 2 files; name those"), ("ad", "more than 8 bytes"), (["e.zip"], "2 files$")):
        with pytest.raises(UnreadableError, match=rule):
            gather([tmp_path / name for name in names])
    assert [file.size for file in unpacked("x.zip", bytes(archive("ab")), 8)] == [4, 4]
    assert [file.name for file in unpacked("x.gz", gzip.compress(b"abcd"), 4)] == ["x"]
    for content in (archive("ab"), gzip.compress(b"abcdabcd")):
        with pytest.raises(UnreadableError, match=r"^x(\.gz)?: expands to more than 7 bytes"):
            unpacked("x.gz", bytes(content), 7)
    with pytest.raises(UnreadableError, match="an archive without files"):
        unpacked("x.zip", bytes(archive([".hidden", "__MACOSX/a"])), 8)


def test_an_archive_that_could_be_read_in_two_ways_or_lies_is_refused() -> None:
    lying = archive("a")
    at = lying.rindex(b"PK\x01\x02")
    lying[at + 24 : at + 28] = (10**6).to_bytes(4, "little")  # its size
    nameless = archive("xb").replace(b"x", b"\0")
    with pytest.warns(UserWarning, match="Duplicate name"):
        twice = archive("aa")
    for made, rule in (
        (lying, "a cannot expand to 1000000 bytes"),
        (nameless, "a member has no name"),
        (archive("a", zipfile.ZIP_BZIP2), "a is encrypted or of an unknown compression"),
        (twice, "two members are called a"),
    ):
        with pytest.raises(UnreadableError, match=rule):
            unpacked("x.zip", bytes(made), 10**7)


def test_files_of_equal_names_are_told_apart_by_their_folders(tmp_path: Path) -> None:
    for folder in ("1/a", "2/a", "2/b"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "x.json").write_text(folder)
    named = [tmp_path / folder / "x.json" for folder in ("1/a", "2/a", "2/b")]
    found = gather([*named[1:], named[1]])
    assert [file.name for file in found] == ["a/x.json", "b/x.json"]
    found = gather(named)
    assert [file.name for file in found] == ["1/a/x.json", "2/a/x.json", "2/b/x.json"]
    for file, text in zip(found, (b"1/a", b"2/a", b"2/b"), strict=True):
        with file.open() as stream:
            assert stream.read() == text
    assert [file.name for file in gather([tmp_path / "1/a", tmp_path / "2/a"])] == ["1/a/x.json", "2/a/x.json"]


def test_a_damaged_gzip_is_unreadable(tmp_path: Path) -> None:
    whole = gzip.compress(trees.okx_v2([[(Decimal(1), Decimal(2), Decimal(3))]])["tree.txt"])
    (tmp_path / "tree.txt.gz").write_bytes(whole[:-9])
    assert verify(gather([tmp_path / "tree.txt.gz"])).status is ProofStatus.UNREADABLE


def test_names_that_are_no_text_are_told_so_that_every_reader_can_show_them(tmp_path: Path) -> None:
    folder = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff\x1b[31m"))
    folder.mkdir()
    (folder / os.fsdecode(b"\xfe.json")).write_text('{"totalBalances": {}, "\\ud800": "\\u001b"}')
    found = verify(gather([folder]))
    assert found.status is ProofStatus.UNREADABLE
    assert found.reason.isprintable()
    assert "\\udcff\\x1b[31m/\\udcfe.json" in found.reason
    with pytest.raises(UnreadableError, match=r"\\udcff\\x1b\[31m/none: No such file"):
        gather([folder / "none"])


def test_an_assets_name_cannot_break_what_shows_it() -> None:
    whole = trees.network_firm([["a", "1", "2"]], ("BT\u202eC", "E\x1bTH"))
    del whole["output_total_balances.txt"]
    found = verify(trees.files(whole))
    assert found.status is ProofStatus.PROVEN
    assert all(text.isprintable() for text in (*found.totals, *found.proven, *found.not_proven))


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"", "is empty"), (b"\xef\xbb\xbf{}", "byte order mark"), ("{}".encode("utf-16"), "byte order mark")],
)
def test_what_hides_the_scheme_of_a_file_is_said(content: bytes, said: str) -> None:
    assert said in verify([trees.file("proof.json", content)]).reason


def test_a_damaged_member_is_said_to_be_damaged(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "proof.zip", "w") as archive:
        archive.writestr("./merkle_proof_file.json", trees.sample(V1)[V1])
    assert verify(gather([tmp_path / "proof.zip"])).status is ProofStatus.PROVEN
    data = bytearray((tmp_path / "proof.zip").read_bytes())
    data[200] ^= 1
    (tmp_path / "proof.zip").write_bytes(data)
    found = verify(gather([tmp_path / "proof.zip"]))
    assert found.status is ProofStatus.UNREADABLE
    assert "CRC" in found.reason


def test_a_document_larger_than_any_exchanges_is_not_held() -> None:
    text = trees.sample(V1)[V1].rstrip()[:-1] + b" " * (16 << 20) + b"}"
    found = verify([trees.file(V1, text)])
    assert found.status is ProofStatus.UNREADABLE
    assert "more than 16777216 bytes" in found.reason
