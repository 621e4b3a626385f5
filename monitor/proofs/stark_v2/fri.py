"""FRI: that the opened values are those of the committed polynomials, and that these are of low degree.

All polynomials are combined into one at random; this is folded by sixteen again and again until it can be read whole.
"""

from collections.abc import Sequence

from monitor.proofs.scheme import ProofError
from monitor.proofs.stark_v2.challenges import Challenges
from monitor.proofs.stark_v2.circuit import ARITY_BITS, CHALLENGES, RATE_BITS, SALTS, WORK_BITS, Circuit
from monitor.proofs.stark_v2.extension import (
    GENERATOR,
    ZERO,
    Element,
    add,
    base,
    evaluated,
    inverse,
    mul,
    root_of_unity,
    scale,
    sub,
)
from monitor.proofs.stark_v2.poseidon import ORDER, Hash, hash_elements
from monitor.proofs.stark_v2.proof import Cap, Proof, Query

_ARITY = 1 << ARITY_BITS


def check_openings(circuit: Circuit, proof: Proof, drawn: Challenges, place: str) -> None:
    """Raises :class:`ProofError`."""
    if drawn.work >> (64 - WORK_BITS):
        raise ProofError(f"{place}: opening_proof: pow_witness: took no work: {WORK_BITS} bits are not all zero")
    next_point = scale(drawn.zeta, root_of_unity(circuit.degree_bits))
    at_zeta = evaluated(proof.openings.at_zeta, drawn.combination)
    at_next = evaluated(proof.openings.zs_next, drawn.combination)
    caps = (circuit.cap, proof.wires, proof.zs, proof.quotients)
    bits = circuit.degree_bits + RATE_BITS
    for number, (index, query) in enumerate(zip(drawn.indices, proof.queries, strict=True)):
        where = f"{place}: opening_proof: query_round_proofs[{number}]"
        for tree, cap in zip(query.trees, caps, strict=True):
            _check_path(tree.values, tree.path, cap, index, f"{where}: initial_trees_proof")
        point = GENERATOR * pow(root_of_unity(bits), _reversed(index, bits), ORDER) % ORDER
        value = _combined(query, drawn, point, ((drawn.zeta, at_zeta), (next_point, at_next)))
        _check_folds(proof, query, drawn, (index, point, value), where)


def _combined(query: Query, drawn: Challenges, point: int, opened: tuple[tuple[Element, Element], ...]) -> Element:
    """The combined polynomial at ``point``: for each opened point the difference quotient, all of them times the point.

    That last factor is OKX's own.
    """
    leaves = [query.trees[0].values, *(tree.values[:-SALTS] for tree in query.trees[1:])]
    running = leaves[2][:CHALLENGES]
    every = [value for leaf in leaves for value in leaf]
    result = ZERO
    for values, (there, stated) in zip((every, running), opened, strict=True):
        here = evaluated([(value, 0) for value in values], drawn.combination)
        quotient = mul(sub(here, stated), inverse(sub(base(point), there)))
        factor = drawn.combination
        for _ in range(1, len(running)):
            factor = mul(factor, drawn.combination)
        result = add(mul(result, factor), quotient)
    return scale(result, point)


def _check_folds(proof: Proof, query: Query, drawn: Challenges, start: tuple[int, int, Element], where: str) -> None:
    index, point, value = start
    root = root_of_unity(ARITY_BITS)
    for number, (fold, cap, beta) in enumerate(zip(query.folds, proof.folds, drawn.folds, strict=True)):
        within = index % _ARITY
        if fold.values[within] != value:
            raise ProofError(f"{where}: steps[{number}]: evals[{within}]: not the value that the fold before leads to")
        first = point * pow(root, _ARITY - _reversed(within, ARITY_BITS), ORDER) % ORDER
        index >>= ARITY_BITS
        flat = [part for each in fold.values for part in each]
        _check_path(flat, fold.path, cap, index, f"{where}: steps[{number}]")
        value = _interpolated(fold.values, first, beta)
        point = pow(point, _ARITY, ORDER)
    if evaluated(proof.final, base(point)) != value:
        raise ProofError(f"{where}: final_poly: its value is not the one that the folds lead to")


def _interpolated(values: Sequence[Element], first: int, at: Element) -> Element:
    """The polynomial through the values, in bit-reversed order, at first * g^j, taken at another point.

    Lagrange's formula on a coset of roots of unity: the product of all gaps times the sum of value * place / gap,
    over 16 * first^16.
    """
    root = root_of_unity(ARITY_BITS)
    places = [first * pow(root, _reversed(i, ARITY_BITS), ORDER) % ORDER for i in range(_ARITY)]
    gaps = [sub(at, base(place)) for place in places]
    whole = base(1)
    found = ZERO
    for value, place, gap in zip(values, places, gaps, strict=True):
        whole = mul(whole, gap)
        found = add(found, mul(scale(value, place), inverse(gap)))
    return scale(mul(found, whole), pow(_ARITY * pow(first, _ARITY, ORDER), -1, ORDER))


def _check_path(values: Sequence[int], path: Sequence[Hash], cap: Cap, index: int, where: str) -> None:
    node = hash_elements(values)  # of no tree here are there so few that they would stand for themselves
    for sibling in path:
        node = hash_elements((*sibling, *node) if index & 1 else (*node, *sibling))
        index >>= 1
    if node != cap[index]:
        raise ProofError(f"{where}: the opened values do not lead to the commitment")


def _reversed(index: int, bits: int) -> int:
    return int(f"{index:0{bits}b}"[::-1], 2)
