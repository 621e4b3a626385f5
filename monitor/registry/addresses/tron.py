"""Tron: the version 0x41 and the 20 bytes of an EVM account, in base58check or, as nodes write them, in hexadecimal."""

from __future__ import annotations

from monitor.model import Address, Network
from monitor.registry.addresses.decoded import AddressError, Decoded
from monitor.registry.addresses.encodings import base58check, hexadecimal

_VERSION = b"\x41"
_HEX_DIGITS = 42
_LENGTH = 34
"""Characters, of every address: the version lets none be shorter or longer."""


def is_canonical(text: str) -> bool:
    """Whether a text is an address, of which base58 has one spelling."""
    if len(text) != _LENGTH:
        return False
    body = base58check.body_of(text)
    return len(body) == 21 and body.startswith(_VERSION)


def decode(_network: Network, text: str) -> Decoded:
    if len(hexadecimal.digits_of(text)) == _HEX_DIGITS and hexadecimal.is_hex(text):
        text = base58check.encode_check(hexadecimal.decode(text, 21))
    body = base58check.decode_check(text)
    if len(body) != 21 or not body.startswith(_VERSION):
        raise AddressError("is not a Tron address: its payload is not 0x41 and 20 bytes")
    return Decoded(text, "account", body[1:])


def encode(account: bytes) -> Address:
    """The address of an account, given as its 20 bytes."""
    return base58check.encode_check(_VERSION + account)
