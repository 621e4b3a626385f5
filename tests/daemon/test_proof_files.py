"""The files of a proof: read when something about them has changed, and not again before."""

import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
import pytest

from monitor.daemon import proof_files
from monitor.daemon.proof_files import Known, Published, Same, published
from monitor.settings import ProofSettings
from tests.support.daemons import publish
from tests.support.published import publishing

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
CONTENT = "a leaf\n"


class Shelf:
    """Where a proof lies, and which of its files were read."""

    def __init__(self, folder: Path, read: list[Path]) -> None:
        self.folder = folder
        self.read = read

    async def look(self, known: Known | None = None, source: str = "") -> tuple[Published | Same, int]:
        """What is found, and how many files were read for it."""
        before = len(self.read)
        settings = ProofSettings(source=source or str(self.folder))
        async with (
            aiohttp.ClientSession() as session,
            published(settings, session, known, lambda: NOW) as found,
        ):
            return found, len(self.read) - before


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shelf:
    read: list[Path] = []
    digest = proof_files._digest

    def counted(path: Path) -> str:
        read.append(path)
        return digest(path)

    monkeypatch.setattr(proof_files, "_digest", counted)
    folder = tmp_path / "proof"
    (folder / "batches").mkdir(parents=True)
    for name in ("config.json", "batches/a.json"):
        publish(folder / name, CONTENT)
        os.utime(folder / name, ns=(10**9, 10**9))
    return Shelf(folder, read)


@pytest.mark.parametrize("name", ["", "config.json"], ids=["a directory", "a file"])
async def test_files_of_which_nothing_has_changed_are_not_read_again(shelf: Shelf, name: str) -> None:
    source = str(shelf.folder / name)
    first, read = await shelf.look(source=source)
    assert isinstance(first, Published)
    assert read == len(first.document.members or [name])
    assert await shelf.look(first.known, source) == (Same(first.known), 0)


def grown(folder: Path) -> None:
    (folder / "config.json").write_text(CONTENT * 2)
    os.utime(folder / "config.json", ns=(10**9, 10**9))


def changed(folder: Path) -> None:
    (folder / "config.json").write_text(CONTENT.upper())
    os.utime(folder / "config.json", ns=(10**9, 10**9 + 1))


def replaced(folder: Path) -> None:
    """By one of the same size and time, as an archiver does it."""
    publish(folder / "config.json", CONTENT.upper())
    os.utime(folder / "config.json", ns=(10**9, 10**9))


def added(folder: Path) -> None:
    (folder / "more.json").write_text(CONTENT)


def removed(folder: Path) -> None:
    (folder / "config.json").unlink()


def renamed(folder: Path) -> None:
    (folder / "config.json").rename(folder / "configuration.json")


@pytest.mark.parametrize("change", [grown, changed, replaced, added, removed, renamed])
async def test_whatever_has_changed_about_one_of_them_all_are_read_again(
    shelf: Shelf, change: Callable[[Path], None]
) -> None:
    first, _ = await shelf.look()
    assert isinstance(first, Published)
    change(shelf.folder)
    again, read = await shelf.look(first.known)
    assert isinstance(again, Published)
    assert again.document.sha256 != first.document.sha256
    assert read == len(again.document.members)
    assert await shelf.look(again.known) == (Same(again.known), 0)


async def test_a_touched_file_is_read_once_more_and_is_the_same(shelf: Shelf) -> None:
    first, _ = await shelf.look()
    assert isinstance(first, Published)
    os.utime(shelf.folder / "config.json")
    again, read = await shelf.look(first.known)
    assert isinstance(again, Published)
    assert (again.document.sha256, read) == (first.document.sha256, 2)
    assert await shelf.look(again.known) == (Same(again.known), 0)


async def test_what_was_known_of_files_says_nothing_about_a_url(shelf: Shelf) -> None:
    async with publishing() as publisher:
        url = publisher.put("/proof.json", CONTENT, ETag='"1"')
        local, _ = await shelf.look(source=str(shelf.folder / "config.json"))
        remote, _ = await shelf.look(local.known, url)
        assert isinstance(local, Published)
        assert isinstance(remote, Published)
        assert remote.document.sha256 == local.document.sha256
        assert await shelf.look(remote.known, url) == (Same(remote.known), 0)
        assert publisher.statuses == [200, 304]
        again, _ = await shelf.look(remote.known, str(shelf.folder))
        assert isinstance(again, Published)
