"""How lists write keys and signatures of these families: in hex, base64 or base58, which length and padding tell apart.

Of 32 bytes hex has 64 digits, base64 44 characters that end in ``=``, base58 up to 44 without one; of 64 bytes 128,
88 and up to 88.
"""

from monitor.ownership.ed25519.curve import KEY_SIZE, SIGNATURE_SIZE
from monitor.ownership.faults import NotJudged
from monitor.ownership.text import base58_bytes, base64_bytes, hex_bytes


def key(text: str) -> bytes:
    """The 32 bytes of a public key; ``NotJudged`` for other lengths and spellings."""
    return _bytes(text, KEY_SIZE, "the public key")


def signature(text: str) -> bytes:
    """The 64 bytes of a signature; ``NotJudged`` for other lengths and spellings."""
    return _bytes(text, SIGNATURE_SIZE, "the signature")


def any_bytes(text: str, what: str, size: int) -> bytes:
    """Bytes in hex, base64 or base58, as the length of ``text`` has it for ``size`` bytes."""
    shortest = -(-size // 3) * 4  # base64's length, and the most that base58 takes
    if text.startswith("0x") or len(text) > shortest:
        return hex_bytes(text, f"{what}, which is too long for base64 and base58,")
    if text.endswith("="):
        return base64_bytes(text, what)
    return base58_bytes(text, f"{what}, which is neither {2 * size} hex digits nor base64,")


def _bytes(text: str, size: int, what: str) -> bytes:
    raw = any_bytes(text, what, size)
    if len(raw) != size:
        raise NotJudged(f"{what} has {len(raw)} bytes; only {size} bytes, in hex, base64 or base58, are judged")
    return raw
