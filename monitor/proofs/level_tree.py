"""Whole Merkle sum trees, published line by line: the root first, then level after level. Formats are data.

A worker takes a branch of some thousand leaves (``tree_lines``). It reads the leaves alone, computes what must stand
above them up to one node, and compares that with what does: so each line is looked at once. What is held is some
branches, one node of each, and 8 bytes a leaf on disk, to find leaves that repeat.
"""

import struct
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

from monitor.proofs import tree_faults
from monitor.proofs.files import ProofFile
from monitor.proofs.repetitions import Buckets, Repetitions, bucketed
from monitor.proofs.scheme import ProofError
from monitor.proofs.tree_format import Amount, Leaf, Nodes, Search, TreeFormat, joined, padded
from monitor.proofs.tree_lines import Branch, Stretch, Walk
from monitor.proofs.work import Executor

_MOST_FOUND = 100_000
"""Leaves that are kept; a tree made of one leaf must not fill the memory."""


@dataclass(frozen=True, slots=True)
class Tree:
    """A tree of which every inner node was recomputed."""

    root: str
    totals: tuple[Amount, ...]
    leaves: int
    """Without the pad."""
    repeated: tuple[Leaf, ...]
    """Some leaves whose hashes occur more than once."""
    found: tuple[Leaf, ...] = ()
    """What was searched for."""


def verify(layout: TreeFormat, file: ProofFile, executor: Executor, search: Search | None = None) -> Tree:
    """Recompute all of ``file``. Raises :class:`ProofError`."""
    walk = Walk(layout, file, executor)
    tops: list[Nodes] = []
    found: list[Leaf] = []
    with Repetitions() as repetitions:
        work = partial(_recomputed, layout, file.name, search)
        for top, buckets, some in executor.map(work, walk.branches()):
            tops.append(top)
            repetitions.add(buckets)
            found += some
            if len(found) > _MOST_FOUND:
                raise ProofError(f"{file.name}: more than {_MOST_FOUND} leaves are the customer's")
        (root,), columns = _climb(layout, file.name, joined(tops), walk.branch_line, walk.top())
        suspects = repetitions.found(executor)
    repeated = _repeated(layout, file.name, walk, executor, suspects)
    return Tree(root, tuple(total for (total,) in columns), walk.leaf_count, repeated, tuple(found))


def _recomputed(
    layout: TreeFormat, file: str, search: Search | None, branch: Branch
) -> tuple[Nodes, Buckets, list[Leaf]]:
    """The branch's one node, what its leaves' hashes begin with, and those that are searched for."""
    nodes = _read(layout, file, branch.leaves)
    leaves = _without_pad(nodes, branch.leaves)
    top = _climb(layout, file, nodes, branch.leaves.line, branch.above)
    return top, bucketed(leaves.hashes), _searched(search, leaves, branch)


def _looked_at(layout: TreeFormat, file: str, search: Search, branch: Branch) -> list[Leaf]:
    return _searched(search, _without_pad(_read(layout, file, branch.leaves), branch.leaves), branch)


def _searched(search: Search | None, leaves: Nodes, branch: Branch) -> list[Leaf]:
    return search.find(leaves, branch.leaves.line + branch.leaves.padded, branch.index) if search else []


def _read(layout: TreeFormat, file: str, leaves: Stretch) -> Nodes:
    text = leaves.block.read().decode("latin1")  # any byte is some character; none beyond ASCII is in any format
    nodes = layout.read(text)
    if nodes is None or len(nodes.hashes) != leaves.nodes + leaves.padded:
        raise tree_faults.unread(layout, file, leaves, text)
    return nodes


def _without_pad(nodes: Nodes, leaves: Stretch) -> Nodes:
    return Nodes(nodes.hashes[1:], [column[1:] for column in nodes.amounts]) if leaves.padded else nodes


def _climb(layout: TreeFormat, file: str, nodes: Nodes, line: int, above: Iterable[Stretch]) -> Nodes:
    """The last level that is above these nodes, the first of which stands in ``line``."""
    for stretch in above:
        try:
            nodes, written = layout.above(nodes, stretch.level)
        except (ArithmeticError, struct.error) as error:
            raise ProofError(
                f"{file}: line {stretch.line} or after: sums that no amount of this format holds"
            ) from error
        if stretch.padded and layout.pad:
            written = layout.pad(nodes.hashes[0], stretch.level) + written
            nodes = padded(nodes)
        stated = stretch.block.read()
        if stated != written.encode():
            raise tree_faults.differing(layout, file, stretch, written, stated.decode("latin1"), below=line)
        line = stretch.line
    return nodes


def _repeated(
    layout: TreeFormat, file: str, walk: Walk, executor: Executor, suspects: frozenset[str]
) -> tuple[Leaf, ...]:
    """Those of the suspects that are equal in all digits; enough of them to tell, where there are very many."""
    if not suspects:
        return ()
    some: list[Leaf] = []
    for more in executor.map(partial(_looked_at, layout, file, Prefixes(suspects)), walk.leaves()):
        some += more
        if len(some) > _MOST_FOUND:
            break
    often = Counter(leaf.hash for leaf in some)
    return tuple(leaf for leaf in some if often[leaf.hash] > 1)


@dataclass(frozen=True, slots=True)
class Prefixes:
    """Leaves by the first 16 hex digits of their hashes."""

    wanted: frozenset[str]

    def find(self, leaves: Nodes, line: int, index: int) -> list[Leaf]:
        del index
        starts = [one[:16] for one in leaves.hashes]
        if self.wanted.isdisjoint(starts):
            return []
        return [
            Leaf(line + at, leaves.hashes[at], tuple(column[at] for column in leaves.amounts))
            for at, start in enumerate(starts)
            if start in self.wanted
        ]
