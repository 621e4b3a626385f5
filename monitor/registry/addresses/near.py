"""NEAR: implicit accounts, which are a key or an Ethereum account in hexadecimal, and named accounts.

Rules of the protocol specification, "Account ID rules". None has a checksum; all are
lower case, but the digits of a key or an Ethereum account are the same in any.
"""

from __future__ import annotations

import re

from monitor.model import Network
from monitor.registry.addresses import evm
from monitor.registry.addresses.decoded import AddressError, Decoded

_KEY = re.compile(r"[0-9a-f]{64}")
_ETHEREUM = re.compile(r"0x[0-9a-f]{40}")
_NAME = re.compile(r"(?:[a-z0-9]+[-_])*[a-z0-9]+(?:\.(?:[a-z0-9]+[-_])*[a-z0-9]+)*")


def decode(_network: Network, text: str) -> Decoded:
    if not 2 <= len(text) <= 64:
        raise AddressError(f"has {len(text)} characters; an account id has 2 to 64")
    if _KEY.fullmatch(text.lower()):
        return Decoded(text.lower(), "implicit", bytes.fromhex(text))
    if _ETHEREUM.fullmatch(text.lower()):
        account = evm.from_hex(text)
        return Decoded("0x" + account.hex(), "ethereum", account)
    if not _NAME.fullmatch(text):
        raise AddressError("is not an account id: parts of a-z and 0-9, joined by single dots, hyphens or underscores")
    return Decoded(text, "name", text.encode())
