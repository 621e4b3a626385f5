"""Stellar and Pi: strkey (SEP-23), base32 of a version, a 32-byte key and a CRC-16.

A muxed account (M…) adds the number of a sub-account that only its keeper knows, as XRP's tags do: canonical is the
account on the ledger (G…).
"""

from __future__ import annotations

import binascii

from monitor.model import Network
from monitor.registry.addresses.decoded import AddressError, Decoded, NoCodecError
from monitor.registry.addresses.encodings import base32

_ACCOUNT = 6 << 3
_MUXED = 12 << 3
_MUXED_SIZE = 1 + 32 + 8
_CONTRACT = 2 << 3
_OTHERS = {
    18 << 3: "a secret key: whoever published it lost its account",
}


def decode(_network: Network, text: str) -> Decoded:
    data = base32.decode(text)
    body, checksum = data[:-2], data[-2:]
    if len(body) < 1 or _checksum(body) != checksum:
        raise AddressError("its CRC-16 does not match")
    if body[0] == _MUXED and len(body) == _MUXED_SIZE:
        body = bytes((_ACCOUNT,)) + body[1:33]
        text = _encode(body)
    if body[0] == _CONTRACT:
        raise NoCodecError("is a contract (C…): only accounts (G…, M…) can be read here")
    if body[0] != _ACCOUNT:
        raise AddressError(f"is {_OTHERS.get(body[0], 'no account: it does not begin with G')}")
    if len(body) != 33:
        raise AddressError(f"holds a key of {len(body) - 1} bytes, not 32")
    return Decoded(text, "account", body[1:])


def _encode(body: bytes) -> str:
    return base32.encode(body + _checksum(body))


def _checksum(body: bytes) -> bytes:
    return binascii.crc_hqx(body, 0).to_bytes(2, "little")
