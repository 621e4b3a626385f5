"""Trees of OKX zk-STARK V2, made of generated users: batches, and nodes of several children above them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

from monitor.proofs.stark_v2.challenges import Challenges, draw
from monitor.proofs.stark_v2.circuit import (
    CHALLENGES,
    CHUNK,
    PARTIAL_PRODUCTS,
    QUERIES,
    RATE_BITS,
    ROUTED,
    SALTS,
    WIRES,
    Circuit,
)
from monitor.proofs.stark_v2.documents import hex_of
from monitor.proofs.stark_v2.poseidon import Hash, hash_elements
from monitor.proofs.stark_v2.proof import Cap, Fold, Opened, Openings, Proof, Query

EMPTY: Hash = (0, 0, 0, 0)


@dataclass(frozen=True)
class Account:
    identity: str
    equity: tuple[int, ...]
    debt: tuple[int, ...]

    def leaf(self) -> Hash:
        digits = [self.identity[start : start + 14] for start in range(0, 64, 14)]
        return hash_elements([*(int(part, 16) for part in digits), sum(self.equity), sum(self.debt)])


class Tree:
    """All users, and what is published of them."""

    def __init__(self, accounts: list[Account], batch_size: int, branches: int) -> None:
        self.accounts, self.batch_size, self.branches = accounts, batch_size, branches
        level = [account.leaf() for account in accounts]
        level += [EMPTY] * (-len(level) % batch_size)
        self.levels = [(2, level)]
        for _ in range(batch_size.bit_length() - 1):
            level = self._above(level, 2)
            self.levels.append((2, level))
        while True:
            self.levels[-1] = (branches, [*level, *([EMPTY] * (-len(level) % branches))])
            level = self._above(self.levels[-1][1], branches)
            if len(level) == 1:
                break
            self.levels.append((branches, level))
        self.root = level[0]

    @staticmethod
    def _above(level: list[Hash], children: int) -> list[Hash]:
        groups = (level[i : i + children] for i in range(0, len(level), children))
        return [hash_elements([element for node in group for element in node]) for group in groups]

    def published(self) -> dict[str, Any]:
        equity = sum(sum(account.equity) for account in self.accounts)
        debt = sum(sum(account.debt) for account in self.accounts)
        return {
            "general": {
                "round_num": 506872725,
                "recursion_branchout_num": self.branches,
                "batch_size": self.batch_size,
                "token_num": len(self.accounts[0].equity),
            },
            "root_vd_digest": {"elements": [1, 2, 3, 4]},
            "proof": {"proof": {"wires_cap": []}, "public_inputs": [equity, debt, *self.root]},
        }

    def user(self, index: int) -> dict[str, Any]:
        account = self.accounts[index]
        binary, above, node = [], [], index
        depth = self.batch_size.bit_length() - 1
        for number, (children, level) in enumerate(self.levels):
            first = node - node % children
            left = [hex_of(one) for one in level[first:node]]
            right = [hex_of(one) for one in level[node + 1 : first + children]]
            if number < depth:
                binary += [*left, *right]
            else:
                above.append({"left_hashes": left, "right_hashes": right})
            node //= children
        return {
            "account": {
                "id": account.identity,
                "equity": [str(amount) for amount in account.equity],
                "debt": [str(amount) for amount in account.debt],
            },
            "index": index,
            "sum_tree_siblings": binary,
            "recursive_tree_siblings": above,
        }


@dataclass(frozen=True)
class MadeUp:
    """A proof of no circuit at all, whose openings hold: every polynomial is a constant, and is committed to."""

    circuit: Circuit
    """With the commitment to constants that the prover has made up, and the digest that fits."""
    inputs: Hash
    proof: Proof
    drawn: Challenges
    """But for the work, which is none: its check would take half a minute to please."""


def made_up(circuit: Circuit, inputs: Hash = (1, 2, 3, 4)) -> MadeUp:
    """A dishonest prover of any size: a tree of equal leaves costs no more than a path of it."""
    bits = circuit.degree_bits + RATE_BITS
    widths = circuit.constants + ROUTED, WIRES, CHALLENGES * (1 + PARTIAL_PRODUCTS), CHALLENGES * CHUNK
    salts = 0, SALTS, SALTS, SALTS
    leaves = [tuple(range(start, start + width)) for start, width in enumerate(widths)]
    trees = [_equal((*leaf, *([9] * salt)), bits) for leaf, salt in zip(leaves, salts, strict=True)]
    digest = hash_elements([*chain(*trees[0][1]), *hash_elements((1, 0, 0, 0, 0, 0, 0, 1)), circuit.degree_bits])
    (constants, sigmas), (zs, products) = _split(leaves[0], circuit.constants), _split(leaves[2], CHALLENGES)
    openings = Openings(*map(_opened, (constants, sigmas, leaves[1], zs, zs, products, leaves[3])))
    folds, caps = [], []
    for arity in circuit.arities:
        bits -= arity
        opened, cap = _equal((0,) * (2 << arity), bits)
        folds.append(Fold(((0, 0),) * (1 << arity), opened.path))
        caps.append(cap)
    final = ((0, 0),) * (1 << circuit.degree_bits - sum(circuit.arities))
    queries = (Query(tuple(tree for tree, _ in trees), tuple(folds)),) * QUERIES
    proof = Proof(trees[1][1], trees[2][1], trees[3][1], openings, tuple(caps), queries, final, 0)
    own = replace(circuit, cap=trees[0][1], digest=digest)
    return MadeUp(own, inputs, proof, replace(draw(own, inputs, proof), work=0))


def _equal(leaf: Sequence[int], bits: int) -> tuple[Opened, Cap]:
    """A leaf of a tree of 2^``bits`` equal ones, and the tree's cap of two."""
    node, path = hash_elements(leaf), []
    for _ in range(bits - 1):
        path.append(node)
        node = hash_elements((*node, *node))
    return Opened(tuple(leaf), tuple(path)), (node, node)


def _split(leaf: tuple[int, ...], at: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
    return leaf[:at], leaf[at:]


def _opened(values: Sequence[int]) -> tuple[tuple[int, int], ...]:
    return tuple((value, 0) for value in values)


def as_json(proof: Proof) -> dict[str, Any]:
    """``proof`` as it is published."""
    openings = proof.openings
    return {
        "wires_cap": _hashes(proof.wires),
        "plonk_zs_partial_products_cap": _hashes(proof.zs),
        "quotient_polys_cap": _hashes(proof.quotients),
        "openings": {
            "constants": openings.constants,
            "plonk_sigmas": openings.sigmas,
            "wires": openings.wires,
            "plonk_zs": openings.zs,
            "plonk_zs_next": openings.zs_next,
            "partial_products": openings.partial_products,
            "quotient_polys": openings.quotients,
        },
        "opening_proof": {
            "commit_phase_merkle_caps": [_hashes(cap) for cap in proof.folds],
            "query_round_proofs": [
                {
                    "initial_trees_proof": {
                        "evals_proofs": [[tree.values, {"siblings": _hashes(tree.path)}] for tree in query.trees]
                    },
                    "steps": [
                        {"evals": fold.values, "merkle_proof": {"siblings": _hashes(fold.path)}} for fold in query.folds
                    ],
                }
                for query in proof.queries
            ],
            "final_poly": {"coeffs": proof.final},
            "pow_witness": proof.witness,
        },
    }


def _hashes(nodes: Sequence[Hash]) -> list[dict[str, Any]]:
    return [{"elements": node} for node in nodes]
