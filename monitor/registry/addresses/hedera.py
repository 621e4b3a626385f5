"""Hedera, main net: ``0.0.N``, with an optional checksum of five letters (HIP-15) that is verified when present.

Or the number as an EVM address, in its last eight bytes ("long zero"). Other EVM addresses are aliases that only the
ledger can resolve.
"""

from __future__ import annotations

import re

from monitor.model import Network
from monitor.registry.addresses import evm
from monitor.registry.addresses.decoded import AddressError, Decoded, NoCodecError

_ENTITY = re.compile(r"(0\.0\.(0|[1-9][0-9]{0,18}))(?:-([a-z]{5}))?")
_MAIN_NET = bytes(1)  # the ledger id, which the checksum covers
_LARGEST = 2**63 - 1


def decode(_network: Network, text: str) -> Decoded:
    if text.startswith("0x"):
        text = _entity(evm.from_hex(text))
    match = _ENTITY.fullmatch(text)
    if match is None or int(match[2]) > _LARGEST:
        raise AddressError("is not an account id of the form 0.0.N, with or without five letters of checksum")
    entity, checksum = match[1], match[3]
    if checksum and checksum != _checksum(entity):
        raise AddressError(f"its HIP-15 checksum does not match: expected {_checksum(entity)} on the main net")
    return Decoded(entity, "account", entity.encode())


def _entity(account: bytes) -> str:
    if any(account[:12]):
        raise NoCodecError("is an alias: only the ledger knows the account; give its number, 0.0.N")
    return f"0.0.{int.from_bytes(account[12:], 'big')}"


def _checksum(entity: str) -> str:
    """The five letters of HIP-15: weighted sums over the digits (a dot counts as ten) and the ledger id."""
    digits = [10 if character == "." else int(character) for character in entity]
    weighted = 0
    for digit in digits:
        weighted = (weighted * 31 + digit) % 26**3
    ledger = 0
    for byte in _MAIN_NET + bytes(6):
        ledger = (ledger * 31 + byte) % 26**5
    even, odd = sum(digits[::2]) % 11, sum(digits[1::2]) % 11
    value = ((len(digits) % 5 * 11 + even) * 11 + odd) * 26**3 + weighted + ledger
    value = value % 26**5 * 1_000_003 % 26**5
    return "".join(chr(ord("a") + value // 26**place % 26) for place in range(4, -1, -1))
