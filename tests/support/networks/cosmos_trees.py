"""IAVL and simple trees of a few leaves, with the proofs of ICS-23 that nodes give from them."""

from base64 import b64encode
from hashlib import sha256
from typing import Any, NamedTuple

from monitor.chains.protobuf import always, field, varint

Leaves = list[tuple[bytes, bytes]]
"""Keys and values, by key."""


class Form(NamedTuple):
    """How a tree's nodes are hashed."""

    leaf: bytes
    length: bytes

    def inner(self, height: int, size: int) -> bytes:
        return varint(2 * height) + varint(2 * size) + varint(14) if self.length else b"\1"


IAVL = Form(bytes((0, 2, 14)), b"\x20")
"""All of version 7."""
SIMPLE = Form(b"\0", b"")


def root(form: Form, leaves: Leaves) -> bytes:
    return _node(form, leaves)[0]


def proof(form: Form, leaves: Leaves, key: bytes) -> bytes:
    """A proof of what is at ``key``, or that there is nothing."""
    for place, (found, _) in enumerate(leaves):
        if found == key:
            return always(1, exists(form, leaves, place))
    after = next((place for place, (found, _) in enumerate(leaves) if found > key), len(leaves))
    left = always(2, exists(form, leaves, after - 1)) if after else b""
    right = always(3, exists(form, leaves, after)) if after < len(leaves) else b""
    return always(2, field(1, key) + left + right)


def operations(stores: dict[bytes, Leaves], store: bytes, key: bytes) -> Any:
    """The ``proofOps`` of a key in a store."""
    tops = [(name, root(IAVL, leaves)) for name, leaves in sorted(stores.items())]
    proven = (("ics23:iavl", key, proof(IAVL, stores[store], key)), ("ics23:simple", store, proof(SIMPLE, tops, store)))
    return {"ops": [{"type": form, "key": _text(where), "data": _text(data)} for form, where, data in proven]}


def state_of(stores: dict[bytes, Leaves]) -> bytes:
    """The hash of a state of several stores."""
    return root(SIMPLE, [(name, root(IAVL, leaves)) for name, leaves in sorted(stores.items())])


def exists(form: Form, leaves: Leaves, place: int) -> bytes:
    key, value = leaves[place]
    leaf = field(1, 1) + field(3, 1) + field(4, 1) + field(5, form.leaf)
    steps = b"".join(
        always(4, field(1, 1) + field(2, prefix) + field(3, suffix)) for prefix, suffix in _path(form, leaves, place)
    )
    return field(1, key) + field(2, value) + always(3, leaf) + steps


def _path(form: Form, leaves: Leaves, place: int) -> list[tuple[bytes, bytes]]:
    """What is hashed around each node from the leaf to the root."""
    if len(leaves) == 1:
        return []
    half = _half(leaves)
    left, right = leaves[:half], leaves[half:]
    own = form.inner(_node(form, leaves)[1], len(leaves))
    if place < half:
        return [*_path(form, left, place), (own + form.length, form.length + root(form, right))]
    before = own + form.length + root(form, left) + form.length
    return [*_path(form, right, place - half), (before, b"")]


def _node(form: Form, leaves: Leaves) -> tuple[bytes, int]:
    """Hash and height."""
    if len(leaves) == 1:
        ((key, value),) = leaves
        return sha256(form.leaf + varint(len(key)) + key + b"\x20" + sha256(value).digest()).digest(), 0
    half = _half(leaves)
    (left, left_height), (right, right_height) = _node(form, leaves[:half]), _node(form, leaves[half:])
    height = 1 + max(left_height, right_height)
    return sha256(form.inner(height, len(leaves)) + form.length + left + form.length + right).digest(), height


def _half(leaves: Leaves) -> int:
    return 1 << (len(leaves) - 1).bit_length() - 1


def _text(data: bytes) -> str:
    return b64encode(data).decode()
