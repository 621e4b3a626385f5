"""That the opened values obey the circuit: all of its rules, combined, are a multiple of what vanishes on its rows."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from monitor.proofs.scheme import ProofError
from monitor.proofs.stark_v2.challenges import Challenges
from monitor.proofs.stark_v2.circuit import CHALLENGES, CHUNK, PARTIAL_PRODUCTS, Circuit
from monitor.proofs.stark_v2.extension import (
    ONE,
    ZERO,
    Element,
    add,
    base,
    evaluated,
    inverse,
    mul,
    power,
    scale,
    sub,
)
from monitor.proofs.stark_v2.gates import Row, constraints
from monitor.proofs.stark_v2.poseidon import Hash
from monitor.proofs.stark_v2.proof import Openings

_UNUSED = 0xFFFFFFFF  # what a selector, of which these gates need several, says where none of its own is


def check_identity(circuit: Circuit, inputs: Hash, openings: Openings, drawn: Challenges, place: str) -> None:
    """Raises :class:`ProofError`."""
    raised = power(drawn.zeta, 1 << circuit.degree_bits)
    vanishing = sub(raised, ONE)
    if vanishing == ZERO:
        raise ProofError(f"{place}: openings: the challenge is a point of the trace")
    terms = [*_permutation(circuit, openings, drawn, vanishing), *_gates(circuit, inputs, openings)]
    for i, alpha in enumerate(drawn.alphas):
        quotient = evaluated(openings.quotients[i * CHUNK : (i + 1) * CHUNK], raised)
        if evaluated(terms, base(alpha)) != mul(vanishing, quotient):
            raise ProofError(f"{place}: openings: the identity at zeta does not hold: the circuit's rules are broken")


def _permutation(circuit: Circuit, openings: Openings, drawn: Challenges, vanishing: Element) -> Iterator[Element]:
    """Wires that are copies of each other are equal: the running products begin and go on as they must."""
    first = mul(vanishing, inverse(scale(sub(drawn.zeta, ONE), 1 << circuit.degree_bits)))
    for i in range(CHALLENGES):
        yield mul(first, sub(openings.zs[i], ONE))
    identities = [scale(drawn.zeta, shift) for shift in circuit.shifts]
    for i, (beta, gamma) in enumerate(zip(drawn.betas, drawn.gammas, strict=True)):
        products = openings.partial_products[i * PARTIAL_PRODUCTS : (i + 1) * PARTIAL_PRODUCTS]
        running = (openings.zs[i], *products, openings.zs_next[i])
        for chunk, (before, after) in enumerate(pairwise(running)):
            columns = slice(chunk * CHUNK, (chunk + 1) * CHUNK)
            wires = openings.wires[columns]
            above = _product(before, wires, identities[columns], beta, gamma)
            yield sub(above, _product(after, wires, openings.sigmas[columns], beta, gamma))


def _product(start: Element, wires: Sequence[Element], marks: Sequence[Element], beta: int, gamma: int) -> Element:
    for wire, mark in zip(wires, marks, strict=True):
        start = mul(start, add(add(wire, scale(mark, beta)), base(gamma)))
    return start


def _gates(circuit: Circuit, inputs: Hash, openings: Openings) -> list[Element]:
    """The gates' constraints by position, each gate's times what is zero on the rows of all others."""
    row = Row(openings.wires, openings.constants[len(circuit.groups) :], inputs)
    found = [ZERO] * circuit.constraints
    for number, (kind, parameters) in enumerate(circuit.gates):
        group = circuit.selectors[number]
        start, end = circuit.groups[group]
        selector = openings.constants[group]
        chosen = ONE
        for other in (*range(start, end), _UNUSED):
            if other != number:
                chosen = mul(chosen, sub(base(other), selector))
        for i, value in enumerate(constraints(kind, parameters, row)):
            found[i] = add(found[i], mul(chosen, value))
    return found
