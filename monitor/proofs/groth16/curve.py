"""Points of BN254 as gnark writes them: big-endian coordinates, the form in the top two bits.

Every point is held to its curve, and those of G2 to the subgroup of order r: a pairing of others means nothing.
"""

from py_ecc.fields import optimized_bn128_FQ as FQ
from py_ecc.fields import optimized_bn128_FQ2 as FQ2
from py_ecc.optimized_bn128.optimized_curve import b, b2, curve_order, field_modulus, is_inf, is_on_curve, multiply

import monitor.formats.recursion  # noqa: F401 - since py_ecc has lifted the limit
from monitor.proofs.scheme import ProofError

G1 = tuple[int, int]
G2 = tuple[tuple[int, int], tuple[int, int]]
"""x and y, each a0 + a1 u as (a0, a1), u^2 = -1."""

SIZE = 32
"""Bytes of one coordinate."""
_FORMS = 0xC0
_UNCOMPRESSED, _SMALLER, _LARGER = 0x00, 0x80, 0xC0


def g1(data: bytes, place: str, *, compressed: bool) -> G1:
    """A point of G1 of exactly these bytes. Raises :class:`ProofError`."""
    larger, (x, *rest) = _coordinates(data, place, compressed=compressed)
    if compressed:
        y = _root(x**3 + 3)
        rest = [y if (2 * y > field_modulus) is larger else -y % field_modulus]
    point = (x, rest[0])
    if not is_on_curve(point1(point), b):
        raise ProofError(f"{place}: not a point of the curve")
    return point


def g2(data: bytes, place: str, *, compressed: bool, subgroup: bool = True) -> G2:
    """A point of G2 of exactly these bytes; of two coordinates the second comes first.

    ``subgroup``: whether to look at that here, or leave it to who takes the point. Raises :class:`ProofError`.
    """
    larger, (x1, x0, *rest) = _coordinates(data, place, compressed=compressed)
    if compressed:
        square = FQ2([x0, x1]) ** 3 + b2
        y0, y1 = _root2(int(square.coeffs[0]), int(square.coeffs[1]), place)
        decisive = y1 or y0
        if (2 * decisive > field_modulus) is not larger:
            y0, y1 = -y0 % field_modulus, -y1 % field_modulus
        rest = [y1, y0]
    point = ((x0, x1), (rest[1], rest[0]))
    if not is_on_curve(point2(point), b2):
        raise ProofError(f"{place}: not a point of the curve")
    if subgroup and not is_inf(multiply(point2(point), curve_order)):
        raise ProofError(f"{place}: a point outside the subgroup that pairings are of")
    return point


def point1(point: G1) -> tuple[FQ, FQ, FQ]:
    """As py_ecc has it."""
    return FQ(point[0]), FQ(point[1]), FQ(1)


def point2(point: G2) -> tuple[FQ2, FQ2, FQ2]:
    """As py_ecc has it."""
    return FQ2(list(point[0])), FQ2(list(point[1])), FQ2.one()


def _coordinates(data: bytes, place: str, *, compressed: bool) -> tuple[bool, list[int]]:
    form = data[0] & _FORMS
    if form not in ({_SMALLER, _LARGER} if compressed else {_UNCOMPRESSED}):
        raise ProofError(f"{place}: the point at infinity, or of another form than expected")
    whole = bytes([data[0] & ~_FORMS]) + data[1:]
    numbers = [int.from_bytes(whole[i : i + SIZE]) for i in range(0, len(whole), SIZE)]
    if any(number >= field_modulus for number in numbers):
        raise ProofError(f"{place}: a coordinate is not an element of the field")
    return form == _LARGER, numbers


def _root(square: int) -> int:
    """The square root; of what has none, some other number, which then is no point's coordinate."""
    return pow(square, (field_modulus + 1) // 4, field_modulus)


def _root2(a: int, c: int, place: str) -> tuple[int, int]:
    """A square root of a + cu: (x0 + x1 u)^2 has x0^2 - x1^2 and 2 x0 x1."""
    half = pow(2, -1, field_modulus)
    norm = _root(a * a + c * c)
    for part in ((a + norm) * half, (a - norm) * half):
        x0 = _root(part)
        if x0 and (x0 * x0 - part) % field_modulus == 0:
            return x0, c * half * pow(x0, -1, field_modulus) % field_modulus
    raise ProofError(f"{place}: no point of the curve has this coordinate")
