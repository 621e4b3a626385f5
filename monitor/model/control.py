"""Which reserves lie on accounts whose keys were used lately: something was sent, or another message was signed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from monitor.formats import exact
from monitor.model.chain import Block
from monitor.model.values import Address


class Control(StrEnum):
    """What is known of the key of an account since a moment."""

    SHOWN = "shown"
    """Something was sent, or another message was signed than an earlier list had."""
    NOT_SHOWN = "not_shown"
    """Neither, and both are known."""
    UNKNOWN = "unknown"


class ControlGap(StrEnum):
    """Why nothing is known of the key of an account since a moment."""

    NOT_ASKED = "not_asked"
    """It is not among the largest accounts."""
    NOT_TOLD = "not_told"
    """The chain, or its nodes, do not tell what was sent, or have not lately, or contradict themselves; or there were
    more messages than are noted."""
    CODE = "code"
    """It has code: what it sends is no work of one key."""
    SINCE_LATER = "since_later"
    """It is known here since a later moment only."""


@dataclass(frozen=True, slots=True)
class SentReading:
    """How many transactions accounts had sent, at one block."""

    block: Block
    counts: Mapping[Address, int | None]
    """By account; None where the count does not tell of the account's key."""
    endpoints: tuple[str, ...] = ()
    """Who told the same."""


@dataclass(frozen=True, slots=True)
class Sent:
    """What was seen of an account's number of sent transactions. Times are of blocks."""

    count: int | None
    """The highest that was told; None where it does not tell of the account's key."""
    asked: datetime
    """The newest block that it was told of."""
    same_since: datetime | None = None
    """The first block that the number is known of, without another since. None where nodes contradict each other."""
    rose_after: datetime | None = None
    """The block after which it last rose; None where it was never seen to."""

    @property
    def is_contradicted(self) -> bool:
        """Whether less was told after more: nothing that was told then or before proves anything."""
        return self.count is not None and self.same_since is None


@dataclass(frozen=True, slots=True)
class Held:
    """What was seen of an account's balance on a chain of outputs, looked at some time apart. Times are of blocks."""

    units: int
    """Base units, when it was last looked at."""
    at: datetime
    settled: int
    """What was there the last time and the time before: no deposit of a block that was taken back is in it."""
    fell_after: datetime | None = None
    """When all of ``settled`` was still there, the last time that some of it had gone the next; None: it never had."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """What was seen of the key of one account that an exchange lists."""

    messages: Mapping[str, datetime] = field(default_factory=dict)
    """By a digest of every signed message, when the first list was accepted that was looked at and had it; under the
    empty text the same of lists without any."""
    verified: frozenset[str] = frozenset()
    """Those of ``messages`` whose signature was ever ``verified``."""
    sent: Sent | None = None
    """On chains that count what accounts send."""
    held: Held | None = None
    """On chains of outputs."""


@dataclass(frozen=True, slots=True)
class AssetControl:
    """The coins of one asset by what is known of the keys of their accounts; the sum is what was read of it."""

    shown: Decimal
    not_shown: Decimal
    unknown: Mapping[ControlGap, Decimal]
    """Every reason with coins."""

    def amounts(self) -> dict[Control, Decimal]:
        """Return the three parts."""
        unknown = exact.total(self.unknown.values())
        return {Control.SHOWN: self.shown, Control.NOT_SHOWN: self.not_shown, Control.UNKNOWN: unknown}

    def shares(self) -> dict[Control, Decimal]:
        """Return the three parts as shares of their sum; empty where nothing was there to have a share of."""
        amounts = self.amounts()
        whole = exact.total(amounts.values())
        return {each: exact.ratio(amount, whole) for each, amount in amounts.items()} if whole > 0 else {}


@dataclass(frozen=True, slots=True)
class ControlNetwork:
    """What the coins of one network were summed up by."""

    snapshot: Block
    """The block at which they were read."""
    asked: Block | None = None
    """The block that was last asked what accounts had sent, in this run of the monitor."""
    untold: str = ""
    """Why the last who was asked that did not tell."""


@dataclass(frozen=True, slots=True)
class ControlShown:
    """What was found of one exchange's reserves at one moment."""

    at: datetime
    since: datetime
    assets: Mapping[str, AssetControl]
    """Those of which anything was read."""
    networks: Mapping[str, ControlNetwork] = field(default_factory=dict)
