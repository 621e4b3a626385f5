"""What a layout of wallet lists is, and what the layouts share."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from monitor.formats.strict_json import Json
from monitor.model import Claim, Height
from monitor.published import cells
from monitor.published.archives import PublishedFile
from monitor.published.budget import Budget
from monitor.published.shapes import Shape
from monitor.published.wallets.file_claims import FileClaims
from monitor.published.wallets.placements import REMEMBERED, Placements
from monitor.published.wallets.summary import Summary


class RowReader(Protocol):
    """Makes the claim of one row."""

    def __call__(self, line: int, values: Sequence[str], misfit: str) -> Claim:
        """``values`` are the fields of the layout's shape; ``misfit`` says what is wrong with their number, if so."""


class RowsReader(Protocol):
    """Makes the claim of one row, or all claims of a row that has several."""

    def __call__(self, line: int, values: Sequence[str], misfit: str) -> Claim | Sequence[Claim]:
        """As :class:`RowReader`."""


@dataclass(frozen=True, slots=True)
class TableLayout:
    """A list in CSV: a header that its shape fits, perhaps after a summary block, and a row per claim."""

    name: str
    """As the configuration's ``format`` and ``WalletList.layout`` call it."""
    shape: Shape
    reader: Callable[[FileClaims, Placements], RowsReader]
    compare: Callable[[Summary, FileClaims, Placements], None] | None = None
    """Compares a summary block with the rows; None where the layout has none."""
    ends_with_line: bool = False
    """Whether the layout demands a line end after the last row, so that a cut is always seen."""


@dataclass(frozen=True, slots=True)
class TreeLayout:
    """A list in JSON."""

    name: str
    recognises: Callable[[Json], bool]
    read: Callable[[Json, bytes, FileClaims, Placements], None]
    """Adds the claims of the tree to the found; the text is the document's, to find lines."""


@dataclass(frozen=True, slots=True)
class StreamLayout:
    """A list that is neither a table nor JSON, read as its bytes come."""

    name: str
    recognises: Callable[[PublishedFile], bool]
    """By the first bytes."""
    read: Callable[[PublishedFile, Budget, FileClaims, Placements], Iterator[Claim]]
    """Gives all claims of the file, read out of the budget. Raises DocumentError."""


Layout = TableLayout | TreeLayout | StreamLayout


class Figures:
    """Reads the amounts and heights of a file's rows; a cell that cannot be read makes a broken row."""

    def __init__(self, found: FileClaims) -> None:
        self._found = found
        self._heights: dict[str, Height | None] = {}

    def of(self, line: int, address: str, amount: str, height: str) -> tuple[Decimal | None, Height | None, str]:
        """The amount and height that the row states, and its fault."""
        if not address:
            return None, None, self._found.report(line, "the row has no address")
        try:
            found = cells.amount(amount) if amount else None
        except ValueError as error:
            return None, None, self._found.report(line, str(error))
        try:
            return found, self._height(height), ""
        except ValueError as error:
            return found, None, self._found.report(line, str(error))

    def _height(self, text: str) -> Height | None:
        """One object per height: a list states a few, in every row."""
        if text in self._heights:
            return self._heights[text]
        height = cells.height(text)
        if len(self._heights) < REMEMBERED:
            self._heights[text] = height
        return height


def filled(*values: str) -> tuple[str, ...]:
    """``values`` without the empty ones at the end: an empty one before a filled one keeps its place."""
    while values and not values[-1]:
        values = values[:-1]
    return values
