"""secp256k1: its keys, and ECDSA signatures checked by a key. Keys are recovered elsewhere (:mod:`.recovery`)."""

from coincurve import PublicKey

from monitor.ownership.faults import Refused

ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
"""The order of the group (SEC 2, section 2.4.1)."""

HIGHEST_S = ORDER // 2
"""Anybody can turn s into n - s and have a second signature: the lower one counts (EIP-2, Bitcoin's LOW_S)."""


def compressed(key: bytes) -> bytes:
    """``key``, given uncompressed, in 33 bytes: x behind 02 or 03 for an even or odd y (SEC 1, section 2.3.3)."""
    return bytes((2 + (key[64] & 1),)) + key[1:33]


def is_der(signature: bytes) -> bool:
    """Whether ``signature`` has the shape of DER (BIP 66): 30, a length, twice 02, a length and a number, no more."""
    try:
        r_end = 4 + signature[3]
        ends = (len(signature), r_end + 2 + signature[r_end + 1])
        return signature[0] == 0x30 and signature[2] == signature[r_end] == 0x02 and set(ends) == {signature[1] + 2}
    except IndexError:
        return False


def verify(der: bytes, key: bytes, digest: bytes) -> None:
    """Check a DER signature by a serialised key; ``Refused`` says what is wrong (BIP 66, BIP 146)."""
    try:
        valid = PublicKey(key).verify(der, digest, hasher=None)
    except ValueError as error:
        raise Refused(f"the signature or key {key.hex()} is malformed") from error
    if not valid:
        s = int.from_bytes(der[6 + der[3] :], "big")  # 30 length 02 |r| r 02 |s| s
        if s > HIGHEST_S:
            raise Refused("the signature is malleable (high s)")
        raise Refused(f"the signature is not by key {key.hex()} over this message")
