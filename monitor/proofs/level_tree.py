"""Whole Merkle sum trees, published line by line: the root first, then level after level. Formats are data.

Every inner node is recomputed from its two children, in one pass over the file (``tree_lines``). What is held is two
blocks and the parts on their way to the workers, whatever the size of the tree: nothing grows with it but 8 bytes a
leaf on disk, to find leaves that repeat.
"""

from collections import Counter
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from operator import add
from typing import Protocol

from monitor.proofs.files import ProofFile
from monitor.proofs.repetitions import Buckets, Repetitions, bucketed
from monitor.proofs.scheme import ProofError
from monitor.proofs.tree_lines import Leaves, Pairs, Record, TreeFormat, Walk, records
from monitor.proofs.work import Executor

_MOST_FOUND = 100_000
"""Leaves that are kept; a tree made of one leaf must not fill the memory."""


class Search(Protocol):
    """What is looked for among the leaves; can be pickled."""

    def find(self, layout: TreeFormat, leaves: Leaves) -> list[tuple[int, Record]]:
        """Line and record of every leaf that is meant."""
        ...


@dataclass(frozen=True, slots=True)
class Tree:
    """A tree of which every inner node was recomputed."""

    root: Record
    leaves: int
    """Without the pad."""
    repeated: tuple[tuple[int, Record], ...]
    """Some leaves whose hashes occur more than once, with their lines."""
    found: tuple[tuple[int, Record], ...] = ()
    """What was searched for."""


def verify(layout: TreeFormat, file: ProofFile, executor: Executor, search: Search | None = None) -> Tree:
    """Recompute all of ``file``. Raises :class:`ProofError`."""
    walk = Walk(layout, file)
    for _ in executor.map(partial(_check, layout), walk.pairs()):
        pass
    found: list[tuple[int, Record]] = []
    with Repetitions() as repetitions:
        for buckets, some in executor.map(partial(_look, layout, search), walk.leaves()):
            repetitions.add(buckets)
            found += some
            if len(found) > _MOST_FOUND:
                raise ProofError(f"{file.name}: more than {_MOST_FOUND} leaves are the customer's")
        suspects = repetitions.found()
    return Tree(walk.root, walk.leaf_count, _repeated(layout, walk, executor, suspects), tuple(found))


def _repeated(
    layout: TreeFormat, walk: Walk, executor: Executor, suspects: frozenset[str]
) -> tuple[tuple[int, Record], ...]:
    """Those of the suspects that are equal in all digits; enough of them to tell, where there are very many."""
    if not suspects:
        return ()
    some: list[tuple[int, Record]] = []
    for _, more in executor.map(partial(_look, layout, Prefixes(suspects)), walk.leaves()):
        some += more
        if len(some) > _MOST_FOUND:
            break
    often = Counter(record[0] for _, record in some)
    return tuple(one for one in some if often[one[1][0]] > 1)


@dataclass(frozen=True, slots=True)
class Prefixes:
    """Leaves by the first 16 hex digits of their hashes."""

    wanted: frozenset[str]

    def find(self, layout: TreeFormat, leaves: Leaves) -> list[tuple[int, Record]]:
        starts = [line[:16] for line in leaves.lines.decode("latin1").split("\n")]
        if self.wanted.isdisjoint(starts):
            return []
        read = records(layout, leaves.file, leaves.lines, leaves.first)
        return [(leaves.first + at, record) for at, record in enumerate(read) if starts[at] in self.wanted]


def _check(layout: TreeFormat, pairs: Pairs) -> None:
    parents = records(layout, pairs.file, pairs.parents, pairs.parents_from)
    children = records(layout, pairs.file, pairs.children, pairs.children_from)
    if layout.level is not None:
        _check_levels(layout.level, pairs, parents, children)
    firsts, seconds = children[0::2], children[1::2]
    lefts, rights = (firsts, seconds) if layout.left_first else (seconds, firsts)
    node, amounts = layout.node, layout.amounts
    for at, (parent, left, right) in enumerate(zip(parents, lefts, rights, strict=True)):
        if sha256(node(left, right, parent)).hexdigest() != parent[0]:
            place = f"{pairs.file}: line {pairs.parents_from + at}"
            raise ProofError(f"{place}: the hash does not recompute from lines {_lines(pairs, at)}")
        if tuple(map(add, amounts(left), amounts(right))) != amounts(parent):
            place = f"{pairs.file}: line {pairs.parents_from + at}"
            raise ProofError(f"{place}: the balances are not the sums of those in lines {_lines(pairs, at)}")


def _lines(pairs: Pairs, at: int) -> str:
    return f"{pairs.children_from + 2 * at} and {pairs.children_from + 2 * at + 1}"


def _check_levels(key: int, pairs: Pairs, parents: list[Record], children: list[Record]) -> None:
    for read, first, level in (
        (parents, pairs.parents_from, pairs.level),
        (children, pairs.children_from, pairs.level - 1),
    ):
        expected = str(level)
        for at, record in enumerate(read):
            if record[key] != expected or level < 1:
                place = f"{pairs.file}: line {first + at}"
                raise ProofError(f"{place}: level {record[key]}, expected {level}: a line is missing or misplaced")


def _look(layout: TreeFormat, search: Search | None, leaves: Leaves) -> tuple[Buckets, list[tuple[int, Record]]]:
    return bucketed(leaves.lines), search.find(layout, leaves) if search else []
