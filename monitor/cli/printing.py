"""What people and programs see: results on stdout, everything else on stderr."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from enum import IntEnum

import orjson
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Column, Table

from monitor.daemon import Report
from monitor.web.figures import exact

_FILE_WIDTH = 200
"""Columns where nobody looks on: in a file or a pipe no address needs to be broken."""

out = Console(highlight=False, width=None if sys.stdout.isatty() else _FILE_WIDTH)
err = Console(stderr=True, highlight=False)


class ExitStatus(IntEnum):
    """The same everywhere (design, section 5)."""

    WELL = 0
    FINDING = 1
    USAGE = 2
    UNJUDGED = 3


def complain(*messages: str) -> None:
    for message in messages:
        err.print(f"[bold red]error:[/] {_plain(message)}", soft_wrap=True)


def warn(*messages: str) -> None:
    for message in messages:
        err.print(f"[bold yellow]warning:[/] {_plain(message)}", soft_wrap=True)


def note(message: str) -> None:
    err.print(_plain(message), soft_wrap=True)


def _plain(text: str) -> str:
    """``text`` with nothing in it that the console would take for markup."""
    return text.replace("[", r"\[")


def json_line(value: object) -> None:
    """One JSON object on a line of stdout; decimals as exact text."""
    out.file.write(orjson.dumps(value, default=_exact, option=orjson.OPT_NON_STR_KEYS).decode() + "\n")


def _exact(value: object) -> str:
    if isinstance(value, Decimal):
        return exact(value)
    raise TypeError(f"{type(value).__name__} has no JSON form here")


def table(*headings: str, title: str) -> Table:
    """A table that breaks long cells instead of cutting them: half an address is none."""
    return Table(*(Column(heading, overflow="fold") for heading in headings), title=title)


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
