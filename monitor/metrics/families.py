"""Every metric by name, kind, help and labels. Rules, dashboards and ``docs/metrics.md`` rely on these names."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    GAUGE = "gauge"
    COUNTER = "counter"
    HISTOGRAM = "histogram"


@dataclass(frozen=True, slots=True)
class Family:
    """One metric family. A counter's ``name`` ends with ``_total``, as it is queried."""

    name: str
    kind: Kind
    help: str
    labels: tuple[str, ...] = ()


def _gauge(name: str, text: str, *labels: str) -> Family:
    return Family(name, Kind.GAUGE, text, labels)


def _counter(name: str, text: str, *labels: str) -> Family:
    return Family(name, Kind.COUNTER, text, labels)


RESERVE_RATIO = _gauge(
    "por_reserve_ratio",
    "Reserves over liabilities (1 is 100 %), rounded down; only while every network of the asset is whole and fresh.",
    "exchange", "asset", "basis",
)  # fmt: skip
RESERVE_RATIO_LOWER_BOUND = _gauge(
    "por_reserve_ratio_lower_bound",
    "Reserves known for certain, from whole, fresh snapshots, over liabilities: the ratio is at least this.",
    "exchange", "asset", "basis",
)  # fmt: skip
RESERVE_RATIO_UPPER_BOUND = _gauge(
    "por_reserve_ratio_upper_bound",
    "The most that the ratio can be: with all that could not be judged, and what is only claimed times its growth.",
    "exchange", "asset", "basis",
)  # fmt: skip
CLAIMS_UNREAD_RATIO = _gauge(
    "por_claims_unread_ratio",
    "What is only claimed, where no whole, fresh snapshot is, over liabilities; +Inf where no amount is said.",
    "exchange", "asset", "basis",
)  # fmt: skip
CLAIMS_UNREAD_LIMIT = _gauge(
    "por_claims_unread_limit_ratio", "Configured share of liabilities that may rest on what is only claimed."
)
RATIO_FALL = _gauge(
    "por_reserve_ratio_fall",
    "The largest fall of the ratio within the configured time, on the networks that were read then and now.",
    "exchange", "asset",
)  # fmt: skip
RATIO_FALL_LIMIT = _gauge("por_reserve_ratio_fall_limit", "Configured fall of the ratio that is an alert.")
REPORT_RESERVE_RATIO = _gauge(
    "por_report_reserve_ratio",
    "Reserves at the report's own heights over the same report's liabilities.",
    "exchange", "asset", "basis",
)  # fmt: skip
REPORT_BUMP_RATIO = _gauge(
    "por_report_bump_ratio",
    "Reserves at the report's own heights over the median of the seven days around, of the same accounts.",
    "exchange", "asset",
)  # fmt: skip
REPORT_BUMP_LIMIT = _gauge(
    "por_report_bump_limit_ratio",
    "Configured number of times the reserves of the days around that may be there for the report.",
)
RESERVE_STATUS = _gauge(
    "por_reserve_status",
    "1 for the answer that holds (covered, breach or unknown), 0 for the two others.",
    "exchange", "asset", "status",
)  # fmt: skip
RESERVES = _gauge(
    "por_reserves",
    "Coins held on one network in whole coins, from the last whole snapshot, however old it is.",
    "exchange", "asset", "network", "basis",
)  # fmt: skip
RESERVES_POSITIONS = _gauge(
    "por_reserves_positions",
    "The part of por_reserves that is no coin in a wallet (staked, locked, lent, wrapped), by what, in whole coins.",
    "exchange", "asset", "network", "position", "basis",
)  # fmt: skip
RESERVES_FROZEN = _gauge(
    "por_reserves_frozen",
    "Coins that the token's issuer has blocked, which are in no other series, in whole coins; absent where not told.",
    "exchange", "asset", "network", "basis",
)  # fmt: skip
RESERVES_CONTROL = _gauge(
    "por_reserves_control_ratio",
    "Shares of the listed reserves by whether a key was used within the configured time: shown, not_shown or unknown.",
    "exchange", "asset", "control",
)  # fmt: skip
RESERVES_UNADDRESSED = _gauge(
    "por_reserves_unaddressed",
    "Reserves stated without addresses, in whole coins: part of the basis asserted only.",
    "exchange", "asset",
)  # fmt: skip
PRICE_USD = _gauge(
    "por_price_usd", "US dollars for one coin, by a feed at the block of a snapshot or by a file.", "asset"
)
PRICE_TIMESTAMP = _gauge("por_price_timestamp_seconds", "When its source set the price.", "asset")
RESERVES_USD = _gauge(
    "por_reserves_usd",
    "What is known for certain to be held, in US dollars; absent without a price, so that no sum of it is all.",
    "exchange", "asset", "basis",
)  # fmt: skip
LIABILITIES_USD = _gauge(
    "por_liabilities_usd", "Published total owed, in US dollars; absent without a price.", "exchange", "asset"
)
LIABILITIES = _gauge("por_liabilities", "Published total owed, in whole coins.", "exchange", "asset")
LIABILITIES_TIMESTAMP = _gauge(
    "por_liabilities_timestamp_seconds", "The moment that the published liabilities are as of.", "exchange"
)
LIABILITIES_CARRIED_TIMESTAMP = _gauge(
    "por_liabilities_carried_timestamp_seconds",
    "The moment that an amount owed is as of, where the newest report does not name the asset any more.",
    "exchange", "asset",
)  # fmt: skip
LIABILITIES_FELL_TIMESTAMP = _gauge(
    "por_liabilities_fell_timestamp_seconds",
    "When a report was first seen that owes much less of the asset than before; absent once as much is owed again.",
    "exchange", "asset",
)  # fmt: skip
LIABILITIES_MAX_AGE = _gauge(
    "por_liabilities_max_age_seconds", "Configured age over which liabilities are old.", "exchange"
)
LIABILITIES_PROOF = _gauge(
    "por_liabilities_proof",
    "1 for what became of the newest published proof of liabilities, 0 for the other statuses; absent until verified.",
    "exchange", "scheme", "status", "strength",
)  # fmt: skip
LIABILITIES_PROOF_TIMESTAMP = _gauge(
    "por_liabilities_proof_timestamp_seconds",
    "When the newest published proof of liabilities was verified.",
    "exchange",
)
LIABILITIES_PROOF_DIFFERENCES = _gauge(
    "por_liabilities_proof_differences",
    "Figures (root and totals) in which proof and report differ; absent where nothing of the two can be compared.",
    "exchange",
)
LIABILITIES_ROOT_CHANGES = _counter(
    "por_liabilities_root_changes_total",
    "Published roots that were replaced although the report stayed the same, since the history began.",
    "exchange",
)
LIABILITIES_REPORTS_IN_A_ROW = _gauge(
    "por_liabilities_reports_in_a_row", "Months with a report up to the newest one, without a gap.", "exchange"
)
LIABILITIES_REPORTS_MISSING = _gauge(
    "por_liabilities_reports_missing", "Reports that were due in the last 92 days and never came.", "exchange"
)
RATIO_LIMIT = _gauge(
    "por_ratio_limit",
    "Configured limit of the reserve ratio: critical is the breach, warning comes before it.",
    "exchange", "asset", "severity",
)  # fmt: skip
ALERT_ACTIVE = _gauge(
    "por_alert_active",
    "1 while the alert is active by the monitor's own judgement, 0 while it is evaluated and quiet.",
    "exchange", "asset", "alert", "severity",
)  # fmt: skip
ALERT_BASIS = _gauge(
    "por_alert_basis",
    "1 for the basis that the exchange's ratio alerts act on; no series for others.",
    "exchange",
    "basis",
)
CLAIMS = _gauge(
    "por_claims", "Rows of the wallet list by what their signatures prove.", "exchange", "network", "verdict"
)
CLAIM_MISMATCHES = _gauge(
    "por_claim_mismatches",
    "Claimed amounts that the chain does not confirm at the claimed height; only where some were compared.",
    "exchange", "network", "asset",
)  # fmt: skip
CONFIRMATIONS_LOST = _gauge(
    "por_confirmations_lost",
    "Rows that a chain once confirmed and that are not verified now: it says so, or what it said is too old.",
    "exchange", "cause",
)  # fmt: skip
CLAIMS_REPEATED = _gauge(
    "por_claims_repeated",
    "Rows that claim an amount in an account of which an earlier row claims it too, at the same height.",
    "exchange", "network",
)  # fmt: skip
SHARED_ACCOUNTS = _gauge(
    "por_shared_accounts", "Accounts that the exchange claims and another one too.", "exchange", "other"
)
WALLET_LIST_TIMESTAMP = _gauge(
    "por_wallet_list_timestamp_seconds", "When the current wallet list was accepted.", "exchange"
)
SIGNATURES_GONE = _gauge(
    "por_signatures_gone",
    "Accounts for which a newer list no longer has the valid signature of the one before; until the configured time.",
    "exchange",
)
SIGNATURE_AGE = _gauge(
    "por_signature_age_seconds",
    "How long the current list's valid signatures are known here with the same message: the oldest, and the median.",
    "exchange", "statistic",
)  # fmt: skip
WALLET_LIST_CHANGES = _counter(
    "por_wallet_list_changes_total",
    "Claims added, removed or altered by newer wallet lists since the history began.",
    "exchange", "change",
)  # fmt: skip
SNAPSHOT_SUCCESS = _gauge(
    "por_snapshot_success_timestamp_seconds",
    "When the last whole snapshot was taken; absent until one was, and after it was dropped for its age.",
    "exchange", "network",
)  # fmt: skip
SNAPSHOT_BLOCK_NUMBER = _gauge(
    "por_snapshot_block_number",
    "The block that the last whole snapshot was read at; of a window the last one.",
    "exchange",
    "network",
)
SNAPSHOT_BLOCK_TIMESTAMP = _gauge(
    "por_snapshot_block_timestamp_seconds", "The time of that block by its own header.", "exchange", "network"
)
SNAPSHOT_WINDOW_BLOCKS = _gauge(
    "por_snapshot_window_blocks",
    "Blocks from the first to the last of the window of the last whole snapshot; absent where that is of one block.",
    "exchange", "network",
)  # fmt: skip
SNAPSHOT_ACCOUNTS = _gauge(
    "por_snapshot_accounts", "Distinct accounts read in the last whole snapshot.", "exchange", "network"
)
SNAPSHOT_STALE_AFTER = _gauge(
    "por_snapshot_stale_after_seconds",
    "Configured age over which a snapshot proves nothing; also while there is no snapshot.",
    "exchange", "network",
)  # fmt: skip
ENDPOINT_REQUESTS = _counter("por_endpoint_requests_total", "Requests sent to the endpoint.", "network", "endpoint")
ENDPOINT_FAILURES = _counter(
    "por_endpoint_failures_total", "Requests that the endpoint failed.", "network", "endpoint", "reason"
)
ENDPOINT_UP = _gauge(
    "por_endpoint_up",
    "Whether the endpoint answered when it was last asked; absent until it has been asked.",
    "network", "endpoint",
)  # fmt: skip
ENDPOINT_DISAGREEMENTS = _counter(
    "por_endpoint_disagreements_total",
    "Answers that differed from those of other endpoints at the same block.",
    "network", "endpoint",
)  # fmt: skip
FOLLOW_DIFFERENCE = _gauge(
    "por_follow_difference",
    "Whether the newest scan of all outputs contradicts what was followed; absent before there was one to compare.",
    "network", "endpoint",
)  # fmt: skip
SCAN_PROGRESS = _gauge(
    "por_scan_progress_ratio",
    "How far a scan of outputs, or the way back to a past block, has come; absent while none is under way.",
    "network", "endpoint",
)  # fmt: skip
ENDPOINT_HEAD_BLOCK = _gauge(
    "por_endpoint_head_block",
    "The number of the block that the endpoint named when all were last asked; absent until it named one.",
    "network", "endpoint",
)  # fmt: skip
ENDPOINT_HEAD_LAG = _gauge(
    "por_endpoint_head_lag_blocks",
    "How many blocks that was behind the newest one known to as many endpoints as must agree.",
    "network", "endpoint",
)  # fmt: skip
DOCUMENT_FETCHES = _counter(
    "por_document_fetches_total", "Attempts to fetch a published document.", "exchange", "document"
)
DOCUMENT_FAILURES = _counter(
    "por_document_failures_total",
    "Attempts that failed or whose document was refused.",
    "exchange", "document", "reason",
)  # fmt: skip
DOCUMENT_REFUSED = _gauge(
    "por_document_refused", "Whether the newest attempt at the document was refused.", "exchange", "document"
)
CLOCK_CONTRADICTED = _gauge(
    "por_clock_contradicted", "Whether the times of the newest blocks contradict the clock of the monitor's machine."
)
JOB_FAILING = _gauge(
    "por_job_failing",
    "Whether the last run of the monitor's own job failed, or the one under way stands still.",
    "task",
)
JOB_FAILURES = _counter(
    "por_job_failures_total", "Runs of the monitor's own job that ended in an error that nobody expected.", "task"
)
STORE_WRITES = _counter("por_store_writes_total", "Attempts to write to the history.")
STORE_WRITE_FAILURES = _counter("por_store_write_failures_total", "Attempts to write to the history that failed.")
STORE_FAILING = _gauge(
    "por_store_failing", "Whether the newest write to the history failed, or a document in use is not written."
)
STORE_KEEPS = _gauge(
    "por_store_keeps", "Whether it is this monitor that keeps the history and tells people, of those that share it."
)
NOTIFICATIONS = _counter(
    "por_notifications_total", "Messages that the channel was to take, by what became of them.", "channel", "result"
)
NOTIFICATION_FAILURES = _counter(
    "por_notification_failures_total", "Messages that the channel did not take, by why.", "channel", "reason"
)
NOTIFICATIONS_WAITING = _gauge(
    "por_notifications_waiting", "Alerts, begun or ended, that the channel has not been told yet.", "channel"
)
NOTIFICATION_CHANNEL_UP = _gauge(
    "por_notification_channel_up", "Whether the channel took the newest message, or none was to be sent yet.", "channel"
)
ASSESSED = _gauge("por_assessed_timestamp_seconds", "When all that is known was last judged.")
CONFIG_RELOAD_SUCCESS = _gauge(
    "por_config_reload_success_timestamp_seconds", "When a configuration was last loaded successfully."
)
CONFIG_RELOAD_SUCCESSFUL = _gauge(
    "por_config_last_reload_successful", "Whether the last attempt to load the configuration succeeded."
)
BUILD_INFO = _gauge("por_build_info", "The monitor's version; always 1.", "version")
ACCOUNT_BALANCE = _gauge(
    "por_account_balance",
    "Coins in one account in whole coins; only with metrics.account_series, the largest shares of each asset first.",
    "exchange", "network", "asset", "account",
)  # fmt: skip
ACCOUNT_SERIES_DROPPED = _gauge(
    "por_account_series_dropped", "Account balances not shown because of metrics.account_series; absent if that is 0."
)

SNAPSHOT_ATTEMPTS = _counter(
    "por_snapshot_attempts_total", "Snapshots begun since the process started.", "exchange", "network"
)
SNAPSHOT_FAILURES = _counter(
    "por_snapshot_failures_total", "Snapshots given up since the process started.", "exchange", "network", "reason"
)
SNAPSHOT_DURATION = Family(
    "por_snapshot_duration_seconds", Kind.HISTOGRAM, "How long whole snapshots took.", ("exchange", "network")
)

FAMILIES: tuple[Family, ...] = tuple(value for value in list(globals().values()) if isinstance(value, Family))
"""Every family of this module, in the order above."""
