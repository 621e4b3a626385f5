"""What an exchange publishes: the list of its wallets, and what it owes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

import msgspec

from monitor.model.chain import Token
from monitor.model.units import Height
from monitor.model.values import Address


class ClaimKind(StrEnum):
    """What a row claims: coins in an account, or ETH staked through a validator (OKX's column ``Type``)."""

    ACCOUNT = "account"
    STAKING = "staking"
    RESTAKING = "restaking"


@dataclass(frozen=True, slots=True)
class Claim:
    """One row of a published wallet list, with its account decoded or the reason why it could not be."""

    file: str
    line: int
    coin: str
    """The exchange's own id (``USDT-TRC20``), trimmed."""
    network: str | None
    """Short name of the network; None when the registry does not know the coin id."""
    token: Token | None
    """What is held; None when the registry does not know it. ``fault`` says so."""
    address: str
    """As published, trimmed."""
    account: Address | None
    """Canonical form of ``address``; None when it does not decode. ``fault`` says why."""
    fault: str = ""
    kind: ClaimKind = ClaimKind.ACCOUNT
    amount: Decimal | None = None
    height: Height | None = None
    message: str = ""
    """The signed text, exactly."""
    signatures: tuple[str, ...] = ()
    """In column order; an empty cell before a filled one stays as ``""``, so that signature i belongs to owner i."""
    key: str = ""
    """Redeem script, witness script or public key, whichever the family calls for."""
    owners: tuple[str, ...] = ()
    padded: bool = False
    """Whether white space around ``message`` may be its table's: then the text without it may be what was signed."""
    implied: bool = False
    """Whether the list names an address only, and ``token`` is one of those that it may hold."""
    custodian: str = ""
    """Who keeps the account for the exchange, as the list calls them; empty: it says nothing of that."""
    shared: Decimal | None = None
    """Where a row states one amount for all of its accounts together: that amount at the first, and 0 at the others."""
    rest: int = 0
    """How many rows it stands for that are too small to be watched; 0: it is a row itself."""

    @property
    def stated(self) -> Decimal | None:
        """What the list claims, so that a sum over its claims is the list's own; no account is held to it by itself."""
        return self.shared if self.amount is None else self.amount


@dataclass(frozen=True, slots=True)
class Document:
    """The identity of bytes that were read: what a published number can be traced back to."""

    source: str
    """Path or URL, without credentials or query secrets."""
    sha256: str
    size: int
    fetched_at: datetime
    modified_at: datetime | None = None
    members: tuple[str, ...] = ()
    """Names of the files read out of an archive; empty when the document is the file itself."""


@dataclass(frozen=True, slots=True)
class ListedReport:
    """A report that an exchange's own page lists among all of its reports."""

    report_id: str
    created_at: datetime
    """By the page's word."""


@dataclass(frozen=True, slots=True)
class SummaryDifference:
    """A coin id whose published total is not the sum of its rows."""

    coin: str
    stated: Decimal
    summed: Decimal


@dataclass(frozen=True, slots=True)
class StatedTotal:
    """A total that a list states beside its rows."""

    file: str
    coin: str
    """As stated: a coin id, ``BTC(ALL)``, or another name."""
    coins: tuple[str, ...]
    """The coin ids whose rows in ``file`` it is the total of."""
    stated: Decimal
    summed: Decimal
    """What these rows add up to, exactly."""
    agrees: bool
    """Whether ``summed``, in the decimals that are stated, is what is stated."""


@dataclass(frozen=True, slots=True)
class WalletList:
    """A published list, read whole. ``claims`` keeps the order and every row of the document."""

    document: Document
    layout: str
    claims: tuple[Claim, ...] = field(repr=False)
    """Not in the repr, which asyncio makes of every task's result: a million claims take seconds and gigabytes."""
    summary: tuple[StatedTotal, ...] = ()
    unread: tuple[str, ...] = ()
    """What the document holds beside its claims (further files, columns, keys): a sentence each, for log and page."""

    @property
    def differences(self) -> tuple[SummaryDifference, ...]:
        """The stated totals that are not the sum of their rows."""
        return tuple(
            SummaryDifference(total.coin, total.stated, total.summed) for total in self.summary if not total.agrees
        )


@dataclass(frozen=True, slots=True)
class ListChanges:
    """What differs between two lists, as positions: rows of the new list, and descriptions of rows that went."""

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    altered: tuple[str, ...] = ()
    """Same coin, network and address, but other evidence (message, signatures, key, owners, kind)."""
    restated: int = 0
    """Rows where only amount or height moved, as in every monthly list."""
    added_coins: Mapping[str, Decimal] = field(default_factory=dict)
    """What the added rows claim, in whole coins by asset, or by coin id where that is not placed. Rows that claim no
    amount add nothing."""
    removed_coins: Mapping[str, Decimal] = field(default_factory=dict)
    """What the removed rows claimed."""

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.altered)


@dataclass(frozen=True, slots=True)
class LiabilitiesFall:
    """An asset of which a report owes much less than was owed before, or nothing."""

    asset: str
    before: Decimal
    """Whole coins, as of ``before_as_of``."""
    before_as_of: datetime
    amount: Decimal
    as_of: datetime
    seen_at: datetime


class OwedAsset(msgspec.Struct, frozen=True, gc=False):
    """What is owed of one asset, by the last report that named it, in whole coins."""

    amount: Decimal
    as_of: datetime
    highest: Decimal
    """What a fall is measured by: the highest amount of late, as of ``highest_as_of``."""
    highest_as_of: datetime
    fall: LiabilitiesFall | None = None
    """The last one, while as much is not owed again."""


@dataclass(frozen=True, slots=True)
class LiabilitiesLedger:
    """What all accepted reports of one exchange come to: what one of them named stays owed."""

    document: Document
    """The newest report."""
    as_of: datetime
    """Of the newest report."""
    source: str
    """Where that was configured to come from, without secrets."""
    assets: Mapping[str, OwedAsset]


@dataclass(frozen=True, slots=True)
class Liabilities:
    """Published totals owed, in whole coins, with the moment that they are as of."""

    document: Document
    layout: str
    as_of: datetime
    owed: Mapping[str, Decimal]
    unaddressed: Mapping[str, Decimal] = field(default_factory=dict)
    """Reserves stated without addresses (third-party custody): part of the basis ``asserted`` only."""
    report_id: str = ""
    merkle_root: str = ""
    unknown_names: frozenset[str] = frozenset()
    """Keys of ``owed`` and ``unaddressed`` that the registry knows no asset by: maybe an asset in another spelling."""
    carried: Mapping[str, datetime] = field(default_factory=dict)
    """Assets of ``owed`` that this report does not name, with the moment that their amount is as of."""
    falls: tuple[LiabilitiesFall, ...] = ()
    """Assets of which it owes much less than before, or of which an earlier one did and no more is owed since."""
    notes: tuple[str, ...] = ()
    """What the document says beside its figures, or left unclear: a sentence each, with its place, for the log."""
