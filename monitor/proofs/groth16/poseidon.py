"""Poseidon over the scalar field of BN254, as the Go library of these exchanges uses it.

The permutation is the common one (S-box x^5, 8 full rounds); its constants follow from the field and the width by the
Grain LFSR of the Poseidon paper (https://eprint.iacr.org/2019/458, appendix E). Two things are the library's own: long
inputs are absorbed twelve at a time, or sixteen, and the hash is the state's second element, not its first.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice
from operator import add, mul

ORDER = 21888242871839275222246405745257275088548364400416034343698204186575808495617
_FULL_ROUNDS = 8
_PARTIAL_ROUNDS = (56, 57, 56, 60, 60, 63, 64, 63, 60, 66, 60, 65, 70, 60, 64, 68)
"""By width, from 2."""
ABSORBED = (12, 16)
"""How many elements at a time versions of the library have taken in; the files do not say."""
_BITS = 254
_Vector = tuple[int, ...]
_Matrix = tuple[_Vector, ...]


def hash_elements(elements: Sequence[int], absorbed: int = ABSORBED[0]) -> int:
    """The hash of one element or more, each below the field's order, taken in ``absorbed`` at a time."""
    state = [0]
    for start in range(0, len(elements), absorbed):
        state = permuted([state[0], *elements[start : start + absorbed]])
    return state[1]


def hash_padded(
    elements: Sequence[int], filler: Sequence[int], counts: Sequence[int], absorbed: int = ABSORBED[0]
) -> Iterator[int]:
    """The hashes of ``elements`` followed by ``filler`` so many times, for each of ``counts`` in rising order.

    What comes before is absorbed once.
    """
    state, pending, filled = [0], list(elements), 0
    for count in counts:
        for _ in range(count - filled):
            pending += filler
        filled = count
        start = 0
        while len(pending) - start > absorbed:
            state = permuted([state[0], *pending[start : start + absorbed]])
            start += absorbed
        pending = pending[start:]
        yield permuted([state[0], *pending])[1]


def permuted(state: Sequence[int]) -> list[int]:
    """The permutation of 2 to 17 field elements."""
    rounds = _rounds(len(state))
    current = list(state)
    for constants, matrix in rounds.first:
        current = _mixed([pow(value, 5, ORDER) for value in map(add, current, constants)], matrix)
    for constants, row, column in rounds.partial:
        current = list(map(add, current, constants))
        current[0] = head = pow(current[0], 5, ORDER)
        top = sum(map(mul, row, current)) % ORDER
        current = [(value + factor * head) % ORDER for value, factor in zip(current, column, strict=True)]
        current[0] = top
    for constants, matrix in rounds.last:
        current = _mixed([pow(value, 5, ORDER) for value in map(add, current, constants)], matrix)
    return current


def _mixed(state: Sequence[int], matrix: _Matrix) -> list[int]:
    return [sum(map(mul, row, state)) % ORDER for row in matrix]


@dataclass(frozen=True, slots=True)
class _Rounds:
    """The rounds of one width, the partial ones with sparse matrices: the same permutation in a quarter of the time.

    A partial round's S-box leaves all elements but the first alone, so the part of its matrix that mixes these can as
    well be applied a round earlier (appendix B of the paper).
    """

    first: list[tuple[_Vector, _Matrix]]
    """Full rounds: what is added, and the matrix."""
    partial: list[tuple[_Vector, _Vector, _Vector]]
    """What is added, the matrix's first row, and its first column; the rest of it is the identity."""
    last: list[tuple[_Vector, _Matrix]]


@cache
def _rounds(width: int) -> _Rounds:
    constants, matrix = _parameters(width)
    half = _FULL_ROUNDS // 2
    partial: list[tuple[_Vector, _Vector, _Vector]] = []
    moved = matrix  # of the round before the one that is looked at
    for added in reversed(constants[half:-half]):
        inner = [row[1:] for row in moved[1:]]
        back = _inverse(inner)
        first = tuple(sum(map(mul, moved[0][1:], column)) % ORDER for column in zip(*back, strict=True))
        rest = tuple(sum(map(mul, row, added[1:])) % ORDER for row in inner)
        partial.append(((added[0], *rest), (moved[0][0], *first), (0, *(row[0] for row in moved[1:]))))
        product = [
            tuple(sum(map(mul, row, column)) % ORDER for column in zip(*matrix[1:], strict=True)) for row in inner
        ]
        moved = (matrix[0], *product)
    partial.reverse()
    begin, end = constants[:half], constants[-half:]
    return _Rounds(
        [*((added, matrix) for added in begin[:-1]), (begin[-1], moved)], partial, [(added, matrix) for added in end]
    )


def _inverse(matrix: Sequence[Sequence[int]]) -> list[list[int]]:
    """By Gauss and Jordan. The matrices here are Cauchy's and products of theirs, which have inverses."""
    size = len(matrix)
    rows = [[*row, *(int(i == j) for j in range(size))] for i, row in enumerate(matrix)]
    for i in range(size):
        pivot = next(j for j in range(i, size) if rows[j][i])
        rows[i], rows[pivot] = rows[pivot], rows[i]
        factor = pow(rows[i][i], -1, ORDER)
        rows[i] = [value * factor % ORDER for value in rows[i]]
        for j in range(size):
            if j != i and (factor := rows[j][i]):
                rows[j] = [(value - factor * own) % ORDER for value, own in zip(rows[j], rows[i], strict=True)]
    return [row[size:] for row in rows]


def _parameters(width: int) -> tuple[tuple[_Vector, ...], _Matrix]:
    """The constants of each round, and the matrix (Cauchy's, of the numbers drawn after them)."""
    rounds = _FULL_ROUNDS + _PARTIAL_ROUNDS[width - 2]
    bits = _grain(width, rounds - _FULL_ROUNDS)

    def drawn() -> Iterator[int]:
        while True:
            yield int("".join(islice(bits, _BITS)), 2)

    below = (number for number in drawn() if number < ORDER)
    constants = tuple(tuple(islice(below, width)) for _ in range(rounds))
    reduced = (number % ORDER for number in drawn())
    rows, columns = list(islice(reduced, width)), list(islice(reduced, width))
    return constants, tuple(tuple(pow(x + y, -1, ORDER) for y in columns) for x in rows)


def _grain(width: int, partial_rounds: int) -> Iterator[str]:
    """The bits of the self-shrinking Grain LFSR, begun with what they are for: prime field, S-box x^5, sizes."""
    start = f"{1:02b}{0:04b}{_BITS:012b}{width:012b}{_FULL_ROUNDS:010b}{partial_rounds:010b}{'1' * 30}"
    state = int(start[::-1], 2)  # the first bit lowest

    def more() -> str:
        """The next 18 bits: the newest one that a new one depends on is the 62nd of 80."""
        nonlocal state
        bits = (state >> 62 ^ state >> 51 ^ state >> 38 ^ state >> 23 ^ state >> 13 ^ state) & (1 << 18) - 1
        state = state >> 18 | bits << 62
        return f"{bits:018b}"[::-1]

    made = "".join(more() for _ in range(9))[160:]  # the first 160 are thrown away
    while True:
        yield from (bit for kept, bit in zip(made[::2], made[1::2], strict=True) if kept == "1")
        made = more()
