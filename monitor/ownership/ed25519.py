"""Ed25519 (RFC 8032), verified so that no signature holds under two keys or in two spellings.

Chains differ in what they let pass. ZIP-215 has every implementation agree by letting more through: a key that is not
on the prime-order subgroup, its unreduced encodings, and equality up to the cofactor. RFC 8032 leaves that equality
open. Here libsodium's rules hold, which refuse what lets anybody sign:

- s that is not below the group's order (else s + L would be a second signature),
- a key or an R of small order (the all-zero key of Solana's system program "signs" everything),
- a key whose encoding is not canonical,
- an equation that holds up to the cofactor only: s·B must be R + k·A, in all its bits.

What ZIP-215 chains would accept beyond that, no wallet makes: keys and nonces of honest signers are multiples of B.
"""

from nacl.bindings import crypto_core_ed25519_is_valid_point
from nacl.exceptions import BadSignatureError
from nacl.signing import VerifyKey

from monitor.model import Code
from monitor.ownership.family import NotJudged
from monitor.ownership.spellings import any_bytes

KEY_SIZE = 32
SIGNATURE_SIZE = 64


def verifies(key: bytes, signature: bytes, message: bytes) -> bool:
    """Check whether ``signature`` (R and s, 64 bytes) is by ``key`` (32 bytes) over ``message``."""
    try:
        VerifyKey(key).verify(message, signature)
    except BadSignatureError:
        return False
    return True


def is_key(data: bytes) -> bool:
    """Check whether a wallet can have the key ``data``: a point of the prime-order subgroup, as one hash in 16 is."""
    return crypto_core_ed25519_is_valid_point(data)


def read_key(text: str) -> bytes:
    """Read the 32 bytes of a public key; raise ``NotJudged`` for other lengths and spellings."""
    return _bytes(text, KEY_SIZE, "the public key")


def read_signature(text: str) -> bytes:
    """Read the 64 bytes of a signature; raise ``NotJudged`` for other lengths and spellings."""
    return _bytes(text, SIGNATURE_SIZE, "the signature")


def _bytes(text: str, size: int, what: str) -> bytes:
    raw = any_bytes(text, what, size)
    if len(raw) != size:
        raise NotJudged(
            Code.WRONG_LENGTH, f"{what} has {len(raw)} bytes; only {size} bytes, in hex, base64 or base58, are judged"
        )
    return raw
