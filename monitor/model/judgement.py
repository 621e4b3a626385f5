"""Reserves against liabilities: sums, ratios, answers."""

from abc import ABCMeta
from collections.abc import ItemsView, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

import msgspec

from monitor.formats import exact
from monitor.model.chain import Token
from monitor.model.positions import Rate
from monitor.model.units import Height
from monitor.model.values import Address

_RATE_PLACES = 18


class Basis(StrEnum):
    """Which reserves count. Each contains the one before (design, section 4, rule 5)."""

    VERIFIED = "verified"
    SIGNED = "signed"
    LISTED = "listed"
    ASSERTED = "asserted"

    @property
    def of_accounts(self) -> "Basis":
        """The same of what has an account: ``asserted`` counts all that is ``listed``, and more that has none."""
        return Basis.LISTED if self is Basis.ASSERTED else self


_ORDER = tuple(Basis)


class _ValueMapping(msgspec.StructMeta, ABCMeta):
    """Lets a value be a mapping."""


class ByBasis(Mapping[Basis, Decimal], msgspec.Struct, metaclass=_ValueMapping, frozen=True, gc=False, eq=False):
    """An amount or a ratio on each basis: the read-only mapping of which a World holds ten thousand and more."""

    amounts: tuple[Decimal, ...] = ()
    """In the order of :class:`Basis`; those at the end may be missing, ``asserted`` or all of them."""

    def __getitem__(self, basis: Basis) -> Decimal:
        try:
            return self.amounts[_ORDER.index(basis)]
        except (IndexError, ValueError):
            raise KeyError(basis) from None

    def __iter__(self) -> Iterator[Basis]:
        return iter(_ORDER[: len(self.amounts)])

    def __len__(self) -> int:
        return len(self.amounts)

    def __hash__(self) -> int:
        return hash(self.amounts)

    def items(self) -> ItemsView[Basis, Decimal]:
        """Return basis and amount of each, made at once: the inherited view asks for one after the other."""
        return dict(zip(_ORDER, self.amounts, strict=False)).items()

    def plus(self, more: "ByBasis") -> "ByBasis":
        """Return the exact sums on each basis of both; the same object where there is nothing to add."""
        if not any(more.amounts):
            return self
        return ByBasis(tuple(exact.add(*each) for each in zip(self.amounts, more.amounts, strict=True)))


class ReserveStatus(StrEnum):
    """Three answers, not two (design, section 4, rule 12)."""

    COVERED = "covered"
    BREACH = "breach"
    UNKNOWN = "unknown"


class Cause(StrEnum):
    """Why coins that a list claims are not read."""

    NOT_CONFIGURED = "not_configured"
    """Some protocol reads the network, and no endpoint is configured."""
    NOT_READABLE = "not_readable"
    """No protocol reads it."""
    UNKNOWN_LABEL = "unknown_label"
    """The registry knows no network or token by the list's own name for it."""
    NOT_WATCHED = "not_watched"
    """Its accounts are too small to be watched, by the configuration."""
    FAILED = "failed"
    """Its endpoints gave no whole snapshot, or none lately."""


class Gap(msgspec.Struct, frozen=True, gc=False):
    """Why part of an asset is not known: a network that is missing, not configured or stale, or claims not judged."""

    network: str
    reason: str
    claimed: Decimal | None = None
    """What may be there by the list's own word or by the last reading, in whole coins on the basis that alerts act on;
    unbounded (infinite) where neither says anything. None where no coins are missing, but a document or a verdict."""
    cause: Cause | None = None
    """Of coins that are only claimed; None where no coins are missing."""


class PositionHeld(msgspec.Struct, frozen=True, gc=False):
    """The part of an asset's reserves that is no coin in a wallet: validators, shares, receipts of one kind."""

    token: Token
    """Its ``position`` says what it is."""
    amounts: Mapping[Basis, Decimal]
    """In whole coins of the asset; ``verified``, ``signed`` and ``listed``."""
    rate: Rate | None
    """By which they were counted; None where one unit is one coin."""

    @property
    def per_unit(self) -> Decimal:
        """Coins that one whole unit of the position stands for, rounded down to 18 places."""
        position = self.token.position
        if self.rate is None or position is None:
            return Decimal(1)
        units = self.rate.units(10 ** (position.decimals + _RATE_PLACES))
        return exact.coins(units // 10**self.token.decimals, _RATE_PLACES)


class ReportBump(msgspec.Struct, frozen=True, gc=False):
    """What the list's accounts held at the report's own heights, beside the days around it."""

    at: datetime
    """The time of the newest block of those heights; its day of UTC is the report's day."""
    held: Decimal
    """At those heights, in whole coins on the acting basis (``listed`` for ``asserted``)."""
    usual: Decimal
    """The median of the same accounts over the seven days around: the report's day, three before and three after."""
    days: int
    """How many of the seven are known."""

    @property
    def ratio(self) -> Decimal:
        """``held`` over ``usual``; infinite where there usually is nothing."""
        return exact.ratio(self.held, self.usual) if self.usual else exact.UNBOUNDED


@dataclass(frozen=True, slots=True)
class DayHeld:
    """What accounts held at the end of a day, whole: nothing of the asset was left unread."""

    day: datetime
    """When the day of UTC began."""
    asset: str
    basis: Basis
    accounts: str
    """The digest of those that were counted (see :class:`AssetAssessment`)."""
    held: Decimal
    """In whole coins."""


class AssetAssessment(msgspec.Struct, frozen=True, gc=False):
    """One asset of one exchange. Sums are whole coins; ratios are unrounded."""

    asset: str
    basis: Basis
    """The basis on which alerts act."""
    status: ReserveStatus
    breach_below: Decimal
    warn_below: Decimal | None
    owed: Decimal | None
    """None when no liabilities are known for the asset; then there is no ratio."""
    unaddressed: Decimal
    reserves: Mapping[str, Mapping[Basis, Decimal]]
    """By network, from every snapshot that is held, stale ones included; ``asserted`` is counted in ``totals`` only."""
    totals: Mapping[Basis, Decimal]
    """Over whole, fresh snapshots: what is known for certain."""
    ratios: Mapping[Basis, Decimal]
    """Empty unless every network of the asset is whole and fresh, and something is owed."""
    lower_bounds: Mapping[Basis, Decimal]
    """``totals`` over what is owed, 0 where nothing was read: what the ratio is at least. Empty if nothing is owed."""
    report_ratios: Mapping[Basis, Decimal]
    """Reserves at the report's own heights over the same report's liabilities; empty until all were read."""
    gaps: tuple[Gap, ...]
    upper_bounds: Mapping[Basis, Decimal] = msgspec.field(default_factory=dict)
    """The most that the ratio can be (rule 12): with all that could not be judged, and with what was not read counted
    at the exchange's own word, times what it may have grown since. Infinite where nothing limits it; keys as above."""
    unjudged: Mapping[Basis, Decimal] = msgspec.field(default_factory=dict)
    """Whole coins that were read and might count as well, if their claims could be judged."""
    unread: Mapping[Basis, Decimal] = msgspec.field(default_factory=dict)
    """Whole coins that are only claimed, where there is no whole, fresh snapshot; infinite where nothing is said."""
    comparable: Mapping[str, Decimal] = msgspec.field(default_factory=dict)
    """By network that is whole and fresh for all tokens of the asset: what counts or might, on ``basis``."""
    lowest: Mapping[str, Decimal] = msgspec.field(default_factory=dict)
    """The same at the block between the last snapshots that was looked back to, where less was there then."""
    not_comparable: frozenset[str] = frozenset()
    """The other networks that the asset is claimed on."""
    positions: tuple[PositionHeld, ...] = ()
    """What of ``reserves`` is no coin in a wallet, of every snapshot that is held; contained in ``reserves``."""
    frozen: tuple[PositionHeld, ...] = ()
    """By network that could be asked, what of it the token's issuer has blocked in the accounts: in no sum, as nobody
    can move it; 0 where nothing is."""
    implied: bool = False
    """Whether nobody names it: neither the list, which has addresses that may hold it, nor what is owed, nor the
    configuration. It is shown in brief."""
    whole: bool = False
    """Whether nothing of the asset is left unread, so that ``totals`` are all that there is on the accounts."""
    accounts: str = ""
    """A digest of the accounts that ``basis`` counts: sums with the same one are of the same accounts."""
    bump: ReportBump | None = None
    bump_unknown: str = ""
    """Why there is no ``bump``, where the report's own reserves are known."""


class ClaimMismatch(msgspec.Struct, frozen=True, gc=False):
    """A claimed amount that the chain does not confirm at the claimed height."""

    line: int
    network: str
    token: Token
    account: Address
    claimed: Decimal
    found: Decimal


@dataclass(frozen=True, slots=True)
class Heights:
    """The heights of one network that the rows of a list name."""

    count: int
    lowest: Height
    highest: Height

    def __str__(self) -> str:
        return f"{self.count} heights, {self.highest - self.lowest} blocks apart ({self.lowest} to {self.highest})"


@dataclass(frozen=True, slots=True)
class Audit:
    """The claimed amounts of one list against the chain at the claimed heights (never counted as reserves)."""

    at: datetime
    matches: int
    mismatches: tuple[ClaimMismatch, ...]
    unjudged: Mapping[str, int]
    """Reason to number of claims."""
    checked: Mapping[tuple[str, str], int]
    """(network, asset) to number of claims compared: 0 mismatches is only known where something was compared."""
    report_reserves: Mapping[str, Mapping[Basis, Decimal]]
    """By asset, where every claim of the asset was read. Where rows of a network name several heights, every account
    was, at each of them, and the lowest sum counts: coins that moved in between are there once."""
    asked: frozenset[str] = frozenset()
    """Networks that could be asked, whether they answered or not: one that is configured later may tell more."""
    report_unknown: Mapping[str, str] = field(default_factory=dict)
    """By asset that has no report reserves, the first reason."""
    heights: Mapping[str, Heights] = field(default_factory=dict)
    """By network on which rows name several heights."""
    report_times: Mapping[str, tuple[datetime, datetime]] = field(default_factory=dict)
    """By asset of ``report_reserves``, the times of the first and the last block of its heights."""
    report_accounts: Mapping[str, Mapping[Basis, str]] = field(default_factory=dict)
    """By asset of ``report_reserves``, the digests of the accounts that each basis counted."""


@dataclass(frozen=True, slots=True)
class RepeatedClaim:
    """A balance that several rows of a list claim: it is there once."""

    network: str
    account: Address
    rows: tuple[tuple[str, int], ...]
    """File and line of each."""

    def __str__(self) -> str:
        lines = ", ".join(str(line) for _, line in self.rows)
        return f"lines {lines} of {self.rows[0][0]}: {self.account} on {self.network} is claimed {len(self.rows)} times"


@dataclass(frozen=True, slots=True)
class Repeats:
    """What a list claims more than once."""

    counts: Mapping[str, int] = field(default_factory=dict)
    """By every network on which amounts are claimed, how many rows repeat an earlier one."""
    examples: tuple[RepeatedClaim, ...] = ()
    """The first few."""

    @property
    def total(self) -> int:
        """How many rows repeat an earlier one, on all networks."""
        return sum(self.counts.values())


@dataclass(frozen=True, slots=True)
class SignaturesGone:
    """Accounts for which a newer list no longer has the valid signature that the one before it had."""

    at: datetime
    """When the newer list was accepted."""
    accounts: int
    amounts: Mapping[str, Decimal]
    """By asset, what they held when that was last read, in whole coins."""
    unread: int
    """How many of them were never read."""


@dataclass(frozen=True, slots=True)
class SignatureAges:
    """How long the valid signatures of the current list are known here, each as long as account, message and signatures
    are the same: an old one shows nothing that has happened since.
    """

    oldest: datetime
    """When the first list was accepted that had the oldest."""
    median: datetime
    """When half of them were known."""
    count: int
    renewed: int
    """How many of them the current list is the first to have."""


@dataclass(frozen=True, slots=True)
class SharedAccounts:
    """Accounts that another exchange's list claims too: each of them can back only one of the two."""

    exchange: str
    """The other exchange."""
    count: int
    examples: tuple[str, ...]
    """The first few, as ``address on network``."""
