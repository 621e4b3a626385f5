"""One exchange in depth: an asset's ratio on every basis, what it is made of, and how sound each part is."""

from grafana_foundation_sdk.builders import timeseries
from grafana_foundation_sdk.builders.dashboard import CustomVariable, Dashboard
from grafana_foundation_sdk.models.dashboard import DynamicConfigValue, VariableOption

from monitor.metrics import families
from monitor.metrics.families import Family
from tools.dashboards import looks
from tools.dashboards.annotations import alerts, changes_and_reports
from tools.dashboards.claims import claims
from tools.dashboards.coins import coins, dollars
from tools.dashboards.frame import EXCHANGE_IN_DEPTH, Part, asset, dashboard, exchange
from tools.dashboards.liabilities import liabilities
from tools.dashboards.looks import BAD, GOOD, WARNING
from tools.dashboards.panels import (
    Column,
    Line,
    bars,
    dashed,
    graph,
    label,
    number,
    rows,
    timeline,
)
from tools.dashboards.promql import (
    ASSET,
    EXCHANGE,
    MONITOR,
    acting,
    age,
    by_reason,
    counted,
    counted_in_range,
    highest,
    lowest,
    network_state,
    of,
    snapshot_age,
    snapshot_age_of_limit,
    status,
    truncated,
    worst_status,
)

_SAME_ASSET = "on (job, instance, exchange, asset) group_left ()"
_CRITICAL = of(families.RATIO_LIMIT, ASSET, 'severity="critical"')
_WARNING = of(families.RATIO_LIMIT, ASSET, 'severity="warning"')
_OWED = of(families.LIABILITIES, ASSET)
_LIMITS = [Line(highest(_CRITICAL), "limit"), Line(highest(_WARNING), "warning limit")]


def exchange_in_depth() -> Dashboard:
    board = dashboard(
        EXCHANGE_IN_DEPTH,
        "Proof of reserves: one exchange",
        "One asset of one exchange at a time: coins of different assets are never added up.",
        [exchange(), asset(), _basis()],
        [_glance(), _ratio(), coins(), dollars(), liabilities(), claims(), _snapshots()],
    )
    # An alert about the exchange as a whole has an empty asset.
    for marks in (*changes_and_reports(EXCHANGE), alerts(f'{EXCHANGE}, asset=~"|$asset"')):
        board.annotation(marks)
    return board


def _basis() -> CustomVariable:
    """For what the exporter tells by network; asserted reserves are on no network."""
    return (
        CustomVariable("basis")
        .label("Basis of reserves by network")
        .values("verified,signed,listed")
        .current(VariableOption(selected=True, text="signed", value="signed"))
        .allow_custom_value(allow_custom_value=False)
    )


def _glance() -> Part:
    ratio = acting(of(families.RESERVE_RATIO, ASSET))
    as_of, accepted = of(families.LIABILITIES_TIMESTAMP, EXCHANGE), of(families.WALLET_LIST_TIMESTAMP, EXCHANGE)
    return "$asset of $exchange", [
        number(
            "Status",
            "Covered: what is known for certain reaches the limit. Breach: everything is known and does not. "
            "Unknown: neither can be told.",
            status(ASSET),
            looks.COUNT,
            mappings=(looks.STATUS,),
            width=3,
        ),
        number(
            "Ratio",
            "Reserves over liabilities on the acting basis, cut off after four decimals. Unknown unless every network "
            "of the asset is whole and fresh.",
            truncated(lowest(ratio)),
            looks.RATIO,
            decimals=looks.RATIO_DECIMALS,
            width=3,
        ),
        number(
            "Margin over the limit",
            "The ratio less the limit under which it is a breach, both as they are.",
            lowest(f"{ratio} - {_SAME_ASSET} {_CRITICAL}"),
            looks.RATIO,
            decimals=looks.RATIO_DECIMALS,
            base=BAD,
            steps=((0, GOOD),),
            width=3,
        ),
        number(
            "At least",
            "The lower bound of the ratio on the acting basis: what whole, fresh snapshots show for certain.",
            truncated(lowest(acting(of(families.RESERVE_RATIO_LOWER_BOUND, ASSET)))),
            looks.RATIO,
            decimals=looks.RATIO_DECIMALS,
            width=3,
        ),
        number("Owed", "The published total owed, in whole coins.", highest(_OWED), looks.COINS, width=3),
        label(
            "Acting basis",
            "The basis on which the exchange's alerts act.",
            highest(of(families.ALERT_BASIS, EXCHANGE), "basis"),
            "{{basis}}",
            width=3,
        ),
        number(
            "Liabilities as of",
            "The moment that the published liabilities are as of. The ratio sets today's coins against them.",
            f"1000 * {highest(as_of, 'exchange')}",
            looks.AGO,
            width=3,
        ),
        number(
            "List accepted",
            "When the current wallet list was accepted.",
            f"1000 * {highest(accepted, 'exchange')}",
            looks.AGO,
            width=3,
        ),
        timeline(
            "The last 90 days",
            "The worst answer within each step, so that a breach of one scrape is seen too. Where there is no colour, "
            "the monitor said nothing, or Prometheus does not keep it any more.",
            Line(worst_status(ASSET), "{{asset}}"),
            (looks.STATUS,),
            height=5,
        )
        .time_from("90d")
        .interval("1h"),
    ]


def _ratio() -> Part:
    unread = of(families.CLAIMS_UNREAD_RATIO, ASSET)
    # There is a ratio only while every network is read.
    none = f"on (job, instance, basis) 0 * {of(families.RESERVE_RATIO, ASSET)}"
    return "Ratio of $asset", [
        _with_limits(
            "Ratio on every basis",
            "Today's reserves over the latest liabilities. Each basis contains the one before: verified, signed, "
            "listed, asserted. Cut off after four decimals; a gap is a time in which it was not known.",
            [_of_each_basis(families.RESERVE_RATIO)],
        ),
        _with_limits(
            "What is certain on the acting basis",
            "Between the lower bound (what whole, fresh snapshots show for certain) and the upper bound (with all that "
            "could not be judged, and what is only claimed times its growth). Status and alerts follow from these.",
            [
                Line(truncated(lowest(acting(of(families.RESERVE_RATIO_UPPER_BOUND, ASSET)))), "at most"),
                Line(truncated(lowest(acting(of(families.RESERVE_RATIO_LOWER_BOUND, ASSET)))), "at least"),
            ],
        ).override_by_name(
            "at most",
            [DynamicConfigValue("custom.fillBelowTo", "at least"), DynamicConfigValue("custom.fillOpacity", 15)],
        ),
        _with_limits(
            "The report's own ratio",
            "Reserves at the heights that the wallet list names, over the same report's liabilities: like is compared "
            "with like. There only when every claim of the asset could be read at its height.",
            [_of_each_basis(families.REPORT_RESERVE_RATIO)],
        ),
        _limited(
            "Only claimed",
            "What is only claimed, where no whole, fresh snapshot is, over liabilities, against the share that may "
            "rest on it. No line where no amount is said.",
            Line(truncated(highest(f"{unread} or {none}", "basis")), "{{basis}}"),
            of(families.CLAIMS_UNREAD_LIMIT, MONITOR),
        ),
        _limited(
            "Largest fall",
            "The largest fall of the ratio within the configured time, on the networks that were read then and now, "
            "against the fall that is an alert.",
            Line(truncated(highest(of(families.RATIO_FALL, ASSET), "asset")), "{{asset}}"),
            of(families.RATIO_FALL_LIMIT, MONITOR),
        ),
        _limited(
            "The report beside the days around",
            "What the list's accounts held at the report's own heights over the median of the seven days around, "
            "against the number of times that is an alert. No line where not enough whole days are known.",
            Line(truncated(highest(of(families.REPORT_BUMP_RATIO, ASSET), "asset")), "{{asset}}"),
            of(families.REPORT_BUMP_LIMIT, MONITOR),
        ),
    ]


def _limited(title: str, description: str, line: Line, limit: str) -> timeseries.Panel:
    lines = [line, Line(truncated(f"min({limit})"), "limit")]
    panel = graph(title, description, lines, looks.RATIO, decimals=looks.RATIO_DECIMALS, minimum=0, width=8)
    return dashed(panel, "limit", BAD)


def _of_each_basis(family: Family) -> Line:
    return Line(truncated(lowest(of(family, ASSET), "basis")), "{{basis}}")


def _with_limits(title: str, description: str, lines: list[Line]) -> timeseries.Panel:
    panel = graph(title, description, [*lines, *_LIMITS], looks.RATIO, decimals=looks.RATIO_DECIMALS, width=8)
    return dashed(dashed(panel, "limit", BAD), "warning limit", WARNING).height(10)


def _snapshots() -> Part:
    block_time = of(families.SNAPSHOT_BLOCK_TIMESTAMP, EXCHANGE)
    failures, attempts = of(families.SNAPSHOT_FAILURES, EXCHANGE), of(families.SNAPSHOT_ATTEMPTS, EXCHANGE)
    return "Snapshots of $exchange", [
        rows(
            "Networks",
            "The last whole snapshot of every network on which coins are claimed. Attempts and failures are those of "
            "the dashboard's time range, for what is configured.",
            {"network": "Network"},
            [
                Column("State", network_state(EXCHANGE, "network"), looks.COUNT, mappings=(looks.NETWORK_STATE,)),
                Column("Age", snapshot_age(EXCHANGE, "network"), looks.DURATION, absent="none"),
                Column(
                    "Of the allowed age",
                    snapshot_age_of_limit(EXCHANGE, "network"),
                    looks.RATIO,
                    0,
                    base=GOOD,
                    steps=((0.8, WARNING), (1, BAD)),
                    absent="none",
                ),
                Column(
                    "Block",
                    highest(of(families.SNAPSHOT_BLOCK_NUMBER, EXCHANGE), "network"),
                    looks.COUNT,
                    absent="none",
                ),
                Column("Block's age", highest(age(block_time), "network"), looks.DURATION, absent="none"),
                Column(
                    "Accounts", highest(of(families.SNAPSHOT_ACCOUNTS, EXCHANGE), "network"), looks.COUNT, absent="none"
                ),
                Column("Attempts", counted_in_range(attempts, "network"), looks.COUNT, 0, absent="none"),
                Column("Failures", counted_in_range(failures, "network"), looks.COUNT, 0, absent="none"),
            ],
            sort_by="State",
        ),
        timeline(
            "State of the networks",
            "Fresh, stale, without a snapshot, or claimed but not read at all.",
            Line(network_state(EXCHANGE, "network"), "{{network}}"),
            (looks.NETWORK_STATE,),
            width=8,
        ),
        graph(
            "Block numbers",
            "The block that each network's last whole snapshot was read at. A flat line is a node that stands still.",
            [Line(highest(of(families.SNAPSHOT_BLOCK_NUMBER, EXCHANGE), "network"), "{{network}}")],
            looks.COUNT,
            width=8,
        ),
        bars(
            "Failed snapshots",
            "Snapshots given up, by network and the reasons that occurred since the start.",
            [
                Line(
                    by_reason(counted(failures, "network, reason"), failures, counted(attempts, "network"), "network"),
                    "{{network}}: {{reason}}",
                )
            ],
            looks.COUNT,
            width=8,
        ),
    ]
