"""Networks by name for the tests of addresses; coins of Bitcoin's family as the registry has them."""

from __future__ import annotations

import re

import pytest

from monitor.model import Caip2, Network
from monitor.registry import load
from monitor.registry.addresses import AddressError, Decoded, canonical, decode

_FAMILIES = {
    "cosmos": "celestia cronos-pos dora-vota dydx injective terra terra-classic",
    "evm": "ethereum ethereum-classic avalanche polygon fantom okc",
    "beacon": "ethereum-beacon",
    "stellar": "pi",
    "eos": "wax",
    "solana": "fogo",
    "substrate": (
        "acala astar avail centrifuge clover efinity enjin karura khala kusama kusama-asset-hub phala polkadot "
        "polkadot-asset-hub shiden"
    ),
}
_FAMILY_OF = {name: family for family, names in _FAMILIES.items() for name in names.split()}


def network(name: str) -> Network:
    """The network ``name``; one that is not listed above is called like its family."""
    registered = load().networks.get(name)
    if registered and registered.parameters:
        return registered
    return Network(name=name, caip2=Caip2(f"test:{name}"), family=_FAMILY_OF.get(name, name), title=name.title())


def accepted(name: str, text: str) -> Decoded:
    """What ``text`` decodes to on the network ``name``."""
    found = decode(network(name), text)
    assert canonical(network(name))(text) == found.canonical
    return found


def refusal(name: str, text: str) -> str:
    """Why ``text`` is refused on the network ``name``; empty when it is accepted."""
    try:
        accepted(name, text)
    except AddressError as error:
        reason = str(error)
    else:
        return ""
    with pytest.raises(AddressError, match=f"^{re.escape(reason)}$"):
        canonical(network(name))(text)
    return reason
