"""Published JSON: what it says, on which lines, and why it is refused."""

from codecs import BOM_UTF8
from decimal import Decimal

import msgspec

from monitor.formats import strict_json
from monitor.formats.strict_json import Json, JsonError
from monitor.published.archives import PublishedFile
from monitor.published.budget import Budget
from monitor.published.errors import Cause, LayoutError


def load(file: PublishedFile, budget: Budget | None = None) -> tuple[Json, bytes]:
    """Return the value that ``file`` holds and its bytes, out of ``budget``.

    Raises DocumentError with the line of a fault.
    """
    budget = budget or file.budget()
    content = file.content(budget)
    budget.take_tree(file.name, content)
    return parse(content, file.name), content


def parse(content: bytes, name: str) -> Json:
    """Return what ``content`` holds. Raises LayoutError with the line of the fault; ``name`` is the file's."""
    try:
        return strict_json.read(content.removeprefix(BOM_UTF8))
    except JsonError as error:
        reason = Cause.TRUNCATED if error.truncated else Cause.LAYOUT
        place = f"{name}:{error.line}" if error.line else name
        raise LayoutError(reason, f"{place}: {error}; the file is damaged, or not one that can be relied on") from error


def cell(value: Json) -> str:
    """Return a scalar as the cell of a table would hold it. Raises ValueError for objects, lists and truth values."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, (int, Decimal)) and not isinstance(value, bool):
        return str(value)
    raise ValueError(f"{_encoded(value)[:60].decode(errors='replace')} where a text or a number belongs")


class Lines:
    """Finds the lines of a document's texts, asked for in document order."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._position = 0
        self.line = 1
        """Of the text found last."""

    def of(self, value: str) -> int:
        """Return the line of the next text that says ``value``; the last known line if it is spelled with escapes."""
        found = self._content.find(_encoded(value), self._position)
        if found >= 0:
            self.line += self._content.count(b"\n", self._position, found)
            self._position = found
        return self.line


_encoded = msgspec.json.Encoder().encode
