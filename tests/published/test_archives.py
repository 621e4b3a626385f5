"""Archives are recognised by content, opened within limits, and refused when anything about them is unclear."""

import contextlib
import io
import struct
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.published import DocumentError, PublishedFile
from monitor.published.archives import unpack
from tests.support.published import gzipped, refusal, zipped

CSV = b"network,address\nbitcoin,1\n"


def read(raw: bytes, *, max_expanded: int = 1_000_000, max_members: int = 8, name: str = "list") -> dict[str, bytes]:
    files = unpack(raw, name, max_expanded=max_expanded, max_members=max_members)
    return {file.name: file.content() for file in files}


def refused(raw: bytes, *, max_expanded: int = 1_000_000, max_members: int = 8) -> tuple[str, str]:
    with pytest.raises(DocumentError) as caught:
        read(raw, max_expanded=max_expanded, max_members=max_members)
    return refusal(caught.value)


def test_archives_are_recognised_by_content_not_by_name() -> None:
    assert read(zipped({"a.csv": CSV}), name="list.csv") == {"a.csv": CSV}
    assert read(gzipped(CSV), name="list.csv.gz") == {"list.csv": CSV}
    assert read(CSV, name="list.zip") == {"list.zip": CSV}


def test_directories_and_resource_forks_are_no_files() -> None:
    assert read(zipped({"por/": b"", "por/a.csv": CSV, "__MACOSX/por/._a.csv": b"\0"})) == {"por/a.csv": CSV}


def test_a_file_can_be_opened_again_from_the_start() -> None:
    (file,) = unpack(zipped({"a.csv": CSV}), "list", max_expanded=100, max_members=1)
    assert file.head(7) == CSV[:7]
    assert file.content() == file.content() == CSV


def test_a_gzip_of_several_parts_is_one_file() -> None:
    assert read(gzipped(CSV) + gzipped(CSV)) == {"list": CSV + CSV}


def test_gzip_expands_to_its_limit_and_no_further() -> None:
    assert read(gzipped(CSV), max_expanded=len(CSV)) == {"list": CSV}
    assert refused(gzipped(CSV), max_expanded=len(CSV) - 1)[0] == "too_large"


def test_a_gzip_bomb_is_stopped_at_the_limit() -> None:
    assert refused(gzipped(bytes(50_000_000)), max_expanded=1000)[0] == "too_large"


def test_zip_members_expand_to_their_limit_together() -> None:
    raw = zipped({"a.csv": CSV, "b.csv": CSV})
    assert len(read(raw, max_expanded=2 * len(CSV))) == 2
    assert refused(raw, max_expanded=2 * len(CSV) - 1)[0] == "too_large"


def test_a_zip_bomb_that_lies_about_its_size_is_refused() -> None:
    raw = bytearray(zipped({"a.csv": bytes(50_000_000)}))
    size = struct.pack("<I", 50_000_000)
    lie = struct.pack("<I", 100)
    assert size in raw
    assert refused(bytes(raw.replace(size, lie)), max_expanded=1000)[0] == "archive"


def test_members_are_counted() -> None:
    reason, sentence = refused(zipped({f"{n}.csv": CSV for n in range(9)}))
    assert reason == "too_large"
    assert "max_members" in sentence


@pytest.mark.parametrize("name", ["../a.csv", "/a.csv", "a/../../b.csv", "C:a.csv", "a\\b.csv", "a\nb.csv"])
def test_names_that_are_not_plain_are_refused(name: str) -> None:
    assert refused(zipped({name: CSV}))[0] == "archive"


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_members_of_one_name_are_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.csv", CSV)
        archive.writestr("a.csv", CSV.upper())
    reason, sentence = refused(out.getvalue())
    assert reason == "archive"
    assert "same name" in sentence


def test_encrypted_members_are_refused() -> None:
    raw = bytearray(zipped({"a.csv": CSV}))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        raw[raw.index(signature) + offset] |= 1
    reason, sentence = refused(bytes(raw))
    assert reason == "archive"
    assert "encrypted" in sentence


def test_other_compressions_are_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("a.csv", CSV)
    assert refused(out.getvalue())[0] == "archive"


@pytest.mark.parametrize("inner", [zipped({"a.csv": CSV}), gzipped(CSV)])
def test_nested_archives_are_refused(inner: bytes) -> None:
    for outer in (zipped({"inner": inner}), gzipped(inner)):
        reason, sentence = refused(outer)
        assert reason == "archive"
        assert "nested" in sentence


def test_an_archive_without_files_is_empty() -> None:
    assert refused(zipped({}))[0] == "empty"
    assert refused(zipped({"por/": b""}))[0] == "empty"


def test_a_damaged_member_is_refused() -> None:
    raw = bytearray(zipped({"a.csv": CSV * 100}))
    raw[60] ^= 0xFF
    assert refused(bytes(raw))[0] == "archive"


@pytest.mark.parametrize("archive", [zipped({"a.csv": CSV * 20}), gzipped(CSV * 20)], ids=["zip", "gzip"])
def test_an_archive_cut_anywhere_is_refused(archive: bytes) -> None:
    for end in range(4, len(archive)):
        assert refused(archive[:end])[0] in {"archive", "truncated"}


@given(st.data())
def test_a_damaged_archive_raises_nothing_but_document_errors(data: st.DataObject) -> None:
    raw = bytearray(data.draw(st.sampled_from([zipped({"a.csv": CSV, "b": CSV * 9}), gzipped(CSV * 9)])))
    for position in data.draw(st.lists(st.integers(2, len(raw) - 1), min_size=1, max_size=4)):
        raw[position] = data.draw(st.integers(0, 255))
    with contextlib.suppress(DocumentError):
        read(bytes(raw))


def test_contents_are_in_no_repr() -> None:
    (file,) = unpack(CSV, "list.csv", max_expanded=100, max_members=1)
    assert isinstance(file, PublishedFile)
    assert "bitcoin" not in repr(file)
