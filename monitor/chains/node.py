"""What every node protocol can do. One file per protocol implements it; protocols.py lists them."""

from abc import ABC, abstractmethod
from collections.abc import Collection, Container, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol, Self

from monitor.chains.block_choice import BlockChoice
from monitor.chains.errors import Reason
from monitor.chains.journals import Following
from monitor.model import (
    Address,
    BalanceSlot,
    Block,
    FeedAnswer,
    Network,
    Outputs,
    OwnerAnswer,
    OwnerQuestion,
    Rate,
    Token,
    Work,
)

if TYPE_CHECKING:  # what sends requests is not needed to know what a node can do
    from monitor.chains.link import Link

Wanted = Mapping[Token, Collection[Address]]


def without(wanted: Wanted, tokens: Container[Token]) -> dict[Token, Collection[Address]]:
    """Return what of ``wanted`` is about other tokens than ``tokens``."""
    return {token: accounts for token, accounts in wanted.items() if token not in tokens}


class Finding(Protocol):
    """What one endpoint found at one block, such that endpoints can be compared."""

    @property
    def block(self) -> Block: ...

    def difference(self, other: Self) -> str:
        """Tell where ``other`` differs, as a phrase with both values; empty when they agree."""
        ...


@dataclass(frozen=True, slots=True)
class Held:
    """Balances in base units at ``block``, complete for every token that is not in ``failed``."""

    block: Block
    balances: dict[Token, dict[Address, int]]
    failed: dict[Token, str] = field(default_factory=dict)
    """Tokens that the chain itself refuses to tell, with the reason."""
    rates: dict[Token, Rate] = field(default_factory=dict)
    """By which the balances of positions were turned into coins, where they have a rate."""
    within: dict[Address, Address] = field(default_factory=dict)
    """Account to another whose balance contains its own (see :class:`~monitor.model.Reading`)."""
    positions: dict[Token, dict[Address, int]] = field(default_factory=dict)
    """What of the balances is no coin in a wallet (see :data:`~monitor.model.Positions`), of accounts that have any."""
    outputs: Outputs | None = None
    """What the balances consist of, where the endpoint follows that; nothing that endpoints are compared by."""

    def difference(self, other: Self) -> str:
        if self._told(other) == other._told(self):
            return ""
        told = {**self.balances, **self._positions(other)}
        others = {**other.balances, **other._positions(self)}
        for token in {**told, **self.failed}:
            mine, theirs = told.get(token, {}), others.get(token, {})
            for account in {**mine, **theirs}:
                if mine.get(account) != theirs.get(account):
                    return f"{token}, account {account}: {mine.get(account)} and {theirs.get(account)}"
        for token in {**self.rates, **other.rates}:
            if self.rates.get(token) != other.rates.get(token):
                return f"the rate of {token}: {self.rates.get(token)} and {other.rates.get(token)}"
        return "not the same tokens"

    def joined(self, other: Self) -> Self:
        """Return what is held here, with what ``other`` tells at the same block of the tokens that failed here."""
        return replace(
            self,
            balances={**self.balances, **other.balances},
            failed=other.failed,
            rates={**self.rates, **other.rates},
            within={**self.within, **other.within},
            positions={**self.positions, **other.positions},
        )

    def _told(self, other: Self) -> tuple[object, ...]:
        return self.balances, self.failed.keys(), self.rates, self.within, self._positions(other)

    def _positions(self, other: Self) -> dict[Token, dict[Address, int]]:
        """What is compared with ``other``: not every protocol can ask what an issuer has frozen."""
        return {part: held for part, held in self.positions.items() if not part.is_frozen or part in other.positions}


@dataclass(frozen=True, slots=True)
class Confirmed:
    """Answers about owners at ``block``, in the order of the questions."""

    block: Block
    answers: tuple[OwnerAnswer, ...]

    def difference(self, other: Self) -> str:
        for mine, theirs in zip(self.answers, other.answers, strict=True):
            if (mine.outcome, mine.referred) != (theirs.outcome, theirs.referred):
                return f"“{mine.reason}” and “{theirs.reason}”"
        return ""


@dataclass(frozen=True, slots=True)
class Quoted:
    """What price feeds answered at ``block``."""

    block: Block
    answers: dict[Address, FeedAnswer | str]
    """By contract; the reason where it did not answer."""

    def difference(self, other: Self) -> str:
        for contract, mine in self.answers.items():
            theirs = other.answers.get(contract)
            if isinstance(mine, str) and isinstance(theirs, str):
                continue  # nodes word a refusal as they like
            if mine != theirs:
                return f"feed {contract}: {mine} and {theirs}"
        return ""


@dataclass(frozen=True, slots=True)
class Counted:
    """How many transactions accounts had sent at ``block``."""

    block: Block
    counts: dict[Address, int | None]
    """By account; None where the count does not tell of the account's key."""

    def difference(self, other: Self) -> str:
        for account, mine in self.counts.items():
            theirs = other.counts.get(account)
            if mine != theirs:
                return f"transactions sent by {account}: {mine} and {theirs}"
        return ""


@dataclass(frozen=True, slots=True)
class StateRoot:
    """A block whose hash was recomputed from its header, and the root of its state that this header holds."""

    block: Block
    root: bytes

    def difference(self, other: Self) -> str:
        return "" if self.root == other.root else f"state root {self.root.hex()} and {other.root.hex()}"


@dataclass(frozen=True, slots=True)
class BalanceSlots:
    """Where tokens keep their balances, as was found out at ``block``."""

    block: Block
    found: Mapping[Token, BalanceSlot]
    missing: Mapping[Token, str] = field(default_factory=dict)
    """Tokens whose balances stand nowhere, with the reason."""

    def difference(self, other: Self) -> str:
        for token in (*self.found, *self.missing):
            mine, theirs = self.found.get(token), other.found.get(token)
            if mine != theirs:
                return f"the balances of {token} are in {mine or 'no slot'} and in {theirs or 'no slot'}"
        return ""


class Node(ABC):
    """One endpoint, spoken to in its protocol. Every failure is a :class:`ChainError` made by its link."""

    @property
    def method(self) -> str:
        """How it tells many balances at once, where that differs between endpoints and has been found out."""
        return ""

    @property
    def work(self) -> Work | None:
        """What it does just now that takes long."""
        return None

    @property
    def difference(self) -> str | None:
        """What the newest rescan found that was not followed; None where nothing is followed, or not rescanned yet."""
        return None

    def __init__(self, network: Network, link: "Link") -> None:
        self.network = network
        self.link = link
        self.window: timedelta | None = None
        """How long two passes may take where all cannot be read at one block, for protocols that are known for that."""

    def follow(self, following: Following) -> None:  # noqa: B027 - most protocols read everything anew
        """Take in how to follow the chain, for protocols that do; told before anything is asked."""

    def forget(self) -> None:  # noqa: B027 - most protocols find nothing out about their endpoint
        """Forget what was found out about it: it failed, and may be another node when it is back."""

    @abstractmethod
    async def identify(self) -> str:
        """Return the CAIP-2 id of the chain that the endpoint is on."""

    @abstractmethod
    async def resolve(self, choice: BlockChoice) -> Block:
        """Return the block that ``choice`` means to this endpoint now."""

    @abstractmethod
    async def balances(self, wanted: Wanted, block: Block) -> Held:
        """Return all balances at ``block``, whole or not at all.

        Protocols that read only their tip answer at the tip; whether that is the wanted block is the caller's check.
        """

    async def probe(self, sample: Wanted, block: Block) -> None:
        """Ask the very calls that a reading needs, for the single account of ``sample``."""
        await self.balances(sample, block)

    async def abilities(self, block: Block) -> Mapping[str, str]:
        """Tell what this endpoint can do that others of its protocol cannot, or the other way; asked after a probe."""
        del block
        return {"many balances": self.method} if self.method else {}

    async def confirm(self, questions: Sequence[OwnerQuestion], block: Block) -> Confirmed:
        """Tell whether signers control accounts, at ``block``.

        For families whose chain knows more than the account says.
        """
        raise self.link.fault(Reason.UNSUPPORTED, f"{self.network.name} has no contract accounts to ask for owners")

    async def quote(self, contracts: Sequence[Address], block: Block) -> Quoted:
        """Ask the price feeds of ``contracts`` at ``block``."""
        raise self.link.fault(Reason.UNSUPPORTED, f"no price feed is asked on {self.network.name}")

    async def sent(self, accounts: Sequence[Address], block: Block) -> Counted:
        """Tell how many transactions ``accounts`` have sent, at ``block``."""
        raise self.link.fault(Reason.UNSUPPORTED, f"what accounts have sent is not told on {self.network.name}")

    async def state_root(self, block: Block) -> StateRoot:
        """Return the root of the state after ``block``, from a header that makes the block's hash."""
        raise self._proves_nothing()

    async def balance_slots(self, tokens: Sequence[Token], block: Block) -> BalanceSlots:
        """Tell where the contracts of ``tokens`` keep balances, found by trying."""
        raise self._proves_nothing()

    async def proven(self, wanted: Wanted, root: StateRoot, slots: BalanceSlots) -> Held:
        """Read like :meth:`balances` at the block of ``root``, every balance proven by that root."""
        raise self._proves_nothing()

    def _proves_nothing(self) -> Exception:
        return self.link.fault(Reason.UNSUPPORTED, f"balances on {self.network.name} cannot be proven")
