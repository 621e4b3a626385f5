"""Cosmos SDK chains: bech32 with the chain's prefix, of 20 bytes (a key's hash) or 32 (a module or contract).

Injective's accounts are also written as EVM networks do. The prefix names the chain: the same key has another account
under another one.
"""

from __future__ import annotations

from monitor.model import Network
from monitor.registry.addresses import evm
from monitor.registry.addresses.decoded import AddressError, Decoded, NoCodecError
from monitor.registry.addresses.encodings import bech32, hexadecimal

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

_LIKE_EVM = {"injective"}


def decode(network: Network, text: str) -> Decoded:
    prefix = _PREFIXES.get(network.name)
    if prefix is None:
        raise NoCodecError(f"cannot be judged: the bech32 prefix of {network.name} is not known")
    if network.name in _LIKE_EVM and hexadecimal.is_hex(text):
        text = bech32.encode_account(prefix, evm.from_hex(text))
    account = bech32.decode_account(text, prefix)
    if len(account) not in (20, 32):
        raise AddressError(f"holds {len(account)} bytes, not 20 or 32")
    return Decoded(text.lower(), "account", account)
