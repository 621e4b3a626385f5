"""What nodes said, always with the block that it comes from."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from monitor.giving_way import giving_way
from monitor.model.chain import Block, Token
from monitor.model.positions import Rate
from monitor.model.units import BaseUnits, Height
from monitor.model.values import Address

Balances = Mapping[Token, Mapping[Address, BaseUnits]]
"""Base units per account and token: only what a node said, complete for what was asked.

Of a position, base units of the coins that it stands for, by the rate of its contract at the same block.
"""

Positions = Mapping[Token, Mapping[Address, BaseUnits]]
"""What of balances is no coin in a wallet, though the account's own (staked, on its way back, locked): by what it is, a
token with a position and the coin's own asset and decimals, in base units of that coin. Contained in the balances."""

Rates = Mapping[Token, Rate]
"""The rates of positions whose contracts have one, read at the block of the balances."""


@dataclass(frozen=True, slots=True)
class UnspentOutput:
    """One of the outputs that a balance consists of, where coins are outputs (Bitcoin and its kin)."""

    txid: str
    index: int
    amount: BaseUnits
    height: Height
    """Of the block that holds the transaction."""


class Outputs(Protocol):
    """What the balances of one reading consist of. Never changes."""

    def of(self, account: Address) -> tuple[UnspentOutput, ...]:
        """All outputs of an account that was read, the oldest first; takes its time where there are many of all."""
        ...


@dataclass(frozen=True, slots=True)
class Reading:
    """One whole reading of a network at one block, for the accounts of all exchanges."""

    block: Block
    balances: Balances
    failed: Mapping[Token, str]
    """Tokens that the chain itself refuses to tell (reverts, no code, rubbish), with the reason; never zero."""
    endpoints: tuple[str, ...]
    """Names of the endpoints that answered; with a quorum, of all that agreed."""
    rates: Rates = field(default_factory=dict)
    within: Mapping[Address, Address] = field(default_factory=dict)
    """Account to another account of this reading whose balance contains its own: a validator by its key, and the
    withdrawal address that stands for all of its validators."""
    positions: Positions = field(default_factory=dict)
    agreed: int | None = None
    """How many parties found the same."""
    asked: int | None = None
    """How many parties were asked for it, those that failed or found something else included."""
    outputs: Outputs | None = None
    """Where an endpoint that follows outputs is among those that agreed."""

    def of(self, wanted: Mapping[Token, Iterable[Address]]) -> Balances:
        """What accounts held, of the tokens that the chain has told, nothing twice. Of many accounts it takes long."""
        told = {
            token: {account: self.balances[token][account] for account in accounts}
            for token, accounts in giving_way(wanted.items())
            if token not in self.failed
        }
        return disjoint(told, self.within)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The balances of all accounts of one exchange on one network, all at one block."""

    exchange: str
    network: str
    block: Block
    taken_at: datetime
    balances: Balances
    endpoints: tuple[str, ...] = ()
    rates: Rates = field(default_factory=dict)
    agreed: int | None = None
    """How many parties found the same; None of a snapshot that an earlier version kept."""
    asked: int | None = None
    """How many parties were asked, those that failed or found something else included."""
    outputs: Outputs | None = field(default=None, compare=False, repr=False)
    """Not kept over a restart."""
    positions: Positions = field(default_factory=dict)

    @property
    def accounts(self) -> int:
        """How many distinct accounts were read."""
        return len({account for held in self.balances.values() for account in held})

    def is_fresh(self, within: timedelta, now: datetime) -> bool:
        """Whether it proves something. Not if it is dated after now: the clock was put back, its age is not known."""
        return timedelta() <= now - self.taken_at <= within


@dataclass(frozen=True, slots=True)
class LookBack:
    """What the largest accounts of a snapshot held at one block between it and the one before, chosen at random.

    Of each token that was told, those whose balance was not the same in both snapshots and at the block.
    """

    block: Block
    before: Balances
    """What they held in the snapshot before."""
    then: Balances
    """What they held at ``block``; the same accounts."""


def disjoint(balances: Balances, within: Mapping[Address, Address]) -> Balances:
    """``balances`` in which nothing is held twice: what an account contains of another one here is taken off it.

    ``balances`` name every account once; several tokens may be the same coins, as the names of staked ETH are.
    """
    if not within:
        return balances
    accounts = {account: held[account] for held in balances.values() for account in held if account in within}
    inside: dict[Address, int] = {}
    for account, units in accounts.items():
        inside[within[account]] = inside.get(within[account], 0) + units
    return {
        token: {account: BaseUnits(units - inside.get(account, 0)) for account, units in held.items()}
        for token, held in balances.items()
    }
