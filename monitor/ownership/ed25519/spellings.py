"""How lists write keys and signatures of these families. A family names the readers that it takes, the usual first."""

from monitor.ownership.ed25519.curve import KEY_SIZE, SIGNATURE_SIZE
from monitor.ownership.faults import Refused
from monitor.ownership.text import base58_bytes, base64_bytes, sized_hex

_BASE58_KEY_LENGTH = 44
_BASE58_LENGTH = 88
_BASE64_LENGTH = 88


def hex_key(text: str) -> bytes:
    """32 bytes in hex."""
    return sized_hex(text, KEY_SIZE, "the public key")


def base58_or_hex_key(text: str) -> bytes:
    """32 bytes in base58 (32 to 44 characters) or in hex (64 and more)."""
    if len(text) > _BASE58_KEY_LENGTH:
        return hex_key(text)
    key = base58_bytes(text, "the public key, which is not hex,")
    if len(key) != KEY_SIZE:
        raise Refused(f"the public key has {len(key)} bytes, not {KEY_SIZE}")
    return key


def hex_signature(text: str) -> bytes:
    """64 bytes in hex."""
    return sized_hex(text, SIGNATURE_SIZE, "the signature")


def base58_or_hex_signature(text: str) -> bytes:
    """64 bytes in base58 (64 to 88 characters) or in hex (128 and more)."""
    if len(text) > _BASE58_LENGTH:
        return hex_signature(text)
    return _whole(base58_bytes(text, "the signature, which is not hex,"))


def base64_or_hex_signature(text: str) -> bytes:
    """64 bytes in base64 (88 characters) or in hex (128 and more)."""
    if len(text) > _BASE64_LENGTH:
        return hex_signature(text)
    return _whole(base64_bytes(text, "the signature"))


def _whole(raw: bytes) -> bytes:
    if len(raw) != SIGNATURE_SIZE:
        raise Refused(f"the signature has {len(raw)} bytes, not {SIGNATURE_SIZE}")
    return raw
