"""JSON read strictly: exact numbers, no key twice, no constants that JSON does not have."""

import json
import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import Any, NoReturn

from monitor.published.archives import PublishedFile
from monitor.published.budget import Budget
from monitor.published.cells import shown
from monitor.published.errors import LayoutError, Reason

Tree = Any
"""What JSON can say: dict, list, str, int, Decimal, bool or None."""


def _once(pairs: list[tuple[str, Tree]]) -> dict[str, Tree]:
    tree = dict(pairs)
    if len(tree) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise ValueError(f"the key {twice!r} occurs twice in one object")
    return tree


def _no_constant(text: str) -> NoReturn:
    raise ValueError(f"{text} is not a JSON number")


def _number(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:
        raise ValueError(f"the number {shown(text)} is out of all bounds") from None


_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
_DECODER = json.JSONDecoder(object_pairs_hook=_once, parse_float=_number, parse_constant=_no_constant)


def load(file: PublishedFile, budget: Budget | None = None) -> tuple[Tree, str]:
    """The value that ``file`` holds and its text, out of ``budget``. Raises DocumentError with the line of a fault."""
    budget = budget or file.budget()
    content = file.content(budget)
    budget.take_tree(file.name, content)
    text = text_of(content, file.name)
    del content
    return _decode(text, file.name), text


def parse(content: bytes, name: str) -> Tree:
    """The value that ``content`` holds. Raises LayoutError with the line of the fault; ``name`` is the file's."""
    return _decode(text_of(content, name), name)


def _decode(text: str, name: str) -> Tree:
    try:
        tree = _DECODER.decode(text)
        if _SURROGATE.search(text):
            json.dumps(tree, default=str, ensure_ascii=False).encode()  # half a surrogate pair is no text
    except json.JSONDecodeError as error:
        at_end = error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated string")
        reason = Reason.TRUNCATED if at_end else Reason.LAYOUT
        raise LayoutError(reason, f"{name}:{error.lineno}: not JSON: {error.msg}; the file is damaged") from error
    except (ValueError, RecursionError) as error:
        raise LayoutError(Reason.LAYOUT, f"{name}: not JSON that can be relied on: {error}") from error
    return tree


def text_of(content: bytes, name: str) -> str:
    """``content`` as text. Raises LayoutError when it is not UTF-8."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        problem = f"not UTF-8 text at byte {error.start}; JSON is UTF-8 (RFC 8259)"
        raise LayoutError(Reason.LAYOUT, f"{name}: {problem}") from error


def cell(value: Tree) -> str:
    """A scalar as the cell of a table would hold it. Raises ValueError for objects, arrays and truth values."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, (int, Decimal)) and not isinstance(value, bool):
        return str(value)
    raise ValueError(f"{json.dumps(value, default=str)[:60]} where a text or a number belongs")


class Lines:
    """Finds the lines of a document's string literals, asked for in document order."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._position = 0
        self.line = 1
        """Of the literal found last."""

    def of(self, value: str) -> int:
        """The line of the next literal that says ``value``; the last known line if it is spelled with escapes."""
        literal = json.dumps(value, ensure_ascii=False)
        found = self._text.find(literal, self._position)
        if found >= 0:
            self.line += self._text.count("\n", self._position, found)
            self._position = found
        return self.line


def elements(text: str) -> Iterator[tuple[int, Tree]]:
    """The elements of a valid JSON array, each with the line on which it begins."""
    position, line = text.index("[") + 1, 1
    line += text.count("\n", 0, position)
    while True:
        start = _after(text, position, " \t\r\n,")
        line += text.count("\n", position, start)
        if text[start] == "]":
            return
        value, position = _DECODER.raw_decode(text, start)
        yield line, value
        line += text.count("\n", start, position)


def _after(text: str, position: int, skipped: str) -> int:
    while text[position] in skipped:
        position += 1
    return position
