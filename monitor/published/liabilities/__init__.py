"""Published liabilities: one file per layout, one line each in ``LAYOUTS``."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta

from monitor.model import Document, Liabilities
from monitor.published.archives import PublishedFile
from monitor.published.contents import content_of
from monitor.published.errors import Cause, DocumentError, LayoutError, refusing
from monitor.published.liabilities import binance, gate, okx_report, totals
from monitor.published.liabilities.layouts import Layout, Statement
from monitor.published.liabilities.sums import fold_names
from monitor.registry import Registry

__all__ = ["AUTO", "FORMATS", "LAYOUTS", "check_moment", "fold_names", "read_liabilities"]

LAYOUTS: tuple[Layout, ...] = (okx_report.LAYOUT, binance.LAYOUT, gate.LAYOUT, totals.TREE, totals.TABLE)

AUTO = "auto"
FORMATS = (AUTO, *dict.fromkeys(layout.name for layout in LAYOUTS))
"""What ``format`` may be in the configuration of liabilities."""

_AHEAD = timedelta(minutes=10)
_DATE_AHEAD = timedelta(hours=14)
"""How far ahead a moment, and a date alone, may lie: clocks differ, and a day begins in UTC+14 first."""


def read_liabilities(
    files: Sequence[PublishedFile], document: Document, format_: str, registry: Registry
) -> Liabilities:
    """Read the one file of ``document``. Raises DocumentError."""
    try:
        with refusing(lambda: ", ".join(file.name for file in files)):
            statement, layout = _read(files, _layouts(format_), registry)
            check_moment(files[0].name, statement.as_of, document)
    except DocumentError as error:
        raise error.about(document.source) from error
    return Liabilities(
        document,
        layout,
        statement.as_of,
        statement.owed,
        statement.unaddressed,
        statement.report_id,
        statement.merkle_root,
        statement.unknown,
        notes=statement.notes,
    )


def check_moment(name: str, as_of: datetime, document: Document) -> None:
    """Refuse figures from the future: they would look young for longer than they are. Raises LayoutError."""
    ahead = _DATE_AHEAD if as_of.time() == time() else _AHEAD
    if as_of > document.fetched_at + ahead:
        problem = f"as of {as_of:%Y-%m-%d %H:%M} UTC, which is still to come; correct the date"
        raise LayoutError(Cause.INCONSISTENT, f"{name}: {problem}")


def _layouts(format_: str) -> list[Layout]:
    chosen = [layout for layout in LAYOUTS if format_ in {AUTO, layout.name}]
    if not chosen:
        raise LayoutError(Cause.LAYOUT, f"no layout is called {format_!r}; liabilities have {', '.join(FORMATS)}")
    return chosen


def _read(files: Sequence[PublishedFile], layouts: Sequence[Layout], registry: Registry) -> tuple[Statement, str]:
    if len(files) > 1:
        names = ", ".join(file.name for file in files)
        raise LayoutError(Cause.LAYOUT, f"an archive of {len(files)} files ({names}); liabilities are one file")
    content = content_of(files[0])
    for layout in layouts:
        statement = layout.read(files[0], content, registry)
        if statement is not None:
            return statement, layout.name
    names = ", ".join(dict.fromkeys(layout.name for layout in layouts))
    problem = f"not of a known layout ({names}); see docs/layouts.md"
    raise LayoutError(Cause.LAYOUT, f"{files[0].name}: {problem}")
