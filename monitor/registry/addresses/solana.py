"""Solana (and Fogo): base58 of exactly 32 bytes, without a checksum."""

from __future__ import annotations

from monitor.model import Network
from monitor.registry.addresses.decoded import AddressError, Decoded
from monitor.registry.addresses.encodings import base58check


def decode(_network: Network, text: str) -> Decoded:
    account = base58check.decode(text)
    if len(account) != 32:
        raise AddressError(f"holds {len(account)} bytes, not 32")
    return Decoded(text, "account", account)
