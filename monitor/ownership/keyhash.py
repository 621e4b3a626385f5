"""What addresses hold of a secp256k1 key: the two hashes that most chains took over from Ethereum and Bitcoin."""

from monitor.ownership.bitcoin.hashing import hash160
from monitor.ownership.digests import keccak
from monitor.ownership.secp256k1 import compressed


def ethereum_hash(key: bytes) -> bytes:
    """The last 20 bytes of the Keccak-256 of x and y, 64 bytes (yellow paper, appendix F)."""
    return keccak(key[1:])[12:]


def bitcoin_hash(key: bytes) -> bytes:
    """RIPEMD-160 of the SHA-256 of the compressed key, 33 bytes."""
    return hash160(compressed(key))
