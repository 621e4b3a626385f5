"""Cosmos SDK chains: bech32 with the chain's prefix, of 20 bytes (a key's hash) or 32 (a module or contract)."""

from __future__ import annotations

from monitor.model import Network
from monitor.registry.addresses.decoded import AddressError, Decoded, NoCodecError
from monitor.registry.addresses.encodings import bech32

_PREFIXES = {
    "celestia": "celestia",
    "cosmos": "cosmos",
    "cronos-pos": "cro",
    "dora-vota": "dora",
    "dydx": "dydx",
    "injective": "inj",
    "pocket": "pokt",
    "terra": "terra",
    "terra-classic": "terra",
}


def decode(network: Network, text: str) -> Decoded:
    prefix = _PREFIXES.get(network.name)
    if prefix is None:
        raise NoCodecError(f"cannot be judged: the bech32 prefix of {network.name} is not known")
    account = bech32.decode_account(text, prefix)
    if len(account) not in (20, 32):
        raise AddressError(f"holds {len(account)} bytes, not 20 or 32")
    return Decoded(text.lower(), "account", account)
