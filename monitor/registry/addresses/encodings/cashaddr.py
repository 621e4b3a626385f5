"""The 40-bit checksum of cashaddr (Bitcoin Cash specification), which Conflux took over in CIP-37."""

from __future__ import annotations

from collections.abc import Iterable

from monitor.registry.addresses.decoded import AddressError
from monitor.registry.addresses.encodings.bits import octets, quintets

CASHADDR_ALPHABET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
CIP37_ALPHABET = "abcdefghjkmnprstuvwxyz0123456789"

_GENERATOR = (0x98F2BC8E61, 0x79B76D99E2, 0xF33E5FB3C4, 0xAE2EABE2A8, 0x1E4F43E470)


def decode(prefix: str, text: str, alphabet: str) -> bytes | None:
    """The bytes (version and payload) of ``text``, or None where the checksum does not match under ``prefix``.

    ``text`` is lower case and stands without ``prefix:``; the checksum covers both.
    """
    digits = [alphabet.find(character) for character in text]
    if -1 in digits:
        raise AddressError(f"holds {text[digits.index(-1)]!r}, which is outside its alphabet")
    if len(digits) <= 8:
        raise AddressError("is too short")
    if _polymod((*_expand(prefix), *digits)):
        return None
    return octets(digits[:-8])


def encode(prefix: str, data: bytes, alphabet: str) -> str:
    """``data`` (version and payload) with its checksum, with ``prefix:``."""
    digits = [*quintets(data)]
    checksum = _polymod((*_expand(prefix), *digits, *([0] * 8)))
    digits += [checksum >> shift & 31 for shift in range(35, -1, -5)]
    return f"{prefix}:" + "".join(alphabet[digit] for digit in digits)


def _expand(prefix: str) -> list[int]:
    return [*(ord(character) & 31 for character in prefix), 0]


def _polymod(digits: Iterable[int]) -> int:
    checksum = 1
    for digit in digits:
        top = checksum >> 35
        checksum = (checksum & 0x07FFFFFFFF) << 5 ^ digit
        for bit, term in enumerate(_GENERATOR):
            if top >> bit & 1:
                checksum ^= term
    return checksum ^ 1
