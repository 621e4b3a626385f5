"""How a full tree lies in its file: the root's line, then level after level; and how it is cut into branches.

The number of lines tells how long every level is. So the lines of a branch, which is a power of two of leaves and all
nodes above them up to one, are known before any is read: one stretch of lines on each level.
"""

from bisect import bisect_left
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace

from monitor.proofs.blocks import Block, source
from monitor.proofs.files import ProofFile
from monitor.proofs.scheme import ProofError
from monitor.proofs.tree_format import TreeFormat
from monitor.proofs.work import Executor

PARENTS = 4_096
"""Nodes right above the leaves in one branch, a power of two: two megabytes of lines, some ten milliseconds' work."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Some lines of one level, the leaves' being 1."""

    level: int
    line: int
    """Number of the first."""
    padded: bool
    """Whether the first repeats the second, owing nothing."""
    nodes: int
    """Without the pad."""
    block: Block


@dataclass(frozen=True, slots=True)
class Branch:
    """The leaves, and then what is above them, level after level."""

    leaves: Stretch
    index: int
    """Place of the first leaf among all, from 0."""
    above: tuple[Stretch, ...]


@dataclass(frozen=True, slots=True)
class _Level:
    number: int
    line: int
    nodes: int
    padded: bool

    def share(self, leaves: int) -> int:
        """How many of the level's nodes are above so many leaves on its edge."""
        return -(-leaves >> (self.number - 1))


class Walk:
    """The tree's branches."""

    def __init__(self, layout: TreeFormat, file: ProofFile, executor: Executor) -> None:
        """Raises :class:`ProofError`."""
        self._layout = layout
        self._file = file
        self._source = source(file, executor)
        self._levels = self._measured()
        self._height = min(len(self._levels), PARENTS.bit_length() + 1)
        """Levels of a branch."""

    @property
    def leaf_count(self) -> int:
        return self._levels[0].nodes

    @property
    def branch_line(self) -> int:
        """The first line of the level that the branches end with."""
        return self._levels[self._height - 1].line

    def branches(self) -> Iterator[Branch]:
        """In the file's order."""
        return self._cut(self._levels[: self._height])

    def leaves(self) -> Iterator[Branch]:
        """Nothing but the branches' leaves."""
        return self._cut(self._levels[:1])

    def top(self) -> Iterator[Stretch]:
        """What is above the branches, whole levels."""
        for level in self._levels[self._height :]:
            with self._source.cursor(level.line) as cursor:
                block = cursor.take(level.nodes + level.padded)
            yield Stretch(level.number, level.line, level.padded, level.nodes, block)

    def _cut(self, levels: list[_Level]) -> Iterator[Branch]:
        whole, index = 1 << (self._height - 1), 0
        lines = [level.line for level in levels]
        with ExitStack() as stack:
            cursors = [stack.enter_context(self._source.cursor(line)) for line in lines]
            while index < self.leaf_count:
                # Branches are whole from the left. A format with pads runs from right to left: the rest comes first.
                leaves = whole if index else (self.leaf_count - 1) % whole + 1
                stretches: list[Stretch] = []
                for at, (level, cursor) in enumerate(zip(levels, cursors, strict=True)):
                    nodes, pad = level.share(leaves), level.padded and not index
                    block = cursor.take(nodes + pad)
                    stretches.append(Stretch(level.number, lines[at], pad, nodes, block))
                    lines[at] += nodes + pad
                yield Branch(stretches[0], index, tuple(stretches[1:]))
                index += leaves

    def _measured(self) -> list[_Level]:
        """From the leaves to the root."""
        name, headers = self._file.name, self._layout.headers
        last = self._source.lines
        if last <= headers:
            raise ProofError(f"{name}: no root in line {headers + 1}")
        sizes = _sizes(last - headers)
        if _lines(sizes) != last - headers:
            raise ProofError(f"{name}: ends with line {last}, inside of a level: lines are missing, or too many")
        if self._layout.pad is None and any(size % 2 for size in sizes[:-1]):
            raise ProofError(f"{name}: ends with line {last}, but the number of leaves is no power of two")
        self._check_root(len(sizes))
        levels: list[_Level] = []
        line = last + 1
        for number, size in enumerate(sizes, 1):
            odd = size > 1 and size % 2 == 1
            line -= size + odd
            levels.append(_Level(number, line, size, odd))
        if len(levels) > 1 and self._begins_with_pad(levels[0].line):
            levels[0] = replace(levels[0], nodes=levels[0].nodes - 1, padded=True)
        return levels

    def _check_root(self, levels: int) -> None:
        line = self._layout.headers + 1
        text = self._text(line, 1)
        root = self._layout.line.fullmatch(text)
        if root is None:
            raise ProofError(f"{self._file.name}: no root in line {line}: {text[:120]!r}")
        stated = int(root.groupdict().get("level", levels))
        if stated != levels:
            missing = f"the levels down to 1 are missing, or other lines, in a file of {self._source.lines}"
            raise ProofError(f"{self._file.name}: line {line}: the root is of level {stated}, not {levels}: {missing}")

    def _begins_with_pad(self, line: int) -> bool:
        if self._layout.pad is None:
            return False
        first, second, _ = self._text(line, 2).split("\n")
        return f"{first}\n" == self._layout.pad(second.partition(",")[0], 1)

    def _text(self, line: int, count: int) -> str:
        with self._source.cursor(line) as cursor:
            return cursor.take(count).read().decode("latin1")


def _sizes(lines: int) -> list[int]:
    """Nodes on each level, from the leaves up, of the smallest tree with so many lines; a leaf may be a pad."""
    if lines == 1:
        return [1]
    return _sizes_above(bisect_left(range(lines), lines, lo=1, key=lambda parents: _lines(_sizes_above(parents))))


def _sizes_above(parents: int) -> list[int]:
    sizes = [2 * parents, parents]
    while sizes[-1] > 1:
        sizes.append((sizes[-1] + 1) // 2)
    return sizes


def _lines(sizes: list[int]) -> int:
    """A level's odd node is repeated, but the root."""
    return sum(size + size % 2 for size in sizes[:-1]) + 1
