"""Sui: exactly 32 bytes in hexadecimal, without a checksum."""

from __future__ import annotations

from monitor.model import Network
from monitor.registry.addresses.decoded import Decoded
from monitor.registry.addresses.encodings import hexadecimal


def decode(_network: Network, text: str) -> Decoded:
    account = hexadecimal.decode(text, 32)
    return Decoded("0x" + account.hex(), "account", account)
