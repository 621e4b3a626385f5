"""The prime field and the domains that the proofs of OKX zk-STARK V1 stand on."""

from functools import cache, lru_cache

PRIME = 2**251 + 17 * 2**192 + 1
GENERATOR = 3
"""Generates the field's multiplicative group, so the root of unity of order n is a power of it."""
EXTENSION = 16
"""Points of the evaluation domain for each row of the trace; row r stands at the point of index 16 r."""


@cache
def root_of_unity(order: int) -> int:
    """The domain's generator: w with w^order = 1. ``order`` is a power of two, at most 2^192."""
    return pow(GENERATOR, (PRIME - 1) // order, PRIME)


def inverse(value: int) -> int:
    """1 / value. ``value`` is not a multiple of the prime."""
    return pow(value, -1, PRIME)


def inverses(values: list[int]) -> list[int]:
    """1 / value of each, for the price of one inversion and three products each. None is zero."""
    running = 1
    before = []
    for value in values:
        before.append(running)
        running = running * value % PRIME
    back = inverse(running)
    found = [0] * len(values)
    for i in range(len(values) - 1, -1, -1):
        found[i] = back * before[i] % PRIME
        back = back * values[i] % PRIME
    return found


@lru_cache(maxsize=16)
def extrapolation(order: int, known: tuple[int, ...], others: tuple[int, ...]) -> tuple[tuple[int, ...], ...]:
    """How a polynomial's values at some points of a domain follow from its values at ``len(known)`` others.

    ``known`` and ``others`` are indices into the domain of that order. One row of weights for each of ``others``: the
    value there is the sum of weight times known value (Lagrange's formula, in barycentric form).
    """
    root = root_of_unity(order)
    points = [pow(root, index, PRIME) for index in known]
    slopes = []
    for i, point in enumerate(points):
        slope = 1
        for j, other in enumerate(points):
            if j != i:
                slope = slope * (point - other) % PRIME
        slopes.append(slope)
    weights = inverses(slopes)
    rows = []
    for index in others:
        x = pow(root, index, PRIME)
        gaps = [x - point for point in points]
        whole = 1
        for gap in gaps:
            whole = whole * gap % PRIME
        rows.append(tuple(whole * weight * back % PRIME for weight, back in zip(weights, inverses(gaps), strict=True)))
    return tuple(rows)
