"""Klayr: 20 bytes in Lisk's base32 (LIP-0018) behind ``kly``, with bech32's checksum of all but the prefix."""

from __future__ import annotations

from collections.abc import Iterable

from monitor.model import Network
from monitor.registry.addresses.decoded import AddressError, Decoded
from monitor.registry.addresses.encodings.bits import octets

_PREFIX = "kly"
_ALPHABET = "zxvcpmbn3465o978uyrtkqew2adsjhfg"
_GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_DIGITS, _CHECKSUM = 38, 6


def decode(_network: Network, text: str) -> Decoded:
    digits = [_ALPHABET.find(character) for character in text.removeprefix(_PREFIX)]
    if not text.startswith(_PREFIX) or len(digits) != _DIGITS or -1 in digits:
        raise AddressError(f"is not {_PREFIX} and {_DIGITS} characters of Lisk's base32")
    if _polymod(digits) != 1:
        raise AddressError("its checksum does not match")
    return Decoded(text, "account", octets(digits[:-_CHECKSUM]))


def _polymod(digits: Iterable[int]) -> int:
    """The BCH code of BIP-173."""
    checksum = 1
    for digit in digits:
        top = checksum >> 25
        checksum = (checksum & 0x1FFFFFF) << 5 ^ digit
        for bit, term in enumerate(_GENERATOR):
            if top >> bit & 1:
                checksum ^= term
    return checksum
