"""What people and programs see: results on stdout, everything else on stderr.

All that commands print goes through here, and so through :func:`monitor.formats.shown`: of what others wrote, nothing
acts on the terminal, and no secret is in it.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from enum import IntEnum

import orjson
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Column, Table
from rich.text import Text

from monitor.daemon import Report
from monitor.formats import shown, shown_value
from monitor.formats.exact import plain

_FILE_WIDTH = 200
"""Columns where nobody looks on: in a file or a pipe no address needs to be broken."""

_CELL = 1000
"""Characters of a cell at the most: no address and no reason is longer, a cell of a list may be."""

out = Console(highlight=False, markup=False, emoji=False, width=None if sys.stdout.isatty() else _FILE_WIDTH)
err = Console(stderr=True, highlight=False, markup=False, emoji=False)


class ExitStatus(IntEnum):
    """The same everywhere (design, section 5)."""

    WELL = 0
    FINDING = 1
    USAGE = 2
    UNJUDGED = 3


def complain(*messages: str) -> None:
    for message in messages:
        err.print(Text.assemble(("error:", "bold red"), " ", shown(message)), soft_wrap=True)


def warn(*messages: str) -> None:
    for message in messages:
        err.print(Text.assemble(("warning:", "bold yellow"), " ", shown(message)), soft_wrap=True)


def note(message: str) -> None:
    err.print(Text(shown(message)), soft_wrap=True)


def say(*parts: str | tuple[str, str]) -> None:
    """Print one line of a result; a part may have a style."""
    texts = (part if isinstance(part, tuple) else (part, "") for part in parts)
    out.print(Text.assemble(*((shown(text), style) for text, style in texts)), soft_wrap=True)


def json_line(value: object) -> None:
    """One JSON object on a line of stdout; decimals as exact text."""
    out.file.write(orjson.dumps(shown_value(value), default=_exact, option=orjson.OPT_NON_STR_KEYS).decode() + "\n")


def raw_line(text: str) -> None:
    """One line of stdout in a form of its own: CSV and the like."""
    out.file.write(shown(text) + "\n")


def _exact(value: object) -> str:
    if isinstance(value, Decimal):
        return plain(value)
    raise TypeError(f"{type(value).__name__} has no JSON form here")


class SafeTable:
    """Rows and columns of what others may have written. Long cells are broken, not cut: half an address is none."""

    def __init__(self, *headings: str, title: str) -> None:
        columns = (Column(Text(shown(heading)), overflow="fold") for heading in headings)
        self._table = Table(*columns, title=Text(shown(title)))

    @property
    def row_count(self) -> int:
        return self._table.row_count

    def add_row(self, *cells: str | tuple[str, str]) -> None:
        """Add a row; a cell may have a style."""
        styled = (cell if isinstance(cell, tuple) else (cell, "") for cell in cells)
        self._table.add_row(*(Text(shown(text, _CELL), style=style) for text, style in styled))

    def add_section(self) -> None:
        """Draw a line under the rows before."""
        self._table.add_section()

    def print(self) -> None:
        """Print it on stdout."""
        out.print(self._table)


@contextmanager
def progress_bar() -> Iterator[Report]:
    """Show how far long work has come; on stderr, and only where a person looks at it."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as bars:
        tasks: dict[str, TaskID] = {}

        def report(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = bars.add_task(what, total=total or None)
            bars.update(tasks[what], completed=done, total=total or None)

        yield report
