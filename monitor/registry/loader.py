"""From registry files to a :class:`Registry`: merged, cross-checked, indexed."""

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import TypeVar

from monitor.model import USD, BalanceSlot, ChainParameters, Feed, Height, Network, Token, frozen
from monitor.registry.addresses import AddressError, decode
from monitor.registry.book import CoinId, Move, Registry, Tables
from monitor.registry.errors import RegistryError
from monitor.registry.files import (
    CoinEntry,
    FeedEntry,
    HoldingEntry,
    NetworkEntry,
    PositionEntry,
    RegistryFile,
    SlotEntry,
    TokenEntry,
    read,
)
from monitor.registry.names import fold
from monitor.registry.parameters import AddressesEntry, indistinct, known_prefixes, related
from monitor.registry.positions import native_token, position_token

_DATA = Path(__file__).parent / "data"
_BUILT_IN = ("networks.yaml", "tokens.yaml", "positions.yaml", "coins.yaml", "feeds.yaml")

# Where a token's contract is an account, it is kept in the spelling of accounts, and checked like one.
_CONTRACTS_ARE_ACCOUNTS = frozenset({"evm", "solana", "starknet", "tron"})
_FREEZES = frozenset({"evm", "tron"})
"""Families whose tokens are asked whom their issuer blocks."""

T = TypeVar("T")
Files = Sequence[tuple[str, RegistryFile]]


def load(extensions: Sequence[Path] = ()) -> Registry:
    """The networks, tokens and coin ids known out of the box, and those of the files ``extensions``.

    Raises :class:`RegistryError` with everything that is wrong with the extensions.
    """
    if not extensions:
        return _built_in_registry()
    faults: list[str] = []
    files = list(_built_in())
    for path in extensions:
        try:
            files.append((str(path), read(path)))
        except RegistryError as error:
            faults.extend(error.faults)
    if faults:
        raise RegistryError(faults)
    return assemble(files)


@cache
def _built_in() -> Files:
    return tuple((name, read(_DATA / name)) for name in _BUILT_IN)


@cache
def _built_in_registry() -> Registry:
    return assemble(_built_in())


def assemble(files: Files) -> Registry:
    """One registry of all ``files``, each given with its name for errors; what one says, no other may say again."""
    assembly = _Assembly(files)
    for step in (
        assembly.networks,
        assembly.labels,
        assembly.assets,
        assembly.tokens,
        assembly.positions,
        assembly.holdings,
        assembly.staking,
        assembly.coins,
        assembly.feeds,
        assembly.sequencers,
    ):
        step()
    if assembly.faults:
        raise RegistryError(assembly.faults)
    return Registry(assembly.tables)


class _Assembly:
    """The work of :func:`assemble`. Each step relies on those before and collects its faults."""

    def __init__(self, files: Files) -> None:
        self.files = files
        self.faults: list[str] = []
        self._origins: dict[tuple[str, Hashable], str] = {}
        self.tables = Tables()

    def networks(self) -> None:
        self._chains()
        for file, name, entry in self._entries(lambda document: document.networks):
            place = f"{file}: networks.{name}"
            if self._origins["network", name] != place or name not in self.tables.networks:
                continue
            if entry.native:
                self._first("token", (name, entry.native.asset), place)
                self.tables.natives[name] = native_token(name, entry.native)
                self._add_token(self.tables.natives[name], (entry.native.asset,))
                if entry.native.slip44 is not None:
                    self.tables.slip44[name] = entry.native.slip44
            for label in (name, entry.title, *entry.labels):
                self._add_label(label, name, place)
        for file, name, entry in self._entries(lambda document: document.networks):
            place = f"{file}: networks.{name}"
            if entry.execution:
                self._network(entry.execution, place)
            if entry.moved and (network := self._network(entry.moved.network, place)):
                self.tables.moves[name] = Move(entry.moved.height, network)

    def _chains(self) -> None:
        """The networks themselves: how coins of one family are told apart depends on all of them."""
        addresses: dict[str, AddressesEntry] = {}
        for file, name, entry in self._entries(lambda document: document.networks):
            place = f"{file}: networks.{name}"
            if self._first("network", name, place) and self._first("CAIP-2 id", entry.caip2, place):
                parameters = self._parameters(entry, place)
                moved_at = Height(entry.moved.height) if entry.moved else None
                network = Network(
                    name,
                    entry.caip2,
                    entry.family,
                    entry.title,
                    entry.execution or "",
                    moved_at,
                    parameters,
                    entry.explorer,
                )
                self.tables.networks[name] = network
                if entry.parameters:
                    addresses[name] = entry.parameters.addresses
        self.tables.networks.update(related(self.tables.networks, known_prefixes(addresses)))
        self._freezes()
        for name, other in indistinct(self.tables.networks).items():
            self.faults.append(
                f"{self._origins['network', name]}: it shares its genesis with {other}, and nothing tells the two "
                "apart: give it a `checkpoint` of its own, a block after the split"
            )

    def _freezes(self) -> None:
        """What tells of accounts whether they are blocked; a contract that is none is told with its token."""
        found: dict[str, dict[str, str]] = {}
        for file, name, entries in self._entries(lambda document: document.tokens):
            network = self.tables.networks.get(name)
            for entry in entries:
                if not entry.freeze or network is None:
                    continue
                if network.family not in _FREEZES:
                    self.faults.append(f"{file}: tokens.{name}: on {name} no token is asked whom it blocks")
                with suppress(AddressError):
                    found.setdefault(name, {})[decode(network, entry.contract or "").canonical] = entry.freeze
        for name, functions in found.items():
            self.tables.networks[name] = replace(self.tables.networks[name], freezes=frozen(functions))

    def _parameters(self, entry: NetworkEntry, place: str) -> ChainParameters | None:
        if entry.parameters is None:
            return None
        if entry.family != "bitcoin" or entry.native is None:
            self.faults.append(f"{place}: only coins of the family `bitcoin` with a `native` have `parameters`")
            return None
        try:
            return entry.parameters.parameters(entry.caip2, entry.native.decimals)
        except ValueError as error:
            self.faults.append(f"{place}: {error}")
            return None

    def labels(self) -> None:
        for file, label, name in self._entries(lambda document: document.labels):
            self._add_label(label, name, f"{file}: labels.{label}")

    def _add_label(self, label: str, name: str, place: str) -> None:
        network = self._network(name, place)
        held = self.tables.labels.get(fold(label))
        if network and held and held != network:
            self.faults.append(f"{place}: the label {label} is {held.name}'s already")
        elif network:
            self.tables.labels[fold(label)] = network

    def assets(self) -> None:
        for file, document in self.files:
            for asset, names in document.assets.items():
                for name in (asset, *names):
                    self._add_asset(name, asset, f"{file}: assets.{asset}")
            for network, entry in document.networks.items():
                if entry.native:
                    self._add_asset(entry.native.asset, entry.native.asset, f"{file}: networks.{network}")
            for network, tokens in document.tokens.items():
                for token in tokens:
                    self._add_asset(token.asset, token.asset, f"{file}: tokens.{network}")
            for network, positions in document.positions.items():
                for position in positions:
                    self._add_asset(position.asset, position.asset, f"{file}: positions.{network}")

    def _add_asset(self, name: str, asset: str, place: str) -> None:
        held = self.tables.assets.setdefault(fold(name), asset)
        if held != asset:
            self.faults.append(f"{place}: {name} is a name of {held} already")

    def tokens(self) -> None:
        for network, entry, place in self._on_networks("tokens", lambda document: document.tokens):
            self._add_entry(network, entry, f"{place}: {entry.asset}")

    def _add_entry(self, network: Network, entry: TokenEntry, place: str) -> None:
        contract = self._contract(network, entry.contract, place)
        if (contract or not entry.contract) and self._first("token", (network.name, contract or entry.asset), place):
            native = None if contract else self.tables.natives.get(network.name)
            position = native.position if native else None
            token = Token(entry.asset, network.name, contract, entry.decimals, position)
            self._add_token(token, entry.names or (entry.asset,))
            if not entry.implied:
                self.tables.not_implied.add(token)
            if contract and entry.balance_slot is not None:
                self._pin(network, contract, entry.balance_slot, place)

    def _pin(self, network: Network, contract: str, slot: int | SlotEntry, place: str) -> None:
        if network.family != "evm":
            self.faults.append(f"{place}: balances are proven on EVM networks only, and {network.name} is none")
            return
        pinned = BalanceSlot(slot) if isinstance(slot, int) else BalanceSlot(slot.slot, slot.bits, slot.vyper)
        self.tables.balance_slots[network.name] = {
            **self.tables.balance_slots.get(network.name, {}),
            contract: pinned,
        }

    def _add_token(self, token: Token, names: Iterable[str]) -> None:
        self.tables.tokens[token.network] = (*self.tables.tokens.get(token.network, ()), token)
        for name in {fold(name) for name in names}:
            key = (token.network, name)
            self.tables.names[key] = (*self.tables.names.get(key, ()), token)

    def positions(self) -> None:
        for network, entry, place in self._on_networks("positions", lambda document: document.positions):
            self._add_position(network, entry, f"{place}: {entry.name}")

    def _add_position(self, network: Network, entry: PositionEntry, place: str) -> None:
        if network.family != "evm":
            self.faults.append(f"{place}: positions are read on EVM networks only, and {network.name} is none")
            return
        contract = self._contract(network, entry.contract, place)
        if contract is None or not self._first("position", (network.name, contract), place):
            return
        if self._first("name of a position", (network.name, fold(entry.name)), place):
            token = position_token(network.name, contract, entry)
            self.tables.positions[network.name] = (*self.tables.positions.get(network.name, ()), token)

    def holdings(self) -> None:
        for network, entry, place in self._on_networks("holdings", lambda document: document.holdings):
            self._add_holding(network, entry, f"{place}: {entry.account}")

    def _add_holding(self, network: Network, entry: HoldingEntry, place: str) -> None:
        try:
            account = decode(network, entry.account).canonical
        except AddressError as error:
            self.faults.append(f"{place}: {error}")
            return
        contract = self._contract(network, entry.contract, place)
        found = [
            token
            for token in self.tables.positions.get(network.name, ())
            if token.contract == contract and token.asset == entry.asset
        ]
        if not found:
            self.faults.append(f"{place}: {network.name} has no position {entry.contract}: add it under `positions:`")
        elif self._first("holding", (network.name, account, entry.asset), place):
            self.tables.holdings[network.name, account, entry.asset] = found[0]

    def staking(self) -> None:
        for file, asset, name in self._entries(lambda document: document.staking):
            place = f"{file}: staking.{asset}"
            network = self._network(name, place)
            if network and self._first("staking network", asset, place):
                token = self._token(network, asset, None, place)
                if token:
                    self.tables.staking[asset] = token

    def coins(self) -> None:
        for file, coin, entry in self._entries(lambda document: document.coins):
            place = f"{file}: coins.{coin}"
            held = self.tables.coins.get(fold(coin))
            if held and (held.token or entry.reason):  # to place an id that has only a reason is the one thing allowed
                self.faults.append(f"{place}: this coin id is known already: {held.token or held.reason}")
                continue
            network = self._network(entry.network, place) if entry.network else None
            if network is None and entry.network:
                continue
            scope = coin.rpartition("@")[2]
            if "@" in coin and scope != entry.network:
                self.faults.append(f"{place}: is for {scope}, but its network is {entry.network}")
            token = self._coin_token(network, entry, place)
            self.tables.coins[fold(coin)] = CoinId(
                network,
                token,
                frozenset(map(fold, entry.labels)),
                entry.reason or "",
                token.asset if token else entry.asset or "",
            )

    def _coin_token(self, network: Network | None, entry: CoinEntry, place: str) -> Token | None:
        if network is None or entry.reason:
            return None
        if entry.asset or entry.contract:
            contract = self._contract(network, entry.contract, place)
            return self._token(network, entry.asset, contract, place) if contract or not entry.contract else None
        native = self.tables.natives.get(network.name)
        if native is None:
            self.faults.append(f"{place}: {network.name} has no native coin: name the `asset` or the `contract`")
        return native

    def feeds(self) -> None:
        for network, entry, place in self._on_networks("feeds", lambda document: document.feeds):
            self._add_feed(network, entry, f"{place}: {entry.asset}")

    def _add_feed(self, network: Network, entry: FeedEntry, place: str) -> None:
        if network.family != "evm":
            self.faults.append(f"{place}: feeds are read on EVM networks only, and {network.name} is none")
            return
        feed = Feed(
            entry.asset,
            network.name,
            self._contract(network, entry.contract, place) or "",
            entry.pair or f"{entry.asset} / {USD}",
            entry.decimals,
            timedelta(seconds=entry.heartbeat),
        )
        for name in {entry.asset, feed.quote} - {USD}:
            if self.tables.assets.get(fold(name)) != name:
                self.faults.append(f"{place}: there is no asset {name}: add it under `assets:`")
        if self._first("feed", (network.name, entry.asset), place):
            self.tables.feeds[entry.asset] = (*self.tables.feeds.get(entry.asset, ()), feed)

    def sequencers(self) -> None:
        for file, name, contract in self._entries(lambda document: document.sequencers):
            place = f"{file}: sequencers.{name}"
            network = self._network(name, place)
            if network and self._first("sequencer", name, place):
                self.tables.sequencers[name] = self._contract(network, contract, place) or ""

    def _token(self, network: Network, asset: str | None, contract: str | None, place: str) -> Token | None:
        """The one token of ``network`` that is meant; a fault where there is none or more than one."""
        tokens, positions = self.tables.tokens.get(network.name, ()), self.tables.positions.get(network.name, ())
        found = _matching(tokens, asset, contract) or (_matching(positions, asset, contract) if contract else [])
        if len(found) == 1:
            return found[0]
        what = " ".join(part for part in (asset, contract) if part)
        remedy = "name the `contract`" if found else "add it under `tokens:`"
        self.faults.append(f"{place}: {network.name} has {len(found)} tokens {what}: {remedy}")
        return None

    def _contract(self, network: Network, text: str | None, place: str) -> str | None:
        """``text`` in the spelling in which contracts are kept; a fault and None where it is none."""
        if text is None or network.family not in _CONTRACTS_ARE_ACCOUNTS:
            return text
        try:
            return decode(network, text).canonical
        except AddressError as error:
            self.faults.append(f"{place}: contract {text}: {error}")
            return None

    def _network(self, name: str, place: str) -> Network | None:
        network = self.tables.networks.get(name)
        if network is None:
            self.faults.append(f"{place}: there is no network {name}: add it under `networks:`")
        return network

    def _first(self, what: str, key: Hashable, place: str) -> bool:
        """Whether nothing said this before; a fault that names both places if it did."""
        origin = self._origins.setdefault((what, key), place)
        if origin is not place:
            self.faults.append(f"{place}: this {what} stands already in {origin}")
        return origin is place

    def _entries(self, section: Callable[[RegistryFile], Mapping[str, T]]) -> Iterator[tuple[str, str, T]]:
        for file, document in self.files:
            for key, value in section(document).items():
                yield file, key, value

    def _on_networks(
        self, name: str, section: Callable[[RegistryFile], Mapping[str, Iterable[T]]]
    ) -> Iterator[tuple[Network, T, str]]:
        """Every entry of a section that is sorted by networks, with the place of its list in the file."""
        for file, key, entries in self._entries(section):
            place = f"{file}: {name}.{key}"
            network = self._network(key, place)
            if network:
                for entry in entries:
                    yield network, entry, place


def _matching(tokens: Iterable[Token], asset: str | None, contract: str | None) -> list[Token]:
    return [
        token
        for token in tokens
        if (asset is None or token.asset == asset) and (contract is None or token.contract == contract)
    ]
