"""What a layout of wallet lists is, and how a file of rows is read by one."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from monitor.model import Claim
from monitor.published import cells
from monitor.published.archives import PublishedFile
from monitor.published.errors import LayoutError, Reason
from monitor.published.shapes import Fitting, HeaderError, Shape
from monitor.published.tables import Record, Table
from monitor.published.trees import Tree
from monitor.published.wallets.parts import Part
from monitor.published.wallets.places import Places
from monitor.published.wallets.summary import Summary

_SEARCHED = 5_000  # records before the header: a summary block has one line per coin id


class RowReader(Protocol):
    """Makes the claim of one row."""

    def __call__(self, line: int, values: list[str], misfit: str) -> Claim:
        """``values`` are the fields of the layout's shape; ``misfit`` says what is wrong with their number, if so."""


@dataclass(frozen=True, slots=True)
class TableLayout:
    """A list in CSV: a header that its shape fits, perhaps after a summary block, and a row per claim."""

    name: str
    """As the configuration's ``format`` and ``WalletList.layout`` call it."""
    shape: Shape
    reader: Callable[[Part, Places], RowReader]
    compare: Callable[[Summary, Part, Places], None] | None = None
    """Compares a summary block with the rows; None where the layout has none."""
    ends_with_line: bool = False
    """Whether the layout demands a line end after the last row, so that a cut is always seen."""


@dataclass(frozen=True, slots=True)
class TreeLayout:
    """A list in JSON."""

    name: str
    recognises: Callable[[Tree], bool]
    read: Callable[[Tree, str, Part, Places], None]
    """Adds the claims of the tree to the part; the text is the document's, to find lines."""


Layout = TableLayout | TreeLayout


def read_table(file: PublishedFile, layouts: Sequence[TableLayout], places: Places) -> Part:
    """The claims of a CSV file in the first of ``layouts`` that has its header. Raises DocumentError."""
    table = Table(file)
    records = iter(table)
    summary = Summary(file.name)
    layout, fitting = _header(table, records, layouts, summary)
    part = Part(file.name, layout.name)
    part.unread.extend(f"{file.name}: column {column!r} is not read" for column in fitting.unknown)
    last = _rows(records, fitting, layout.reader(part, places), part)
    if not table.ends_with_line and last and (layout.ends_with_line or fitting.is_cut(last)):
        raise table.cut(f"{last} fields, no line end")
    part.check()
    if layout.compare is not None:
        layout.compare(summary, part, places)
    part.unread.extend(summary.unread)
    return part


def _header(
    table: Table, records: Iterator[Record], layouts: Sequence[TableLayout], summary: Summary
) -> tuple[TableLayout, Fitting]:
    for count, (line, row) in enumerate(records):
        for layout in layouts:
            try:
                fitting = layout.shape.fit(row)
            except HeaderError as error:
                raise LayoutError(Reason.LAYOUT, f"{table.name}:{line}: {error}") from error
            if fitting is not None:
                return layout, fitting
        summary.add(line, row)
        if count > _SEARCHED:
            break
    names = ", ".join(layout.name for layout in layouts)
    problem = f"no line has the columns of a known layout ({names}); see docs/layouts.md"
    raise LayoutError(Reason.LAYOUT, f"{table.name}: {problem}")


def _rows(records: Iterator[Record], fitting: Fitting, read: RowReader, part: Part) -> int:
    """Add a claim for every row; returns the number of cells of the last one."""
    last: list[str] = []
    for line, last in records:
        values, misfit = fitting.apart(last)
        if any(values):
            part.claims.append(read(line, values, misfit))
    return len(last)


class Figures:
    """Reads the amounts and heights of a file's rows; a cell that cannot be read makes a broken row."""

    def __init__(self, part: Part) -> None:
        self._part = part
        self._heights: dict[str, int | None] = {}

    def of(self, line: int, address: str, amount: str, height: str) -> tuple[Decimal | None, int | None, str]:
        """The amount and height that the row states, and its fault."""
        if not address:
            return None, None, self._part.report(line, "the row has no address")
        try:
            found = cells.amount(amount) if amount else None
        except ValueError as error:
            return None, None, self._part.report(line, str(error))
        try:
            return found, self._height(height), ""
        except ValueError as error:
            return found, None, self._part.report(line, str(error))

    def _height(self, text: str) -> int | None:
        """One object per height: a list states a few, in every row."""
        if text not in self._heights:
            self._heights[text] = cells.height(text)
        return self._heights[text]


def filled(*values: str) -> tuple[str, ...]:
    """``values`` without the empty ones at the end: an empty one before a filled one keeps its place."""
    while values and not values[-1]:
        values = values[:-1]
    return values
