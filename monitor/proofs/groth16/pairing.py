"""The equation of Groth16, with what gnark's commitments (BSB22) add to it since September 2024.

By py_ecc, the Ethereum Foundation's plain Python: slow, and open to anybody's eyes.
"""

import hashlib
from collections.abc import Iterable

from py_ecc.fields import optimized_bn128_FQ12 as FQ12
from py_ecc.optimized_bn128.optimized_curve import add, is_inf, multiply, neg, normalize
from py_ecc.optimized_bn128.optimized_pairing import final_exponentiate, pairing

from monitor.proofs.groth16.curve import G1, G2, point1, point2
from monitor.proofs.groth16.keys import Key, Proof
from monitor.proofs.groth16.poseidon import ORDER

_TAG = b"bsb22-commitment"
_HASHED = 48  # bytes: 16 more than an element has, so that the remainder is even


def verifies(key: Key, proof: Proof, commitment: int) -> bool:
    """Whether ``proof`` is one of the batch that has this commitment."""
    if (key.commitment is None) != (proof.commitment is None):
        return False
    combined = combined_input(key, proof, commitment)
    if combined is None or not _is_one(
        [(negated(proof.a), proof.b), (key.alpha, key.beta), (combined, key.gamma), (proof.c, key.delta)]
    ):
        return False
    if key.commitment is None or proof.commitment is None:
        return True
    (committed, knowledge), (base, sigma) = proof.commitment, key.commitment
    return _is_one([(committed, sigma), (knowledge, base)])


def combined_input(key: Key, proof: Proof, commitment: int) -> G1 | None:
    """K_0 + x K_1, and, with a commitment D, + h K_2 + D where h is D's hash.

    None for the point at infinity, which one comes to by a key or a commitment that was made for it only.
    """
    result = add(point1(key.inputs[0]), multiply(point1(key.inputs[1]), commitment))
    if proof.commitment:
        committed = proof.commitment[0]
        result = add(result, add(multiply(point1(key.inputs[2]), hashed(committed)), point1(committed)))
    if is_inf(result):
        return None
    x, y = normalize(result)
    return int(x), int(y)


def hashed(point: G1) -> int:
    """The commitment as an element: expand_message_xmd of RFC 9380 over SHA-256, reduced."""
    message = b"".join(coordinate.to_bytes(32) for coordinate in point)
    tag = _TAG + bytes([len(_TAG)])
    start = hashlib.sha256(bytes(64) + message + _HASHED.to_bytes(2) + b"\0" + tag).digest()
    first = hashlib.sha256(start + b"\x01" + tag).digest()
    second = hashlib.sha256(bytes(x ^ y for x, y in zip(start, first, strict=True)) + b"\x02" + tag).digest()
    return int.from_bytes((first + second)[:_HASHED]) % ORDER


def negated(point: G1) -> G1:
    """The same point on the other side."""
    x, y = normalize(neg(point1(point)))
    return int(x), int(y)


def _is_one(pairs: Iterable[tuple[G1, G2]]) -> bool:
    """Whether the product of the pairings is one."""
    product = FQ12.one()
    for first, second in pairs:
        product *= pairing(point2(second), point1(first), final_exponentiate=False)
    return bool(final_exponentiate(product) == FQ12.one())
