"""Keccak-256, the trees built with it, and the challenges drawn from it."""

from collections.abc import Sequence

from eth_hash.backends import pysha3

from monitor.proofs.scheme import ProofError
from monitor.proofs.stark_v1.field import PRIME

keccak = pysha3.keccak256
WORK_BITS = 20
"""Leading zero bits that the proof of work asks of its hash."""
QUERIES = 16
"""Points at which the trace, and again each folding, is looked at."""


def position(index: int, leaves: int) -> int:
    """Where the leaf of a domain index stands: the four points that fold into one become neighbours."""
    quarter = leaves // 4
    return index // quarter + 4 * (index % quarter)


def check_paths(root: bytes, leaves: int, indices: Sequence[int], paths: Sequence[Sequence[bytes]], place: str) -> None:
    """Refuses paths that do not lead from their leaves (by domain index) to ``root``.

    A path is its leaf and then one sibling per level. A sibling is empty where it follows from the other paths or
    stands in one of them; whatever is given must agree with everything else.
    """
    nodes: dict[int, bytes] = {}
    frontier: set[int] = set()
    for index, path in zip(indices, paths, strict=True):
        node = leaves + position(index, leaves)
        frontier.add(node)
        for level, value in enumerate(path):
            where = node if level == 0 else (node >> (level - 1)) ^ 1
            if value and nodes.setdefault(where, value) != value:
                raise ProofError(f"{place}: two paths disagree about the node {where} of the tree")
    while frontier != {1}:
        above: set[int] = set()
        for node in frontier:
            if node >> 1 in above:
                continue
            left, right = nodes.get(node & ~1), nodes.get(node | 1)
            if left is None or right is None:
                raise ProofError(f"{place}: the paths lack a sibling: node {node ^ 1} of the tree")
            parent = keccak(left + right)
            if nodes.setdefault(node >> 1, parent) != parent:
                raise ProofError(f"{place}: node {node >> 1} of the tree is not the hash of its children")
            above.add(node >> 1)
        frontier = above
    if nodes[1] != root:
        raise ProofError(f"{place}: the paths lead to {nodes[1].hex()}, not to {root.hex()}")


def check_work(root: bytes, nonce: bytes, place: str) -> None:
    """Refuses a nonce that took no work."""
    if int.from_bytes(keccak(root + nonce)) >> (256 - WORK_BITS):
        raise ProofError(f"{place}: the proof of work does not begin with {WORK_BITS} zero bits")


def coefficients(nonce: bytes, count: int) -> list[int]:
    """The first ``count`` random coefficients that combine the committed polynomials into one."""
    return [int.from_bytes(keccak(nonce + i.to_bytes(32))) % PRIME for i in range(count)]


def sample(seed: bytes, size: int) -> list[int]:
    """Sixteen indices below ``size`` (a multiple of 16), none of them a multiple of 16, drawn from ``seed``."""
    data = seed + keccak(seed)
    words = (int.from_bytes(data[i : i + 4]) % (size // 16 * 15) for i in range(0, 4 * QUERIES, 4))
    return [word + 1 + word // 15 for word in words]
