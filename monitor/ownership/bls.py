"""BLS signatures on BLS12-381 as Ethereum's validators make them: keys in G1, signatures in G2.

The ciphersuite is that of proofs of possession, ``BLS_SIG_BLS12381G2_XMD:SHA-256_SSWU_RO_POP_`` (IETF draft
``bls-signature``, section 4.2.3; consensus specification, phase 0). Points must be in the prime-order subgroup, in
their one compressed encoding, and not the identity, under which everything would be signed by everybody.
"""

from typing import TypeVar

from py_arkworks_bls12381 import GT, G1Point, G2Point

from monitor.ownership.faults import Refused

_CIPHERSUITE = b"BLS_SIG_BLS12381G2_XMD:SHA-256_SSWU_RO_POP_"

Point = TypeVar("Point", G1Point, G2Point)


def verifies(key: bytes, signature: bytes, message: bytes) -> bool:
    """Whether ``signature`` (96 bytes) is by ``key`` (48 bytes) over ``message``; ``Refused`` for what is no point."""
    public, signed = _read(G1Point, key, "the key"), _read(G2Point, signature, "the signature")
    hashed = G2Point.hash_to_curve(message, _CIPHERSUITE)
    return GT.pairing_check([public, -G1Point()], [hashed, signed])  # G1Point() is the generator


def _read(group: type[Point], data: bytes, what: str) -> Point:
    try:
        point = group.from_compressed_bytes(data)
    except ValueError as error:
        raise Refused(f"{what} is no compressed point of BLS12-381") from error
    if point == group.identity():
        raise Refused(f"{what} is the point at infinity")
    if not point.is_in_subgroup() or point.to_compressed_bytes() != data:
        raise Refused(f"{what} is no point of the prime-order subgroup in its canonical encoding")
    return point
