"""The verifier data of a circuit: read in full, its digest recomputed, and held to what OKX's circuits are.

The digest covers the constants' and permutations' commitment and the degree, but neither the number of queries nor the
gates: OKX's own verifier compares it alone, and so lets a proof without queries pass. Here all of the data counts.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import TypeVar

from monitor.proofs.scheme import ProofError, UnreadableError
from monitor.proofs.stark_v2.poseidon import HASH_WIDTH, ORDER, Hash, hash_elements

T = TypeVar("T")

ROUTED, WIRES, CHALLENGES, CAP_HEIGHT, RATE_BITS, QUERIES, WORK_BITS = 80, 135, 2, 1, 3, 28, 16
ARITY_BITS = 4
CHUNK = 8
"""Routed wires of one partial product; also the highest degree of a constraint over that of the circuit."""
PARTIAL_PRODUCTS = ROUTED // CHUNK - 1
PUBLIC_INPUTS = 2 + HASH_WIDTH
SALTS = 4
"""Random elements at the end of leaves: root circuits are in zero knowledge."""
_CONSTANTS, _CONSTRAINTS, _FINAL_BITS = 2, 123, 5
_LEAST_DEGREE_BITS, _MOST_DEGREE_BITS = 13, 24
_LIST_LIMIT = 256

Gate = tuple[str, tuple[int, ...]]
_GATES: dict[int, tuple[str, int]] = {
    0: ("Arithmetic", 1),
    1: ("ArithmeticExtension", 1),
    2: ("BaseSum", 1),
    4: ("LowDegreeInterpolation", 1),
    5: ("Exponentiation", 1),
    8: ("MulExtension", 1),
    9: ("Noop", 0),
    10: ("Constant", 1),
    11: ("PoseidonMds", 0),
    12: ("PublicInput", 0),
    13: ("Poseidon", 0),
    14: ("RandomAccess", 3),
    15: ("ReducingExtension", 1),
    16: ("Reducing", 1),
}
"""By the tag that each is written with: name, and number of parameters. Others occur in no circuit of this product."""
_OFTEN: tuple[Gate, ...] = (("Constant", (2,)), ("Exponentiation", (66,)))
"""In some circuits only."""
_ALWAYS: tuple[Gate, ...] = (
    ("Noop", ()),
    ("PoseidonMds", ()),
    ("PublicInput", ()),
    ("BaseSum", (63,)),
    ("LowDegreeInterpolation", (4,)),
    ("RandomAccess", (1, 20, 0)),
    ("ReducingExtension", (32,)),
    ("Reducing", (43,)),
    ("ArithmeticExtension", (10,)),
    ("Arithmetic", (20,)),
    ("MulExtension", (13,)),
    ("RandomAccess", (4, 4, 2)),
    ("Poseidon", ()),
)
"""What a circuit needs that verifies another proof."""


@dataclass(frozen=True, slots=True)
class Fri:
    """How low degrees are proven, and how long that is looked at."""

    rate_bits: int
    cap_height: int
    queries: int
    work_bits: int
    strategy: tuple[int, ...]
    """Its tag, then its numbers."""


@dataclass(frozen=True, slots=True)
class Circuit:
    """Verifier data: what a proof is verified against."""

    cap: tuple[Hash, ...]
    """Commitment to constants, selectors and permutation."""
    digest: Hash
    config: tuple[int, ...]
    """Wires, routed wires, constants, security bits, challenges, quotient degree, base arithmetic, zero knowledge."""
    fri: Fri
    params: Fri
    """The same once more: what the verifier uses."""
    arities: tuple[int, ...]
    degree_bits: int
    hiding: int
    selectors: tuple[int, ...]
    """For each gate the number of its selector polynomial."""
    groups: tuple[tuple[int, int], ...]
    """For each selector polynomial the gates that it selects."""
    quotient_degree: int
    constraints: int
    constants: int
    """Constant polynomials, the selectors included."""
    public_inputs: int
    shifts: tuple[int, ...]
    """k_i: what sets the permutation's columns apart."""
    partial_products: int
    gates: tuple[Gate, ...]


def read_circuit(data: bytes, place: str) -> Circuit:
    """Every byte of it. Raises :class:`UnreadableError`."""
    reader = _Reader(data, place)
    cap = tuple(reader.hash() for _ in range(1 << reader.number(8)))
    circuit = Circuit(
        cap=cap,
        digest=reader.hash(),
        config=(*(reader.number() for _ in range(6)), reader.number(1, 1), reader.number(1, 1)),
        fri=reader.fri(),
        params=reader.fri(),
        arities=reader.many(reader.number),
        degree_bits=reader.number(),
        hiding=reader.number(1, 1),
        selectors=reader.many(reader.number),
        groups=reader.many(lambda: (reader.number(_LIST_LIMIT), reader.number(_LIST_LIMIT))),
        quotient_degree=reader.number(),
        constraints=reader.number(),
        constants=reader.number(),
        public_inputs=reader.number(),
        shifts=reader.many(reader.number),
        partial_products=reader.number(),
        gates=reader.many(reader.gate),
    )
    reader.end()
    return circuit


def check_circuit(circuit: Circuit, place: str) -> None:
    """The parameters are those of OKX's circuits, and the digest is that of the commitment.

    This is all that can be said of a circuit that nobody here knows: what it computes, its parameters do not tell.
    Raises :class:`ProofError`.
    """
    if not _LEAST_DEGREE_BITS <= circuit.degree_bits <= _MOST_DEGREE_BITS:
        raise ProofError(f"{place}: degree_bits: {circuit.degree_bits} is not a degree of OKX's circuits")
    for told, expected, what in _rules(circuit):
        if told != expected:
            raise ProofError(f"{place}: {what}: {told!s:.500}, but OKX's circuits have {expected!s:.500}")
    padded = hash_elements((1, 0, 0, 0, 0, 0, 0, 1))  # of no domain separator
    digest = hash_elements([*chain(*circuit.cap), *padded, circuit.degree_bits])
    if digest != circuit.digest:
        raise ProofError(f"{place}: circuit_digest: not the hash of its commitment and degree")


def _rules(circuit: Circuit) -> Iterator[tuple[object, object, str]]:
    fri = Fri(RATE_BITS, CAP_HEIGHT, QUERIES, WORK_BITS, (1, ARITY_BITS, _FINAL_BITS))
    yield circuit.fri, fri, "fri_config"
    yield circuit.params, fri, "fri_params"
    yield circuit.config, (WIRES, ROUTED, _CONSTANTS, 100, CHALLENGES, CHUNK, 1, 1), "config"
    yield circuit.hiding, 1, "hiding"
    yield len(circuit.cap), 1 << CAP_HEIGHT, "hashes of the commitment"
    yield circuit.arities, _arities(circuit.degree_bits), "arities"
    yield circuit.quotient_degree, CHUNK, "quotient_degree_factor"
    yield circuit.constraints, _CONSTRAINTS, "num_gate_constraints"
    yield circuit.public_inputs, PUBLIC_INPUTS, "num_public_inputs"
    yield circuit.partial_products, PARTIAL_PRODUCTS, "num_partial_products"
    yield circuit.shifts, tuple(pow(7, i, ORDER) for i in range(ROUTED)), "k_is"
    yield sorted(set(circuit.gates) - set(_OFTEN)), sorted(_ALWAYS), "gates"
    yield len(set(circuit.gates)), len(circuit.gates), "different gates"
    yield circuit.constants, len(circuit.groups) + _CONSTANTS, "num_constants"
    every = [gate for start, end in circuit.groups for gate in range(start, end)]
    yield every, list(range(len(circuit.gates))), "gates of the selectors"
    of_groups = tuple(number for number, (start, end) in enumerate(circuit.groups) for _ in range(start, end))
    yield circuit.selectors, of_groups, "selectors"


def _arities(degree_bits: int) -> tuple[int, ...]:
    """Folds by 16 until the degree is at most 2^5."""
    return (ARITY_BITS,) * -(-(degree_bits - _FINAL_BITS) // ARITY_BITS)


class _Reader:
    """Little-endian numbers one after the other."""

    def __init__(self, data: bytes, place: str) -> None:
        self._data = data
        self._place = place
        self._at = 0

    def number(self, most: int = 2**64 - 1, size: int = 8) -> int:
        part = self._data[self._at : self._at + size]
        value = int.from_bytes(part, "little")
        if len(part) < size or value > most:
            raise UnreadableError(f"{self._place}: byte {self._at}: expected a number of {size} bytes up to {most}")
        self._at += size
        return value

    def hash(self) -> Hash:
        a, b, c, d = (self.number(ORDER - 1) for _ in range(HASH_WIDTH))
        return a, b, c, d

    def many(self, read: Callable[[], T]) -> tuple[T, ...]:
        return tuple(read() for _ in range(self.number(_LIST_LIMIT)))

    def fri(self) -> Fri:
        rate, cap, queries, work = self.number(), self.number(), self.number(), self.number(size=4)
        tag = self.number(1, 1)  # the third strategy occurs nowhere
        numbers = (self.number(), self.number()) if tag else self.many(self.number)
        return Fri(rate, cap, queries, work, (tag, *numbers))

    def gate(self) -> Gate:
        tag = self.number(size=4)
        if tag not in _GATES:
            raise UnreadableError(f"{self._place}: byte {self._at - 4}: a gate of the unknown kind {tag}")
        name, parameters = _GATES[tag]
        return name, tuple(self.number() for _ in range(parameters))

    def end(self) -> None:
        if self._at != len(self._data):
            raise UnreadableError(f"{self._place}: {len(self._data) - self._at} bytes follow the verifier data")
