"""Algorand: base32 of a 32-byte key and the last four bytes of its SHA-512/256."""

from __future__ import annotations

import hashlib

from monitor.model import Network
from monitor.registry.addresses.decoded import AddressError, Decoded
from monitor.registry.addresses.encodings import base32


def decode(_network: Network, text: str) -> Decoded:
    data = base32.decode(text)
    if len(data) != 36:
        raise AddressError(f"holds {len(data)} bytes, not 36")
    key, checksum = data[:32], data[32:]
    if hashlib.new("sha512_256", key).digest()[-4:] != checksum:
        raise AddressError("its checksum does not match")
    return Decoded(text, "account", key)
