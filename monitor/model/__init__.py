"""The words of the project as frozen types.

Everything here is a value: no I/O, no clock, no import of another room. Amounts in base units are ``int``; whole
coins, ratios and limits are ``Decimal``; times are aware UTC ``datetime``. An absent value is ``None`` and always has
a reason beside it: unknown is never zero.
"""

from monitor.model.alerts import AlertName, AlertState, Severity
from monitor.model.balances import Balances, Reading, Snapshot
from monitor.model.chain import Block, Network, Token
from monitor.model.judgement import AssetAssessment, Audit, Basis, ClaimMismatch, Gap, ReserveStatus, SharedAccounts
from monitor.model.ownership import OwnerAnswer, OwnerQuestion, Verdict, VerdictStatus
from monitor.model.proofs import LiabilitiesProof, ProofStatus
from monitor.model.published import Claim, ClaimKind, Document, Liabilities, ListChanges, SummaryDifference, WalletList
from monitor.model.values import Address, frozen
from monitor.model.world import Assessment, DocumentState, EndpointState, RatioPoint, ReloadState, SnapshotState, World

__all__ = [
    "Address",
    "AlertName",
    "AlertState",
    "Assessment",
    "AssetAssessment",
    "Audit",
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
    "Liabilities",
    "LiabilitiesProof",
    "ListChanges",
    "Network",
    "OwnerAnswer",
    "OwnerQuestion",
    "ProofStatus",
    "RatioPoint",
    "Reading",
    "ReloadState",
    "ReserveStatus",
    "Severity",
    "SharedAccounts",
    "Snapshot",
    "SnapshotState",
    "SummaryDifference",
    "Token",
    "Verdict",
    "VerdictStatus",
    "WalletList",
    "World",
    "frozen",
]
