"""A full tree's file as data: what its lines are, and how it is cut into parts that can be checked apart.

A level's lines stand in one order, so the children of the next parent are always the next two lines of the level below:
two cursors on the same file, one on parents and one on children, both going forward only, see every pair once.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from monitor.proofs.files import ProofFile
from monitor.proofs.lines import Lines
from monitor.proofs.scheme import ProofError

PARENTS = 4_096
"""In one part: about a megabyte of lines with their children, which takes a worker some ten milliseconds."""

Record = tuple[str, ...]
"""One line's fields as they are written, the hash first."""


@dataclass(frozen=True, slots=True)
class TreeFormat:
    """One exchange's tree file. Its functions are those of a module, so that they reach other processes."""

    line: re.Pattern[str]
    """A whole line (``(?m)^…\\n``); its groups are the record's fields, and every amount has one spelling."""
    node: Callable[[Record, Record, Record], bytes]
    """What is hashed for a node: left child, right child, the node itself."""
    amounts: Callable[[Record], tuple[int | Decimal, ...]]
    """In any unit; adding two of them is exact."""
    left_first: bool
    pads: bool = False
    """Whether an odd level's last node is repeated, owing nothing, and then has no children."""
    level: int | None = None
    """The field that numbers a line's level, which is 1 for leaves."""
    headers: int = 0
    """Lines before the root."""


@dataclass(frozen=True, slots=True)
class Pairs:
    """Parents and their children."""

    file: str
    level: int
    """The parents'; 0 where the format does not number levels."""
    parents: bytes
    parents_from: int
    """Line of the first."""
    children: bytes
    children_from: int


@dataclass(frozen=True, slots=True)
class Leaves:
    """Some leaves, in the file's order."""

    file: str
    lines: bytes
    first: int
    """Line of the first."""
    index: int
    """Its place among the leaves, from 0."""


class Walk:
    """The tree's parts, cut from its file."""

    leaf_count: int
    """Known once the pairs have been taken, as are the leaves."""

    def __init__(self, layout: TreeFormat, file: ProofFile) -> None:
        self._layout = layout
        self._file = file
        self._leaves_from = 0
        with Lines(file) as lines:
            lines.skip(layout.headers)
            start = lines.take(1)
        if not start:
            raise ProofError(f"{file.name}: no root in line {lines.line}")
        (self.root,) = records(layout, file.name, start, lines.line - 1)

    def pairs(self) -> Iterator[Pairs]:
        """Every inner node with its children, level after level."""
        layout = self._layout
        size, level = 1, 0 if layout.level is None else int(self.root[layout.level])
        with Lines(self._file) as parents, Lines(self._file) as children:
            parents.skip(layout.headers)
            children.skip(layout.headers + 1)
            while not children.at_end:
                padded, start = self._pad(parents, size)
                size -= padded
                yield from self._level_pairs(parents, children, size, level, b"" if padded else start)
                size, level = 2 * size, level - 1
            self._end(parents, size, level)

    def _end(self, parents: Lines, size: int, level: int) -> None:
        """The level that the children's cursor found to be the last one is the leaves'."""
        if self._layout.level is not None and level != 1:
            raise ProofError(f"{self._file.name}: ends with level {level}; the levels down to 1 are missing")
        padded, _ = self._pad(parents, size)
        self.leaf_count = size - padded
        self._leaves_from = parents.line - (0 if padded else 1)

    def _level_pairs(self, parents: Lines, children: Lines, size: int, level: int, start: bytes) -> Iterator[Pairs]:
        while size:
            line, first = parents.line - bool(start), children.line
            count = min(size, PARENTS)
            above = start + parents.take(count - bool(start))
            below = children.take(2 * count)
            if below.count(b"\n") < 2 * count:
                raise ProofError(f"{self._file.name}: ends at line {children.line - 1}, inside of a level")
            yield Pairs(self._file.name, level, above, line, below, first)
            size, start = size - count, b""

    def _pad(self, parents: Lines, size: int) -> tuple[int, bytes]:
        """1 if the level that ``parents`` stands before begins with a pad, and the level's first line."""
        start = parents.take(1)
        if not self._layout.pads or size == 1:
            return 0, start
        (first,) = records(self._layout, self._file.name, start, parents.line - 1)
        if any(self._layout.amounts(first)) or not parents.peek().startswith(first[0].encode()):
            return 0, start
        return 1, start

    def leaves(self) -> Iterator[Leaves]:
        """All leaves but the pad."""
        with Lines(self._file) as lines:
            lines.skip(self._leaves_from - 1)
            while not lines.at_end:
                first = lines.line
                yield Leaves(self._file.name, lines.take(2 * PARENTS), first, first - self._leaves_from)


def records(layout: TreeFormat, file: str, lines: bytes, first: int) -> list[Record]:
    """The records of whole lines, ``first`` being the number of the first. Raises :class:`ProofError`."""
    text = lines.decode("latin1")  # any byte is some character; none beyond ASCII is in any format
    found: list[Record] = layout.line.findall(text)
    if len(found) != text.count("\n"):
        for at, line in enumerate(text.split("\n")[:-1]):
            if not layout.line.fullmatch(line + "\n"):
                raise ProofError(f"{file}: line {first + at} is not a line of this format: {line[:120]!r}")
    return found
