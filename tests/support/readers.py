"""A stand-in for a network's reader: for what is done with readings, whatever they come from."""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime

from monitor.chains import AtHeight, BlockChoice, ChainError
from monitor.model import (
    Address,
    BaseUnits,
    Block,
    EndpointState,
    FeedAnswer,
    FeedReading,
    Height,
    OwnerAnswer,
    OwnerQuestion,
    Rate,
    Reading,
    SentReading,
    Token,
)

START = datetime(2026, 6, 14, 12, tzinfo=UTC)
"""When its block was made."""


class Reader:
    """A chain where every account holds its own number of base units, until told otherwise."""

    def __init__(self) -> None:
        self.height = 100
        self.moment = START
        self.units: int | None = None
        """What every account holds, if not its own number."""
        self.refused: dict[Token, str] = {}
        self.error: ChainError | None = None
        self.past_error: ChainError | None = None
        """For heights only."""
        self.rates: dict[Token, Rate] = {}
        self.within: dict[Address, Address] = {}
        self.positions: dict[Token, dict[Address, BaseUnits]] = {}
        self.prices: dict[Address, FeedAnswer | str] = {}
        """By the contract of the feed."""
        self.counts: dict[Address, int | None] = {}
        """Of transactions sent."""
        self.asked: list[Mapping[Token, Collection[Address]]] = []
        self.choices: list[BlockChoice] = []

    async def read(self, wanted: Mapping[Token, Collection[Address]], at: BlockChoice) -> Reading:
        self.asked.append(wanted)
        self.choices.append(at)
        if self.error:
            raise self.error
        if self.past_error and isinstance(at, AtHeight):
            raise self.past_error
        balances = {
            token: {each: BaseUnits(int(each, 16) if self.units is None else self.units) for each in accounts}
            for token, accounts in wanted.items()
            if token not in self.refused
        }
        block = Block(Height(self.height), f"0x{self.height:064x}", self.moment)
        return Reading(block, balances, self.refused, ("node-1",), self.rates, self.within, self.positions)

    async def confirm(self, questions: Sequence[OwnerQuestion]) -> list[OwnerAnswer]:
        raise NotImplementedError

    async def quote(self, contracts: Sequence[Address], at: BlockChoice) -> FeedReading:
        self.choices.append(at)
        block = Block(Height(self.height), f"0x{self.height:064x}", self.moment)
        return FeedReading(block, {each: self.prices[each] for each in contracts})

    async def sent(self, accounts: Sequence[Address], at: BlockChoice) -> SentReading:
        self.choices.append(at)
        block = Block(Height(self.height), f"0x{self.height:064x}", self.moment)
        return SentReading(block, {each: self.counts[each] for each in accounts}, ("node-1",))

    def endpoints(self) -> tuple[EndpointState, ...]:
        return ()

    async def close(self) -> None:
        pass
