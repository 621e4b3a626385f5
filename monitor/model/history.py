"""What was known of assets over time, by steps that keep every extreme: no mean ever hides a breach."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Self

import msgspec
from msgspec import structs

from monitor.formats import exact
from monitor.model.chain import Block
from monitor.model.judgement import AssetAssessment, Basis, ReserveStatus

_LENGTHS = {"raw": timedelta(minutes=1), "hourly": timedelta(hours=1), "daily": timedelta(days=1)}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ALONE = {basis: (basis,) for basis in Basis}
_BEST_FIRST = (ReserveStatus.COVERED, ReserveStatus.UNKNOWN, ReserveStatus.BREACH)


class Step(StrEnum):
    """How finely the history tells; ``raw`` is a minute, hours and days are those of UTC."""

    RAW = "raw"
    HOURLY = "hourly"
    DAILY = "daily"

    @property
    def length(self) -> timedelta:
        """How long one step lasts."""
        return _LENGTHS[self.value]

    def begins(self, at: datetime) -> datetime:
        """When the step began that ``at`` lies in."""
        return at - (at - _EPOCH) % self.length


class Extent(msgspec.Struct, frozen=True, gc=False):
    """The values that something had within a step."""

    first: Decimal
    last: Decimal
    lowest: Decimal
    highest: Decimal

    @classmethod
    def of(cls, value: Decimal) -> Self:
        """The extent of a single value."""
        return cls(value, value, value, value)

    def and_then(self, value: Decimal) -> "Extent":
        """Return the extent of this, and of ``value`` after it."""
        if value == self.last:
            return self
        return Extent(self.first, value, min(self.lowest, value), max(self.highest, value))


class AssetStep(msgspec.Struct, frozen=True, gc=False):
    """What the World said of one asset within a step. Without owed there are no bounds; amounts are whole coins."""

    bases: tuple[Basis, ...]
    """On which basis alerts acted, in the order in which they did; all else here is of that basis."""
    known: Extent | None
    """What whole, fresh snapshots held."""
    owed: Extent | None
    lower: Extent | None
    """Of the bound of the ratio that is certain."""
    upper: Extent | None
    """Of the most that the ratio could be; infinite where nothing limited it."""
    spent: Mapping[ReserveStatus, timedelta] = msgspec.field(default_factory=dict)
    """How long each status held that was ever seen, if only for a moment. What is missing to the length of the step is
    time in which nobody watched."""
    whole: Decimal | None = None
    """``known`` when nothing of the asset was left unread last; kept of days alone. None where that never was so."""
    accounts: str = ""
    """The digest of the accounts that were counted all the time; kept of days alone. Empty where they changed."""

    @classmethod
    def of(cls, asset: AssetAssessment) -> Self:
        """A step in which nothing was seen but ``asset``, just now."""
        basis = asset.basis
        return cls(
            _ALONE[basis],
            _extent(asset.totals.get(basis)),
            _extent(asset.owed),
            _extent(asset.lower_bounds.get(basis)),
            _extent(asset.upper_bounds.get(basis)),
            {asset.status: timedelta()},
            _whole(asset),
            asset.accounts,
        )

    def and_then(self, asset: AssetAssessment) -> "AssetStep":
        """Return what was seen here, and ``asset`` after it."""
        basis = asset.basis
        return AssetStep(
            self.bases if basis in self.bases else (*self.bases, basis),
            _and_then(self.known, asset.totals.get(basis)),
            _and_then(self.owed, asset.owed),
            _and_then(self.lower, asset.lower_bounds.get(basis)),
            _and_then(self.upper, asset.upper_bounds.get(basis)),
            self.spent if asset.status in self.spent else {**self.spent, asset.status: timedelta()},
            self.whole if (whole := _whole(asset)) is None else whole,
            asset.accounts if asset.accounts == self.accounts else "",
        )

    def lasting(self, status: ReserveStatus, time: timedelta) -> "AssetStep":
        """Return the same ``time`` later, in which ``status`` held on."""
        return structs.replace(self, spent={**self.spent, status: self.spent.get(status, timedelta()) + time})

    @property
    def worst(self) -> ReserveStatus | None:
        """The worst status that was seen, a breach before what is unknown; None of a time of which none was kept."""
        return worst_status(self.spent)


@dataclass(frozen=True, slots=True)
class PastDay:
    """What the accounts of a list held at the end of a day, read afterwards at the blocks of that moment."""

    exchange: str
    day: datetime
    """When the day of UTC began."""
    basis: Basis
    """The one that alerts acted on when it was read."""
    read_at: datetime
    blocks: Mapping[str, Block]
    """By network that was read, the last block of the day."""
    held: Mapping[str, Mapping[Basis, Decimal]]
    """By asset of which every network was read, in whole coins."""
    accounts: Mapping[str, Mapping[Basis, str]]
    """By every asset of the list, the digests of the accounts that each basis counted."""
    unknown: Mapping[str, str] = field(default_factory=dict)
    """By asset that is not in ``held``, why."""
    settled: bool = True
    """Whether asking again would find no more."""

    @property
    def step(self) -> "HistoryStep":
        """The same as a day of the history: without what was owed then, which is not read, and so without bounds."""
        counted = self.basis.of_accounts
        assets = {
            asset: AssetStep(
                (counted,), Extent.of(sums[counted]), None, None, None, {}, sums[counted], self.accounts[asset][counted]
            )
            for asset, sums in self.held.items()
        }
        return HistoryStep(self.exchange, Step.DAILY, self.day, assets, self.read_at, self.blocks)


@dataclass(frozen=True, slots=True)
class HistoryStep:
    """All assets of one exchange within one step."""

    exchange: str
    step: Step
    at: datetime
    """When the step began."""
    assets: Mapping[str, AssetStep]
    read_at: datetime | None = None
    """Of a day that nobody watched: when its end was read afterwards. None: it was seen live."""
    blocks: Mapping[str, Block] = field(default_factory=dict)
    """By network, at which it was read then."""


def worst_status(seen: Iterable[ReserveStatus]) -> ReserveStatus | None:
    """Return the worst of what was seen, a breach before what is unknown; None where nothing was."""
    return max(seen, key=_BEST_FIRST.index, default=None)


def _whole(asset: AssetAssessment) -> Decimal | None:
    """What the accounts held, with what the issuer of a token has frozen there: a report's heights tell both as one."""
    basis = asset.basis.of_accounts
    held = asset.totals.get(basis) if asset.whole else None
    return None if held is None else exact.total((held, *(each.amounts[basis] for each in asset.frozen)))


def _extent(value: Decimal | None) -> Extent | None:
    return None if value is None else Extent.of(value)


def _and_then(before: Extent | None, value: Decimal | None) -> Extent | None:
    if before is None or value is None:
        return before or _extent(value)
    return before.and_then(value)
