"""RFC 4648 base32 without padding, as Stellar, Algorand and Filecoin write it."""

from __future__ import annotations

import base64
import binascii

from monitor.registry.addresses.decoded import AddressError


def decode(text: str) -> bytes:
    """The bytes of upper-case ``text``. Bits of the last character that belong to no byte must be zero."""
    try:
        data = base64.b32decode(text + "=" * (-len(text) % 8))
    except binascii.Error:
        raise AddressError(
            "is not base32: it holds a character outside the alphabet or has an impossible length"
        ) from None
    if encode(data) != text:
        raise AddressError("its last character holds bits that belong to no byte")
    return data


def encode(data: bytes) -> str:
    """``data`` in upper case, without padding."""
    return base64.b32encode(data).decode().rstrip("=")
