"""The registry as the other rooms see it: look-ups, and where a published coin id belongs."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from monitor.model import Address, BalanceSlot, ClaimKind, Feed, Network, Token, frozen
from monitor.registry.names import fold, shown

# The asset namespaces of CAIP-19. Those of other families are not published yet.
_TOKEN_NAMESPACES: Mapping[str, str] = {"evm": "erc20", "tron": "trc20", "solana": "token"}

_REMEDY = "in a file named under `registry:`"

_PARTS = re.compile(r"[\s\-_.:@()\[\]]+")

_OTHER_UNITS = frozenset({"XBt"})  # BitMEX's name of a satoshi: case alone tells it from XBT


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a claimed coin is. What is missing is explained by ``fault``, a sentence that says what to do about it."""

    network: Network | None
    token: Token | None
    fault: str = ""


@dataclass(frozen=True, slots=True)
class CoinId:
    """What a coin id means. Without a token, ``reason`` says why."""

    network: Network | None
    token: Token | None
    labels: frozenset[str] = frozenset()
    """Folded labels that lists write beside this id, besides those of its network."""
    reason: str = ""
    asset: str = ""
    """What it counts as, which may be known where the token is not."""


@dataclass(frozen=True, slots=True)
class Move:
    """Where the balances of a network are from its block ``height`` on."""

    height: int
    network: Network


@dataclass(frozen=True, slots=True)
class Tables:
    """Everything that the files say, checked and indexed. Names, labels and coin ids are folded."""

    networks: dict[str, Network] = field(default_factory=dict)
    natives: dict[str, Token] = field(default_factory=dict)
    slip44: dict[str, int] = field(default_factory=dict)
    moves: dict[str, Move] = field(default_factory=dict)
    """By network, where its balances went."""
    labels: dict[str, Network] = field(default_factory=dict)
    tokens: dict[str, tuple[Token, ...]] = field(default_factory=dict)
    """By network, the native coin first."""
    not_implied: set[Token] = field(default_factory=set)
    """Tokens that an address alone is not taken to hold."""
    names: dict[tuple[str, str], tuple[Token, ...]] = field(default_factory=dict)
    """By network and name: several tokens where a name is ambiguous."""
    assets: dict[str, str] = field(default_factory=dict)
    """Every name of an asset, its own included, to its own."""
    balance_slots: dict[str, dict[str, BalanceSlot]] = field(default_factory=dict)
    """By network and contract: where tokens keep their balances, as far as that is pinned."""
    positions: dict[str, tuple[Token, ...]] = field(default_factory=dict)
    """By network: tokens that count as the coins that they stand for."""
    holdings: dict[tuple[str, str, str], Token] = field(default_factory=dict)
    """By network, account and asset: the position that is meant where a list names the asset."""
    staking: dict[str, Token] = field(default_factory=dict)
    coins: dict[str, CoinId] = field(default_factory=dict)
    feeds: dict[str, tuple[Feed, ...]] = field(default_factory=dict)
    """By asset."""
    sequencers: dict[str, Address] = field(default_factory=dict)
    """By network."""


class Registry:
    """Networks, assets and tokens. Immutable; made by :func:`monitor.registry.load`."""

    def __init__(self, tables: Tables) -> None:
        self.networks: Mapping[str, Network] = frozen(tables.networks)
        self._tables = tables
        self._homes = _homes(tables)
        self._placed: Callable[[str, str, ClaimKind], Placement] = lru_cache(maxsize=4096)(self._place)
        self._assets_known: Callable[[str], str | None] = lru_cache(maxsize=4096)(self._known_asset)

    def __eq__(self, other: object) -> bool:
        """Whether both say the same: files that are read again are mostly what they were."""
        return isinstance(other, Registry) and self._tables == other._tables

    __hash__ = None  # type: ignore[assignment] # nothing is kept by registry

    def __reduce__(self) -> tuple[type[Registry], tuple[Tables]]:
        """What another process makes it of: its tables, and none of what is worked out of them."""
        return Registry, (self._tables,)

    def network_by_label(self, label: str) -> Network | None:
        """The network that lists call ``label`` (``ETH``, ``erc20``, ``Arbitrum One``, ``avax`` ...)."""
        return self._tables.labels.get(fold(label))

    def native(self, network: str) -> Token | None:
        """The native coin of the network of this short name; None where there is none or it is not certain."""
        return self._tables.natives.get(network)

    def tokens(self, network: str) -> tuple[Token, ...]:
        """Every known token of the network of this short name, the native coin first."""
        return self._tables.tokens.get(network, ())

    def implied_tokens(self, network: str) -> tuple[Token, ...]:
        """The tokens that an address on the network of this short name may hold, where nothing says which it does.

        Without those that the network's nodes cannot tell of: a book of addresses would leave them unknown for ever.
        """
        return tuple(token for token in self.tokens(network) if token not in self._tables.not_implied)

    def at_height(self, placement: Placement, height: int | None) -> Placement:
        """Where a coin placed by :meth:`place` was at block ``height``, by its own count; None: where it is now.

        All balances of a chain may move to another (Polkadot's to its Asset Hub): the old one then knows of none.
        """
        move = self._tables.moves.get(placement.network.name) if placement.network else None
        if move is None or (height is not None and height < move.height):
            return placement
        if placement.token is None:
            return Placement(move.network, None, placement.fault)
        return self._on(placement.token.asset, move.network, "")

    def balance_slots(self, network: str) -> Mapping[str, BalanceSlot]:
        """By contract, where tokens of the network of this short name keep their balances, as far as it is pinned."""
        return self._tables.balance_slots.get(network, {})

    def positions(self, network: str) -> tuple[Token, ...]:
        """Every token of the network of this short name that counts as the coins that it stands for."""
        return self._tables.positions.get(network, ())

    def position(self, network: str, contract: str, asset: str) -> Token | None:
        """The position in ``contract`` that counts as ``asset``, by any of its names; None where there is none."""
        name = self._named_asset(asset)
        for token in self.positions(network):
            if token.contract == contract.strip().lower() and token.asset == name:
                return token
        return None

    @cached_property
    def explorers(self) -> Mapping[str, str]:
        """By short name of a network: the URL of a page on any account of it, with ``{account}`` in its place."""
        return frozen({name: network.explorer for name, network in self.networks.items() if network.explorer})

    @cached_property
    def contracts(self) -> Mapping[tuple[str, str], Token]:
        """By network and contract, every known token and position: what such a contract holds is its holders'."""
        known = (*self._tables.tokens.values(), *self._tables.positions.values())
        return frozen({(token.network, token.contract): token for each in known for token in each if token.contract})

    @property
    def holdings(self) -> Mapping[tuple[str, str, str], Token]:
        """Network, account and asset of published rows whose coins are in fact in the position that is given."""
        return self._tables.holdings

    def feeds(self, asset: str) -> tuple[Feed, ...]:
        """The contracts that tell what ``asset`` is worth, of which the first that can be relied on counts."""
        return self._tables.feeds.get(asset, ())

    @property
    def feed_networks(self) -> frozenset[str]:
        """The networks on which any feed is known."""
        return frozenset(feed.network for feeds in self._tables.feeds.values() for feed in feeds)

    def sequencer(self, network: str) -> Address | None:
        """The feed that says whether the sequencer of a layer 2 is up; None where there is none."""
        return self._tables.sequencers.get(network)

    @property
    def assets(self) -> frozenset[str]:
        """The names of all known assets."""
        return frozenset(self._tables.assets.values())

    def asset(self, name: str) -> str:
        """The one name of the asset that lists and liabilities call ``name``, in upper case where nobody knows it."""
        text = name.strip()
        return self.known_asset(name) or (text if text in _OTHER_UNITS else text.upper())

    def known_asset(self, name: str) -> str | None:
        """The one name of the asset that ``name`` means for certain; None where the registry does not know it.

        By the asset's names (``RIPPLE``, ``xbt``), by coin ids (``USDT-TRC20``), and by a name of the asset beside a
        network where it is (``USDT(BEP20)``) or beside another of its names (``Tether (USDT)``).
        """
        return self._assets_known(name)

    def _known_asset(self, name: str) -> str | None:
        if name.strip() in _OTHER_UNITS:
            return None
        tables, key = self._tables, fold(name)
        if key in tables.assets:
            return tables.assets[key]
        if (known := tables.coins.get(key)) and known.asset:
            return known.asset
        parts = [part for part in _PARTS.split(key) if part]
        halves = [("-".join(parts[:end]), "-".join(parts[end:])) for end in range(len(parts) - 1, 0, -1)]
        return next((found for half in halves if (found := self._of_two(*half))), None)

    def _of_two(self, first: str, second: str) -> str | None:
        """The asset that two words mean together: one names it, the other a network of it, or the asset again."""
        assets = self._tables.assets
        if asset := assets.get(first):
            return asset if assets.get(second) == asset or self._is_on(asset, second, anywhere=True) else None
        asset = assets.get(second)
        return asset if asset and self._is_on(asset, first) else None

    def _is_on(self, asset: str, label: str, *, anywhere: bool = False) -> bool:
        """Whether ``asset`` is a token of the network called ``label``; ``anywhere``: or of many, so that one may lack.

        What is native somewhere is taken for another coin where it is not known: forks name coins in two words as well
        (``ETH-ETHW``), and other people's receipts are no more than receipts (BTCB is not BTC).
        """
        network = self.network_by_label(label)
        if network is None:
            return False
        return (anywhere and asset not in self._homes) or any(
            token.asset == asset for token in self.tokens(network.name)
        )

    def caip19(self, token: Token) -> str | None:
        """The CAIP-19 id of a token of this registry (``eip155:1/erc20:0x…``).

        None where the standards give none: a native coin without SLIP-44 number, or a network whose namespace does not
        define tokens.
        """
        network = self.networks[token.network]
        if token.contract is not None:
            namespace = _TOKEN_NAMESPACES.get(network.family)
            return f"{network.caip2}/{namespace}:{token.contract}" if namespace else None
        number = self._tables.slip44.get(token.network)
        if number is None or token != self.native(token.network):
            return None
        return f"{network.caip2}/slip44:{number}"

    def place(self, coin: str, label: str = "", kind: ClaimKind = ClaimKind.ACCOUNT) -> Placement:
        """The network and token that a row claims by its coin id and, where it has one, its network label.

        An id that names its network (``USDT-TRC20``) decides, and a label that says otherwise is a fault. An id that is
        only an asset (``USDT``) means that asset on the labelled network. ``coin`` may also be a token's contract.
        Never guesses, and never raises, whatever the text.
        """
        return self._placed(coin, label, kind)

    def _place(self, coin: str, label: str, kind: ClaimKind) -> Placement:
        name = fold(coin)
        if not name:
            return Placement(None, None, "the row names no coin")
        there = self.network_by_label(label)
        if kind is not ClaimKind.ACCOUNT:
            return self._staked(coin, there)
        known = self._known(name, there)
        if known and (known.network == there or fold(label) in {"", *known.labels}):
            return _as_known(coin, known)
        if known and known.network and name not in self._tables.assets:  # the id names its network
            return _conflict(coin, known.network, label, there) if there else _as_known(coin, known)
        if there:
            return self._on(coin, there, known.reason if known else "")
        return _unknown_label(coin, label) if fold(label) else self._unlabelled(coin)

    def _known(self, name: str, there: Network | None) -> CoinId | None:
        coins = self._tables.coins
        return (coins.get(fold(f"{name}@{there.name}")) if there else None) or coins.get(name)

    def _named_asset(self, name: str) -> str:
        """The asset of which ``name`` alone is a name: no coin id, which may say where it is as well."""
        return self._tables.assets.get(fold(name)) or name.strip().upper()

    def _unlabelled(self, coin: str) -> Placement:
        """An id without an entry and a row without a label: only a native coin has one home."""
        homes = self._homes.get(self._named_asset(coin), ())
        if len(homes) == 1:
            return Placement(self.networks[homes[0].network], homes[0])
        if homes:
            places = " and ".join(token.network for token in homes)
            return Placement(None, None, f"{shown(coin)} is native to {places}: the list must name the network")
        network = self.network_by_label(coin)
        if network:
            return Placement(
                network, None, f"{shown(coin)} names the network {network.name}, not a coin: name that too"
            )
        return Placement(
            None, None, f"the coin id {shown(coin)} is not known: add it under `coins:` {_REMEDY}, or name its network"
        )

    def _on(self, coin: str, network: Network, reason: str) -> Placement:
        found = self._named(coin, network.name)
        if len(found) == 1:
            return Placement(network, found[0])
        if found:
            contracts = ", ".join(token.contract or "native" for token in found)
            fault = (
                f"{shown(coin)} on {network.name} is one of {len(found)} tokens: {contracts}; name the contract in the "
                f"list, or say which one `{shown(coin)}@{network.name}` is under `coins:` {_REMEDY}"
            )
        elif reason:
            fault = f"{shown(coin)} on {network.name} is not known: {reason}; add the token under `tokens:` {_REMEDY}"
        else:
            fault = f"{shown(coin)} on {network.name} is not known: add the token under `tokens:` {_REMEDY}"
        return Placement(network, None, fault)

    def _named(self, coin: str, network: str) -> tuple[Token, ...]:
        names, contract = self._tables.names, coin.strip()
        return (
            names.get((network, fold(coin)))
            or names.get((network, self._named_asset(coin)))
            or tuple(token for token in self.tokens(network) if token.contract in {contract, contract.lower()})
            or tuple(
                token
                for token in self.positions(network)
                if token.contract == contract.lower() or (token.position and fold(token.position.name) == fold(coin))
            )
        )

    def _staked(self, coin: str, there: Network | None) -> Placement:
        token = self._tables.staking.get(self._named_asset(coin))
        if token is None:
            return Placement(
                there,
                None,
                f"where {shown(coin)} is staked is not known: add its validators' network under `staking:` {_REMEDY}",
            )
        validators = self.networks[token.network]
        known = self._tables.coins.get(fold(coin))
        allowed = {network.name for network in (validators, known and known.network) if network}
        if there and there.name not in allowed:
            return Placement(None, None, f"{shown(coin)} is staked on {validators.name}, but the row says {there.name}")
        return Placement(validators, token)


def _homes(tables: Tables) -> dict[str, tuple[Token, ...]]:
    """By asset, the networks' native coins of that name."""
    homes: dict[str, tuple[Token, ...]] = {}
    for token in tables.natives.values():
        homes[token.asset] = (*homes.get(token.asset, ()), token)
    return homes


def _as_known(coin: str, known: CoinId) -> Placement:
    if known.token:
        return Placement(known.network, known.token)
    return Placement(
        known.network,
        None,
        f"{shown(coin)} is not placed: {known.reason}; if you know, add it under `coins:` {_REMEDY}",
    )


def _unknown_label(coin: str, label: str) -> Placement:
    return Placement(
        None, None, f"the network {shown(label)} of {shown(coin)} is not known: add it under `labels:` {_REMEDY}"
    )


def _conflict(coin: str, named: Network, label: str, labelled: Network) -> Placement:
    return Placement(
        None,
        None,
        f"the coin id {shown(coin)} means the network {named.name}, but the row's network {shown(label)} means "
        f"{labelled.name}: one of them is wrong",
    )
