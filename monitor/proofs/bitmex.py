"""The Merkle sum tree that BitMEX publishes as CSV, and River after it: one asset, BTC, in satoshis.

``block_height:N``, then ``hash,satoshis`` for every node: the root first, then level after level, from left to right.
The number of leaves is a power of two. A node is SHA-256 over both children's hashes and amounts (64-bit
little-endian). A leaf is HMAC-SHA-256 over its amount and its place among the leaves, keyed with a nonce that only its
customer knows: SHA-256(account nonce, block height, account number).
"""

import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256
from struct import pack

from monitor.formats.phrases import first
from monitor.model import LiabilitiesProof, ProofStatus
from monitor.proofs import amounts, level_tree
from monitor.proofs.bitmex_lines import TREE
from monitor.proofs.files import ProofFile, head
from monitor.proofs.level_tree import Tree
from monitor.proofs.scheme import Expected, ProofError, Scheme, UnreadableError
from monitor.proofs.tree_format import Leaf, Nodes
from monitor.proofs.work import Executor

_NAME = "bitmex-merkle"
_HEIGHT = re.compile(rb"block_height:(0|[1-9][0-9]{0,9})\r?\n")
_USER = re.compile(r"(?:(0|[1-9][0-9]{0,18}):)?([0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class _Keyed:
    """The leaves of the customer who has this key."""

    key: bytes

    def find(self, leaves: Nodes, line: int, index: int) -> list[Leaf]:
        (satoshis,) = leaves.amounts
        return [
            Leaf(line + at, stated, (amount,))
            for at, (stated, amount) in enumerate(zip(leaves.hashes, satoshis, strict=True))
            if hmac.digest(self.key, pack("<QQ", amount, index + at), "sha256").hex() == stated
        ]


def _recognises(files: Sequence[ProofFile]) -> bool:
    return len(files) == 1 and head(files[0]).startswith(b"block_height:")


def _verify(files: Sequence[ProofFile], expected: Expected, executor: Executor) -> LiabilitiesProof:
    (file,) = files
    height = _HEIGHT.match(head(file))
    if height is None:
        raise UnreadableError(f"{file.name}: line 1: expected block_height: and a number")
    search = _Keyed(_key(expected.user, int(height[1]))) if expected.user else None
    tree = level_tree.verify(TREE, file, executor, search)
    if tree.repeated:
        lines = first([str(leaf.line) for leaf in tree.repeated], 10)
        raise ProofError(f"{file.name}: lines {lines}: a leaf's hash covers its place, so none can occur twice")
    if search and not tree.found:
        raise ProofError(f"{file.name}: no leaf is of the customer with this nonce")
    return _result(tree, height[1].decode(), searched=search is not None)


def _key(user: str, height: int) -> bytes:
    """The leaves' key of a customer, who is given as ``NONCE``, or as ``ACCOUNT:ACCOUNT_NONCE``."""
    form = _USER.fullmatch(user)
    if form is None:
        raise UnreadableError("--user: these trees know customers by nonce: NONCE, or ACCOUNT:ACCOUNT_NONCE, in hex")
    nonce = bytes.fromhex(form[2])
    return nonce if form[1] is None else sha256(nonce + pack("<QQ", height, int(form[1]))).digest()


def _result(tree: Tree, height: str, *, searched: bool) -> LiabilitiesProof:
    proven = [
        f"every hash and every sum of the whole tree recomputes, from {tree.leaves:,} leaves to the root",
        "the root's total is the sum of all leaves; the format has no negative amounts",
    ]
    open_ = [
        "that every customer has a leaf: a customer who was left out can only find that out with their own nonce",
        "that the last lines are leaves: a file that was cut after a level looks whole, and its sums hold all the same",
    ]
    if searched:
        own = sum(int(*leaf.amounts) for leaf in tree.found)
        held = amounts.spelt(_coins(own), None)
        proven.append(f"{len(tree.found)} leaves are of the customer whose nonce was given; they hold {held} BTC")
    else:
        open_.append(
            "whose leaves these are: leaf hashes are keyed with customers' nonces, and none was given (--user)"
        )
    return LiabilitiesProof(
        scheme=_NAME,
        status=ProofStatus.PROVEN,
        totals={"BTC": _coins(int(*tree.totals))},
        proven=tuple(proven),
        not_proven=tuple(open_),
        root=tree.root,
        report_id=height,
        leaves=tree.leaves,
    )


def _coins(satoshis: int) -> Decimal:
    return Decimal(amounts.spelt(Decimal(satoshis).scaleb(-8), None))


SCHEME = Scheme(_NAME, "BitMEX and River Merkle sum tree (CSV)", _recognises, _verify)
