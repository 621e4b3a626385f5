"""Finding a table's columns by their names, whatever their order, case and spacing."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import compress
from operator import itemgetter
from sys import intern

from monitor.published.cells import Padded, clean, clean_column, name_of, shown, signed
from monitor.published.tables import Columns, Record
from monitor.published.trees import Tree, cell

_MOST_COLUMNS = 500
"""Several times what any layout has: every row is filled up to as many cells."""


_REMEMBERED = 1 << 16
"""Texts of a column whose texts are repeated: more than any list has, but not one for each row of any list."""


_WEIGHT = 5


class HeaderError(ValueError):
    """A header that has a layout's columns, but not so that each has one meaning."""


@dataclass(frozen=True)
class Shape:
    """The columns of a layout."""

    fields: tuple[str, ...]
    """What a row is taken apart into, in this order; a field without a column is empty."""
    names: Mapping[str, str]
    """A column's name (as ``name_of`` spells it) to the field that it fills."""
    required: frozenset[str]
    """Fields that a header must have to be of this layout."""
    evidence: frozenset[str] = frozenset()
    """Fields that prove something: one that is missing may be an unknown column, one that is cut shows as invalid."""
    trailing: frozenset[str] = frozenset()
    """Fields that a row may leave out at its end."""
    repeated: frozenset[str] = frozenset()
    """Fields that say the same in row after row: each of their texts is cleaned once, and is one object."""
    exact: frozenset[str] = frozenset()
    """Fields of texts that were signed, which are not trimmed (:func:`~monitor.published.cells.signed`)."""
    closed: bool = False
    """Whether unknown columns are refused."""

    def fit(self, header: Sequence[str]) -> "Fitting | None":
        """How rows under ``header`` are read; None when it is not of this layout. Raises HeaderError."""
        if len(header) > _MOST_COLUMNS:
            return None
        columns = [name_of(cell) for cell in header]
        found = {self.names[name]: index for index, name in enumerate(columns) if name in self.names}
        if not self.required <= found.keys():
            return None
        known = [self.names[name] for name in columns if name in self.names]
        twice = sorted({field for field in known if known.count(field) > 1})
        if twice:
            raise HeaderError(f"more than one column for {', '.join(twice)}; nothing says which one counts")
        unknown = tuple(
            cell.strip() for cell, name in zip(header, columns, strict=True) if name not in {*self.names, ""}
        )
        if unknown and self.closed:
            raise HeaderError(f"unknown columns: {', '.join(unknown)}; see docs/layouts.md for the names")
        missing = sorted(self.evidence - self.trailing - found.keys())
        if unknown and missing:
            raise HeaderError(f"no column for {', '.join(missing)}, but unknown ones: {', '.join(unknown)}")
        return Fitting(self, len(header), found, unknown)

    def of_object(self, element: Tree) -> list[str]:
        """The fields of a JSON object whose keys are column names, as :meth:`Fitting.apart` gives those of a row.

        Raises ValueError with the key that is not known or not a scalar: every key must be understood.
        """
        if not isinstance(element, dict):
            raise ValueError("not an object with the keys that docs/layouts.md shows")  # noqa: TRY004 - of the text
        found: dict[str, str] = {}
        for key, value in element.items():
            field = self.names.get(name_of(key))
            if field is None or field in found:
                raise ValueError(
                    f"the key {shown(key)} is unknown or a second {field}; see docs/layouts.md for the names"
                )
            found[field] = cell(value) if field in self.exact else clean(cell(value))
        return [found.get(field, "") for field in self.fields]


Row = tuple[int, Sequence[str], str]
"""The line on which a row begins, its fields, and what is wrong with the number of its cells (mostly nothing)."""


@dataclass(frozen=True, slots=True)
class Block:
    """Rows that follow each other, column by column: what is done to a whole column takes a fraction of the time."""

    lines: Sequence[int]
    columns: Sequence[Sequence[str]]
    """For each field of the shape, those of all rows."""
    misfits: Mapping[int, str]
    """By position in the block."""

    def rows(self) -> Iterator[Row]:
        """The rows one by one."""
        for position, (line, fields) in enumerate(zip(self.lines, zip(*self.columns, strict=True), strict=True)):
            yield line, fields, self.misfits.get(position, "")

    def row(self, position: int) -> Row:
        fields = [column[position] for column in self.columns]
        return self.lines[position], fields, self.misfits.get(position, "")


class _Cleaned(dict[str, str]):
    """Texts as :func:`clean` leaves them, each made once."""

    def __init__(self) -> None:
        super().__init__()
        self.made = 0

    def __missing__(self, text: str) -> str:
        cleaned = clean(text)
        self.made += 1
        if len(self) < _REMEMBERED:
            cleaned = self[text] = intern(cleaned)
        return cleaned


class _Exact(dict[str, str]):
    """Plain cells as :func:`signed` reads them, each made once."""

    def __init__(self) -> None:
        super().__init__()
        self.made = 0

    def __missing__(self, cell: str) -> str:
        text = signed(cell)
        self.made += 1
        if len(self) < _REMEMBERED:
            text = self[cell] = text if isinstance(text, Padded) else intern(text)
        return text


class Fitting:
    """A header of a layout: takes its rows apart."""

    def __init__(self, shape: Shape, width: int, found: Mapping[str, int], unknown: tuple[str, ...]) -> None:
        self.unknown = unknown
        self.width = width
        self._shortest = 1 + max(index for field, index in found.items() if field not in shape.trailing)
        self._evidence = {index for field, index in found.items() if field in shape.evidence}
        self._places = tuple(found.get(field, width) for field in shape.fields)
        self._pick = itemgetter(*self._places)
        self._repeated = [field in shape.repeated for field in shape.fields]
        self._exact = [field in shape.exact for field in shape.fields]
        self._cleaned = _Cleaned()
        self._signed = _Exact()
        self._filled = 0

    @property
    def texts(self) -> int:
        """How many texts rows were taken apart into so far. One that is kept to be found again weighs as several."""
        return self._filled + _WEIGHT * (self._cleaned.made + self._signed.made)

    def apart(self, cells: Sequence[str]) -> tuple[list[str], str]:
        """The fields of a row in the shape's order, and what is wrong with the number of its cells (mostly nothing).

        Fields are trimmed, but for exact ones; empty markers and missing cells are ``""``.
        """
        picked = self._pick(self._padded(cells))
        texts = [signed(cell) if exact else clean(cell) for cell, exact in zip(picked, self._exact, strict=True)]
        return texts, self._misfit(cells)

    def block(self, found: Columns | Sequence[Record]) -> Block:
        """What :meth:`apart` says of every record, column by column, without the rows of which every field is empty."""
        if isinstance(found, Columns):
            columns = self._fields(found.cells, len(found.lines))
            if not any(map(all, columns)):
                return self.block([*zip(found.lines, map(list, zip(*found.cells, strict=True)), strict=True)])
            return Block(found.lines, columns, {})
        rows = [self._padded(cells) for _, cells in found]
        columns = self._fields([*zip(*rows, strict=True)] or [()] * self.width, len(rows))
        if not all(full := [any(fields) for fields in zip(*columns, strict=True)]):
            return self.block([*compress(found, full)])
        misfits = {place: misfit for place, (_, cells) in enumerate(found) if (misfit := self._misfit(cells))}
        return Block([line for line, _ in found], columns, misfits)

    def _fields(self, cells: Sequence[Sequence[str]], count: int) -> list[Sequence[str]]:
        """The columns of the shape's fields, trimmed, out of those of ``count`` rows."""
        given = [*cells[: self.width], ("",) * count]
        for place, repeated in zip(self._places, self._repeated, strict=True):
            self._filled += 0 if repeated else count - given[place].count("")
        return [
            self._texts(given[place])
            if exact
            else [*map(self._cleaned.__getitem__, given[place])]
            if repeated
            else clean_column(given[place])
            for place, repeated, exact in zip(self._places, self._repeated, self._exact, strict=True)
        ]

    def _texts(self, cells: Sequence[str]) -> Sequence[str]:
        """:func:`signed` of every cell."""
        return [self._signed[cell] if type(cell) is str else signed(cell) for cell in cells]

    def _padded(self, cells: Sequence[str]) -> list[str]:
        """As many cells as the header has and an empty one, which stands for fields without a column."""
        return [*cells[: self.width], *[""] * (self.width + 1 - min(len(cells), self.width))]

    def _misfit(self, cells: Sequence[str]) -> str:
        count, width = len(cells), self.width
        if count < self._shortest or (count > width and any(map(clean, cells[width:]))):
            return f"{count} fields where the header names {width}"
        return ""

    def is_cut(self, count: int) -> bool:
        """Whether a last row of ``count`` cells, without a line end, lacks cells or the end of one that counts."""
        return count < self._shortest or count - 1 not in self._evidence
