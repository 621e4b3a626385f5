"""What is hashed: for addresses, and before it is signed. Each message form is a function from UTF-8 to 32 bytes.

Lists repeat one message on every row, so the digests of the messages met last are kept.
"""

from functools import lru_cache
from hashlib import sha256

from eth_hash.backends import pysha3

from monitor.formats.bitcoin import sha256d, sized

keccak = pysha3.keccak256
"""Keccak-256 as Ethereum took it, before SHA-3 was made of it; in C throughout (pycryptodome's takes seven times as
long for a key, most of it in Python)."""

_KEPT = 4096


def tagged(tag: str, data: bytes) -> bytes:
    """Hash ``data`` under ``tag`` as BIP 340 has it."""
    prefix = sha256(tag.encode()).digest()
    return sha256(prefix * 2 + data).digest()


@lru_cache(_KEPT)
def bitcoin_message(header: str, message: bytes) -> bytes:
    """Hash as ``signmessage`` of Bitcoin and its kin: the double SHA-256 of sized header and sized message."""
    return sha256d(sized(header.encode()) + sized(message))


@lru_cache(_KEPT)
def okx_preimage(message: bytes) -> bytes:
    """Write what OKX signs on chains that have no message form of their own: its header and the message, both sized."""
    return sized(b"OKX Signed Message:\n") + sized(message)


@lru_cache(_KEPT)
def okx_message(message: bytes) -> bytes:
    """Hash OKX's preimage by Keccak-256: for secp256k1 keys, and for UTXO signatures written in hex."""
    return keccak(okx_preimage(message))


def personal_preimage(message: bytes, chain: str) -> bytes:
    """Write the envelope of EIP-191 version 0x45 with the name of ``chain`` in place of Ethereum's."""
    return f"\x19{chain} Signed Message:\n{len(message)}".encode() + message


@lru_cache(_KEPT)
def personal_message(message: bytes, chain: str = "Ethereum") -> bytes:
    """Hash by EIP-191 version 0x45, ``personal_sign`` of the text, and what others made of it (TIP-191, Conflux)."""
    return keccak(personal_preimage(message, chain))


@lru_cache(_KEPT)
def personal_message_of_hash(message: bytes, chain: str = "Ethereum") -> bytes:
    """Hash as OKX does on EVM networks and Tron: ``personal_sign`` of the Keccak-256 of the text."""
    return personal_message(keccak(message), chain)
