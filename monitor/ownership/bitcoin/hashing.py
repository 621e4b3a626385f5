"""The hashes that Bitcoin's addresses and BIP-340's tags are made of."""

import hashlib
from hashlib import sha256

if "ripemd160" in hashlib.algorithms_available:
    _RIPEMD160 = hashlib.new("ripemd160")
    """Of nothing yet. OpenSSL's takes an eighth of the time of pycryptodome's, and not every OpenSSL has it."""
else:
    from Crypto.Hash import RIPEMD160

    _RIPEMD160 = RIPEMD160.new()  # type: ignore[assignment]  # used alike


def ripemd160(data: bytes) -> bytes:
    """RIPEMD-160, 20 bytes."""
    hashed = _RIPEMD160.copy()
    hashed.update(data)
    return hashed.digest()


def hash160(data: bytes) -> bytes:
    """RIPEMD-160 of SHA-256, 20 bytes."""
    return ripemd160(sha256(data).digest())


def tagged(tag: str, data: bytes) -> bytes:
    """The tagged hash of BIP 340."""
    prefix = sha256(tag.encode()).digest()
    return sha256(prefix * 2 + data).digest()


def key_hash_script(key: bytes) -> bytes:
    """The witness version 0 script of a key: what P2WPKH pays to and P2SH-P2WPKH hashes (BIP 141)."""
    return b"\x00\x14" + hash160(key)


def witness_script_hash(script: bytes) -> bytes:
    """The witness version 0 script of a script: what P2WSH pays to and P2SH-P2WSH hashes (BIP 141)."""
    return b"\x00\x20" + sha256(script).digest()
