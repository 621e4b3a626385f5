"""aelf: base58check of 32 bytes without a version; wallets wrap it as ``ELF_<address>_<chain>``."""

from __future__ import annotations

from monitor.model import Network
from monitor.registry.addresses.decoded import AddressError, Decoded
from monitor.registry.addresses.encodings import base58check

_MAIN_CHAIN = "AELF"


def decode(_network: Network, text: str) -> Decoded:
    bare = text
    if text.startswith("ELF_"):
        bare, _, chain = text.removeprefix("ELF_").partition("_")
        if chain != _MAIN_CHAIN:
            raise AddressError(f"is on the chain {chain!r}, not on the main chain {_MAIN_CHAIN}")
    payload = base58check.decode_check(bare)
    if len(payload) != 32:
        raise AddressError(f"holds {len(payload)} bytes, not 32")
    return Decoded(bare, "account", payload)
