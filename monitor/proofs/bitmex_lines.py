"""The lines of BitMEX's full tree: ``hash,satoshis`` after one line of another kind, levels from left to right.

A node is SHA-256 over the left child's hash and amount and the right child's, amounts as 64 bits, little-endian.
"""

import re
from collections.abc import Sequence
from hashlib import sha256
from operator import add
from struct import Struct
from typing import Any

from monitor.proofs.tree_format import Nodes, TreeFormat, all_hex

_LINE = re.compile(r"(?P<hash>[0-9a-f]{64}),(?P<amounts>0|[1-9][0-9]{0,15})\n")
_LEAF = re.compile(r"(?m)^([^,]*+),(0|[1-9][0-9]{0,15}+)\n")
_CHILDREN = Struct("<32sQ32sQ")


def _read(text: str) -> Nodes | None:
    found = _LEAF.findall(text)
    if not found:
        return None
    hashes, amounts = zip(*found, strict=True)
    if not all_hex(hashes):
        return None
    return Nodes(hashes, [list(map(int, amounts))])


def _above(nodes: Nodes, _: int) -> tuple[Nodes, str]:
    digests = list(map(bytes.fromhex, nodes.hashes))
    column: Sequence[Any] = nodes.amounts[0]
    lefts, rights = column[::2], column[1::2]
    sums = list(map(add, lefts, rights))
    children = map(_CHILDREN.pack, digests[::2], lefts, digests[1::2], rights)
    hashes = [sha256(both).hexdigest() for both in children]
    return Nodes(hashes, [sums]), "".join([f"{own},{total}\n" for own, total in zip(hashes, sums, strict=True)])


TREE = TreeFormat(line=_LINE, read=_read, above=_above, headers=1)
