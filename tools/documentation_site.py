"""Builds the documentation site out of the repository's pages as they are: `python -m tools.documentation_site FOLDER`.

They are laid out as in the repository, with the files that they link to: so a link that holds on the one holds on the
other, and no page has anything in it for the site's sake. Zensical builds it; then every link and anchor is looked up.
"""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

ROOT = Path(__file__).resolve().parent.parent
GROUPS: Mapping[str, Sequence[str]] = {
    "Run it": (
        *("running", "operations", "configuration", "nodes", "notifications", "alerts", "dashboards", "history"),
        *("metrics", "http", "scaling", "commands"),
    ),
    "What it judges": ("exchanges", "layouts", "ownership", "claims", "liabilities", "evidence", "prices", "registry"),
    "How it is made": ("architecture", "decisions", "extending", "performance"),
}
"""Pages and folders of docs/ by the heading that they are under; those that none names stand under the last."""

_LINK = re.compile(r"\]\(([^)#\s]+)")

_CONFIGURATION = """\
[project]
site_name = "reserve-monitor"
site_description = "Watches, day and night, whether a crypto exchange still holds what it owes"
docs_dir = "pages"
site_dir = "site"
use_directory_urls = false
nav = {nav}

[project.theme]
font = false
features = ["navigation.footer", "navigation.sections", "navigation.top", "content.code.copy", "toc.follow"]
palette = [
  {{media = "(prefers-color-scheme: light)", scheme = "default", toggle = {{icon = "lucide/sun", name = "Dark"}}}},
  {{media = "(prefers-color-scheme: dark)", scheme = "slate", toggle = {{icon = "lucide/moon", name = "Light"}}}},
]
"""


def build(folder: Path) -> Path:
    """Build the site in ``folder`` and return where it is. Raises CalledProcessError with what Zensical finds wrong."""
    pages = folder / "pages"
    for page in (*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")):
        for path in (page, *_linked(page)):
            target = pages / path.relative_to(ROOT)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, target)
    (folder / "zensical.toml").write_text(_CONFIGURATION.format(nav=_toml(_nav(pages))), encoding="utf-8")
    zensical = Path(sys.executable).parent / "zensical"
    subprocess.run([zensical, "build", "--strict"], cwd=folder, check=True, capture_output=True, text=True)
    return folder / "site"


def _linked(page: Path) -> Iterator[Path]:
    """The files of the repository that ``page`` links to."""
    for link in _LINK.findall(page.read_text(encoding="utf-8")):
        path = (page.parent / link).resolve()
        if path.is_file() and path.is_relative_to(ROOT):
            yield path


def broken_links(site: Path) -> Iterator[str]:
    """Yield each link of ``site`` that leads to no file or anchor of it, and each to elsewhere that is no https URL."""
    pages = {path: _Links(path) for path in sorted(site.rglob("*.html")) if path.name != "404.html"}
    for path, page in pages.items():
        for link in page.links:
            if fault := _fault(path, link, pages):
                yield f"{path.relative_to(site)}: {link} {fault}"


def _fault(path: Path, link: str, pages: Mapping[Path, "_Links"]) -> str:
    url = urlsplit(link)
    if url.scheme or url.netloc:
        fine = url.scheme in {"https", "mailto"} or url.hostname in {"127.0.0.1", "localhost"}
        return "" if fine else "is no https URL"
    target = (path.parent / unquote(url.path)).resolve() if url.path else path
    if target.is_dir():
        target /= "index.html"
    if not target.is_file():
        return "leads nowhere"
    if url.fragment and target in pages and unquote(url.fragment) not in pages[target].anchors:
        return "leads to no heading"
    return ""


class _Links(HTMLParser):
    """What a page links to, loads, and can be linked to."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.links: list[str] = []
        self.anchors: set[str] = set()
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, _tag: str, attributes: list[tuple[str, str | None]]) -> None:
        for name, value in attributes:
            if name == "id" and value:
                self.anchors.add(value)
            elif name in {"href", "src"} and value:
                self.links.append(value)


def _nav(pages: Path) -> list[object]:
    left = sorted(path for path in (pages / "docs").iterdir() if path.suffix == ".md" or any(path.glob("*.md")))
    groups: dict[str, list[object]] = {}
    for heading, names in GROUPS.items():
        found = [path for name in names for path in left if path.stem == name]
        left = [path for path in left if path not in found]
        groups[heading] = [_entry(path, pages) for path in found]
    groups[heading] += [_entry(path, pages) for path in left]
    about = ["CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md"]
    return ["README.md", *({heading: entries} for heading, entries in groups.items()), {"The project": about}]


def _entry(path: Path, pages: Path) -> object:
    """A page, or a folder with its page first."""
    if path.suffix:
        return str(path.relative_to(pages))
    inside = sorted(path.glob("*.md"), key=lambda each: (each.stem != "README", each.stem))
    return {path.name.capitalize(): [str(each.relative_to(pages)) for each in inside]}


def _toml(value: object) -> str:
    """``value`` as TOML has it in one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(name)} = {_toml(each)}" for name, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_toml, value)) + "]"
    return json.dumps(value)


def main(folder: str) -> None:
    """Build the site in ``folder``, and end the program where it cannot be or a link is broken."""
    try:
        site = build(Path(folder))
    except subprocess.CalledProcessError as error:
        sys.exit(f"{error.stdout}{error.stderr}")
    if faults := list(broken_links(site)):
        sys.exit("\n".join(faults))
    print(f"{sum(1 for _ in site.rglob('*.html'))} pages, every link and anchor holds: {site}")


if __name__ == "__main__":
    main(*sys.argv[1:])
