"""What addresses hold of a secp256k1 key: the two hashes that most chains took over from Ethereum and Bitcoin."""

from coincurve import PublicKey
from eth_hash.auto import keccak

from monitor.ownership.bitcoin.hashing import hash160


def ethereum_hash(key: PublicKey) -> bytes:
    """The last 20 bytes of the Keccak-256 of x and y, 64 bytes (yellow paper, appendix F)."""
    return keccak(key.format(compressed=False)[1:])[12:]


def bitcoin_hash(key: PublicKey) -> bytes:
    """RIPEMD-160 of the SHA-256 of the compressed key, 33 bytes."""
    return hash160(key.format())
