"""Starknet: a contract address under 2^251 - 256 in hexadecimal; letters of both cases carry starknet.js' checksum.

Tools strip leading zeros, so up to four missing digits are accepted. Canonical has all 64 digits.
"""

from __future__ import annotations

from eth_hash.backends import pysha3

from monitor.model import Network
from monitor.registry.addresses.decoded import AddressError, Decoded
from monitor.registry.addresses.encodings import hexadecimal

_BOUND = 2**251 - 256  # contract addresses are taken modulo this
_HASH_BITS = 2**250 - 1  # Starknet's Keccak keeps 250 bits


def decode(_network: Network, text: str) -> Decoded:
    account = hexadecimal.decode(text, 32, missing=4)
    number = int.from_bytes(account, "big")
    if not 0 < number < _BOUND:
        raise AddressError("is not a contract address: those are from 1 to 2^251 - 257")
    digits = hexadecimal.digits_of(text)
    if hexadecimal.has_case(digits) and not checksummed(account).endswith(digits):
        raise AddressError(f"its checksum does not match: expected {checksummed(account)}")
    return Decoded("0x" + account.hex(), "contract", account)


def checksummed(account: bytes) -> str:
    """Like EIP-55, but the hash is Starknet's, and of the number instead of its digits."""
    number = int.from_bytes(account, "big")
    digest = pysha3.keccak256(number.to_bytes((number.bit_length() + 7) // 8, "big"))
    nibbles = f"{int.from_bytes(digest, 'big') & _HASH_BITS:064x}"
    return "0x" + "".join(
        digit.upper() if nibble >= "8" else digit for digit, nibble in zip(account.hex(), nibbles, strict=True)
    )
