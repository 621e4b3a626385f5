"""Base58 and Base58Check with the alphabets and checksums of the coins that use them."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256

import base58

from monitor.registry.addresses.decoded import AddressError

BITCOIN_ALPHABET = base58.BITCOIN_ALPHABET
RIPPLE_ALPHABET = base58.RIPPLE_ALPHABET

Hash = Callable[[bytes], bytes]
"""A hash whose first four bytes are the checksum."""


def sha256d(data: bytes) -> bytes:
    """SHA-256 twice: the checksum of Bitcoin and nearly all who came after."""
    return sha256(sha256(data).digest()).digest()


def decode(text: str, alphabet: bytes = BITCOIN_ALPHABET) -> bytes:
    """The bytes of ``text``; base58 has one spelling for them.

    The library makes them one by one; of its number Python makes them at once, in half the time.
    """
    if text != text.rstrip():
        raise AddressError("has spaces after its end")  # which the library passes over
    try:
        number = base58.b58decode_int(text, alphabet)
    except ValueError:
        raise AddressError("is not base58: it holds a character outside the alphabet") from None
    zeros = len(text) - len(text.lstrip(chr(alphabet[0])))
    return bytes(zeros) + number.to_bytes(-(-number.bit_length() // 8), "big")


def decode_check(text: str, *, alphabet: bytes = BITCOIN_ALPHABET, checksum: Hash = sha256d) -> bytes:
    """The bytes of ``text`` (version and payload) after their checksum was compared."""
    data = decode(text, alphabet)
    body = data[:-4]
    if not body or data[-4:] != checksum(body)[:4]:
        raise AddressError("its base58 checksum does not match")
    return body


def encode_check(body: bytes, *, alphabet: bytes = BITCOIN_ALPHABET) -> str:
    """``body`` (version and payload) with its double SHA-256 checksum."""
    return base58.b58encode(body + sha256d(body)[:4], alphabet).decode()
