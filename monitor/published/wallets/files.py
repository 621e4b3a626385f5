"""A file that was recognised as a list: by its header a table, by its keys a tree, by its beginning a stream."""

from collections.abc import Callable, Iterable, Iterator, Sequence

from monitor.model import Claim
from monitor.published.archives import PublishedFile
from monitor.published.budget import Budget
from monitor.published.contents import Content, content_of
from monitor.published.errors import Cause, LayoutError
from monitor.published.shapes import Fitting, HeaderError
from monitor.published.tables import Table
from monitor.published.trees import load
from monitor.published.wallets.file_claims import FileClaims
from monitor.published.wallets.layouts import Layout, StreamLayout, TableLayout, TreeLayout
from monitor.published.wallets.placements import Placements
from monitor.published.wallets.summary import Summary

Kept = Callable[[Iterable[Claim]], Iterable[Claim]]
"""Chooses those claims of a file that are kept."""

_COUNTED = 100
"""Rows whose texts are counted together; what the rows themselves take is counted as they are read."""
_SEARCHED = 5_000  # records before the header: a summary block has one line per coin id


def recognise(file: PublishedFile, layouts: Sequence[Layout], placements: Placements, budget: Budget) -> "ListFile":
    """``file`` in the first of ``layouts`` that it is of, read out of ``budget``. Raises DocumentError."""
    if content_of(file) is Content.JSON:
        return TreeFile(file, [layout for layout in layouts if isinstance(layout, TreeLayout)], placements, budget)
    for layout in layouts:
        if isinstance(layout, StreamLayout) and layout.recognises(file):
            return StreamFile(file, layout, placements, budget)
    return TableFile(file, [layout for layout in layouts if isinstance(layout, TableLayout)], placements, budget)


class TableFile:
    """A CSV file that is a list: its header is read, its rows are about to be."""

    def __init__(
        self, file: PublishedFile, layouts: Sequence[TableLayout], placements: Placements, budget: Budget
    ) -> None:
        """In the first of ``layouts`` that has the file's header. Raises DocumentError."""
        self._table = Table(file, budget)
        self._budget = budget
        self._placements = placements
        self._summary = Summary(file.name)
        self._layout, self._fitting = _header(self._table, layouts, self._summary)
        self.found = FileClaims(file.name, self._layout.name)
        self.found.unread.extend(f"{file.name}: column {column!r} is not read" for column in self._fitting.unknown)

    def place(self) -> str:
        """Where reading has got to, for errors."""
        return self._table.place

    def claims(self) -> Iterator[Claim]:
        """The claims of all rows, one after another; none is kept. Raises DocumentError."""
        table, fitting = self._table, self._fitting
        read = self._layout.reader(self.found, self._placements)
        count = counted = 0
        for number, (line, cells) in enumerate(table):
            values, misfit = fitting.apart(cells)
            if number % _COUNTED == 0:
                self._budget.take_texts(table.name, fitting.texts - counted)
                counted = fitting.texts
            if not any(values):
                continue
            made = read(line, values, misfit)
            if isinstance(made, Claim):
                yield made
            else:
                self._budget.take_claims(table.name, len(made))
                yield from made
            count = len(cells)
        if not table.ends_with_line and count and (self._layout.ends_with_line or fitting.is_cut(count)):
            raise table.cut(f"{count} fields, no line end")

    def read(self, kept: Kept) -> FileClaims:
        """All of the file, of its claims those that are ``kept``, checked. Raises DocumentError."""
        found = self.found
        found.claims.extend(kept(self.claims()))
        found.check()
        if self._layout.compare is not None:
            self._layout.compare(self._summary, found, self._placements)
        found.unread.extend(self._summary.unread)
        return found


def _header(table: Table, layouts: Sequence[TableLayout], summary: Summary) -> tuple[TableLayout, Fitting]:
    for count, (line, row) in enumerate(table):
        for layout in layouts:
            try:
                fitting = layout.shape.fit(row)
            except HeaderError as error:
                raise LayoutError(Cause.LAYOUT, f"{table.name}:{line}: {error}") from error
            if fitting is not None:
                return layout, fitting
        summary.add(line, row)
        if count > _SEARCHED:
            break
    names = ", ".join(layout.name for layout in layouts)
    problem = f"no line has the columns of a known layout ({names}); see docs/layouts.md"
    raise LayoutError(Cause.LAYOUT, f"{table.name}: {problem}")


class TreeFile:
    """A JSON file that is a list."""

    def __init__(
        self, file: PublishedFile, layouts: Sequence[TreeLayout], placements: Placements, budget: Budget
    ) -> None:
        self._tree, self._content = load(file, budget)
        self._placements = placements
        self._layout = self._of(file.name, layouts)
        self.found = FileClaims(file.name, self._layout.name, budget=budget)

    def _of(self, name: str, layouts: Sequence[TreeLayout]) -> TreeLayout:
        for layout in layouts:
            if layout.recognises(self._tree):
                return layout
        names = ", ".join(layout.name for layout in layouts) or "none of the chosen layouts is JSON"
        raise LayoutError(Cause.LAYOUT, f"{name}: not JSON of a known layout ({names}); see docs/layouts.md")

    def place(self) -> str:
        """Where reading has got to, for errors."""
        claims = self.found.claims
        return f"{self.found.file}:{claims[-1].line if claims else 1}"

    def claims(self) -> Iterator[Claim]:
        """The claims of the whole tree. Raises DocumentError."""
        self._layout.read(self._tree, self._content, self.found, self._placements)
        yield from self.found.claims

    def read(self, kept: Kept) -> FileClaims:
        """As of a table; a tree is in memory as a whole. Raises DocumentError."""
        self._layout.read(self._tree, self._content, self.found, self._placements)
        self.found.claims[:] = kept(tuple(self.found.claims))
        self.found.check()
        return self.found


class StreamFile:
    """A file of a :class:`StreamLayout`."""

    def __init__(self, file: PublishedFile, layout: StreamLayout, placements: Placements, budget: Budget) -> None:
        self._file = file
        self._budget = budget
        self._placements = placements
        self._layout = layout
        self.found = FileClaims(file.name, layout.name, budget=budget)

    def place(self) -> str:
        """What is read, for errors."""
        return self._file.name

    def claims(self) -> Iterator[Claim]:
        """The claims of the file, one after another. Raises DocumentError."""
        return self._layout.read(self._file, self._budget, self.found, self._placements)

    def read(self, kept: Kept) -> FileClaims:
        """As of a table. Raises DocumentError."""
        self.found.claims.extend(kept(self.claims()))
        self.found.check()
        return self.found


ListFile = TableFile | TreeFile | StreamFile
