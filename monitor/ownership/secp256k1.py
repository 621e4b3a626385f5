"""ECDSA on secp256k1 with key recovery, strict about everything that lets one signature have two spellings."""

from threading import local

from coincurve import PublicKey
from coincurve._libsecp256k1 import ffi, lib  # type: ignore[import-not-found]  # a compiled module
from coincurve.context import GLOBAL_CONTEXT

from monitor.ownership.faults import Refused

ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
"""The order of the group (SEC 2, section 2.4.1)."""

_ORDER = ORDER.to_bytes(32, "big")
_HIGHEST_S = (ORDER // 2).to_bytes(32, "big")
_ZERO = bytes(32)

_CONTEXT = GLOBAL_CONTEXT.ctx
_PARSE = lib.secp256k1_ecdsa_recoverable_signature_parse_compact
_RECOVER = lib.secp256k1_ecdsa_recover
_SERIALIZE = lib.secp256k1_ec_pubkey_serialize
_UNCOMPRESSED = lib.SECP256K1_EC_UNCOMPRESSED
_KEY_SIZE = 65


class _Memory(local):
    """What the library writes into: made once for each thread, as its calls let other threads run."""

    def __init__(self) -> None:
        key = ffi.new("unsigned char[]", _KEY_SIZE)
        self.parts = (
            ffi.new("secp256k1_ecdsa_recoverable_signature *"),
            ffi.new("secp256k1_pubkey *"),
            key,
            ffi.new("size_t *", _KEY_SIZE),
            ffi.buffer(key),
        )


_memory = _Memory()


def recover(compact: bytes, recovery_id: int, digest: bytes) -> bytes:
    """The only key under which ``compact`` signs ``digest``, uncompressed: 04, x, y, 65 bytes.

    ``compact`` is r and s, 32 bytes each, big-endian; ``recovery_id`` is 0 to 3 (SEC 1, section 4.1.6); ``digest`` has
    32 bytes. ``Refused`` when r or s is out of range, when s is in the upper half of the group (anybody can turn s into
    n - s and have a second signature: EIP-2, Bitcoin's LOW_S), or when no key fits.

    This is the library itself: the objects that coincurve makes of signature and key cost most of what a row may take
    beside the recovery.
    """
    if len(compact) != 64 or len(digest) != 32 or not 0 <= recovery_id <= 3:
        raise ValueError("a recoverable signature is 64 bytes and a number from 0 to 3, over 32 bytes")
    signature, point, key, size, written = _memory.parts
    if not (
        compact[32:] <= _HIGHEST_S
        and _PARSE(_CONTEXT, signature, compact, recovery_id)
        and _RECOVER(_CONTEXT, point, signature, digest)
    ):
        raise Refused(_why_no_key(compact))
    _SERIALIZE(_CONTEXT, key, size, point, _UNCOMPRESSED)
    return written[:]  # type: ignore[no-any-return]  # bytes: cffi copies what is sliced


def _why_no_key(compact: bytes) -> str:
    r, s = compact[:32], compact[32:]
    if not _ZERO < r < _ORDER or not _ZERO < s < _ORDER:
        return "r or s of the signature is out of range"
    if s > _HIGHEST_S:
        return "the signature is malleable (high s)"
    return "no key has this signature"


def compressed(key: bytes) -> bytes:
    """``key``, given uncompressed, in 33 bytes: x behind 02 or 03 for an even or odd y (SEC 1, section 2.3.3)."""
    return bytes((2 + (key[64] & 1),)) + key[1:33]


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
