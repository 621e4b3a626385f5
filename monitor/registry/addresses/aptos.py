"""Aptos: 32 bytes in hexadecimal, without a checksum (AIP-40).

Exchanges strip leading zeros, so up to four missing digits are accepted, as by Aptos' own libraries; a 20-byte EVM
account is not. Canonical has all 64 digits.
"""

from __future__ import annotations

from monitor.model import Network
from monitor.registry.addresses.decoded import Decoded
from monitor.registry.addresses.encodings import hexadecimal


def decode(_network: Network, text: str) -> Decoded:
    account = hexadecimal.decode(text, 32, missing=4)
    return Decoded("0x" + account.hex(), "account", account)
