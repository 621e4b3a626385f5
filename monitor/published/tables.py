"""CSV as exchanges write it: record by record, each with the line on which it begins."""

import csv
import io
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import chain

from monitor.published.archives import PublishedFile
from monitor.published.budget import Budget
from monitor.published.cells import EMPTY, Quoted
from monitor.published.errors import Cause, LayoutError

_LINE_ENDS = (b"\n", b"\r")
_LONGEST = csv.field_size_limit()
_TOO_LONG = "field limit"
"""What :mod:`csv` says of a cell that is longer."""
_LONGEST_RECORD = 1 << 20
"""Characters. The longest that were ever published, with two signatures and a script, have some thousand."""

Record = tuple[int, list[str]]
"""The physical line on which a CSV record begins (from 1), and its cells as they are."""


class Table:
    """The records of a file, streamed. Empty lines are left out.

    UTF-8 with or without a byte order mark, any line end, RFC 4180 quoting. Raises LayoutError for anything that
    makes it doubtful where a cell ends: an unterminated quote, text after a closing quote, bytes that are not UTF-8.
    """

    def __init__(self, file: PublishedFile, budget: Budget | None = None) -> None:
        """``budget`` is what is left to read the document; without one, the file is all of it."""
        self.name = file.name
        self._budget = budget or file.budget()
        self._stream = file.open()
        self._text = io.TextIOWrapper(self._stream, encoding="utf-8-sig", newline="")
        self._line = 1
        self._last_line = 0

    def __iter__(self) -> Iterator[Record]:
        """What was not read yet."""
        with self._in_our_words():
            yield from self._records()
        self._text.close()

    def _records(self) -> Iterator[Record]:
        lines = self._lines()
        for first in lines:
            if '"' in first or len(first) > _LONGEST:
                taken: list[str] = []
                reader = csv.reader(_noted(self._bounded(chain((first,), lines)), taken), strict=True)
                cells, spanned = _with_quoted(next(reader), taken), reader.line_num
            else:  # only commas can tell cells apart
                bare = first.rstrip("\r\n")
                self._budget.take_rows(self.name, 1, first)
                cells, spanned = bare.split(",") if bare else [], 1
            line, self._line = self._line, self._line + spanned
            if cells:
                self._last_line = line
                yield line, cells

    def _lines(self) -> Iterator[str]:
        """The lines that were not read yet, the parts of one that is too long by themselves."""
        while line := self._text.readline(_LONGEST_RECORD):
            yield line

    def _bounded(self, lines: Iterable[str]) -> Iterator[str]:
        """``lines`` of one record, which may be long, but not endless."""
        size = 0
        for line in lines:
            size += len(line)
            if size > _LONGEST_RECORD:
                problem = f"a record of more than {_LONGEST_RECORD} characters; no list has such: fetch it again"
                raise LayoutError(Cause.TOO_LARGE, f"{self.place}: {problem}")
            self._budget.take_rows(self.name, 1, line)
            yield line

    @contextmanager
    def _in_our_words(self) -> Iterator[None]:
        try:
            yield
        except csv.Error as error:
            reason = Cause.TRUNCATED if "unexpected end" in str(error) else Cause.LAYOUT
            problem = f"not a CSV record: {error}; the file is damaged: fetch it again"
            if _TOO_LONG in str(error):  # mostly the rest of the file, behind a quote that nothing closes
                reason = Cause.TOO_LARGE
                problem = f"a cell of more than {_LONGEST} characters; no list has such: fetch it again"
            raise LayoutError(reason, f"{self.name}:{self._line}: {problem}") from error
        except UnicodeDecodeError as error:
            problem = f"not UTF-8 text near line {self._line}; publishers' lists are CSV or JSON in UTF-8"
            raise LayoutError(Cause.LAYOUT, f"{self.name}: {problem}") from error

    @property
    def place(self) -> str:
        """Where reading has got to, for errors: the file and the line on which the next record begins."""
        return f"{self.name}:{self._line}"

    @property
    def ends_with_line(self) -> bool:
        """Once all records were read: whether the file ended with a line end, so that its last cell is whole."""
        return self._stream.last_byte in _LINE_ENDS

    def cut(self, what: str) -> LayoutError:
        """The refusal of a file whose last record is not whole."""
        problem = f"the file ends in the middle of a record ({what}); fetch it again"
        return LayoutError(Cause.TRUNCATED, f"{self.name}:{self._last_line}: {problem}")


def _noted(lines: Iterable[str], taken: list[str]) -> Iterator[str]:
    """``lines``, each added to ``taken`` as it is asked for."""
    for line in lines:
        taken.append(line)
        yield line


def _with_quoted(cells: list[str], lines: list[str]) -> list[str]:
    """``cells`` as :mod:`csv` took them from ``lines``, ``Quoted`` where they mean something else outside of quotes."""
    special = {place for place, cell in enumerate(cells) if cell and (cell in EMPTY or cell != cell.strip())}
    if not special:
        return cells
    record, position, found = "".join(lines), 0, [*cells]
    for place, cell in enumerate(cells):
        quoted = record.startswith('"', position)
        if quoted and place in special:
            found[place] = Quoted(cell)
        position += len(cell) + (2 + cell.count('"') if quoted else 0) + 1
    return found
