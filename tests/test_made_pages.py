"""What pages say in the code's own words is what the code says."""

from pathlib import Path

import pytest

from tools import reference_tables

PAGES = dict(reference_tables.pages())


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_a_page_is_as_it_is_made(path: Path) -> None:
    assert path.read_text(encoding="utf-8") == PAGES[path], "run `make docs`"
