"""ECDSA on secp256k1 with key recovery, strict about everything that lets one signature have two spellings."""

from coincurve import PublicKey

from monitor.ownership.faults import Refused

ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
"""The order of the group (SEC 2, section 2.4.1)."""

_ORDER = ORDER.to_bytes(32, "big")
_HIGHEST_S = (ORDER // 2).to_bytes(32, "big")
_ZERO = bytes(32)


def recover(compact: bytes, recovery_id: int, digest: bytes) -> PublicKey:
    """The only key under which ``compact`` signs ``digest``.

    ``compact`` is r and s, 32 bytes each, big-endian; ``recovery_id`` is 0 to 3 (SEC 1, section 4.1.6). ``Refused``
    when r or s is out of range, when s is in the upper half of the group (anybody can turn s into n - s and have a
    second signature: EIP-2, Bitcoin's LOW_S), or when no key fits.
    """
    r, s = compact[:32], compact[32:]
    if not _ZERO < r < _ORDER or not _ZERO < s < _ORDER:
        raise Refused("r or s of the signature is out of range")
    if s > _HIGHEST_S:
        raise Refused("the signature is malleable (high s)")
    try:
        return PublicKey.from_signature_and_message(compact + bytes((recovery_id,)), digest, hasher=None)
    except ValueError as error:
        raise Refused("no key has this signature") from error


def verify(der: bytes, key: bytes, digest: bytes) -> None:
    """Check a DER signature by a serialised key; ``Refused`` says what is wrong (BIP 66, BIP 146)."""
    try:
        valid = PublicKey(key).verify(der, digest, hasher=None)
    except ValueError as error:
        raise Refused(f"the signature or key {key.hex()} is malformed") from error
    if not valid:
        s = int.from_bytes(der[6 + der[3] :], "big")  # 30 length 02 |r| r 02 |s| s
        if s > ORDER // 2:
            raise Refused("the signature is malleable (high s)")
        raise Refused(f"the signature is not by key {key.hex()} over this message")
