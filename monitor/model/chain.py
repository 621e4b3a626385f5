"""Networks, tokens and blocks."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

import msgspec
from msgspec import structs

from monitor.formats import exact
from monitor.model.chain_parameters import ChainParameters
from monitor.model.positions import Position, PositionKind
from monitor.model.units import BaseUnits, Caip2, Height
from monitor.model.values import Address


@dataclass(frozen=True, slots=True)
class Network:
    """One chain. ``caip2`` tells forks and layers apart (CAIP-2); ``name`` is what people and metrics see."""

    name: str
    caip2: Caip2
    family: str
    """The address and signature family (``evm``, ``bitcoin``, ``tron`` ...), a key of ``registry.addresses``."""
    title: str
    execution: str = ""
    """Short name of the network whose blocks this one carries (a beacon chain's execution layer); mostly empty."""
    moved_at: Height | None = None
    """The block from which on its balances are on another network; None where they are still here."""
    parameters: ChainParameters | None = field(default=None, hash=False, repr=False)
    """What tells a coin of Bitcoin's family from its kin; None where the registry does not say, and elsewhere."""
    explorer: str = ""
    """The URL of a page on any account, with ``{account}`` in its place; empty where none is known."""
    freezes: Mapping[Address, str] = field(default_factory=dict, hash=False, repr=False)
    """By contract of a token, the function that tells of an account whether the issuer has blocked it."""


class Token(msgspec.Struct, frozen=True, gc=False):
    """An asset's form on one network: the native coin (``contract`` is None) or a contract with decimals."""

    asset: str
    network: str
    contract: str | None
    decimals: int
    position: Position | None = None
    """What it is, where it stands for coins that lie elsewhere; then amounts are those coins', at its rate."""

    def __reduce__(self) -> tuple[Any, ...]:
        return same_token, (self.asset, self.network, self.contract, self.decimals, self.position)

    def whole(self, units: BaseUnits) -> Decimal:
        """Return ``units`` base units as whole coins, exactly."""
        return exact.coins(units, self.decimals)

    def part(self, name: str, kind: PositionKind) -> "Token":
        """Return that part of this coin which is no coin in a wallet, so called."""
        return structs.replace(self, position=Position(f"{name} {self.asset}", kind, self.decimals))

    @property
    def frozen(self) -> "Token":
        """That part of this coin which its issuer has blocked in the accounts."""
        return self.part("frozen", PositionKind.FROZEN)

    @property
    def is_frozen(self) -> bool:
        """Whether it is such a part."""
        return self.position is not None and self.position.kind is PositionKind.FROZEN

    def has_part(self, other: "Token") -> bool:
        """Tell whether ``other`` is a part of this coin."""
        return self.position is None and other.position is not None and structs.replace(other, position=None) == self

    def __str__(self) -> str:
        details = (self.position.name if self.position else "", self.contract or "")
        shown = " ".join(detail for detail in details if detail)
        return f"{self.asset} on {self.network}" + (f" ({shown})" if shown else "")


@lru_cache(maxsize=10_000)
def same_token(asset: str, network: str, contract: str | None, decimals: int, position: Position | None) -> Token:
    """Return this token, the same object for all lists and snapshots that are taken up: each has a copy otherwise."""
    return Token(asset, network, contract, decimals, position)


@dataclass(frozen=True, slots=True)
class BalanceSlot:
    """Where an EVM contract's storage holds balances: the mapping from accounts to amounts.

    ``slot`` is the mapping's own place. The amount is the low ``bits`` of an account's word; what is above them, such
    as a flag that blocks the account, is no part of it.
    """

    slot: int
    bits: int = 256
    vyper: bool = False
    """Whether a place is the hash of slot and account, as Vyper has it; Solidity hashes account and slot."""

    def __str__(self) -> str:
        bits = f", its low {self.bits} bits" if self.bits < 256 else ""
        return f"{'Vyper' if self.vyper else 'Solidity'} slot {self.slot}{bits}"


@dataclass(frozen=True, slots=True)
class Reorganisation:
    """Blocks that were an endpoint's chain's, and that others have taken the place of."""

    number: Height
    """Of the highest one that is known to have left."""
    was: str
    """Its hash."""
    now: str
    """The hash of the block in its place; empty where there was none yet."""
    depth: int
    """How many blocks left, at least."""


@dataclass(frozen=True, slots=True)
class Block:
    """The block that a number comes from."""

    number: Height
    """On chains that count slots, the number of its slot."""
    hash: str
    timestamp: datetime
    since: "Block | None" = None
    """The first block of a window, of which this is the last: every balance was read twice between the two, in one pass
    after the other, and is the lower of its two readings."""

    @property
    def named(self) -> str:
        """Its number in words; that of its first block too where it ends a window."""
        return f"block {self.number}" if self.since is None else f"blocks {self.since.number} to {self.number}"
