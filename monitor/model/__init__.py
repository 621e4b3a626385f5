"""The words of the project as frozen types.

Everything here is a value: no I/O, no clock, no import of another room. Amounts in base units are ``int``; whole
coins, ratios and limits are ``Decimal``; times are aware UTC ``datetime``. An absent value is ``None`` and always has
a reason beside it: unknown is never zero.
"""

from monitor.model.alerts import AlertName, AlertState, Severity
from monitor.model.balances import (
    AccountOutputs,
    Balances,
    LookBack,
    Rates,
    Reading,
    Snapshot,
    UnspentOutput,
    disjoint,
)
from monitor.model.chain import BalanceSlot, Block, Network, Token
from monitor.model.judgement import (
    AssetAssessment,
    Audit,
    Basis,
    ClaimMismatch,
    Gap,
    PositionHeld,
    ReserveStatus,
    SharedAccounts,
)
from monitor.model.ownership import OwnerAnswer, OwnerQuestion, Verdict, VerdictStatus
from monitor.model.positions import Position, PositionKind, Rate, RateCall
from monitor.model.proofs import LiabilitiesProof, ProofState, ProofStatus, Publication, Regularity, RootChange
from monitor.model.published import (
    Claim,
    ClaimKind,
    Document,
    Liabilities,
    LiabilitiesFall,
    LiabilitiesLedger,
    ListChanges,
    OwedAsset,
    StatedTotal,
    SummaryDifference,
    WalletList,
)
from monitor.model.values import Address, frozen
from monitor.model.world import (
    Assessment,
    DocumentState,
    EndpointState,
    JobState,
    RatioPoint,
    ReloadState,
    SnapshotState,
    Work,
    World,
)

__all__ = [
    "AccountOutputs",
    "Address",
    "AlertName",
    "AlertState",
    "Assessment",
    "AssetAssessment",
    "Audit",
    "BalanceSlot",
    "Balances",
    "Basis",
    "Block",
    "Claim",
    "ClaimKind",
    "ClaimMismatch",
    "Document",
    "DocumentState",
    "EndpointState",
    "Gap",
    "JobState",
    "Liabilities",
    "LiabilitiesFall",
    "LiabilitiesLedger",
    "LiabilitiesProof",
    "ListChanges",
    "LookBack",
    "Network",
    "OwedAsset",
    "OwnerAnswer",
    "OwnerQuestion",
    "Position",
    "PositionHeld",
    "PositionKind",
    "ProofState",
    "ProofStatus",
    "Publication",
    "Rate",
    "RateCall",
    "Rates",
    "RatioPoint",
    "Reading",
    "Regularity",
    "ReloadState",
    "ReserveStatus",
    "RootChange",
    "Severity",
    "SharedAccounts",
    "Snapshot",
    "SnapshotState",
    "StatedTotal",
    "SummaryDifference",
    "Token",
    "UnspentOutput",
    "Verdict",
    "VerdictStatus",
    "WalletList",
    "Work",
    "World",
    "disjoint",
    "frozen",
]
