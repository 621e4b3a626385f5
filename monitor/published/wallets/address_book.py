"""Addresses per chain without assets, amounts or signatures: ``{"bitcoin": {"owners": ["1Kr6..."]}}``.

An address is claimed with the native coin and every token of its network that the registry lets an address imply, as
nothing says which of them it holds. What is under a key but is no list of addresses leaves all of these open.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from monitor.formats.strict_json import Json
from monitor.model import Claim, ClaimKind, Network
from monitor.published.errors import LayoutError, Reason
from monitor.published.trees import Lines
from monitor.published.wallets.layouts import TreeLayout
from monitor.published.wallets.parts import Part
from monitor.published.wallets.places import Places
from monitor.registry import Placement

_OWNERS = "owners"
_CHAINS = {"terra": "terra-classic", "terra2": "terra"}
"""Chains that these books call otherwise than everybody else: DefiLlama's keys date from before the fork of 2022."""
_WITHDRAWALS = "staked_eth_withdrawal_addresses"


def _recognises(tree: Json) -> bool:
    return (
        isinstance(tree, dict)
        and bool(tree)
        and all(isinstance(book, dict) for book in tree.values())
        and any(isinstance(book.get(_OWNERS), list) for book in tree.values())
    )


def _read(tree: Mapping[str, Mapping[str, Json]], content: bytes, part: Part, places: Places) -> None:
    lines = Lines(content)
    for chain, book in tree.items():
        lines.of(chain)
        network = _network(chain, places)
        for key, value in book.items():
            lines.of(key)
            if not isinstance(value, list):
                fault = f"{chain}.{key} is not a list of addresses: what it stands for may hold any coin of {chain}"
                coins = _coins(network, places) if network else (chain,)
                part.claims.extend(Claim(part.file, lines.line, coin, None, None, "", None, fault) for coin in coins)
                continue
            for address in value:
                if not isinstance(address, str):
                    raise LayoutError(Reason.LAYOUT, f"{part.file}:{lines.line}: {chain}.{key} holds more than texts")
                line = lines.of(address)
                if network is None:
                    fault = f"the network {chain!r} is not known: see docs/registry.md to add it"
                    part.add([Claim(part.file, line, chain, None, None, address.strip(), None, fault)])
                else:
                    part.add([*_claims(Entry(part.file, line, network, key, address.strip()), places)])


def _network(chain: str, places: Places) -> Network | None:
    """The network that holds what the book lists under ``chain`` today."""
    label = _CHAINS.get(chain.strip().casefold(), chain)
    return places.registry.at_height(Placement(places.registry.network_by_label(label), None), None).network


def _coins(network: Network, places: Places) -> Iterable[str]:
    """What addresses on ``network`` may hold that nobody has read."""
    return dict.fromkeys(token.asset for token in places.registry.implied_tokens(network.name)) or (network.name,)


class Entry(NamedTuple):
    """An address under a key of a chain that the registry knows."""

    file: str
    line: int
    network: Network
    key: str
    address: str


def _claims(entry: Entry, places: Places) -> Iterator[Claim]:
    file, line, network, key, address = entry
    account, undecoded = places.account(network, address)
    if key == _OWNERS:
        tokens = places.registry.implied_tokens(network.name)
        for token in tokens:
            yield Claim(file, line, token.asset, network.name, token, address, account, undecoded, implied=True)
        if not tokens:
            fault = f"no coin of {network.name} is known: see docs/registry.md to add it"
            yield Claim(file, line, network.name, network.name, None, address, account, fault)
    elif key == _WITHDRAWALS:
        yield _staked(entry, places)
    else:
        fault = f"what the list means by {key!r} is not known"
        for coin in _coins(network, places):
            yield Claim(file, line, coin, network.name, None, address, account, fault)


def _staked(entry: Entry, places: Places) -> Claim:
    """All that is staked with validators which pay out to the address: an account of the validators' own network."""
    file, line, network, _, address = entry
    native = places.registry.native(network.name)
    coin = native.asset if native else network.name
    placement = places.place(coin, "", ClaimKind.STAKING)
    validators = placement.network or network
    account, undecoded = places.account(validators, address, ClaimKind.STAKING)
    return Claim(
        file,
        line,
        coin,
        validators.name,
        placement.token,
        address,
        account,
        placement.fault or undecoded,
        ClaimKind.STAKING,
    )


LAYOUT = TreeLayout("address-book", _recognises, _read)
