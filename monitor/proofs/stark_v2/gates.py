"""What each kind of gate demands of its row: expressions that must be zero, in plonky2's order.

Wires, constants and results are elements of the extension. Two wires together are an element of the algebra
E[Y]/(Y^2 - 7) over it, in which the circuit itself computes with the extension's elements.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from monitor.proofs.stark_v2.extension import ONE, Element, add, base, mul, root_of_unity, scale, sub, total
from monitor.proofs.stark_v2.poseidon import (
    HALF_FULL_ROUNDS,
    HASH_WIDTH,
    ORDER,
    PARTIAL_ROUNDS,
    ROWS,
    WIDTH,
    Hash,
    round_constants,
)

Pair = tuple[Element, Element]


@dataclass(frozen=True, slots=True)
class Row:
    """What a gate looks at."""

    wires: Sequence[Element]
    constants: Sequence[Element]
    """Those of the gate, without the selectors."""
    inputs: Hash
    """The hash of the public inputs."""

    def pair(self, at: int) -> Pair:
        return self.wires[at], self.wires[at + 1]


Constraints = Iterator[Element]


def _times(left: Pair, right: Pair) -> Pair:
    a, b = left
    c, d = right
    return add(mul(a, c), scale(mul(b, d), 7)), add(mul(a, d), mul(b, c))


def _less(left: Pair, right: Pair) -> Pair:
    return sub(left[0], right[0]), sub(left[1], right[1])


def _plus(left: Pair, right: Pair) -> Pair:
    return add(left[0], right[0]), add(left[1], right[1])


def _by(value: Pair, factor: Element) -> Pair:
    return mul(value[0], factor), mul(value[1], factor)


def _bit(value: Element) -> Element:
    """Zero for 0 and 1."""
    return mul(value, sub(value, ONE))


def _noop(_row: Row) -> Constraints:
    return iter(())


def _constant(row: Row, count: int) -> Constraints:
    for i in range(count):
        yield sub(row.constants[i], row.wires[i])


def _public_input(row: Row) -> Constraints:
    for i in range(HASH_WIDTH):
        yield sub(row.wires[i], base(row.inputs[i]))


def _arithmetic(row: Row, operations: int) -> Constraints:
    c0, c1 = row.constants[:2]
    for at in range(0, 4 * operations, 4):
        x, y, z, result = row.wires[at : at + 4]
        yield sub(result, add(mul(c0, mul(x, y)), mul(c1, z)))


def _arithmetic_extension(row: Row, operations: int) -> Constraints:
    c0, c1 = row.constants[:2]
    for at in range(0, 8 * operations, 8):
        product = _by(_times(row.pair(at), row.pair(at + 2)), c0)
        yield from _less(row.pair(at + 6), _plus(product, _by(row.pair(at + 4), c1)))


def _mul_extension(row: Row, operations: int) -> Constraints:
    for at in range(0, 6 * operations, 6):
        yield from _less(row.pair(at + 4), _by(_times(row.pair(at), row.pair(at + 2)), row.constants[0]))


def _base_sum(row: Row, limbs: int) -> Constraints:
    bits = row.wires[1 : 1 + limbs]
    yield sub(total(scale(bit, 1 << i) for i, bit in enumerate(bits)), row.wires[0])
    yield from map(_bit, bits)


def _random_access(row: Row, bits: int, copies: int, extra: int) -> Constraints:
    size = 1 << bits
    for copy in range(copies):
        at = (2 + size) * copy
        index, claimed, *items = row.wires[at : at + 2 + size]
        first = (2 + size) * copies + extra + copy * bits
        own = row.wires[first : first + bits]
        yield from map(_bit, own)
        yield sub(total(scale(bit, 1 << i) for i, bit in enumerate(own)), index)
        for bit in own:
            items = [add(x, mul(bit, sub(y, x))) for x, y in zip(items[::2], items[1::2], strict=True)]
        yield sub(items[0], claimed)
    for i in range(extra):
        yield sub(row.constants[i], row.wires[(2 + size) * copies + i])


def _reducing(row: Row, count: int) -> Constraints:
    nothing: Element = (0, 0)
    coefficients = [(row.wires[6 + i], nothing) for i in range(count)]
    return _reduced(row, coefficients, 6 + count)


def _reducing_extension(row: Row, count: int) -> Constraints:
    return _reduced(row, [row.pair(6 + 2 * i) for i in range(count)], 6 + 2 * count)


def _reduced(row: Row, coefficients: Sequence[Pair], sums: int) -> Constraints:
    """Horner's scheme: every running sum is the one before times alpha, and the next coefficient."""
    alpha, current = row.pair(2), row.pair(4)
    for i, coefficient in enumerate(coefficients):
        following = row.pair(sums + 2 * i) if i < len(coefficients) - 1 else row.pair(0)
        yield from _less(_plus(_times(current, alpha), coefficient), following)
        current = following


def _exponentiation(row: Row, bits: int) -> Constraints:
    factor = sub(row.wires[0], ONE)
    before = ONE
    value = ONE
    for i in range(bits):
        value = row.wires[bits + 2 + i]
        bit = row.wires[bits - i]  # the highest first
        yield sub(mul(before, add(mul(bit, factor), ONE)), value)
        before = mul(value, value)
    yield sub(row.wires[bits + 1], value)


def _poseidon_mds(row: Row) -> Constraints:
    for output, weights in enumerate(ROWS):
        for part in range(2):
            mixed = total(scale(row.wires[2 * i + part], weight) for i, weight in enumerate(weights))
            yield sub(row.wires[2 * WIDTH + 2 * output + part], mixed)


def _poseidon(row: Row) -> Constraints:
    wires, swap = row.wires, row.wires[24]
    yield _bit(swap)
    deltas = wires[25:29]
    for i, delta in enumerate(deltas):
        yield sub(mul(swap, sub(wires[i + 4], wires[i])), delta)
    state = [
        *(add(wires[i], delta) for i, delta in enumerate(deltas)),
        *(sub(wires[i + 4], delta) for i, delta in enumerate(deltas)),
        *wires[8:12],
    ]
    partial = range(HALF_FULL_ROUNDS, HALF_FULL_ROUNDS + PARTIAL_ROUNDS)
    for number, constants in enumerate(round_constants()):
        state = [add(value, base(constant)) for value, constant in zip(state, constants, strict=True)]
        if number in partial:
            first = 65 + number - HALF_FULL_ROUNDS
            inputs = wires[first : first + 1]
        elif number:
            first = 29 + 12 * (number - 1) if number < HALF_FULL_ROUNDS else 87 + 12 * (number - partial.stop)
            inputs = wires[first : first + 12]
        else:
            inputs = state
        if number:
            for computed, wire in zip(state, inputs, strict=False):
                yield sub(computed, wire)
        state[: len(inputs)] = [_seventh(value) for value in inputs]
        state = [total(scale(value, weight) for value, weight in zip(state, weights, strict=True)) for weights in ROWS]
    for i, value in enumerate(state):
        yield sub(value, wires[WIDTH + i])


def _seventh(value: Element) -> Element:
    square = mul(value, value)
    return mul(mul(mul(square, square), square), value)


def _low_degree_interpolation(row: Row, bits: int) -> Constraints:
    """Values at a coset of 2^bits points are those of a polynomial, and so is the value at one point more."""
    size = 1 << bits
    values, point, result = 1, 1 + 2 * size, 3 + 2 * size
    coefficients = [row.pair(5 + 2 * size + 2 * i) for i in range(size)]
    first = 5 + 4 * size
    shifts = [ONE, row.wires[0], *row.wires[first : first + size - 2]]
    for before, after in pairwise(shifts[1:]):
        yield sub(mul(before, row.wires[0]), after)
    root = root_of_unity(bits)
    shifted = [_by(coefficient, shift) for coefficient, shift in zip(coefficients, shifts, strict=True)]
    for i in range(size):
        weights = [pow(root, i * k % size, ORDER) for k in range(size)]
        computed = tuple(
            total(scale(pair[part], w) for pair, w in zip(shifted, weights, strict=True)) for part in (0, 1)
        )
        yield from _less(row.pair(values + 2 * i), (computed[0], computed[1]))
    powers = [row.pair(point), *(row.pair(first + size - 2 + 2 * i) for i in range(size - 2))]
    for lower, higher in pairwise(powers):
        yield from _less(_times(lower, powers[0]), higher)
    reached = coefficients[0]
    for coefficient, raised in zip(coefficients[1:], powers, strict=True):
        reached = _plus(reached, _times(coefficient, raised))
    yield from _less(row.pair(result), reached)


_KINDS: Mapping[str, Callable[..., Constraints]] = {
    "Arithmetic": _arithmetic,
    "ArithmeticExtension": _arithmetic_extension,
    "BaseSum": _base_sum,
    "Constant": _constant,
    "Exponentiation": _exponentiation,
    "LowDegreeInterpolation": _low_degree_interpolation,
    "MulExtension": _mul_extension,
    "Noop": _noop,
    "Poseidon": _poseidon,
    "PoseidonMds": _poseidon_mds,
    "PublicInput": _public_input,
    "RandomAccess": _random_access,
    "Reducing": _reducing,
    "ReducingExtension": _reducing_extension,
}


def constraints(kind: str, parameters: Sequence[int], row: Row) -> list[Element]:
    """The values that are zero where the row is as a gate of this kind demands."""
    return list(_KINDS[kind](row, *parameters))
