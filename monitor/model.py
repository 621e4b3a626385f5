"""The words of the project as frozen types.

Everything here is a value: no I/O, no clock, no import of another room. Amounts in base units are ``int``; whole
coins, ratios and limits are ``Decimal``; times are aware UTC ``datetime``. An absent value is ``None`` and always has
a reason beside it: unknown is never zero.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Context, Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import TypeVar

K = TypeVar("K")
V = TypeVar("V")

_EXACT = Context(prec=100)  # uint256 has 78 digits

Address = str
"""An account in the canonical spelling of its network, as ``monitor.registry.addresses`` returns it."""


def frozen(mapping: Mapping[K, V]) -> Mapping[K, V]:
    """A read-only copy of ``mapping``, so that a shared value cannot be changed by whoever holds it."""
    return MappingProxyType(dict(mapping))


# --- Networks and tokens ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Network:
    """One chain. ``caip2`` tells forks and layers apart (CAIP-2); ``name`` is what people and metrics see."""

    name: str
    caip2: str
    family: str
    """The address and signature family (``evm``, ``bitcoin``, ``tron`` ...), a key of ``registry.addresses``."""
    title: str


@dataclass(frozen=True, slots=True)
class Token:
    """An asset's form on one network: the native coin (``contract`` is None) or a contract with decimals."""

    asset: str
    network: str
    contract: str | None
    decimals: int

    def whole(self, units: int) -> Decimal:
        """``units`` base units as whole coins, exactly (whatever the context's precision)."""
        return Decimal(units).scaleb(-self.decimals, _EXACT)

    def __str__(self) -> str:
        return f"{self.asset} on {self.network}" + (f" ({self.contract})" if self.contract else "")


# --- What an exchange publishes --------------------------------------------------------------------------------------


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
    height: int | None = None
    message: str = ""
    signatures: tuple[str, ...] = ()
    """In column order; an empty cell before a filled one stays as ``""``, so that signature i belongs to owner i."""
    key: str = ""
    """Redeem script, witness script or public key, whichever the family calls for."""
    owners: tuple[str, ...] = ()


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
class SummaryDifference:
    """A coin id whose published total is not the sum of its rows."""

    coin: str
    stated: Decimal
    summed: Decimal


@dataclass(frozen=True, slots=True)
class WalletList:
    """A published list, read whole. ``claims`` keeps the order and every row of the document."""

    document: Document
    layout: str
    claims: tuple[Claim, ...] = field(repr=False)
    """Not in the repr, which asyncio makes of every task's result: a million claims take seconds and gigabytes."""
    summary: Mapping[str, Decimal] = field(default_factory=dict)
    differences: tuple[SummaryDifference, ...] = ()
    unread: tuple[str, ...] = ()
    """What the document holds beside its claims (further files, columns, keys): a sentence each, for log and page."""


@dataclass(frozen=True, slots=True)
class ListChanges:
    """What differs between two lists, as positions: rows of the new list, and descriptions of rows that went."""

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    altered: tuple[str, ...] = ()
    """Same coin, network and address, but other evidence (message, signatures, key, owners, kind)."""
    restated: int = 0
    """Rows where only amount or height moved, as in every monthly list."""

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.altered)


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


# --- Ownership -------------------------------------------------------------------------------------------------------


class VerdictStatus(StrEnum):
    """What the signatures of a claim prove (design, section 4, rule 4)."""

    VERIFIED = "verified"
    UNBOUND = "unbound"
    INVALID = "invalid"
    UNSIGNED = "unsigned"
    UNSUPPORTED = "unsupported"


@dataclass(frozen=True, slots=True)
class Verdict:
    """A judged claim. ``reason`` is a sentence for people; it names the key, script or rule that decided."""

    status: VerdictStatus
    reason: str


@dataclass(frozen=True, slots=True)
class OwnerQuestion:
    """What to ask a chain about an ``unbound`` claim: do these signers control this account?

    Who signed is named as the network of the account names it: by address, or by key where an account is a name or a
    contract that holds keys.
    """

    network: str
    account: Address
    signers: tuple[Address, ...] = ()
    """Distinct owners whose signatures are valid."""
    digest: bytes = b""
    """The 32 bytes that were signed, for EIP-1271."""
    signatures: tuple[bytes, ...] = ()
    """65 bytes each (r, s, v with v 27 or 28), in the order of ``signers``; for EIP-1271."""
    keys: tuple[bytes, ...] = ()
    """Distinct public keys whose signatures are valid, as bytes: compressed, where the curve knows that."""


@dataclass(frozen=True, slots=True)
class OwnerAnswer:
    """The chain's answer at ``block``. Not confirmed is an answer; a node that did not answer is an error."""

    confirmed: bool
    reason: str
    block: Block
    referred: OwnerQuestion | None = None
    """Where another account (a validator's withdrawal address) controls this one: what its own network must confirm."""


# --- Balances --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Block:
    """The block that a number comes from."""

    number: int
    hash: str
    timestamp: datetime


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


# --- Judgement -------------------------------------------------------------------------------------------------------


class Basis(StrEnum):
    """Which reserves count. Each contains the one before (design, section 4, rule 5)."""

    VERIFIED = "verified"
    SIGNED = "signed"
    LISTED = "listed"
    ASSERTED = "asserted"


class ReserveStatus(StrEnum):
    """Three answers, not two (design, section 4, rule 12)."""

    COVERED = "covered"
    BREACH = "breach"
    UNKNOWN = "unknown"


class Severity(StrEnum):
    CRITICAL = "critical"
    WARNING = "warning"
    INFO = "info"


class AlertName(StrEnum):
    """Every alert, by the name that it has in metrics, in Prometheus rules and in docs/alerts/."""

    RATIO_BELOW_LIMIT = "PorRatioBelowLimit"
    RATIO_BELOW_WARNING = "PorRatioBelowWarning"
    RATIO_FALLING = "PorRatioFalling"
    RESERVE_UNKNOWN = "PorReserveUnknown"
    SNAPSHOT_STALE = "PorSnapshotStale"
    SNAPSHOT_ABSENT = "PorSnapshotAbsent"
    LIABILITIES_OLD = "PorLiabilitiesOld"
    LIABILITIES_ABSENT = "PorLiabilitiesAbsent"
    LIABILITIES_REFUSED = "PorLiabilitiesRefused"
    LIST_ABSENT = "PorListAbsent"
    LIST_CHANGED = "PorListChanged"
    LIST_REFUSED = "PorListRefused"
    OWNERSHIP_INVALID = "PorOwnershipInvalid"
    CLAIM_MISMATCH = "PorClaimMismatch"
    ACCOUNT_SHARED = "PorAccountShared"
    ENDPOINTS_DISAGREE = "PorEndpointsDisagree"
    ENDPOINT_DOWN = "PorEndpointDown"
    CONFIG_RELOAD_FAILED = "PorConfigReloadFailed"


@dataclass(frozen=True, slots=True)
class Gap:
    """Why part of an asset is not known: a network that is missing, not configured or stale, or claims not judged."""

    network: str
    reason: str


@dataclass(frozen=True, slots=True)
class AssetAssessment:
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
    """``totals`` over what is owed: never more than the ratio, present with any fresh snapshot."""
    report_ratios: Mapping[Basis, Decimal]
    """Reserves at the report's own heights over the same report's liabilities; empty until all were read."""
    gaps: tuple[Gap, ...]
    upper_bounds: Mapping[Basis, Decimal] = field(default_factory=dict)
    """``ratios`` if every claim that could not be judged (``unsupported``) turned out signed; same keys."""


@dataclass(frozen=True, slots=True)
class ClaimMismatch:
    """A claimed amount that the chain does not confirm at the claimed height."""

    line: int
    network: str
    token: Token
    account: Address
    claimed: Decimal
    found: Decimal


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
    """By asset, where every claim of the asset was read at its own height."""


@dataclass(frozen=True, slots=True)
class SharedAccounts:
    """Accounts that another exchange's list claims too: each of them can back only one of the two."""

    exchange: str
    """The other exchange."""
    count: int
    examples: tuple[str, ...]
    """The first few, as ``address on network``."""


@dataclass(frozen=True, slots=True)
class AlertState:
    """An alert as decided here. ``active`` after its ``for`` has passed; ``since`` is when the condition began."""

    name: AlertName
    severity: Severity
    exchange: str
    asset: str
    active: bool
    since: datetime | None
    summary: str
    """What is so and why, with names and numbers; empty while there is nothing to say."""


@dataclass(frozen=True, slots=True)
class DocumentState:
    """Where one published document of an exchange stands."""

    kind: str
    """``wallets`` or ``liabilities``."""
    current: Document | None
    fetched: int = 0
    """Attempts since the start."""
    failures: Mapping[str, int] = field(default_factory=dict)
    """Reason to count since the start."""
    refusal: str = ""
    """Why the newest attempt was refused; empty when it was accepted or unchanged."""
    refused_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class SnapshotState:
    """Where one network of one exchange stands. Times are of events; nothing is set before it happened."""

    network: str
    snapshot: Snapshot | None
    stale: bool
    """No whole snapshot younger than the network's ``stale_after``; also when there never was one."""
    wanted: int
    """Accounts that the list claims there and that can be asked for."""
    failure: str = ""
    """Why the newest attempt failed; empty after a success."""
    failed_at: datetime | None = None
    stale_after: timedelta | None = None
    """The network's own limit, for those who watch the age themselves."""


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
    liabilities_max_age: timedelta | None = None
    """None where no liabilities are configured."""


@dataclass(frozen=True, slots=True)
class ReloadState:
    """The last attempt to load the configuration."""

    successful: bool
    succeeded_at: datetime
    error: str = ""


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


@dataclass(frozen=True, slots=True)
class RatioPoint:
    """A ratio in the history: what 'falling fast' is judged on."""

    at: datetime
    exchange: str
    asset: str
    ratio: Decimal
