"""Amounts, names and totals of JSON reports that list one object per asset."""

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from monitor.formats import exact, quoted
from monitor.formats.strict_json import Json
from monitor.published import cells
from monitor.published.trees import cell

_FINEST = Decimal("0.0001")
"""Ratios are not compared more finely: publishers round the amounts beside them, and not always alike."""
_ROOT = re.compile(r"(?:0x)?([0-9a-f]{1,64})", re.ASCII)


class Row:
    """One asset's object: its figures by key, each with its place in errors."""

    def __init__(self, place: str, values: Mapping[str, Json]) -> None:
        self.place = place
        self._values = values

    def text(self, key: str) -> str:
        """The text under ``key``, trimmed; empty where there is none. Raises ValueError."""
        try:
            return cells.clean(cell(self._values.get(key)))
        except ValueError as error:
            raise ValueError(f"{self.place}.{key}: {error}") from error

    def amount(self, key: str) -> Decimal:
        """The amount under ``key``. Raises ValueError, also where there is none."""
        try:
            return cells.amount(self.text(key))
        except ValueError as error:
            raise ValueError(f"{self.place}.{key}: {error}") from error

    def unknown(self, known: frozenset[str]) -> Iterator[str]:
        """What of the object nobody reads, as a sentence each."""
        for key in sorted(self._values.keys() - known):
            yield f"{self.place}: the key {quoted(key)} is not read"

    def check_ratio(self, key: str, reserves: Decimal, owed: Decimal, whole: int = 1) -> None:
        """Refuse a ratio under ``key`` that is not that of the two amounts beside it. Raises ValueError.

        ``whole`` is what it is at 100 %. Each figure counts to one unit of its last decimal.
        """
        stated = self.amount(key)
        off = abs(exact.subtract(exact.times(stated, owed), exact.times(reserves, Decimal(whole))))
        fineness = max(_unit(stated), _FINEST * whole)
        if off > exact.add(exact.times(owed, fineness), exact.times(_unit(owed), stated), _unit(reserves) * whole):
            raise ValueError(f"{self.place}.{key} is {stated}, which is not what {reserves} over {owed} comes to")


def _unit(stated: Decimal) -> Decimal:
    """One unit of the last decimal."""
    return Decimal(1).scaleb(min(int(stated.as_tuple().exponent), 0))


def root_of(text: str, name: str) -> str:
    """A root's 32 bytes in hexadecimal, as they are compared; empty where there is none. Raises ValueError."""
    found = _ROOT.fullmatch(text.lower())
    if text and found is None:
        raise ValueError(f"{name} is {quoted(text)}, not 32 bytes in hexadecimal")
    return found[1].rjust(64, "0") if found else ""


def rows_of(value: Json, name: str) -> Sequence[Row]:
    """The objects of the list ``value``, which is called ``name``. Raises ValueError."""
    if not isinstance(value, list) or not value or not all(isinstance(each, dict) for each in value):
        raise ValueError(f"{name} is not a list of objects, one for each asset")
    return [Row(f"{name}[{index}]", each) for index, each in enumerate(value)]
