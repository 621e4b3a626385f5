"""The coins of Bitcoin's family in registry files: what an entry says of one, and what all of them say together."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Self, TypeVar

from pydantic import Field, StrictBool, StrictInt, StringConstraints, model_validator

from monitor.model import (
    AddressPrefixes,
    BlockHash,
    Caip2,
    ChainParameters,
    Checkpoint,
    Height,
    KeyHash,
    KnownPrefixes,
    Network,
)
from monitor.registry.fields import Entry, Text

_CAIP2_DIGITS = 32
_GENESIS_NAMESPACE = "bip122:"
_TEST_NET = "a test net"

Version = Annotated[str, StringConstraints(pattern=r"^([0-9a-f]{2}){1,2}$")]
Prefix = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]{0,15}$")]
BlockHashText = Annotated[str, StringConstraints(pattern=rf"^[0-9a-f]{{{_CAIP2_DIGITS},64}}$")]
Header = Annotated[str, StringConstraints(min_length=1, max_length=128)]
K = TypeVar("K", str, bytes)


class AddressesEntry(Entry):
    """Versions of base58check in hexadecimal, and the prefixes of other spellings."""

    p2pkh: Version
    p2sh: Version
    p2sh_old: Version | None = None
    bech32: Prefix | None = None
    cashaddr: Prefix | None = None
    cashaddr_tokens: Prefix | None = None
    transparent: Prefix | None = None
    unreadable: dict[Text, Text] = Field(default_factory=dict)
    test_versions: list[Version] = Field(default_factory=list)
    test_bech32: list[Prefix] = Field(default_factory=list)

    def prefixes(self) -> AddressPrefixes:
        """The same as the codec takes it."""
        return AddressPrefixes(
            bytes.fromhex(self.p2pkh),
            bytes.fromhex(self.p2sh),
            bytes.fromhex(self.p2sh_old or ""),
            self.bech32 or "",
            self.cashaddr or "",
            self.cashaddr_tokens or "",
            self.transparent or "",
            tuple(self.unreadable.items()),
        )


class CheckpointEntry(Entry):
    """A block of the chain, later than all that split from it."""

    height: Annotated[StrictInt, Field(gt=0)]
    hash: BlockHashText


class ParametersEntry(Entry):
    """What tells a coin of Bitcoin's family from the others."""

    addresses: AddressesEntry
    message_headers: Annotated[list[Header], Field(min_length=1)]
    genesis: BlockHashText | None = None
    checkpoint: CheckpointEntry | None = None
    key_hash: KeyHash = KeyHash.SHA256
    block_hash: BlockHash = BlockHash.SHA256D
    bip322: StrictBool = False
    cash_tokens: StrictBool = False
    unserved: dict[Text, Text] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _has_a_prefix_for_tokens_beside_one_for_coins(self) -> Self:
        if self.addresses.cashaddr_tokens and not self.addresses.cashaddr:
            raise ValueError("`cashaddr_tokens` stands in place of a `cashaddr`: name that too")
        return self

    def parameters(self, caip2: Caip2, decimals: int) -> ChainParameters:
        """The same as the other rooms take it. Raises ValueError where nothing tells the genesis."""
        named = caip2.removeprefix(_GENESIS_NAMESPACE) if caip2.startswith(_GENESIS_NAMESPACE) else ""
        if not (genesis := self.genesis or named):
            raise ValueError("its CAIP-2 id names no block: say its `genesis`")
        return ChainParameters(
            genesis,
            self.addresses.prefixes(),
            tuple(self.message_headers),
            decimals,
            self.key_hash,
            self.block_hash,
            self.bip322,
            self.cash_tokens,
            Checkpoint(Height(self.checkpoint.height), self.checkpoint.hash) if self.checkpoint else None,
            dict(self.unserved),
        )


def indistinct(networks: Mapping[str, Network]) -> Mapping[str, str]:
    """Networks that nothing tells from another one of the same genesis, each with that other one."""
    found: dict[str, str] = {}
    known: dict[tuple[str, int, str], str] = {}
    for name, network in networks.items():
        if network.parameters:
            own = network.parameters.checkpoint or Checkpoint(Height(0), "")
            told = (network.parameters.genesis[:_CAIP2_DIGITS], own.height, own.hash[:_CAIP2_DIGITS])
            first = known.setdefault(told, name)
            if first != name:
                found[name] = first
    return found


def related(networks: Mapping[str, Network], known: KnownPrefixes) -> dict[str, Network]:
    """``networks`` in which each coin knows its kin, and the prefixes of all."""
    kin: dict[str, list[tuple[Caip2, Checkpoint]]] = defaultdict(list)
    for network in networks.values():
        if network.parameters and network.parameters.checkpoint:
            kin[network.parameters.genesis[:_CAIP2_DIGITS]].append((network.caip2, network.parameters.checkpoint))

    def with_kin(network: Network) -> Network:
        if network.parameters is None:
            return network
        others = [each for each in kin[network.parameters.genesis[:_CAIP2_DIGITS]] if each[0] != network.caip2]
        others.sort(key=lambda each: -each[1].height)
        return replace(network, parameters=replace(network.parameters, kin=tuple(others), known=known))

    return {name: with_kin(network) for name, network in networks.items()}


def known_prefixes(entries: Mapping[str, AddressesEntry]) -> KnownPrefixes:
    """Whose the prefixes of ``entries``, by network, are. A prefix of test nets is called nothing else."""
    bech32: dict[str, list[str]] = defaultdict(list)
    base58: dict[bytes, list[str]] = defaultdict(list)
    cashaddr: dict[str, list[str]] = defaultdict(list)
    for name, entry in sorted(entries.items()):
        for version in dict.fromkeys((entry.p2pkh, entry.p2sh, entry.p2sh_old)):
            if version:
                base58[bytes.fromhex(version)].append(name)
        if entry.bech32:
            bech32[entry.bech32].append(name)
        if entry.cashaddr:
            cashaddr[entry.cashaddr].append(name)
    for entry in entries.values():
        base58.update({bytes.fromhex(version): [_TEST_NET] for version in entry.test_versions})
        bech32.update({prefix: [_TEST_NET] for prefix in entry.test_bech32})
    return KnownPrefixes(_owners(bech32), _owners(base58), _owners(cashaddr))


def _owners(found: Mapping[K, list[str]]) -> dict[K, tuple[str, ...]]:
    return {prefix: tuple(names) for prefix, names in found.items()}
