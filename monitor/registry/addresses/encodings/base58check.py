"""Base58 and Base58Check with the alphabets and checksums of the coins that use them."""

from __future__ import annotations

from collections.abc import Callable

from based58 import Alphabet, b58decode, b58decode_check, b58encode

from monitor.formats.bitcoin import sha256d
from monitor.registry.addresses.decoded import AddressError

BITCOIN_ALPHABET = Alphabet.BITCOIN
RIPPLE_ALPHABET = Alphabet.RIPPLE

Hash = Callable[[bytes], bytes]
"""A hash whose first four bytes are the checksum."""


def decode(text: str, alphabet: Alphabet = BITCOIN_ALPHABET) -> bytes:
    """The bytes of ``text``; base58 has one spelling for them."""
    try:
        return b58decode(text.encode(), alphabet)
    except ValueError:
        raise AddressError("is not base58: it holds a character outside the alphabet") from None


def encode(data: bytes) -> str:
    """``data`` in base58."""
    return b58encode(data).decode()


def decode_check(text: str, *, alphabet: Alphabet = BITCOIN_ALPHABET, checksum: Hash = sha256d) -> bytes:
    """The bytes of ``text`` (version and payload) after their checksum was compared."""
    if checksum is sha256d and (body := body_of(text, alphabet)):
        return body
    data = decode(text, alphabet)
    body = data[:-4]
    if not body or data[-4:] != checksum(body)[:4]:
        raise AddressError("its base58 checksum does not match")
    return body


def body_of(text: str, alphabet: Alphabet = BITCOIN_ALPHABET) -> bytes:
    """The bytes of ``text`` without their double SHA-256 checksum; none where it does not match."""
    try:
        return b58decode_check(text.encode(), alphabet)
    except ValueError:
        return b""


def encode_check(body: bytes, *, alphabet: Alphabet = BITCOIN_ALPHABET) -> str:
    """``body`` (version and payload) with its double SHA-256 checksum."""
    return b58encode(body + sha256d(body)[:4], alphabet).decode()
