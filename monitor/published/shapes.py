"""Finding a table's columns by their names, whatever their order, case and spacing."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from sys import intern

from monitor.formats import quoted
from monitor.formats.strict_json import Json
from monitor.published.cells import MARKERS, Padded, clean, name_of, signed
from monitor.published.trees import cell

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
    even: bool = False
    """Whether rows have just as many cells as the header: where cells may be empty, one more has moved the others."""

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

    def of_object(self, element: Json) -> list[str]:
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
                    f"the key {quoted(key)} is unknown or a second {field}; see docs/layouts.md for the names"
                )
            found[field] = cell(value) if field in self.exact else clean(cell(value))
        return [found.get(field, "") for field in self.fields]


class _Remembered(dict[str, str]):
    """The texts of cells as ``read`` leaves them, each made once."""

    def __init__(self, read: Callable[[str], str]) -> None:
        super().__init__()
        self._read = read
        self.made = 0

    def __missing__(self, cell: str) -> str:
        text = self._read(cell)
        self.made += 1
        if len(self) < _REMEMBERED:
            text = self[cell] = text if isinstance(text, Padded) else intern(text)
        return text

    def of(self, cell: str) -> str:
        """What ``cell`` says: in quotes the same characters may say something else."""
        return self[cell] if type(cell) is str else self._read(cell)


class Fitting:
    """A header of a layout: takes its rows apart."""

    def __init__(self, shape: Shape, width: int, found: Mapping[str, int], unknown: tuple[str, ...]) -> None:
        self.unknown = unknown
        self._width = width
        self._even = shape.even
        self._shortest = 1 + max(index for field, index in found.items() if field not in shape.trailing)
        self._evidence = {index for field, index in found.items() if field in shape.evidence}
        self._pick = itemgetter(*(found.get(field, width) for field in shape.fields))
        cleaned, exact = _Remembered(clean), _Remembered(signed)
        self._remembered = (cleaned, exact)
        readers = dict.fromkeys(shape.repeated, cleaned.__getitem__) | dict.fromkeys(shape.exact, exact.of)
        self._readers: list[tuple[int, Callable[[str], str]]] = [
            (place, readers[field]) for place, field in enumerate(shape.fields) if field in readers
        ]
        """Of the fields whose texts are not a row's own, by place."""
        self._filled = 0

    @property
    def texts(self) -> int:
        """How many texts rows were taken apart into so far. One that is kept to be found again weighs as several."""
        return self._filled + _WEIGHT * sum(each.made for each in self._remembered)

    def apart(self, cells: Sequence[str]) -> tuple[list[str], str]:
        """The fields of a row in the shape's order, and what is wrong with the number of its cells (mostly nothing).

        Fields are trimmed, but for exact ones; empty markers and missing cells are ``""``.
        """
        whole = len(cells) == self._width
        picked = self._pick([*cells, ""] if whole else self._padded(cells))
        texts = [*map(str.strip, picked)]
        if not MARKERS.isdisjoint(texts):
            texts = [*map(clean, texts)]
        self._filled += len(texts) - texts.count("")
        for place, read in self._readers:
            if texts[place]:
                self._filled -= 1
            texts[place] = read(picked[place])
        return texts, "" if whole else self._misfit(cells)

    def _padded(self, cells: Sequence[str]) -> list[str]:
        """As many cells as the header has and an empty one, which stands for fields without a column."""
        return [*cells[: self._width], *[""] * (self._width + 1 - min(len(cells), self._width))]

    def _misfit(self, cells: Sequence[str]) -> str:
        count, width = len(cells), self._width
        if count < self._shortest or (count > width and (self._even or any(map(clean, cells[width:])))):
            return f"{count} fields where the header names {width}"
        return ""

    def is_cut(self, count: int) -> bool:
        """Whether a last row of ``count`` cells, without a line end, lacks cells or the end of one that counts."""
        return count < self._shortest or count - 1 not in self._evidence
