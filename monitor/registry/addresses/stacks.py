"""Stacks, main net: ``S`` and c32check (SIP-005), Crockford's base32 in either case with a double SHA-256 checksum."""

from __future__ import annotations

from monitor.formats.bitcoin import sha256d
from monitor.model import Network
from monitor.registry.addresses.decoded import AddressError, Decoded

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_FORMS = {22: "p2pkh", 20: "p2sh"}


def decode(_network: Network, text: str) -> Decoded:
    text = text.upper() if text == text.lower() else text
    if text[0] != "S" or len(text) < 3:
        raise AddressError("does not begin with S")
    version, *digits = (_ALPHABET.find(character) for character in text[1:])
    if -1 in (version, *digits):
        raise AddressError("is not c32: it holds a character outside the alphabet")
    form = _FORMS.get(version)
    if form is None:
        raise AddressError(f"its version is {version}; the main net has 22 (SP) and 20 (SM)")
    data = _octets(digits)
    payload, checksum = data[:-4], data[-4:]
    if len(payload) != 20:
        raise AddressError(f"holds {len(payload)} bytes, not 20")
    if sha256d(bytes((version,)) + payload)[:4] != checksum:
        raise AddressError("its checksum does not match")
    return Decoded(text, form, payload)


def _octets(digits: list[int]) -> bytes:
    """The number that ``digits`` write, with a zero byte for each leading zero digit, as base58 does."""
    number = 0
    for digit in digits:
        number = number << 5 | digit
    zeros = next((place for place, digit in enumerate(digits) if digit), len(digits))
    return bytes(zeros) + number.to_bytes((number.bit_length() + 7) // 8, "big")
