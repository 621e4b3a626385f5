"""MultiversX: bech32 of 32 bytes with the prefix erd."""

from __future__ import annotations

from monitor.model import Network
from monitor.registry.addresses.decoded import AddressError, Decoded
from monitor.registry.addresses.encodings import bech32


def decode(_network: Network, text: str) -> Decoded:
    account = bech32.decode_account(text, "erd")
    if len(account) != 32:
        raise AddressError(f"holds {len(account)} bytes, not 32")
    return Decoded(text.lower(), "account", account)
