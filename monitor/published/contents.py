"""What a file is at first sight: a web page, JSON, or (it is hoped) a table."""

from enum import Enum, auto

from monitor.published.archives import PublishedFile
from monitor.published.errors import Cause, LayoutError

_BOM = b"\xef\xbb\xbf"


class Content(Enum):
    JSON = auto()
    TABLE = auto()


def is_html(head: bytes) -> bool:
    """Whether a file that begins like this is markup: no layout begins with an angle bracket."""
    return _start(head).startswith(b"<")


def content_of(file: PublishedFile) -> Content:
    """Raises LayoutError for a file that is empty or a web page: neither is ever a list."""
    start = _start(file.head())
    if not start:
        raise LayoutError(Cause.EMPTY, f"{file.name}: nothing in it")
    if start.startswith(b"<"):
        problem = "a web page, not a list; give the address of the file itself, or of a page that leads to it"
        raise LayoutError(Cause.HTML, f"{file.name}: {problem}")
    return Content.JSON if start.startswith((b"{", b"[")) else Content.TABLE


def _start(head: bytes) -> bytes:
    return head.removeprefix(_BOM).lstrip()
