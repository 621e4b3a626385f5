"""Ethereum's beacon chain: a validator is named by its BLS12-381 public key, 48 bytes of a compressed point in G1.

An account of the execution layer, 20 bytes, names all validators whose withdrawal credentials name it: some lists
publish nothing else of the ETH that is staked.

Of a key, only what tells it from something else is judged here: the length, the bit that says "compressed", and that
it is not the point at infinity. Whether the rest is on the curve is for whoever verifies a signature with it.
"""

from __future__ import annotations

from monitor.model import Address, Network
from monitor.registry.addresses import evm
from monitor.registry.addresses.decoded import AddressError, Decoded
from monitor.registry.addresses.encodings import hexadecimal

_COMPRESSED = 0x80
_INFINITY = bytes((0xC0,)) + bytes(47)
_WITHDRAWAL_CHARACTERS = 42


def is_withdrawal(account: Address) -> bool:
    """Whether a canonical account is one of the execution layer, and not a validator's key."""
    return len(account) == _WITHDRAWAL_CHARACTERS


def decode(_network: Network, text: str) -> Decoded:
    if len(hexadecimal.digits_of(text)) == _WITHDRAWAL_CHARACTERS - 2:
        account = evm.from_hex(text)
        return Decoded("0x" + account.hex(), "withdrawal", account)
    key = hexadecimal.decode(text, 48)
    if not key[0] & _COMPRESSED:
        raise AddressError("is not a validator's public key: its first bit, which marks a compressed point, is not set")
    if key == _INFINITY:
        raise AddressError("is the point at infinity, which is no validator's public key")
    return Decoded("0x" + key.hex(), "validator", key)
