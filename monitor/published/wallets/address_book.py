"""Addresses per chain without assets, amounts or signatures: ``{"bitcoin": {"owners": ["1Kr6..."]}}``.

An address is claimed with the native coin and every token of its network that the registry lets an address imply, as
nothing says which of them it holds. What is under a key but is no list of addresses leaves all of these open.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from monitor.formats.strict_json import Json
from monitor.model import Claim, ClaimKind, Network
from monitor.published.errors import Cause, LayoutError
from monitor.published.trees import Lines
from monitor.published.wallets.file_claims import FileClaims
from monitor.published.wallets.layouts import TreeLayout
from monitor.published.wallets.placements import Placements
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


def _read(tree: Mapping[str, Mapping[str, Json]], content: bytes, found: FileClaims, placements: Placements) -> None:
    lines = Lines(content)
    for chain, book in tree.items():
        lines.of(chain)
        network = _network(chain, placements)
        for key, value in book.items():
            lines.of(key)
            if not isinstance(value, list):
                fault = f"{chain}.{key} is not a list of addresses: what it stands for may hold any coin of {chain}"
                coins = _coins(network, placements) if network else (chain,)
                found.claims.extend(Claim(found.file, lines.line, coin, None, None, "", None, fault) for coin in coins)
                continue
            for address in value:
                if not isinstance(address, str):
                    raise LayoutError(Cause.LAYOUT, f"{found.file}:{lines.line}: {chain}.{key} holds more than texts")
                line = lines.of(address)
                if network is None:
                    fault = f"the network {chain!r} is not known: see docs/registry.md to add it"
                    found.add([Claim(found.file, line, chain, None, None, address.strip(), None, fault)])
                else:
                    found.add([*_claims(Entry(found.file, line, network, key, address.strip()), placements)])


def _network(chain: str, placements: Placements) -> Network | None:
    """The network that holds what the book lists under ``chain`` today."""
    label = _CHAINS.get(chain.strip().casefold(), chain)
    return placements.registry.at_height(Placement(placements.registry.network_by_label(label), None), None).network


def _coins(network: Network, placements: Placements) -> Iterable[str]:
    """What addresses on ``network`` may hold that nobody has read."""
    return dict.fromkeys(token.asset for token in placements.registry.implied_tokens(network.name)) or (network.name,)


class Entry(NamedTuple):
    """An address under a key of a chain that the registry knows."""

    file: str
    line: int
    network: Network
    key: str
    address: str


def _claims(entry: Entry, placements: Placements) -> Iterator[Claim]:
    file, line, network, key, address = entry
    account, undecoded = placements.account(network, address)
    if key == _OWNERS:
        tokens = placements.registry.implied_tokens(network.name)
        for token in tokens:
            yield Claim(file, line, token.asset, network.name, token, address, account, undecoded, implied=True)
        if not tokens:
            fault = f"no coin of {network.name} is known: see docs/registry.md to add it"
            yield Claim(file, line, network.name, network.name, None, address, account, fault)
    elif key == _WITHDRAWALS:
        yield _staked(entry, placements)
    else:
        fault = f"what the list means by {key!r} is not known"
        for coin in _coins(network, placements):
            yield Claim(file, line, coin, network.name, None, address, account, fault)


def _staked(entry: Entry, placements: Placements) -> Claim:
    """All that is staked with validators which pay out to the address: an account of the validators' own network."""
    file, line, network, _, address = entry
    native = placements.registry.native(network.name)
    coin = native.asset if native else network.name
    placement = placements.place(coin, "", ClaimKind.STAKING)
    validators = placement.network or network
    account, undecoded = placements.account(validators, address, ClaimKind.STAKING)
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
