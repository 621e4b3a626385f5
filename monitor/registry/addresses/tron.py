"""Tron: base58check of the version 0x41 and the 20 bytes of an EVM account."""

from __future__ import annotations

from monitor.model import Network
from monitor.registry.addresses.decoded import AddressError, Decoded
from monitor.registry.addresses.encodings import base58check

_VERSION = 0x41


def decode(_network: Network, text: str) -> Decoded:
    body = base58check.decode_check(text)
    if len(body) != 21 or body[0] != _VERSION:
        raise AddressError("is not a Tron address: its payload is not 0x41 and 20 bytes")
    return Decoded(text, "account", body[1:])
