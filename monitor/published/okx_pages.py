"""OKX's proof-of-reserves pages: where the newest wallet archive is, and the figures of the report.

There is no API. The pages carry their state as JSON in ``<script id="appState">``; under
``appContext.initialProps.App`` the download page has ``auditList`` and the detail page ``auditRootInfo``.
"""

import json
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

from monitor.formats import quoted
from monitor.formats.strict_json import Json
from monitor.model import ListedReport
from monitor.published.errors import Cause, DocumentError, LayoutError
from monitor.published.trees import cell, parse

_SCRIPT = "appState"
_MOST = 1_000
"""Reports of a list that are taken for such: a century of months."""
_PATH = ("appContext", "initialProps", "App")


class _StateFinder(HTMLParser):
    """Collects the text of the one script."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.state: list[str] = []
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._inside = tag == "script" and dict(attrs).get("id") == _SCRIPT

    def handle_endtag(self, tag: str) -> None:
        self._inside = False

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.state.append(data)


def find_wallet_archive(html: bytes, page_url: str) -> str:
    """The URL of the newest wallet archive that a download page lists. Raises DocumentError.

    It must be https; plain http is followed only from a page that came over plain http itself.
    """
    audits = _state(html).get("auditList")
    if not isinstance(audits, list):
        raise _no_state("auditList", "the wallet archives are on the download page, …/proof-of-reserves/download")
    found = [(_created(audit), audit["download"]) for audit in audits if _has_archive(audit)]
    if not found:
        raise LayoutError(Cause.LAYOUT, "the page's auditList names no wallet archive (`download`); is the page whole?")
    link = str(max(found)[1]).strip()
    try:
        url = urljoin(page_url, link)
    except ValueError as error:
        raise LayoutError(Cause.LAYOUT, f"the page's newest wallet archive {quoted(link)} is no URL") from error
    allowed = {"https", "http"} if urlsplit(page_url).scheme == "http" else {"https"}
    if urlsplit(url).scheme not in allowed:
        raise DocumentError(Cause.REDIRECT, f"the page leads to {quoted(url)}, which is not https; it is not followed")
    return url


def find_reports(html: bytes) -> tuple[ListedReport, ...]:
    """The reports that a download page lists, oldest first: those with an id and a moment of the calendar."""
    audits = _state(html).get("auditList")
    found = {}
    for audit in audits if isinstance(audits, list) else ():
        if isinstance(audit, dict) and (report_id := cell(audit.get("auditId")).strip()):
            with suppress(LayoutError, OverflowError, OSError, ValueError):
                found[report_id] = datetime.fromtimestamp(_created(audit) // 1000, UTC)
    return tuple(ListedReport(*each) for each in sorted(found.items(), key=lambda each: (each[1], each[0])))[-_MOST:]


def find_report(html: bytes) -> bytes:
    """The report object of a detail page, as JSON that the layout ``okx-report`` reads. Raises DocumentError.

    Only the object, in one spelling: the page around it differs with every request, and is not what was published.
    Numbers with a fraction become texts of the same digits, so that none passes through a float.
    """
    report = _state(html).get("auditRootInfo")
    if not isinstance(report, dict):
        raise _no_state("auditRootInfo", "the report is on the detail page, …/proof-of-reserves/detail")
    return json.dumps(report, default=str, separators=(",", ":")).encode()


def _state(html: bytes) -> Mapping[str, Json]:
    finder = _StateFinder()
    finder.feed(html.decode("utf-8", errors="replace"))
    finder.close()
    text = "".join(finder.state)
    if not text.strip():
        raise DocumentError(Cause.HTML, f"a web page without the state (script #{_SCRIPT}) of OKX's reserve pages")
    tree = parse(text.encode(), f"script #{_SCRIPT}")
    for key in _PATH:
        tree = tree.get(key) if isinstance(tree, dict) else None
    if not isinstance(tree, dict):
        raise DocumentError(Cause.HTML, f"the page's state has no {'.'.join(_PATH)}; has OKX changed its pages?")
    return tree


def _no_state(key: str, remedy: str) -> DocumentError:
    return DocumentError(Cause.HTML, f"the page's state has no {key}; {remedy}")


def _has_archive(audit: Json) -> bool:
    return isinstance(audit, dict) and isinstance(audit.get("download"), str) and bool(audit["download"].strip())


def _created(audit: Mapping[str, Json]) -> int:
    try:
        return int(cell(audit.get("createTime")))
    except ValueError as error:
        raise LayoutError(
            Cause.LAYOUT, "an audit of the page's auditList has no createTime; its age is unknown"
        ) from error
