"""What tells a coin of Bitcoin's family from its kin: the words of its entry in the registry."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from monitor.model.units import Caip2, Height


class KeyHash(StrEnum):
    """The hash under a coin's addresses and its own signed messages."""

    SHA256 = "sha256"
    BLAKE256 = "blake256"


class BlockHash(StrEnum):
    """How the hash that names a block comes from the 80 bytes of its header."""

    SHA256D = "sha256d"
    """SHA-256, twice."""
    UNKNOWN = "unknown"
    """By a hash that is not worked out here: only the header of the next block tells it."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A block of one chain: what split from that chain before it has another one at its height."""

    height: Height
    hash: str
    """Its first digits, as many as a CAIP-2 id has of a hash, or all."""


@dataclass(frozen=True, slots=True)
class AddressPrefixes:
    """How a coin writes its addresses."""

    p2pkh: bytes
    p2sh: bytes
    """Versions of base58check."""
    p2sh_old: bytes = b""
    """A version from before the coin chose its own. Its node still reads it as the same script, so it is accepted."""
    bech32: str = ""
    cashaddr: str = ""
    cashaddr_tokens: str = ""
    """What wallets of tokens write in place of the coin's prefix, for the same scripts."""
    transparent: str = ""
    """The prefix of bech32m that stands for P2PKH where coins must come from a transparent address (ZIP-320)."""
    unreadable: tuple[tuple[str, str], ...] = ()
    """Beginnings of addresses whose coins no one but the owner can see, and what to call them."""

    def form(self, version: bytes) -> str | None:
        """The form of address that a version of base58check stands for; None where the coin has no such."""
        if version == self.p2pkh:
            return "p2pkh"
        return "p2sh" if version and version in (self.p2sh, self.p2sh_old) else None


@dataclass(frozen=True, slots=True)
class KnownPrefixes:
    """The owners of all prefixes in the registry, by which an address of another coin is called by its name."""

    bech32: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    base58: Mapping[bytes, tuple[str, ...]] = field(default_factory=dict)
    cashaddr: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ChainParameters:
    """All that tells a coin of Bitcoin's family from the others."""

    genesis: str
    """The hash of its first block, as far as a :class:`Checkpoint` has it."""
    addresses: AddressPrefixes
    message_headers: tuple[str, ...]
    """What may stand before a signed message: first what the coin's own ``signmessage`` puts there."""
    decimals: int
    """Of whole coins, in which its node writes amounts."""
    key_hash: KeyHash = KeyHash.SHA256
    block_hash: BlockHash = BlockHash.SHA256D
    bip322: bool = False
    """Whether BIP-322 holds; others have signature hashes of their own (BIP-143 with a fork id, for one)."""
    cash_tokens: bool = False
    """Whether outputs may hold tokens beside coins (CHIP-2022-02)."""
    checkpoint: Checkpoint | None = None
    unserved: Mapping[str, str] = field(default_factory=dict)
    """Node protocols that cannot serve it, each with what is in the way."""
    kin: tuple[tuple[Caip2, Checkpoint], ...] = ()
    """CAIP-2 ids and checkpoints of the other chains of the same genesis, the latest first."""
    known: KnownPrefixes = field(default_factory=KnownPrefixes, compare=False)
    """Of all coins; a coin stays the same where another one is added."""
