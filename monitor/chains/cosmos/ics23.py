"""Proofs of ICS-23 for the two trees of a Cosmos chain: IAVL, which each store is, and the simple tree of all stores.

The Interchain Standard 23 and its specs for IAVL and Tendermint. Both trees hash with SHA-256, a leaf as
``prefix ‖ key ‖ SHA-256(value)``, each with its length before it, and are read here more strictly than the standard
asks: a step of a path must have exactly the form that the tree gives a node, with the child on one of its two sides.
Compressed proofs and batches are refused: nodes answer a query for a key by neither.

What is not there is proven by its two neighbours, between which there is nothing.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from hashlib import sha256
from typing import NamedTuple

from monitor.chains.protobuf import Message, read_varint, varint

_HASH = 32
_SHA256, _NO_HASH, _VAR_PROTO = 1, 0, 1
_EXIST, _NONEXIST = 1, 2
_DEEPEST = 128


class NoProofError(ValueError):
    """What was given proves nothing, or something else."""


class _Side(Enum):
    """Of its parent that a child is on."""

    LEFT = "left"
    RIGHT = "right"


class _Step(NamedTuple):
    """A node on the way to the root: what is hashed before and after its child."""

    prefix: bytes
    suffix: bytes
    side: _Side


class _Leaf(NamedTuple):
    key: bytes
    value: bytes
    root: bytes
    path: list[_Step]


@dataclass(frozen=True, slots=True)
class Tree:
    """The form of a kind of tree."""

    leaf: Callable[[bytes], bool]
    """Whether this may stand before a leaf."""
    side: Callable[[bytes, bytes, int], _Side | None]
    """The side of the child between this prefix and suffix, so many steps above the leaf; None: there is no such."""


def value_at(tree: Tree, proof: bytes, key: bytes, root: bytes) -> bytes | None:
    """Return the value that ``proof`` shows to be at ``key`` in the tree of this ``root``; None where there is none.

    Raises :class:`NoProofError` where it shows neither.
    """
    try:
        found = Message(proof)
        if _NONEXIST in found and _EXIST not in found:
            _absent(tree, Message(found.bytes(_NONEXIST)), key, root)
            return None
    except ValueError as error:
        raise NoProofError(str(error)) from None
    value, there = root_of(tree, proof, key)
    _same(there, root)
    return value


def root_of(tree: Tree, proof: bytes, key: bytes) -> tuple[bytes, bytes]:
    """Return the value that ``proof`` shows to be at ``key``, and the root of the tree in which it is there.

    Raises :class:`NoProofError`, also for a proof that there is nothing.
    """
    try:
        leaf = _leaf(tree, Message(proof).bytes(_EXIST))
    except ValueError as error:
        raise NoProofError(str(error)) from None
    if leaf.key != key:
        raise NoProofError("it is about another key")
    return leaf.value, leaf.root


def _leaf(tree: Tree, proof: bytes) -> _Leaf:
    """The key and value of a proof that something is there, and the root that it leads to."""
    found = Message(proof)
    key, value, leaf = found.bytes(1), found.bytes(2), Message(found.bytes(3))
    if not key or not value:
        raise NoProofError("a leaf without a key or a value")
    forms = tuple(leaf.number(number) for number in (1, 2, 3, 4))
    prefix = leaf.bytes(5)
    if forms != (_SHA256, _NO_HASH, _SHA256, _VAR_PROTO) or not tree.leaf(prefix):
        raise NoProofError("a leaf that is hashed otherwise than this tree's")
    node = sha256(prefix + varint(len(key)) + key + varint(_HASH) + sha256(value).digest()).digest()
    steps = found.all(4)
    if len(steps) > _DEEPEST:
        raise NoProofError("a path that is deeper than any tree")
    path: list[_Step] = []
    for height, each in enumerate(steps, 1):
        step = _step(tree, Message(each), height)
        node = sha256(step.prefix + node + step.suffix).digest()
        path.append(step)
    return _Leaf(key, value, node, path)


def _step(tree: Tree, step: Message, height: int) -> _Step:
    prefix, suffix = step.bytes(2), step.bytes(3)
    side = tree.side(prefix, suffix, height)
    if step.number(1) != _SHA256 or side is None:
        raise NoProofError("a step that is no node of this tree")
    return _Step(prefix, suffix, side)


def _absent(tree: Tree, proof: Message, key: bytes, root: bytes) -> None:
    """Raise unless the neighbours in ``proof`` leave no place for ``key``."""
    if proof.bytes(1) != key:
        raise NoProofError("it is about another key")
    left = _leaf(tree, proof.bytes(2)) if 2 in proof else None
    right = _leaf(tree, proof.bytes(3)) if 3 in proof else None
    for leaf in (left, right):
        if leaf:
            _same(leaf.root, root)
    if (left and left.key >= key) or (right and right.key <= key) or not (left or right):
        raise NoProofError("its neighbours are not on both sides of the key")
    if left and right:
        _adjacent(left.path, right.path)
    elif left:
        _only(left.path, _Side.RIGHT)
    elif right:
        _only(right.path, _Side.LEFT)


def _adjacent(left: Sequence[_Step], right: Sequence[_Step]) -> None:
    """Raise unless the two paths part at a node, and keep to the inside of its halves from there on."""
    shared = 0
    for mine, theirs in zip(reversed(left), reversed(right), strict=False):
        if mine != theirs:
            break
        shared += 1
    lower, upper = left[: len(left) - shared], right[: len(right) - shared]
    if not lower or not upper or (lower[-1].side, upper[-1].side) != (_Side.LEFT, _Side.RIGHT):
        raise NoProofError("its neighbours are none")
    _only(lower[:-1], _Side.RIGHT)
    _only(upper[:-1], _Side.LEFT)


def _only(path: Sequence[_Step], side: _Side) -> None:
    if any(step.side is not side for step in path):
        raise NoProofError("there is something between its neighbours, or beyond them")


def _same(root: bytes, wanted: bytes) -> None:
    if root != wanted:
        raise NoProofError(f"it leads to the root {root.hex()}, not {wanted.hex()}")


# --- the two trees ---


def _iavl_leaf(prefix: bytes) -> bool:
    """Height 0, size 1 and a version, as signed varints."""
    numbers, rest = _signed(prefix)
    return numbers[:2] == [0, 1] and numbers[2] >= 0 and not rest


def _iavl_side(prefix: bytes, suffix: bytes, height: int) -> _Side | None:
    """Height, size, version, and then two hashes with their lengths, of which the child's own is left out."""
    (own, size, version), rest = _signed(prefix)
    if own < height or size < 2 or version < 0:
        return None
    return _child(rest, suffix, bytes((_HASH,)))


def _simple_side(prefix: bytes, suffix: bytes, _: int) -> _Side | None:
    return _child(prefix[1:], suffix, b"") if prefix[:1] == b"\1" else None


def _child(before: bytes, after: bytes, length: bytes) -> _Side | None:
    """On which side of a node a child is, where ``length`` is before each of its two hashes."""
    if before == length and len(after) == len(length) + _HASH and after.startswith(length):
        return _Side.LEFT
    right = len(before) == 2 * len(length) + _HASH and before.startswith(length) and before.endswith(length)
    return _Side.RIGHT if right and not after else None


def _signed(prefix: bytes) -> tuple[list[int], bytes]:
    """The three numbers with which a node of IAVL begins (zigzag), and the rest."""
    numbers, place = [], 0
    for _ in range(3):
        number, place = read_varint(prefix, place)
        numbers.append(number >> 1 ^ -(number & 1))
    return numbers, prefix[place:]


IAVL = Tree(_iavl_leaf, _iavl_side)
SIMPLE = Tree(lambda prefix: prefix == b"\0", _simple_side)
