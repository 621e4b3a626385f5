"""The documentation site: Zensical builds it out of the pages as they are; every link and anchor leads somewhere."""

from pathlib import Path

import pytest

from tools.documentation_site import broken_links, build


@pytest.mark.integration
def test_the_site_is_built_without_a_complaint_and_no_link_is_broken(tmp_path: Path) -> None:
    site = build(tmp_path)
    assert list(broken_links(site)) == []
    menu = (tmp_path / "zensical.toml").read_text(encoding="utf-8")
    assert [page for page in Path("docs").rglob("*.md") if f'"{page}"' not in menu] == []


def test_a_link_that_leads_nowhere_is_found(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text(
        '<h1 id="here"><a href="#here"><a href="b.html#there"><a href="sub/"><img src="c.png">'
        '<a href="https://example.com"><a href="http://127.0.0.1:9876"><a href="mailto:a@example.com">'
    )
    (tmp_path / "b.html").write_text(
        '<h1 id="there"><a href="#gone"><a href="a.html#gone"><a href="http://example.com">'
    )
    assert list(broken_links(tmp_path)) == [
        "a.html: sub/ leads nowhere",
        "a.html: c.png leads nowhere",
        "b.html: #gone leads to no heading",
        "b.html: a.html#gone leads to no heading",
        "b.html: http://example.com is no https URL",
    ]
