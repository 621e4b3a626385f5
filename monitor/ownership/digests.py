"""What is hashed before it is signed: one function for each message form, from the message's UTF-8 to 32 bytes.

Lists repeat one message on every row, so the digests of the messages met last are kept.
"""

from functools import lru_cache
from hashlib import sha256

from eth_hash.backends import pysha3

keccak = pysha3.keccak256
"""Keccak-256 as Ethereum took it, before SHA-3 was made of it; in C throughout (pycryptodome's takes seven times as
long for a key, most of it in Python)."""

_KEPT = 4096


def sha256d(data: bytes) -> bytes:
    """SHA-256 twice, the hash of Bitcoin's transactions and messages."""
    return sha256(sha256(data).digest()).digest()


def compact_size(number: int) -> bytes:
    """Bitcoin's length prefix: 1, 3, 5 or 9 bytes, little-endian."""
    if number < 0xFD:
        return number.to_bytes(1, "little")
    if number <= 0xFFFF:
        return b"\xfd" + number.to_bytes(2, "little")
    if number <= 0xFFFFFFFF:
        return b"\xfe" + number.to_bytes(4, "little")
    return b"\xff" + number.to_bytes(8, "little")


def sized(data: bytes) -> bytes:
    """``data`` behind its length."""
    return compact_size(len(data)) + data


@lru_cache(_KEPT)
def bitcoin_message(header: str, message: bytes) -> bytes:
    """``signmessage`` of Bitcoin and its kin: the double SHA-256 of sized header and sized message."""
    return sha256d(sized(header.encode()) + sized(message))


@lru_cache(_KEPT)
def okx_preimage(message: bytes) -> bytes:
    """What OKX signs on chains that have no message form of their own: its header and the message, both sized."""
    return sized(b"OKX Signed Message:\n") + sized(message)


@lru_cache(_KEPT)
def okx_message(message: bytes) -> bytes:
    """Keccak-256 of OKX's preimage: for secp256k1 keys, and for UTXO signatures written in hex."""
    return keccak(okx_preimage(message))


def personal_preimage(message: bytes, chain: str) -> bytes:
    """The envelope of EIP-191 version 0x45 with the name of ``chain`` in place of Ethereum's."""
    return f"\x19{chain} Signed Message:\n{len(message)}".encode() + message


@lru_cache(_KEPT)
def personal_message(message: bytes, chain: str = "Ethereum") -> bytes:
    """EIP-191 version 0x45, ``personal_sign`` of the text, and what other chains made of it (TIP-191, Conflux)."""
    return keccak(personal_preimage(message, chain))


@lru_cache(_KEPT)
def personal_message_of_hash(message: bytes, chain: str = "Ethereum") -> bytes:
    """OKX on EVM networks and Tron: ``personal_sign`` of the 32 bytes that Keccak-256 makes of the text."""
    return personal_message(keccak(message), chain)
