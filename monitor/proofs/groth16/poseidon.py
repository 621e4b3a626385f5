"""Poseidon over the scalar field of BN254, as the Go library of these exchanges uses it.

The permutation is the common one (S-box x^5, 8 full rounds); its constants follow from the field and the width by the
Grain LFSR of the Poseidon paper (https://eprint.iacr.org/2019/458, appendix E). Two things are the library's own: long
inputs are absorbed twelve at a time, and the hash is the state's second element, not its first.
"""

from collections.abc import Iterator, Sequence
from functools import cache
from itertools import islice
from operator import add, mul

ORDER = 21888242871839275222246405745257275088548364400416034343698204186575808495617
_FULL_ROUNDS = 8
_PARTIAL_ROUNDS = (56, 57, 56, 60, 60, 63, 64, 63, 60, 66, 60, 65)
"""By width, from 2."""
_MOST = 12
_BITS = 254


def hash_elements(elements: Sequence[int]) -> int:
    """The hash of one element or more, each below the field's order."""
    state = [0]
    for start in range(0, len(elements), _MOST):
        state = permuted([state[0], *elements[start : start + _MOST]])
    return state[1]


def permuted(state: Sequence[int]) -> list[int]:
    """The permutation of 2 to 13 field elements."""
    width = len(state)
    constants, matrix = _parameters(width)
    rounds = len(constants)
    current = list(state)
    for index, added in enumerate(constants):
        current = list(map(add, current, added))
        if _FULL_ROUNDS // 2 <= index < rounds - _FULL_ROUNDS // 2:
            current[0] = pow(current[0], 5, ORDER)
        else:
            current = [pow(value, 5, ORDER) for value in current]
        current = [sum(map(mul, row, current)) % ORDER for row in matrix]
    return current


@cache
def _parameters(width: int) -> tuple[tuple[tuple[int, ...], ...], tuple[tuple[int, ...], ...]]:
    """The constants of each round, and the matrix (Cauchy's, of the numbers drawn after them)."""
    rounds = _FULL_ROUNDS + _PARTIAL_ROUNDS[width - 2]
    bits = _grain(width, rounds - _FULL_ROUNDS)

    def drawn() -> Iterator[int]:
        while True:
            number = 0
            for bit in islice(bits, _BITS):
                number = number << 1 | bit
            yield number

    below = (number for number in drawn() if number < ORDER)
    constants = tuple(tuple(islice(below, width)) for _ in range(rounds))
    reduced = (number % ORDER for number in drawn())
    rows, columns = list(islice(reduced, width)), list(islice(reduced, width))
    return constants, tuple(tuple(pow(x + y, -1, ORDER) for y in columns) for x in rows)


def _grain(width: int, partial_rounds: int) -> Iterator[int]:
    """The bits of the self-shrinking Grain LFSR, begun with what they are for: prime field, S-box x^5, sizes."""
    start = f"{1:02b}{0:04b}{_BITS:012b}{width:012b}{_FULL_ROUNDS:010b}{partial_rounds:010b}{'1' * 30}"
    state = int(start[::-1], 2)  # the first bit lowest

    def step() -> int:
        nonlocal state
        bit = (state >> 62 ^ state >> 51 ^ state >> 38 ^ state >> 23 ^ state >> 13 ^ state) & 1
        state = state >> 1 | bit << 79
        return bit

    for _ in range(160):
        step()
    while True:
        kept, bit = step(), step()
        if kept:
            yield bit
