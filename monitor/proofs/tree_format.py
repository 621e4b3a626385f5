"""A full tree's nodes by the column, and what a format says about them: reading, adding up, hashing, writing.

All of it works on some thousand nodes at once, so that hashes take a good part of the time and Python's own steps
little.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple, Protocol

_DIGITS = 64

Amount = int | Decimal
"""In any unit; what a format adds up is exact, or it raises an :class:`ArithmeticError`."""


class Nodes(NamedTuple):
    """Neighbours on one level, in the file's order."""

    hashes: Sequence[str]
    """In lower-case hex."""
    amounts: Sequence[Sequence[Amount]]
    """A column for each asset."""


class Leaf(NamedTuple):
    """One leaf that was looked for."""

    line: int
    hash: str
    amounts: tuple[Amount, ...]


class Search(Protocol):
    """What is looked for among the leaves; can be pickled."""

    def find(self, leaves: Nodes, line: int, index: int) -> list[Leaf]:
        """Every leaf that is meant, ``line`` being the first one's and ``index`` its place among all, from 0."""
        ...


@dataclass(frozen=True, slots=True)
class TreeFormat:
    """One exchange's tree file. Its functions are those of a module, so that they reach other processes.

    Levels count from the leaves, which are 1.
    """

    line: re.Pattern[str]
    """A whole line with its end: the groups ``hash``, ``amounts`` and, where levels are numbered, ``level``."""
    read: Callable[[str], Nodes | None]
    """Leaves from whole lines, those that are none left out; nothing where a hash or an amount is not of the format."""
    above: Callable[[Nodes, int], tuple[Nodes, str]]
    """The parents of all these nodes, on the level that is given, and the lines they are written in."""
    pad: Callable[[str, int], str] | None = None
    """The line that repeats the last node of an odd level, owing nothing; it comes first. Its hash and level."""
    headers: int = 0
    """Lines before the root."""


def padded(nodes: Nodes) -> Nodes:
    """With the last node repeated, which stands first in a file with pads."""
    first, *_ = nodes.hashes
    return Nodes([first, *nodes.hashes], [[0 * column[0], *column] for column in nodes.amounts])


def joined(parts: Sequence[Nodes]) -> Nodes:
    """Parts that follow each other."""
    columns = zip(*(part.amounts for part in parts), strict=True)
    return Nodes(
        [one for part in parts for one in part.hashes],
        [[amount for some in column for amount in some] for column in columns],
    )


def all_hex(hashes: Sequence[str]) -> bool:
    """Whether each is 32 bytes in lower-case hex."""
    digits = "".join(hashes).encode()
    return set(map(len, hashes)) == {_DIGITS} and not digits.translate(None, b"0123456789abcdef")
