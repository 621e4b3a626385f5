"""The hashes that Bitcoin's witness programs and BIP-340's tags are made of."""

from hashlib import sha256

from monitor.formats.bitcoin import witness_script
from monitor.ownership.digests import hash160


def tagged(tag: str, data: bytes) -> bytes:
    """The tagged hash of BIP 340."""
    prefix = sha256(tag.encode()).digest()
    return sha256(prefix * 2 + data).digest()


def key_hash_script(key: bytes) -> bytes:
    """The witness version 0 script of a key: what P2WPKH pays to and P2SH-P2WPKH hashes (BIP 141)."""
    return witness_script(0, hash160(key))


def witness_script_hash(script: bytes) -> bytes:
    """The witness version 0 script of a script: what P2WSH pays to and P2SH-P2WSH hashes (BIP 141)."""
    return witness_script(0, sha256(script).digest())
