"""Cardano, main net: Shelley addresses in bech32 (CIP-19) and Byron addresses in base58 of CBOR with a CRC-32.

The bytes of either may stand in hexadecimal, as wallets hand them to sites (CIP-30).
"""

from __future__ import annotations

import zlib

import cbor2

from monitor.model import Network
from monitor.registry.addresses.decoded import AddressError, Decoded, NoCodecError
from monitor.registry.addresses.encodings import base58check, bech32, hexadecimal

_MAIN_NET = 1
_HASH = 28  # bytes of a key or script hash (BLAKE2b-224)

_CBOR_PAIR = b"\x82"  # what a Byron address begins with; as a Shelley header it would be of the unknown type 8
_NETWORK_MAGIC = 2  # the attribute that only Byron addresses of test nets carry


def decode(_network: Network, text: str) -> Decoded:
    if hexadecimal.is_hex(text) and len(text) % 2 == 0:
        text = _spelled(bytes.fromhex(hexadecimal.digits_of(text)))
    prefix, separator, _ = text.lower().partition("1")
    if separator and prefix in ("addr", "addr_test", "stake", "stake_test"):
        return _shelley(text)
    return _byron(text)


def _spelled(data: bytes) -> str:
    """The text of an address that is given by its bytes."""
    if data[:1] == _CBOR_PAIR:
        return base58check.encode(data)
    return bech32.encode_account("addr", data)


def _shelley(text: str) -> Decoded:
    prefix, data = bech32.decode(text)
    if prefix == "stake":
        raise NoCodecError("is a reward account: only addresses that coins are paid to (addr…) can be read here")
    if prefix != "addr":
        raise AddressError(f"is of a test net: its bech32 prefix is {prefix}, not addr")
    if len(data) <= _HASH:
        raise AddressError(f"holds {len(data)} bytes, too few")
    kind, network = data[0] >> 4, data[0] & 0x0F
    if network != _MAIN_NET:
        raise AddressError(f"is of network {network}, not of the main net ({_MAIN_NET})")
    rest = data[1 + _HASH :]
    match kind:
        case 0 | 1 | 2 | 3:
            form, complete = "base", len(rest) == _HASH
        case 4 | 5:
            form, complete = "pointer", _is_pointer(rest)
        case 6 | 7:
            form, complete = "enterprise", not rest
        case _:
            raise AddressError(f"its header names the address type {kind}; CIP-19 has 0 to 7")
    if not complete:
        raise AddressError(f"has {len(data)} bytes, which is not the length of its type ({form})")
    return Decoded(text.lower(), form, data)


def _is_pointer(data: bytes) -> bool:
    """Whether ``data`` is three numbers of variable length, whose last byte alone has its first bit clear."""
    return len(data) > 0 and data[-1] < 0x80 and sum(byte < 0x80 for byte in data) == 3


def _byron(text: str) -> Decoded:
    data = base58check.decode(text)
    match _cbor(data):
        case [cbor2.CBORTag(tag=24, value=bytes() as payload), int() as checksum]:
            pass
        case _:
            raise AddressError("is neither a Shelley address nor the CBOR of a Byron address")
    if zlib.crc32(payload) != checksum:
        raise AddressError("its CRC-32 does not match")
    match _cbor(payload):
        case [bytes() as root, dict() as attributes, int()] if len(root) == _HASH:
            if _NETWORK_MAGIC in attributes:
                raise AddressError("is a Byron address of a test net")
        case _:
            raise AddressError("its CBOR is not that of a Byron address: root, attributes and type")
    return Decoded(text, "byron", payload)


def _cbor(data: bytes) -> object:
    """What ``data`` encodes, if it is the canonical encoding and nothing follows it."""
    try:
        value: object = cbor2.loads(data)
        if cbor2.dumps(value, canonical=True) == data:
            return value
    except (cbor2.CBORError, ValueError):
        pass
    return None
