"""All that is known at one moment: what metrics, page and API show."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

import msgspec

from monitor.model.alerts import AlertState
from monitor.model.balances import LookBack, Snapshot
from monitor.model.chain import Reorganisation, Token
from monitor.model.control import ControlShown
from monitor.model.judgement import (
    AssetAssessment,
    Audit,
    Basis,
    Repeats,
    SharedAccounts,
    SignatureAges,
    SignaturesGone,
)
from monitor.model.notifications import ChannelState
from monitor.model.ownership import LostConfirmations
from monitor.model.packed import PackedClaims, PackedVerdicts
from monitor.model.prices import Prices
from monitor.model.proofs import ProofState, Regularity
from monitor.model.published import Document, Liabilities, ListChanges, SummaryDifference
from monitor.model.reason_codes import VerdictStatus
from monitor.model.units import Caip2, Height
from monitor.model.values import frozen

_NO_CHAIN = Caip2("")
_NO_CLAIMS = PackedClaims(())
_NO_VERDICTS = PackedVerdicts(())


@dataclass(frozen=True, slots=True)
class DocumentState:
    """Where one published document of an exchange stands."""

    kind: str
    """``wallets``, ``liabilities`` or ``proof``."""
    current: Document | None
    fetched: int = 0
    """Attempts since the start."""
    failures: Mapping[str, int] = field(default_factory=dict)
    """Reason to count since the start."""
    refusal: str = ""
    """Why the newest attempt was refused; empty when it was accepted or unchanged."""
    refused_at: datetime | None = None
    unsaved: bool = False
    """It is in use, but could not be written to the history: a restart would not find it."""


class Durations(msgspec.Struct, frozen=True, gc=False):
    """How long something took since the start, each time that it was done."""

    within: Mapping[float, int] = msgspec.field(default_factory=dict)
    """Seconds to how often it took no longer."""
    count: int = 0
    seconds: float = 0.0
    """All together."""

    def added(self, seconds: float) -> "Durations":
        """These, and one more."""
        within = {limit: count + (seconds <= limit) for limit, count in self.within.items()}
        return Durations(frozen(within), self.count + 1, self.seconds + seconds)


class SnapshotAttempts(msgspec.Struct, frozen=True, gc=False):
    """The attempts at snapshots since the start."""

    begun: int = 0
    failures: Mapping[str, int] = msgspec.field(default_factory=dict)
    """Reason to count; every reason, from zero."""
    took: Durations = msgspec.field(default_factory=Durations)
    """Those that became whole."""


@dataclass(frozen=True, slots=True)
class SnapshotState:
    """Where one network of one exchange stands. Times are of events; nothing is set before it happened."""

    network: str
    last: Snapshot | None
    """The last whole one, however old: even where it proves nothing any more, what it held may still be there."""
    stale: bool
    """No whole snapshot younger than the network's ``stale_after``; also when there never was one."""
    wanted: int
    """Accounts that the list claims there and that can be asked for."""
    failure: str = ""
    """Why the newest attempt failed; empty after a success."""
    failed_at: datetime | None = None
    stale_after: timedelta | None = None
    """The network's own limit, for those who watch the age themselves."""
    low: LookBack | None = None
    """What the largest accounts of ``snapshot`` held at a block before it; None where that is not known."""
    attempted: bool = True
    """Whether an attempt has ended since the start, well or not; before that nobody knows what is to be had there."""
    attempts: SnapshotAttempts = field(default_factory=SnapshotAttempts)
    chain: Caip2 = _NO_CHAIN
    """The CAIP-2 id of what ``last`` was read of: the network's name may stand for another chain tomorrow."""
    dropped: bool = False
    """Whether ``last`` is over the hard age limit, and not shown any more."""
    earlier: Mapping[Token, Snapshot] = field(default_factory=dict)
    """Of tokens that the chain refused to tell at the block of ``last``: the last snapshot that has them."""
    untold: Mapping[Token, str] = field(default_factory=dict)
    """Where the newest attempt failed for single tokens only: why, by token; ``failure`` sums them up."""

    @property
    def snapshot(self) -> Snapshot | None:
        """``last``, unless it was dropped for its age."""
        return None if self.dropped else self.last

    def of(self, token: Token) -> Snapshot | None:
        """The last snapshot that has ``token``, however old it is."""
        if self.last is not None and token in self.last.balances:
            return self.last
        return self.earlier.get(token)

    def fresh(self, token: Token, now: datetime) -> bool:
        """Whether ``token`` was read whole, and lately enough to count."""
        snapshot = self.of(token)
        if snapshot is None or snapshot is self.last:
            return snapshot is not None and not self.stale
        return self.stale_after is not None and timedelta() <= now - snapshot.taken_at <= self.stale_after


@dataclass(frozen=True, slots=True)
class Work:
    """Something that takes long, and how far it is."""

    what: str
    share: float
    """From 0 to 1."""


@dataclass(frozen=True, slots=True)
class EndpointState:
    """An endpoint's record since the start. ``name`` is configured or the host; never a URL that may hold a key."""

    network: str
    name: str
    protocol: str
    up: bool | None
    """None until it has been asked."""
    requests: int
    failures: Mapping[str, int]
    """Reason to count."""
    disagreements: int
    last_error: str = ""
    last_success_at: datetime | None = None
    method: str = ""
    """How it tells many balances at once, where endpoints of its protocol differ in that; empty until found out."""
    work: Work | None = None
    """What it does just now that takes long."""
    difference: str | None = None
    """Where it follows balances block by block: what the newest rescan found otherwise. None before there was one."""
    standing: str = "good"
    """What speaks against asking it first: ``good``, ``behind``, ``doubted`` or ``down``."""
    head: Height | None = None
    """The number of the block that it named last, when all endpoints were asked; None until it named one."""
    lag: int | None = None
    """How many blocks that was behind the newest one known to as many endpoints as must agree."""
    archive: bool | None = None
    """Whether it keeps the states of past blocks; None until found out."""
    block_age: timedelta | None = None
    """How old the newest block that it named was then, by the block's own time; negative where that lay ahead of the
    clock. None until it named one, and on test networks, which may rest."""
    reorganisations: tuple[Reorganisation, ...] = ()
    """The last that its own chain went through since the start, the newest at the end."""


@dataclass(frozen=True, slots=True)
class Assessment:
    """Everything known about one exchange at one moment. Replaced as a whole, never changed."""

    exchange: str
    title: str
    at: datetime
    basis: Basis
    assets: Mapping[str, AssetAssessment]
    snapshots: Mapping[str, SnapshotState]
    verdicts: Mapping[tuple[str, VerdictStatus], int]
    """(network, status) to number of claims; network is ``unknown`` where the registry could not place a claim."""
    documents: Mapping[str, DocumentState]
    liabilities: Liabilities | None
    listed_at: datetime | None
    """When the current list was accepted."""
    messages: Mapping[str, int]
    """Signed message texts seen, to number of claims."""
    changes: Mapping[str, int]
    """``added``, ``removed``, ``altered`` since the history began."""
    last_changes: ListChanges | None
    changed_at: datetime | None
    differences: tuple[SummaryDifference, ...]
    audit: Audit | None
    shared: tuple[SharedAccounts, ...] = ()
    lost: LostConfirmations = field(default_factory=LostConfirmations)
    repeats: Repeats = field(default_factory=Repeats)
    """What the current list claims more than once."""
    liabilities_max_age: timedelta | None = None
    """None where no liabilities are configured."""
    proof: ProofState | None = None
    """None where none is configured, or none was verified yet."""
    signatures_gone: SignaturesGone | None = None
    """What a newer list last lost of them; None where none ever did."""
    signature_ages: SignatureAges | None = None
    """None where the current list has no valid signature, or the history could not be read."""
    control: ControlShown | None = None
    """None where it is not configured, or was not looked at yet."""
    regularity: Regularity | None = None
    """None until something was published."""
    claims: PackedClaims = _NO_CLAIMS
    """The rows of the current list in their order, without their evidence but the message."""
    claim_verdicts: PackedVerdicts = field(default_factory=lambda: _NO_VERDICTS)
    """One for each of ``claims``."""
    explorers: Mapping[str, str] = field(default_factory=dict)
    """By network: the URL of a page on any account there, with ``{account}`` in its place."""
    own_token: str = ""
    """The asset that the exchange itself has issued; empty where it is not said."""


@dataclass(frozen=True, slots=True)
class ReloadState:
    """The last attempt to load the configuration."""

    successful: bool
    succeeded_at: datetime
    error: str = ""


@dataclass(frozen=True, slots=True)
class JobState:
    """How one of the daemon's own jobs does: ``wallets:okx``, ``network:ethereum`` and so on."""

    key: str
    failures: int
    """Runs since the start that ended in an exception, which nobody expected."""
    error: str
    """Why its last run was one of them, or that the one under way stands still; empty when all is well."""


@dataclass(frozen=True, slots=True)
class AlertLimits:
    """Configured limits of alerts that hold for all exchanges, for those who decide them again."""

    unread: Decimal = Decimal("0.05")
    """Share of what is owed that may rest on what is only claimed."""
    fall: Decimal = Decimal("0.05")
    """How much of the ratio may be lost within the configured time."""
    changed_for: timedelta = timedelta(hours=24)
    """How long a change of a list is news."""
    bump: Decimal = Decimal("1.1")
    """How many times the reserves of the days around may be there at the report's heights."""


class Fall(msgspec.Struct, frozen=True, gc=False):
    """How much less is held against what is owed than at an earlier moment, on the networks that both can tell of."""

    drop: Decimal
    """In ratio; 0 or less where nothing fell."""
    since: datetime
    """The moment that is compared with: the highest of the time."""
    networks: tuple[str, ...]
    """Whole and fresh then and now, or nothing was claimed there at one of the moments."""
    before: Decimal
    """What these networks held then over what was owed then; ``before - drop`` is the same of now."""


@dataclass(frozen=True, slots=True)
class StoreState:
    """How writing to the history went since the start."""

    writes: int = 0
    """Transactions that were attempted."""
    failures: int = 0
    failure: str = ""
    """Why the newest one failed; empty after one that did not."""
    keeps: bool = True
    """Whether this monitor keeps the history and tells people; not while another that shares it does."""


@dataclass(frozen=True, slots=True)
class World:
    """All that metrics, page and API may show: one reference, swapped as a whole."""

    at: datetime
    assessments: Mapping[str, Assessment]
    endpoints: tuple[EndpointState, ...]
    alerts: tuple[AlertState, ...]
    reload: ReloadState
    ready: bool
    """Configuration loaded and a first pass finished."""
    jobs: tuple[JobState, ...] = ()
    """Empty where there is no daemon."""
    limits: AlertLimits = AlertLimits()
    falls: Mapping[tuple[str, str], Fall] = field(default_factory=dict)
    """By exchange and asset: the largest fall of the ratio within ``alerts.falling.within``, where it can be told."""
    store: StoreState = StoreState()
    channels: tuple[ChannelState, ...] = ()
    """Who is told of alerts."""
    configuration: Mapping[str, object] = field(default_factory=dict)
    """In force; secrets masked, as JSON's types."""
    account_series: int = 0
    """How many accounts may have a series of their own (``metrics.account_series``)."""
    prices: Prices | None = None
    """None where none are configured."""


class RatioPoint(msgspec.Struct, frozen=True, gc=False):
    """What was known of an asset at one moment: the history, and what 'falling fast' is judged on."""

    at: datetime
    exchange: str
    asset: str
    ratio: Decimal | None
    """The live ratio on the basis that alerts act on; None while a network was missing or stale."""
    owed: Decimal | None = None
    held: Mapping[str, Decimal | None] = msgspec.field(default_factory=dict)
    """Whole coins by network that the asset is claimed on: what counted, or might have, on the acting basis. None where
    it was not whole and fresh."""
