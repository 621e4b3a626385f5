"""Kadena: ``k:`` and an Ed25519 key in lower-case hexadecimal. Other names say nothing of a key, and are not read."""

from __future__ import annotations

from monitor.model import Network
from monitor.registry.addresses.decoded import AddressError, Decoded, NoCodecError
from monitor.registry.addresses.encodings import hexadecimal


def decode(_network: Network, text: str) -> Decoded:
    if not text.startswith("k:"):
        raise NoCodecError("is the name of an account that says nothing of its key: only k: accounts can be read here")
    if text != text.lower():
        raise AddressError("holds upper-case letters")
    return Decoded(text, "key", hexadecimal.decode(text, 32, prefix="k:"))
