"""Substrate chains: SS58, base58 of the chain's prefix, a 32-byte account and two bytes of BLAKE2b; or its hexadecimal.

The prefix 42 stands for any Substrate chain. That of another chain names an account there, and is refused.
"""

from __future__ import annotations

from hashlib import blake2b

import based58

from monitor.model import Network
from monitor.registry.addresses.decoded import AddressError, Decoded, NoCodecError
from monitor.registry.addresses.encodings import base58check, hexadecimal

_PREFIXES = {
    "acala": 10,
    "astar": 5,
    "avail": 42,
    "centrifuge": 36,
    "clover": 128,
    "efinity": 1110,
    "enjin": 2135,
    "karura": 8,
    "khala": 30,
    "kusama": 2,
    "kusama-asset-hub": 2,
    "phala": 30,
    "polkadot": 0,
    "polkadot-asset-hub": 0,
    "shiden": 5,
}

_ANY = 42
"""The prefix of no chain in particular. Canonical has the chain's own."""


def decode(network: Network, text: str) -> Decoded:
    wanted = _PREFIXES.get(network.name)
    if wanted is None:
        raise NoCodecError(f"cannot be judged: the SS58 prefix of {network.name} is not known")
    if text.startswith("0x"):
        return Decoded(encode(wanted, account := hexadecimal.decode(text, 32)), "account", account)
    data = base58check.decode(text)
    prefix, size = _prefix(data)
    account, checksum = data[size:-2], data[-2:]
    if len(account) != 32:
        raise AddressError(f"holds {len(account)} bytes, not 32")
    if _checksum(data[:-2]) != checksum:
        raise AddressError("its SS58 checksum does not match")
    if prefix not in (wanted, _ANY):
        raise AddressError(f"its SS58 prefix is {prefix}{_owners(prefix)}, not {wanted}")
    return Decoded(text if prefix == wanted else encode(wanted, account), "account", account)


def encode(prefix: int, account: bytes) -> str:
    """The SS58 address of ``account`` on the chain with ``prefix``."""
    body = _head(prefix) + account
    return based58.b58encode(body + _checksum(body)).decode()


def _head(prefix: int) -> bytes:
    """``prefix`` in one byte or two; the two share out its bits as the SS58 registry draws them."""
    if prefix < 64:
        return bytes((prefix,))
    return bytes((prefix >> 2 & 0x3F | 0x40, prefix >> 8 | (prefix & 0x03) << 6))


def _prefix(data: bytes) -> tuple[int, int]:
    """The chain's prefix and how many bytes it takes: one up to 63, two from 64 to 16383."""
    if len(data) < 2:
        raise AddressError("is too short")
    first, second = data[0], data[1]
    if first < 64:
        return first, 1
    prefix = (first & 0x3F) << 2 | second >> 6 | (second & 0x3F) << 8
    if first >= 128 or prefix < 64:
        raise AddressError("its SS58 prefix is reserved or written in two bytes where one would do")
    return prefix, 2


def _checksum(body: bytes) -> bytes:
    return blake2b(b"SS58PRE" + body).digest()[:2]


def _owners(prefix: int) -> str:
    names = [name for name, known in _PREFIXES.items() if known == prefix]
    return f" ({', '.join(names)})" if names else ""
