"""What every node protocol can do. One file per protocol implements it; protocols.py lists them."""

from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, Self

from monitor.chains.choice import BlockChoice
from monitor.chains.errors import Reason
from monitor.chains.line import Line
from monitor.model import Address, Block, Network, OwnerAnswer, OwnerQuestion, Token

Wanted = Mapping[Token, Collection[Address]]


class Finding(Protocol):
    """What one endpoint found at one block, such that endpoints can be compared."""

    @property
    def block(self) -> Block: ...

    def difference(self, other: Self) -> str:
        """Where ``other`` differs, as a phrase with both values; empty when they agree."""
        ...


@dataclass(frozen=True, slots=True)
class Held:
    """Balances in base units at ``block``, complete for every token that is not in ``failed``."""

    block: Block
    balances: dict[Token, dict[Address, int]]
    failed: dict[Token, str] = field(default_factory=dict)
    """Tokens that the chain itself refuses to tell, with the reason."""

    def difference(self, other: Self) -> str:
        if self.balances == other.balances and self.failed.keys() == other.failed.keys():
            return ""
        for token in {**self.balances, **self.failed}:
            mine, theirs = self.balances.get(token, {}), other.balances.get(token, {})
            for account in {**mine, **theirs}:
                if mine.get(account) != theirs.get(account):
                    return f"{token}, account {account}: {mine.get(account)} and {theirs.get(account)}"
        return "not the same tokens"


@dataclass(frozen=True, slots=True)
class Confirmed:
    """Answers about owners at ``block``, in the order of the questions."""

    block: Block
    answers: tuple[OwnerAnswer, ...]

    def difference(self, other: Self) -> str:
        for mine, theirs in zip(self.answers, other.answers, strict=True):
            if (mine.confirmed, mine.referred) != (theirs.confirmed, theirs.referred):
                return f"“{mine.reason}” and “{theirs.reason}”"
        return ""


class Node(ABC):
    """One endpoint, spoken to in its protocol. Every failure is a :class:`ChainError` made by its line."""

    @property
    def method(self) -> str:
        """How it tells many balances at once, where that differs between endpoints and has been found out."""
        return ""

    def __init__(self, network: Network, line: Line) -> None:
        self.network = network
        self.line = line

    @abstractmethod
    async def identify(self) -> str:
        """The CAIP-2 id of the chain that the endpoint is on."""

    @abstractmethod
    async def resolve(self, choice: BlockChoice) -> Block:
        """The block that ``choice`` means to this endpoint now."""

    @abstractmethod
    async def balances(self, wanted: Wanted, block: Block) -> Held:
        """All balances at ``block``, whole or not at all.

        Protocols that read only their tip answer at the tip; whether that is the wanted block is the caller's check.
        """

    async def probe(self, sample: Wanted, block: Block) -> None:
        """Ask the very calls that a reading needs, for the single account of ``sample``."""
        await self.balances(sample, block)

    async def confirm(self, questions: Sequence[OwnerQuestion], block: Block) -> Confirmed:
        """Whether signers control accounts, at ``block``; for families whose chain knows more than the account says."""
        raise self.line.fault(Reason.UNSUPPORTED, f"{self.network.name} has no contract accounts to ask for owners")

    @abstractmethod
    async def close(self) -> None:
        """Give back connections."""
