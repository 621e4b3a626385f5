"""Kadena: ``k:`` and an Ed25519 key in lower-case hexadecimal. Names that say nothing of their key are refused."""

from __future__ import annotations

from monitor.model import Network
from monitor.registry.addresses.decoded import AddressError, Decoded
from monitor.registry.addresses.encodings import hexadecimal


def decode(_network: Network, text: str) -> Decoded:
    if text != text.lower():
        raise AddressError("holds upper-case letters")
    return Decoded(text, "key", hexadecimal.decode(text, 32, prefix="k:"))
