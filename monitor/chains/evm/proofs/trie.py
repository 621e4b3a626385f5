"""Merkle Patricia tries, as far as proofs need them: what stands at a key, or that nothing does.

Yellow Paper, appendix D. Stricter than a database of nodes would be: the nodes of a proof must be exactly those on the
way to the key, in order, each the preimage of the hash that its parent holds, in canonical RLP. So no byte of a proof
can be another one.
"""

from collections.abc import Sequence
from typing import TypeAlias

import rlp
from eth_hash.backends import pysha3

from monitor.chains.evm import values

keccak = pysha3.keccak256
"""In C throughout, like monitor/ownership/digests.py's: a proof is some ten hashes."""

EMPTY_ROOT = keccak(rlp.encode(b""))
"""The root of a trie in which nothing is."""

_HASH = 32
_SHARED = 4
"""Levels under the root whose nodes are kept: 4 369 nodes at the most, which nearly all proofs have in common."""
_LEAF, _ODD = 2, 1
"""Flags of a hex-prefix encoded path (Yellow Paper, appendix C)."""

_Item: TypeAlias = bytes | list["_Item"]


class StateProofError(ValueError):
    """Not a proof of what stands at the key."""


class Trie:
    """A trie of which nothing but the root is known. Nodes near the root are decoded and hashed once."""

    def __init__(self, root: bytes) -> None:
        self._root = root
        self._shared: dict[bytes, tuple[object, _Item]] = {}

    def get(self, key: bytes, proof: Sequence[object]) -> bytes | None:
        """Return what ``proof`` (nodes in hex, from the root down) shows to stand at ``key``; None: that nothing does.

        Raises :class:`StateProofError`.
        """
        rest = key.hex()  # a character is a nibble
        used = 0
        place: _Item = self._root
        while place != b"":
            if isinstance(place, bytes):
                if place == EMPTY_ROOT and not proof:
                    return None
                if used == len(proof):
                    raise StateProofError(f"it ends after {used} nodes, before the key does")
                place = self._node(place, proof[used], used)
                used += 1
                continue
            match place:
                case [bytes(path), end]:
                    nibbles, leaf = _path(path)
                    if leaf:
                        value = _value(end)
                        return _whole(value if nibbles == rest else None, used, proof)
                    if not rest.startswith(nibbles):
                        return _whole(None, used, proof)
                    rest, place = rest[len(nibbles) :], _child(end)
                case [*children, value] if len(children) == 16:
                    if not rest:
                        return _whole(_value(value) if value else None, used, proof)
                    place, rest = _child(children[int(rest[0], 16)]), rest[1:]
                case _:
                    raise StateProofError(f"node {used} is neither leaf, extension nor branch")
        return _whole(None, used, proof)

    def _node(self, digest: bytes, text: object, level: int) -> _Item:
        """The node that hashes to ``digest``."""
        known = self._shared.get(digest)
        if known and known[0] == text:
            return known[1]
        node = _decoded(text, digest, level)
        if level < _SHARED:
            self._shared[digest] = text, node
        return node


def _decoded(text: object, digest: bytes, level: int) -> _Item:
    """The node that ``text`` is; decoded only after its hash has shown that it is of the trie."""
    try:
        encoded = values.data(text)
    except ValueError as error:
        raise StateProofError(f"node {level + 1}: {error}") from None
    if keccak(encoded) != digest:
        above = "the one above it" if level else "the block"
        raise StateProofError(f"node {level + 1} has another hash than {above} says")
    if level and len(encoded) < _HASH:
        raise StateProofError(f"node {level + 1} is too short to stand alone")
    try:
        node: _Item = rlp.decode(encoded)
    except rlp.RLPException as error:
        raise StateProofError(f"node {level + 1}: {error}") from None
    return node


def _whole(value: bytes | None, used: int, proof: Sequence[object]) -> bytes | None:
    if used != len(proof):
        raise StateProofError(f"{len(proof) - used} of its nodes lead nowhere")
    return value


def _child(item: _Item) -> _Item:
    """What a branch or extension points to: a hash, nothing, or a node short enough to be held itself."""
    if isinstance(item, list):
        if len(rlp.encode(item)) >= _HASH:
            raise StateProofError("a node holds another one that should stand alone")
    elif len(item) not in (0, _HASH):
        raise StateProofError("a node points to something that is no hash")
    return item


def _value(item: _Item) -> bytes:
    if not isinstance(item, bytes) or not item:
        raise StateProofError("a node holds no value where one was due")
    return item


def _path(encoded: bytes) -> tuple[str, bool]:
    """The nibbles of a hex-prefix encoded path, and whether it ends in a leaf."""
    nibbles = encoded.hex()
    flags = int(nibbles[:1] or "f", 16)
    if flags > (_LEAF | _ODD) or (not flags & _ODD and nibbles[1] != "0"):
        raise StateProofError("a path is not hex-prefix encoded")
    return nibbles[1 if flags & _ODD else 2 :], bool(flags & _LEAF)
