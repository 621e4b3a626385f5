"""EVM accounts: 20 bytes in hexadecimal; letters of both cases carry the checksum of EIP-55.

Canonical is lower case, as nearly all lists write it: a row then costs one regular expression.
"""

from __future__ import annotations

import re

from eth_hash.backends import pysha3

from monitor.model import Network
from monitor.registry.addresses.decoded import AddressError, Decoded
from monitor.registry.addresses.encodings import bech32, hexadecimal

is_canonical = re.compile(r"0x[0-9a-f]{40}").fullmatch
"""Whether a text is an address in its canonical spelling: of lower case nothing else is to be checked."""

# Chains that also write the same 20 bytes in bech32.
_BECH32_PREFIXES = {"harmony": "one", "okc": "ex", "platon": "lat"}


def decode(network: Network, text: str) -> Decoded:
    if is_canonical(text):
        return Decoded(text, "account", bytes.fromhex(text[2:]))
    prefix = _BECH32_PREFIXES.get(network.name)
    account = from_bech32(text, prefix) if prefix and not text.startswith("0x") else from_hex(text)
    return Decoded("0x" + account.hex(), "account", account)


def from_hex(text: str) -> bytes:
    """The 20 bytes of ``0x…``; digits in both cases must carry the right checksum."""
    account = hexadecimal.decode(text, 20)
    if hexadecimal.has_case(text[2:]) and text != checksummed(account):
        raise AddressError(f"its EIP-55 checksum does not match: expected {checksummed(account)}")
    return account


def from_bech32(text: str, prefix: str) -> bytes:
    account = bech32.decode_account(text, prefix)
    if len(account) != 20:
        raise AddressError(f"holds {len(account)} bytes, not 20")
    return account


def checksummed(account: bytes) -> str:
    """The EIP-55 spelling: a letter is upper case where that digit of the Keccak-256 of the digits is 8 or more."""
    digits = account.hex()
    digest = pysha3.keccak256(digits.encode()).hex()
    return "0x" + "".join(
        digit.upper() if nibble >= "8" else digit for digit, nibble in zip(digits, digest, strict=False)
    )
