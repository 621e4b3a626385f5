"""A user's path to the root: a binary tree within the batch, then nodes of many children."""

from collections.abc import Sequence
from itertools import chain, pairwise

from monitor.proofs.scheme import ProofError
from monitor.proofs.stark_v2.documents import GlobalProof, UserProof
from monitor.proofs.stark_v2.poseidon import Hash, hash_elements

_SEGMENTS = (0, 14, 28, 42, 56, 64)
"""Where the 64 hex digits of an id are cut into five field elements."""


def leaf(user: UserProof) -> Hash:
    """The hash of id, equity and debt. The split over tokens is not in it."""
    cuts = pairwise(_SEGMENTS)
    return hash_elements([*(int(user.identity[start:end], 16) for start, end in cuts), user.equity, user.debt])


def root_of(user: UserProof) -> Hash:
    """The root that a user's path leads to.

    Raises :class:`ProofError` where the siblings do not stand on the sides that the user's index calls for: OKX's own
    verifier takes any, and so says nothing about the place in the tree.
    """
    node, index = leaf(user), user.index
    for sibling in user.siblings:
        node = hash_elements((*sibling, *node) if index & 1 else (*node, *sibling))
        index >>= 1
    for number, level in enumerate(user.levels):
        place = f"{user.place}: recursive_tree_siblings[{number}]"
        branches = len(level.left) + 1 + len(level.right)
        if branches == 1:
            raise ProofError(f"{place}: a node of one child")
        if index % branches != len(level.left):
            raise ProofError(
                f"{place}: {len(level.left)} hashes on the left, but index {user.index} is child {index % branches}"
            )
        node = hash_elements(list(chain(*level.left, node, *level.right)))
        index //= branches
    if index:
        raise ProofError(f"{user.place}: index: {user.index} is beyond the tree that the siblings span")
    return node


def check_shape(user: UserProof, published: GlobalProof) -> None:
    """The path is in a tree of the published shape. Raises :class:`ProofError`."""
    if 1 << len(user.siblings) != published.batch_size:
        raise ProofError(
            f"{user.place}: sum_tree_siblings: {len(user.siblings)} hashes for a batch of {published.batch_size} users"
        )
    for number, level in enumerate(user.levels):
        branches = len(level.left) + 1 + len(level.right)
        if branches != published.branches:
            place = f"{user.place}: recursive_tree_siblings[{number}]"
            raise ProofError(f"{place}: a node of {branches} children, not {published.branches}")
    if user.tokens != published.tokens:
        raise ProofError(f"{user.place}: account: {user.tokens} amounts, but the report has {published.tokens} tokens")


def check_amounts(users: Sequence[UserProof], published: GlobalProof) -> None:
    """The users whose files were given have no more together than all users. Raises :class:`ProofError`."""
    equity = debt = 0
    for user in {user.index: user for user in users}.values():
        equity, debt = equity + user.equity, debt + user.debt
        for what, mine, of_all in (
            ("equity", equity, published.equity),
            ("debt", debt, published.debt),
            ("equity less debt", equity - debt, published.net),
        ):
            if mine > of_all:
                raise ProofError(
                    f"{user.place}: account: {what}: the given users alone have {mine}, but all users together {of_all}"
                )
