"""The Goldilocks field's quadratic extension F[X]/(X^2 - 7), in which plonky2's verifier computes."""

from collections.abc import Iterable, Sequence
from functools import cache

from monitor.proofs.stark_v2.poseidon import ORDER

Element = tuple[int, int]
"""a + bX."""

_SQUARE = 7  # X^2
GENERATOR = 7
"""Of the field's multiplicative group, and of the coset that polynomials are committed on."""
_TWO_ADIC = 1753635133440165772  # of order 2^32; OKX's fork of plonky2 has another one than plonky2 itself
ZERO: Element = (0, 0)
ONE: Element = (1, 0)


def base(value: int) -> Element:
    return value % ORDER, 0


def add(left: Element, right: Element) -> Element:
    return (left[0] + right[0]) % ORDER, (left[1] + right[1]) % ORDER


def sub(left: Element, right: Element) -> Element:
    return (left[0] - right[0]) % ORDER, (left[1] - right[1]) % ORDER


def mul(left: Element, right: Element) -> Element:
    a, b = left
    c, d = right
    return (a * c + _SQUARE * b * d) % ORDER, (a * d + b * c) % ORDER


def scale(value: Element, factor: int) -> Element:
    return value[0] * factor % ORDER, value[1] * factor % ORDER


def total(values: Iterable[Element]) -> Element:
    first = second = 0
    for a, b in values:
        first += a
        second += b
    return first % ORDER, second % ORDER


def power(value: Element, exponent: int) -> Element:
    result = ONE
    while exponent:
        if exponent & 1:
            result = mul(result, value)
        value = mul(value, value)
        exponent >>= 1
    return result


def inverse(value: Element) -> Element:
    """1 / value. Raises ValueError for zero."""
    a, b = value
    back = pow(a * a - _SQUARE * b * b, -1, ORDER)
    return a * back % ORDER, -b * back % ORDER


def evaluated(coefficients: Sequence[Element], point: Element) -> Element:
    """The polynomial's value at ``point``; lowest coefficient first."""
    result = ZERO
    for coefficient in reversed(coefficients):
        result = add(mul(result, point), coefficient)
    return result


@cache
def root_of_unity(bits: int) -> int:
    """Of order 2^bits, at most 2^32, in the field itself."""
    return pow(_TWO_ADIC, 1 << (32 - bits), ORDER)
