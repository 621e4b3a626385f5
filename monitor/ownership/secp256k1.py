"""secp256k1 by coincurve: what addresses hold of a key, keys recovered from signatures, signatures checked by a key."""

from coincurve import PublicKey

from monitor.formats.bitcoin import hash160
from monitor.model import Code
from monitor.ownership.digests import keccak
from monitor.ownership.family import Refused

ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
"""The order of the group (SEC 2, section 2.4.1)."""

HIGHEST_S = ORDER // 2
"""Anybody can turn s into n - s and have a second signature: the lower one counts (EIP-2, Bitcoin's LOW_S)."""

_HIGHEST_S = HIGHEST_S.to_bytes(32, "big")


def compressed(key: bytes) -> bytes:
    """Compress ``key`` to 33 bytes: x behind 02 or 03 for an even or odd y (SEC 1, section 2.3.3)."""
    return bytes((2 + (key[64] & 1),)) + key[1:33]


def ethereum_hash(key: bytes) -> bytes:
    """Hash ``key`` to the last 20 bytes of the Keccak-256 of x and y (yellow paper, appendix F)."""
    return keccak(key[1:])[12:]


def bitcoin_hash(key: bytes) -> bytes:
    """Hash ``key`` to the RIPEMD-160 of the SHA-256 of its compressed form."""
    return hash160(compressed(key))


def recover(r_s: bytes, recovery_id: int, digest: bytes) -> bytes:
    """Recover the only key under which ``r_s`` signs ``digest``.

    Args:
        r_s: r and s, 32 bytes each, big-endian.
        recovery_id: Which of the points it is, 0 to 3 (SEC 1, section 4.1.6).
        digest: The 32 bytes that were signed.

    Returns:
        The key, uncompressed: 04, x and y, 65 bytes.

    Raises:
        Refused: r or s is out of range; s is above ``HIGHEST_S``; or no key fits.
        ValueError: What is asked is no signature by its sizes. coincurve would end the process for some of these.

    """
    if len(r_s) != 64 or len(digest) != 32 or not 0 <= recovery_id <= 3:
        raise ValueError("a recoverable signature is 64 bytes and a number from 0 to 3, over 32 bytes")
    if r_s[32:] > _HIGHEST_S:
        raise _refused(r_s)
    try:
        key = PublicKey.from_signature_and_message(r_s + bytes((recovery_id,)), digest, hasher=None)
    except ValueError as error:
        raise _refused(r_s) from error
    return key.format(compressed=False)


def _refused(r_s: bytes) -> Refused:
    """Say why there is no key."""
    r, s = int.from_bytes(r_s[:32], "big"), int.from_bytes(r_s[32:], "big")
    if not 0 < r < ORDER or not 0 < s < ORDER:
        return Refused(Code.OUT_OF_RANGE, "r or s of the signature is out of range")
    if s > HIGHEST_S:
        return Refused(Code.HIGH_S, "the signature is malleable (high s)")
    return Refused(Code.NO_KEY, "no key has this signature")


def is_der(signature: bytes) -> bool:
    """Check whether ``signature`` has the shape of DER (BIP 66): 30, a length, twice 02, a length and a number."""
    try:
        r_end = 4 + signature[3]
        ends = (len(signature), r_end + 2 + signature[r_end + 1])
        return signature[0] == 0x30 and signature[2] == signature[r_end] == 0x02 and set(ends) == {signature[1] + 2}
    except IndexError:
        return False


def verify(der: bytes, key: bytes, digest: bytes) -> None:
    """Check a DER signature by a serialised key; raise ``Refused`` with what is wrong (BIP 66, BIP 146)."""
    try:
        valid = PublicKey(key).verify(der, digest, hasher=None)
    except ValueError as error:
        raise Refused(Code.MALFORMED, f"the signature or key {key.hex()} is malformed") from error
    if not valid:
        s = int.from_bytes(der[6 + der[3] :], "big")  # 30 length 02 |r| r 02 |s| s
        if s > HIGHEST_S:
            raise Refused(Code.HIGH_S, "the signature is malleable (high s)")
        raise Refused(Code.NOT_BY_KEY, f"the signature is not by key {key.hex()} over this message")
