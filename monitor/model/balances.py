"""What nodes said, always with the block that it comes from."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from monitor.model.chain import Block, Token
from monitor.model.values import Address

Balances = Mapping[Token, Mapping[Address, int]]
"""Base units per account and token: only what a node said, complete for what was asked."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One whole reading of a network at one block, for the accounts of all exchanges."""

    block: Block
    balances: Balances
    failed: Mapping[Token, str]
    """Tokens that the chain itself refuses to tell (reverts, no code, rubbish), with the reason; never zero."""
    endpoints: tuple[str, ...]
    """Names of the endpoints that answered; with a quorum, of all that agreed."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The balances of all accounts of one exchange on one network, all at one block."""

    exchange: str
    network: str
    block: Block
    taken_at: datetime
    balances: Balances
    endpoints: tuple[str, ...] = ()

    @property
    def accounts(self) -> int:
        """How many distinct accounts were read."""
        return len({account for held in self.balances.values() for account in held})
