"""Stellar and Pi: strkey (SEP-23), base32 of a version, a 32-byte key and a CRC-16."""

from __future__ import annotations

import binascii

from monitor.model import Network
from monitor.registry.addresses.decoded import AddressError, Decoded
from monitor.registry.addresses.encodings import base32

_ACCOUNT = 6 << 3
_OTHERS = {
    2 << 3: "a claimable or contract id, not an account (C…)",
    12 << 3: "a muxed account (M…), a sub-account that only its keeper knows: the account itself begins with G",
    18 << 3: "a secret key: whoever published it lost its account",
}


def decode(_network: Network, text: str) -> Decoded:
    data = base32.decode(text)
    body, checksum = data[:-2], data[-2:]
    if len(body) < 1 or binascii.crc_hqx(body, 0).to_bytes(2, "little") != checksum:
        raise AddressError("its CRC-16 does not match")
    if body[0] != _ACCOUNT:
        raise AddressError(f"is {_OTHERS.get(body[0], 'no account: it does not begin with G')}")
    if len(body) != 33:
        raise AddressError(f"holds a key of {len(body) - 1} bytes, not 32")
    return Decoded(text, "account", body[1:])
