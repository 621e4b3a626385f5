"""Internet Computer: an account identifier, 28 bytes of SHA-224 after their CRC-32, in hexadecimal."""

from __future__ import annotations

import zlib

from monitor.model import Network
from monitor.registry.addresses.decoded import AddressError, Decoded
from monitor.registry.addresses.encodings import hexadecimal


def decode(_network: Network, text: str) -> Decoded:
    data = hexadecimal.decode(text, 32, prefix="")
    checksum, account = data[:4], data[4:]
    if zlib.crc32(account).to_bytes(4, "big") != checksum:
        raise AddressError("its CRC-32 does not match")
    return Decoded(text.lower(), "account", account)
