"""The plonky2 proof as types, every length held to the circuit that it is of, every number in its one spelling."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from monitor.proofs.fields import Fields, listed
from monitor.proofs.stark_v2.circuit import (
    CAP_HEIGHT,
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
from monitor.proofs.stark_v2.documents import element
from monitor.proofs.stark_v2.extension import Element
from monitor.proofs.stark_v2.poseidon import HASH_WIDTH, Hash

T = TypeVar("T")

Cap = tuple[Hash, ...]


@dataclass(frozen=True, slots=True)
class Openings:
    """All polynomials at zeta, and the permutation's at the next point too."""

    constants: tuple[Element, ...]
    """The selectors first."""
    sigmas: tuple[Element, ...]
    wires: tuple[Element, ...]
    zs: tuple[Element, ...]
    zs_next: tuple[Element, ...]
    partial_products: tuple[Element, ...]
    quotients: tuple[Element, ...]

    @property
    def at_zeta(self) -> tuple[Element, ...]:
        """In the order of the commitments."""
        return (*self.constants, *self.sigmas, *self.wires, *self.zs, *self.partial_products, *self.quotients)


@dataclass(frozen=True, slots=True)
class Opened:
    """One leaf of a tree, and its path."""

    values: tuple[int, ...]
    path: tuple[Hash, ...]


@dataclass(frozen=True, slots=True)
class Fold:
    """The values that fold into one, and their leaf's path."""

    values: tuple[Element, ...]
    path: tuple[Hash, ...]


@dataclass(frozen=True, slots=True)
class Query:
    """One place that is looked at."""

    trees: tuple[Opened, ...]
    """Of constants and permutation, wires, running products, quotients."""
    folds: tuple[Fold, ...]


@dataclass(frozen=True, slots=True)
class Proof:
    """``proof.proof`` of the published file."""

    wires: Cap
    zs: Cap
    quotients: Cap
    openings: Openings
    folds: tuple[Cap, ...]
    queries: tuple[Query, ...]
    final: tuple[Element, ...]
    """The last polynomial's coefficients."""
    witness: int
    """Of the proof of work."""


def read_proof(fields: Fields, circuit: Circuit) -> Proof:
    """Raises :class:`ProofError`."""
    fields.only(("wires_cap", "plonk_zs_partial_products_cap", "quotient_polys_cap", "openings", "opening_proof"))
    opening = fields.inner("opening_proof")
    opening.only(("commit_phase_merkle_caps", "query_round_proofs", "final_poly", "pow_witness"))
    final = opening.inner("final_poly")
    final.only(("coeffs",))
    folds = len(circuit.arities)
    return Proof(
        wires=_cap(fields.value("wires_cap"), fields.at("wires_cap")),
        zs=_cap(fields.value("plonk_zs_partial_products_cap"), fields.at("plonk_zs_partial_products_cap")),
        quotients=_cap(fields.value("quotient_polys_cap"), fields.at("quotient_polys_cap")),
        openings=_openings(fields.inner("openings"), circuit),
        folds=_each(opening, "commit_phase_merkle_caps", folds, _cap),
        queries=_each(opening, "query_round_proofs", QUERIES, lambda value, at: _query(Fields(value, at), circuit)),
        final=_each(final, "coeffs", 1 << circuit.degree_bits - sum(circuit.arities), _extension),
        witness=element(opening.value("pow_witness"), opening.at("pow_witness")),
    )


def _openings(fields: Fields, circuit: Circuit) -> Openings:
    counts = {
        "constants": circuit.constants,
        "plonk_sigmas": ROUTED,
        "wires": WIRES,
        "plonk_zs": CHALLENGES,
        "plonk_zs_next": CHALLENGES,
        "partial_products": CHALLENGES * PARTIAL_PRODUCTS,
        "quotient_polys": CHALLENGES * CHUNK,
    }
    fields.only(counts)
    return Openings(*(_each(fields, name, count, _extension) for name, count in counts.items()))


def _query(fields: Fields, circuit: Circuit) -> Query:
    fields.only(("initial_trees_proof", "steps"))
    trees = fields.inner("initial_trees_proof")
    trees.only(("evals_proofs",))
    bits = circuit.degree_bits + RATE_BITS
    committed = CHALLENGES * (1 + PARTIAL_PRODUCTS), CHALLENGES * CHUNK
    widths = circuit.constants + ROUTED, *(count + SALTS for count in (WIRES, *committed))
    place = trees.at("evals_proofs")
    opened = []
    for i, (item, width) in enumerate(zip(trees.items("evals_proofs", len(widths)), widths, strict=True)):
        values, path = listed(item, f"{place}[{i}]", 2)
        numbers = listed(values, f"{place}[{i}][0]", width)
        leaf = tuple(element(value, f"{place}[{i}][0][{j}]") for j, value in enumerate(numbers))
        opened.append(Opened(leaf, _path(path, f"{place}[{i}][1]", bits - CAP_HEIGHT)))
    folds = []
    steps = fields.items("steps", len(circuit.arities))
    for i, (item, arity) in enumerate(zip(steps, circuit.arities, strict=True)):
        bits -= arity
        step = Fields(item, f"{fields.at('steps')}[{i}]")
        step.only(("evals", "merkle_proof"))
        path = _path(step.value("merkle_proof"), step.at("merkle_proof"), bits - CAP_HEIGHT)
        folds.append(Fold(_each(step, "evals", 1 << arity, _extension), path))
    return Query(tuple(opened), tuple(folds))


def _each(fields: Fields, name: str, count: int, read: Callable[[object, str], T]) -> tuple[T, ...]:
    place = fields.at(name)
    return tuple(read(item, f"{place}[{i}]") for i, item in enumerate(fields.items(name, count)))


def _cap(value: object, place: str) -> Cap:
    items = listed(value, place, 1 << CAP_HEIGHT)
    return tuple(_hash(item, f"{place}[{i}]") for i, item in enumerate(items))


def _path(value: object, place: str, length: int) -> tuple[Hash, ...]:
    fields = Fields(value, place)
    fields.only(("siblings",))
    return _each(fields, "siblings", length, _hash)


def _hash(value: object, place: str) -> Hash:
    fields = Fields(value, place)
    fields.only(("elements",))
    a, b, c, d = _each(fields, "elements", HASH_WIDTH, element)
    return a, b, c, d


def _extension(value: object, place: str) -> Element:
    first, second = listed(value, place, 2)
    return element(first, f"{place}[0]"), element(second, f"{place}[1]")
