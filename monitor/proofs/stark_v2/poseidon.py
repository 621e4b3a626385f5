"""Poseidon over the Goldilocks field, width 12, as plonky2 uses it.

Eight full and 22 partial rounds with the S-box x^7. The round constants are the first 360 numbers below the field's
order that Rust's ``ChaCha8Rng::seed_from_u64(0)`` draws; the matrix is circulant but for one entry. Both are plonky2's
choice, published in its source with test vectors.
"""

from collections.abc import Iterator, Sequence
from functools import cache
from itertools import islice
from operator import add, mul

ORDER = 2**64 - 2**32 + 1
WIDTH = 12
RATE = 8
HASH_WIDTH = 4
"""Field elements of a hash."""
HALF_FULL_ROUNDS = 4
PARTIAL_ROUNDS = 22
_ROUNDS = 2 * HALF_FULL_ROUNDS + PARTIAL_ROUNDS
_CIRCULANT = (17, 15, 41, 16, 2, 28, 13, 13, 39, 18, 34, 20)
_DIAGONAL_FIRST = 8  # added to the matrix's first entry
ROWS = tuple(
    tuple(_CIRCULANT[(i - row) % WIDTH] + (_DIAGONAL_FIRST if i == row == 0 else 0) for i in range(WIDTH))
    for row in range(WIDTH)
)
_MASK = 0xFFFFFFFF

Hash = tuple[int, int, int, int]


def hash_elements(elements: Sequence[int]) -> Hash:
    """The hash of field elements, without padding: eight at a time overwrite the state, which is then permuted."""
    state = [0] * WIDTH
    for start in range(0, len(elements), RATE):
        part = elements[start : start + RATE]
        state[: len(part)] = part
        state = permuted(state)
    return state[0], state[1], state[2], state[3]


def permuted(state: Sequence[int]) -> list[int]:
    """The permutation of twelve field elements."""
    current = list(state)
    for index, constants in enumerate(round_constants()):
        current = list(map(add, current, constants))
        if HALF_FULL_ROUNDS <= index < HALF_FULL_ROUNDS + PARTIAL_ROUNDS:
            current[0] = pow(current[0], 7, ORDER)
        else:
            current = [pow(value, 7, ORDER) for value in current]
        current = [sum(map(mul, row, current)) % ORDER for row in ROWS]
    return current


@cache
def round_constants() -> tuple[tuple[int, ...], ...]:
    """Twelve for each round."""
    # rand's uniform sampling: the high half of the product with the order, unless its low half is out of range
    products = (word * ORDER for word in _chacha8(0))
    drawn = (product >> 64 for product in products if product % 2**64 < ORDER)
    return tuple(tuple(islice(drawn, WIDTH)) for _ in range(_ROUNDS))


def _chacha8(seed: int) -> Iterator[int]:
    """The 64-bit numbers of Rust's ``ChaCha8Rng::seed_from_u64`` (RFC 8439's block function, 8 rounds for 20)."""
    key, state = [], seed
    for _ in range(8):  # rand_core expands a small seed by PCG32
        state = (state * 6364136223846793005 + 11634580027462260723) % 2**64
        key.append(_right(((state >> 18) ^ state) >> 27 & _MASK, state >> 59))
    counter = 0
    while True:
        start = [0x61707865, 0x3320646E, 0x79622D32, 0x6B206574, *key, counter & _MASK, counter >> 32, 0, 0]
        words = list(start)
        for _ in range(4):
            for i in range(4):
                _quarter(words, i, 4 + i, 8 + i, 12 + i)
            for i in range(4):
                _quarter(words, i, 4 + (i + 1) % 4, 8 + (i + 2) % 4, 12 + (i + 3) % 4)
        mixed = [(a + b) & _MASK for a, b in zip(words, start, strict=True)]
        yield from (mixed[i] | mixed[i + 1] << 32 for i in range(0, 16, 2))
        counter += 1


def _quarter(words: list[int], a: int, b: int, c: int, d: int) -> None:
    for left, right in ((16, 12), (8, 7)):
        words[a] = (words[a] + words[b]) & _MASK
        words[d] = _right(words[d] ^ words[a], 32 - left)
        words[c] = (words[c] + words[d]) & _MASK
        words[b] = _right(words[b] ^ words[c], 32 - right)


def _right(word: int, by: int) -> int:
    return (word >> by | word << (32 - by)) & _MASK
