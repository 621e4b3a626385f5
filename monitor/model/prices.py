"""US dollars: what a coin is worth by a source that can be named (design, section 4, rule 13)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from monitor.model.chain import Block
from monitor.model.values import Address

USD = "USD"


@dataclass(frozen=True, slots=True)
class Feed:
    """A contract of Chainlink's that tells the price of one thing in another, as the registry knows it."""

    asset: str
    network: str
    contract: Address
    pair: str
    """What the contract calls itself: ``BTC / USD``."""
    decimals: int
    heartbeat: timedelta
    """A price that did not change is told anew after this."""

    @property
    def quote(self) -> str:
        """In what the price is: :data:`USD`, or an asset."""
        return self.pair.rpartition(" / ")[2]

    def __str__(self) -> str:
        return f"{self.pair} on {self.network}"


@dataclass(frozen=True, slots=True)
class FeedAnswer:
    """What the contract of a feed answered at a block, unjudged."""

    description: str
    decimals: int
    answer: int
    started_at: int
    """Seconds since 1970, as ``updated_at``."""
    updated_at: int


@dataclass(frozen=True, slots=True)
class FeedReading:
    """The answers of feeds at one block."""

    block: Block
    answers: Mapping[Address, FeedAnswer | str]
    """By contract; the reason where it did not answer."""


@dataclass(frozen=True, slots=True)
class Price:
    """What one coin is worth."""

    asset: str
    usd: Decimal
    source: str
    """For people: the feed, or the file and what that names."""
    at: datetime
    """When the source set it."""
    feed: Feed | None = None
    block: Block | None = None
    """That of the network's snapshot, where a feed told it then."""
    by: "Price | None" = None
    """The price of the asset that ``feed`` is quoted in, where that is not the dollar: ``usd`` is the product."""


@dataclass(frozen=True, slots=True)
class Prices:
    """What is known of the prices of all assets that any exchange claims or owes."""

    known: Mapping[str, Price]
    unknown: Mapping[str, str]
    """By asset, why there is none: never zero."""


@dataclass(frozen=True, slots=True)
class Dollars:
    """A sum in US dollars that is at least ``at_least``: what it lacks is named."""

    at_least: Decimal
    without: tuple[str, ...]
    """Assets of which nothing is in it, though something is claimed or owed: without a price, or not read at all."""
    partly: tuple[str, ...] = ()
    """Assets in it of which some may be held beside: claims not read or not judged."""
