"""Sia: the hash of unlock conditions, 32 bytes, and six bytes of its BLAKE2b, in hexadecimal."""

from __future__ import annotations

from hashlib import blake2b

from monitor.model import Network
from monitor.registry.addresses.decoded import AddressError, Decoded
from monitor.registry.addresses.encodings import hexadecimal


def decode(_network: Network, text: str) -> Decoded:
    data = hexadecimal.decode(text, 38, prefix="")
    unlock_hash, checksum = data[:32], data[32:]
    if blake2b(unlock_hash, digest_size=32).digest()[:6] != checksum:
        raise AddressError("its checksum does not match")
    return Decoded(text.lower(), "account", unlock_hash)
