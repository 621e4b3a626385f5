"""Casper: a public key behind its kind (01 Ed25519, 02 secp256k1), or the account hash that is made of it.

Canonical is ``account-hash-…``: the BLAKE2b-256 of the kind's name, a zero byte and the key (casper-types,
``AccountHash::from_public_key``). Letters of both cases carry the checksum of CEP-57.
"""

from __future__ import annotations

from hashlib import blake2b

from monitor.model import Network
from monitor.registry.addresses.decoded import AddressError, Decoded
from monitor.registry.addresses.encodings import hexadecimal

ACCOUNT_HASH = "account-hash-"
_KINDS = {"01": ("ed25519", 32), "02": ("secp256k1", 33)}


def decode(_network: Network, text: str) -> Decoded:
    if text.startswith(ACCOUNT_HASH):
        return _decoded(_hex(text, ACCOUNT_HASH, 32), "account hash")
    if text[:2] not in _KINDS:
        raise AddressError(f"begins neither with {ACCOUNT_HASH} nor with 01 or 02 (the kind of a public key)")
    name, size = _KINDS[text[:2]]
    key = _hex(text, text[:2], size)
    if name == "secp256k1" and key[0] not in (2, 3):
        raise AddressError("holds no compressed secp256k1 key")
    return _decoded(account_hash(name, key), name)


def account_hash(kind: str, key: bytes) -> bytes:
    """The 32 bytes by which the chain knows the account of ``key``."""
    return blake2b(kind.encode() + b"\0" + key, digest_size=32).digest()


def _decoded(account: bytes, form: str) -> Decoded:
    return Decoded(ACCOUNT_HASH + account.hex(), form, account)


def _hex(text: str, prefix: str, size: int) -> bytes:
    data = hexadecimal.decode(text, size, prefix=prefix)
    digits = text.removeprefix(prefix)
    if hexadecimal.has_case(digits) and digits != _checksummed(data):
        raise AddressError("its checksum (CEP-57) does not match")
    return data


def _checksummed(data: bytes) -> str:
    """CEP-57: bits of the BLAKE2b-256 of ``data``, each byte's lowest first, say which letters are upper case."""
    bits = int.from_bytes(blake2b(data, digest_size=32).digest(), "little")
    digits = ""
    for digit in data.hex():
        if digit.isdecimal():
            digits += digit
        else:
            digits += digit.upper() if bits & 1 else digit
            bits >>= 1
    return digits
