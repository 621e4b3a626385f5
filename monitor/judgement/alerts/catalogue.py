"""Every alert with its defaults: the one table that the daemon, the runbooks and the tests read."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from monitor.model import AlertName, Severity, frozen
from monitor.settings import AlertRule, AlertsSettings

_AT_ONCE = timedelta()
_CRITICAL, _WARNING, _INFO = Severity.CRITICAL, Severity.WARNING, Severity.INFO

DISAGREEMENT_LASTS = timedelta(hours=1)
"""How long PorEndpointsDisagree stays up after the last disagreement."""


@dataclass(frozen=True, slots=True)
class AlertKind:
    """What an alert says and how it behaves unless the configuration says otherwise."""

    severity: Severity
    holds_for: timedelta
    """Its ``for``: the condition must hold this long before the alert is active."""
    clear_after: timedelta
    """The condition must be gone this long before the alert ends."""
    meaning: str
    adds_up: bool = False
    """Its ``for`` adds up the times for which the condition held: touching the limit from above starts nothing anew."""


CATALOGUE: Mapping[AlertName, AlertKind] = frozen({
    # Ratios come from whole snapshots at one block, so there is no noise to wait out; hysteresis stops the flapping.
    AlertName.RATIO_BELOW_LIMIT: AlertKind(
        _CRITICAL, _AT_ONCE, _AT_ONCE, "The reserves of an asset are under what is owed times its limit.",
        adds_up=True,
    ),
    AlertName.RATIO_BELOW_WARNING: AlertKind(
        _WARNING, _AT_ONCE, _AT_ONCE, "The reserves of an asset are under what is owed times its warning limit.",
        adds_up=True,
    ),
    AlertName.RATIO_FALLING: AlertKind(
        _WARNING, _AT_ONCE, _AT_ONCE, "The reserve ratio of an asset lost more than allowed within a short time.",
        adds_up=True,
    ),
    AlertName.RESERVE_UNKNOWN: AlertKind(
        _WARNING, timedelta(minutes=30), _AT_ONCE, "It cannot be told whether an asset that is owed is covered."
    ),
    AlertName.CLAIMS_UNREAD: AlertKind(
        _WARNING, timedelta(minutes=30), _AT_ONCE, "Much of what is owed is only claimed on networks that are not read."
    ),
    AlertName.SNAPSHOT_STALE: AlertKind(
        # It ends no sooner than PorSnapshotAbsent begins: a snapshot that is dropped for its age makes no silence.
        _WARNING, _AT_ONCE, timedelta(minutes=10), "The last whole snapshot of a network is too old to prove anything.",
    ),
    AlertName.SNAPSHOT_ABSENT: AlertKind(
        _WARNING, timedelta(minutes=10), _AT_ONCE, "A network on which coins are claimed has no snapshot at all."
    ),
    AlertName.LIABILITIES_OLD: AlertKind(
        _WARNING, _AT_ONCE, _AT_ONCE, "The published liabilities are older than allowed."
    ),
    AlertName.LIABILITIES_ABSENT: AlertKind(
        _WARNING, timedelta(minutes=10), _AT_ONCE,
        "No liabilities are known, of an exchange or of an asset that should have some.",
    ),
    AlertName.LIABILITIES_REFUSED: AlertKind(
        _WARNING, _AT_ONCE, _AT_ONCE,
        "The newest liabilities, or the proof of them, could not be fetched or read; the last good ones stay.",
    ),
    AlertName.LIABILITIES_FELL: AlertKind(
        _WARNING, _AT_ONCE, _AT_ONCE, "Much less of an asset is owed than shortly before."
    ),
    AlertName.PROOF_FAILED: AlertKind(
        _CRITICAL, _AT_ONCE, _AT_ONCE, "The published proof of liabilities does not hold, or cannot be read."
    ),
    AlertName.PROOF_DIFFERS: AlertKind(
        # A report and its proof are seldom published, and never fetched, at the same moment.
        _WARNING, timedelta(hours=2), _AT_ONCE, "The proof of liabilities and the report contradict each other."
    ),
    AlertName.ROOT_CHANGED: AlertKind(
        _WARNING, _AT_ONCE, _AT_ONCE, "A published root was replaced although the report stayed the same."
    ),
    AlertName.REPORT_BUMP: AlertKind(
        _INFO, _AT_ONCE, _AT_ONCE, "Much more was held for the report than in the days around."
    ),
    AlertName.REPORT_MISSING: AlertKind(
        _INFO, _AT_ONCE, _AT_ONCE, "A report that was due within the last quarter never came."
    ),
    AlertName.LIST_ABSENT: AlertKind(
        _WARNING, timedelta(minutes=10), _AT_ONCE, "No wallet list was ever accepted."
    ),
    AlertName.LIST_CHANGED: AlertKind(
        _INFO, _AT_ONCE, _AT_ONCE, "The wallet list names other accounts or other evidence than before."
    ),
    AlertName.LIST_REFUSED: AlertKind(
        _WARNING, _AT_ONCE, _AT_ONCE, "The newest wallet list could not be fetched or read; the last good one stays."
    ),
    AlertName.SIGNATURES_GONE: AlertKind(
        _WARNING, _AT_ONCE, _AT_ONCE, "The newest wallet list no longer proves accounts that the one before proved."
    ),
    AlertName.OWNERSHIP_INVALID: AlertKind(
        _WARNING, _AT_ONCE, _AT_ONCE, "Signatures or addresses in the wallet list are wrong."
    ),
    AlertName.CONFIRMATION_LOST: AlertKind(
        _WARNING, _AT_ONCE, _AT_ONCE, "Claims that a chain once confirmed are no longer verified."
    ),
    AlertName.CLAIM_MISMATCH: AlertKind(
        _WARNING, _AT_ONCE, _AT_ONCE, "Claimed amounts differ from the chain at the claimed heights."
    ),
    AlertName.ACCOUNT_SHARED: AlertKind(
        _WARNING, _AT_ONCE, _AT_ONCE, "Two exchanges claim the same accounts."
    ),
    AlertName.ENDPOINTS_DISAGREE: AlertKind(
        _WARNING, _AT_ONCE, _AT_ONCE, "Endpoints of a network told different balances at the same block."
    ),
    AlertName.ENDPOINT_DOWN: AlertKind(
        _WARNING, timedelta(minutes=5), _AT_ONCE, "An endpoint does not answer, or not the call that is needed."
    ),
    AlertName.FOLLOW_DIFFERENCE: AlertKind(
        _WARNING, _AT_ONCE, _AT_ONCE, "What was followed block by block is not what a scan of all outputs has found."
    ),
    AlertName.CLOCK_STEPPED: AlertKind(
        _WARNING, _AT_ONCE, _AT_ONCE, "The times of the newest blocks contradict the clock of the machine."
    ),
    AlertName.JOB_FAILING: AlertKind(
        _WARNING, _AT_ONCE, _AT_ONCE, "Something that the monitor does again and again fails, or stands still."
    ),
    AlertName.STORE_FAILING: AlertKind(
        # What little is still written between failures makes no end of it.
        _WARNING, _AT_ONCE, timedelta(minutes=10), "The history, or a document that was accepted, cannot be written.",
    ),
    AlertName.NOTIFICATIONS_FAILING: AlertKind(
        # What a second attempt mends is no news.
        _WARNING, timedelta(minutes=5), _AT_ONCE, "A channel does not take what it is to tell people.",
    ),
    AlertName.CONFIG_RELOAD_FAILED: AlertKind(
        _WARNING, _AT_ONCE, _AT_ONCE, "The configuration on disk is wrong; the one before it is still in use."
    ),
})  # fmt: skip
"""By name; docs/alerts/ has a page on each."""

MONITOR_DOWN: Mapping[str, AlertKind] = frozen({
    "PorMonitorDown": AlertKind(
        _CRITICAL, timedelta(minutes=2), _AT_ONCE, "The monitor cannot be scraped, so nothing is watched."
    ),
})  # fmt: skip
"""What only Prometheus can tell: it has a rule and a page, and the daemon does not know it."""


@dataclass(frozen=True, slots=True)
class Rule:
    """How an alert behaves here: its defaults under what the configuration says."""

    severity: Severity
    holds_for: timedelta
    clear_after: timedelta
    adds_up: bool


def rule(name: AlertName, settings: AlertsSettings) -> Rule | None:
    """The rule for ``name``; None where it is switched off."""
    kind, own = CATALOGUE[name], settings.rules.get(name, AlertRule())
    if not own.enabled:
        return None
    return Rule(
        severity=own.severity or kind.severity,
        holds_for=kind.holds_for if own.for_ is None else own.for_,
        clear_after=kind.clear_after if own.clear_after is None else own.clear_after,
        adds_up=kind.adds_up,
    )
