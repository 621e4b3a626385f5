"""Alerts, by the names that everyone else knows them by."""

from datetime import datetime, timedelta
from enum import StrEnum

import msgspec


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
    CLAIMS_UNREAD = "PorClaimsUnread"
    SNAPSHOT_STALE = "PorSnapshotStale"
    SNAPSHOT_ABSENT = "PorSnapshotAbsent"
    LIABILITIES_OLD = "PorLiabilitiesOld"
    LIABILITIES_ABSENT = "PorLiabilitiesAbsent"
    LIABILITIES_REFUSED = "PorLiabilitiesRefused"
    LIABILITIES_FELL = "PorLiabilitiesFell"
    PROOF_FAILED = "PorProofFailed"
    PROOF_DIFFERS = "PorProofDiffers"
    ROOT_CHANGED = "PorRootChanged"
    REPORT_BUMP = "PorReportBump"
    REPORT_MISSING = "PorReportMissing"
    LIST_ABSENT = "PorListAbsent"
    LIST_CHANGED = "PorListChanged"
    LIST_REFUSED = "PorListRefused"
    SIGNATURES_GONE = "PorSignaturesGone"
    OWNERSHIP_INVALID = "PorOwnershipInvalid"
    CONFIRMATION_LOST = "PorConfirmationLost"
    CLAIM_MISMATCH = "PorClaimMismatch"
    ACCOUNT_SHARED = "PorAccountShared"
    ENDPOINTS_DISAGREE = "PorEndpointsDisagree"
    ENDPOINT_DOWN = "PorEndpointDown"
    FOLLOW_DIFFERENCE = "PorFollowDifference"
    CLOCK_STEPPED = "PorClockStepped"
    JOB_FAILING = "PorJobFailing"
    STORE_FAILING = "PorStoreFailing"
    NOTIFICATIONS_FAILING = "PorNotificationsFailing"
    CONFIG_RELOAD_FAILED = "PorConfigReloadFailed"


class AlertState(msgspec.Struct, frozen=True, gc=False):
    """An alert as decided here. ``active`` after its ``for`` has passed; ``since`` is when the condition began."""

    name: AlertName
    severity: Severity
    exchange: str
    asset: str
    active: bool
    since: datetime | None
    summary: str
    """What is so and why, with names and numbers; empty while there is nothing to say."""
    holds_for: timedelta = timedelta()
    """The ``for`` that is configured: how long the condition must hold before this is active."""
