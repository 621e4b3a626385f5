"""All exchanges at a glance: who is covered, who is not, of whom it is not known, and why."""

from grafana_foundation_sdk.builders import stat
from grafana_foundation_sdk.builders.dashboard import Dashboard

from monitor.metrics import families
from tools.dashboards import looks
from tools.dashboards.annotations import alerts, changes_and_reports
from tools.dashboards.frame import OVERVIEW, Part, assets, dashboard, exchanges, in_depth
from tools.dashboards.looks import BAD, GOOD, UNKNOWN, WARNING
from tools.dashboards.panels import Column, Line, graph, number, rows, timeline
from tools.dashboards.promql import (
    ASSETS,
    EXCHANGES,
    MONITOR,
    acting,
    age,
    answers,
    each_status,
    highest,
    lowest,
    network_state,
    of,
    or_zero,
    snapshot_age,
    status,
    truncated,
)

_SAME_ASSET = "on (job, instance, exchange, asset)"
_RATIO = acting(of(families.RESERVE_RATIO, ASSETS))
_CRITICAL = of(families.RATIO_LIMIT, ASSETS, 'severity="critical"')
_WARNING = of(families.RATIO_LIMIT, ASSETS, 'severity="warning"')
_KEYS = {"exchange": "Exchange", "asset": "Asset"}


def overview() -> Dashboard:
    board = dashboard(
        OVERVIEW,
        "Proof of reserves: all exchanges",
        "Do the coins that each exchange can be shown to hold on chain cover what it says it owes?",
        [exchanges(), assets()],
        [_now(), _assets(), _reasons(), _exchanges()],
    )
    # Alerts have an empty exchange or asset where they are about all of them.
    for marks in (*changes_and_reports(EXCHANGES), alerts(f'{MONITOR}, exchange=~"|$exchange", asset=~"|$asset"')):
        board.annotation(marks)
    return board


def _now() -> Part:
    critical = of(families.ALERT_ACTIVE, MONITOR, 'severity="critical"')
    others = of(families.ALERT_ACTIVE, MONITOR, 'severity!="critical"')
    each = "exchange, asset, alert"
    return "Now", [
        _assets_that_are("covered", GOOD, "What is known for certain already reaches the limit."),
        _assets_that_are("breach", BAD, "Everything is known, and it does not reach the limit."),
        _assets_that_are(
            "unknown", UNKNOWN, "Neither can be told; 'Why unknown' says why. That is no breach, nor fine."
        ),
        number(
            "Critical alerts",
            "Critical alerts that are active by the monitor's own judgement.",
            f"sum({highest(critical, each)})",
            looks.COUNT,
            base=GOOD,
            steps=((1, BAD),),
        ),
        number(
            "Other alerts",
            "Warnings and notes that are active by the monitor's own judgement.",
            f"sum({highest(others, each)})",
            looks.COUNT,
            base=GOOD,
            steps=((1, WARNING),),
        ),
        number(
            "Monitor",
            "Whether Prometheus reaches every chosen monitor. While one is down, nothing here is news.",
            f"min(up{{{MONITOR}}})",
            looks.COUNT,
            mappings=(looks.UP,),
        ),
    ]


def _assets_that_are(answer: str, colour: str, meaning: str) -> stat.Panel:
    selector = of(families.RESERVE_STATUS, ASSETS, f'status="{answer}"')
    return number(
        answer.capitalize(),
        f"How many of the chosen assets of the chosen exchanges. {meaning}",
        f"sum({highest(selector)})",
        looks.COUNT,
        steps=((1, colour),),
    )


def _assets() -> Part:
    frozen = highest(of(families.RESERVES_FROZEN, ASSETS, 'basis="listed"'), "exchange, asset, network")
    return "Assets", [
        rows(
            "Every asset",
            "Ratios are on the basis that the exchange's alerts act on, cut off after four decimals: what is under "
            "100 % never reads 100 %. The margin is the ratio less its limit, uncut. There is a ratio only while "
            "every network of the asset is whole and fresh; the two bounds always stand. What is only claimed, where "
            "nothing is read, is a share of what is owed. Coins frozen by their issuer count nowhere else. Dollars: "
            "what is known for certain to be held, and what is owed; never a sum of all assets.",
            _KEYS,
            [
                Column("Status", status(ASSETS), looks.COUNT, mappings=(looks.STATUS,)),
                _ratio("Ratio", truncated(lowest(_RATIO))),
                _ratio("At least", truncated(lowest(acting(of(families.RESERVE_RATIO_LOWER_BOUND, ASSETS))))),
                _ratio("At most", truncated(lowest(acting(of(families.RESERVE_RATIO_UPPER_BOUND, ASSETS))))),
                _ratio("Only claimed", truncated(highest(acting(of(families.CLAIMS_UNREAD_RATIO, ASSETS))))),
                _ratio("Limit", highest(_CRITICAL)),
                _ratio("Warning limit", highest(_WARNING), absent="none"),
                Column(
                    "Margin",
                    lowest(f"{_RATIO} - {_SAME_ASSET} group_left () {_CRITICAL}"),
                    looks.RATIO,
                    looks.RATIO_DECIMALS,
                    base=BAD,
                    steps=((0, GOOD),),
                ),
                Column("Owed (coins)", highest(of(families.LIABILITIES, ASSETS)), looks.COINS),
                Column("Frozen (coins)", f"sum by (exchange, asset) ({frozen})", looks.COINS, absent="not told"),
                Column("Held at least (USD)", lowest(acting(of(families.RESERVES_USD, ASSETS))), looks.DOLLARS),
                Column("Owed (USD)", highest(of(families.LIABILITIES_USD, ASSETS)), looks.DOLLARS),
            ],
            sort_by="Status",
            links={title: in_depth("Exchange", "Asset") for title in _KEYS.values()},
            height=10,
        ),
        timeline(
            "Status over time",
            "Covered, unknown or breach. Where there is no colour, the monitor said nothing.",
            Line(status(ASSETS), "{{exchange}} {{asset}}"),
            (looks.STATUS,),
            width=12,
            height=10,
        ),
        graph(
            "Ratio on the acting basis",
            "Reserves over liabilities on the basis that the exchange's alerts act on, cut off after four decimals. "
            "A gap is a time in which it was not known.",
            [Line(truncated(lowest(_RATIO)), "{{exchange}} {{asset}}")],
            looks.RATIO,
            decimals=looks.RATIO_DECIMALS,
        ).height(10),
    ]


def _ratio(title: str, expr: str, absent: str = "unknown") -> Column:
    return Column(title, expr, looks.RATIO, looks.RATIO_DECIMALS, absent=absent)


def _reasons() -> Part:
    unknown = of(families.RESERVE_STATUS, ASSETS, 'status="unknown"')
    owed = of(families.LIABILITIES, ASSETS)
    unsupported = of(families.CLAIMS, EXCHANGES, 'verdict="unsupported"')
    claims = of(families.CLAIMS, EXCHANGES)
    return "Why unknown", [
        rows(
            "Unknown assets",
            "Assets of which neither cover nor breach can be told. What is missing on which network in full words, "
            "with the monitor's reason, is on the exchange's own page and at /api/v1/exchanges/{name}.",
            _KEYS,
            [
                Column(
                    "Because",
                    highest(f"({unknown} and {_SAME_ASSET} {owed}) or {_SAME_ASSET} 2 * {unknown}"),
                    looks.COUNT,
                    mappings=(looks.WHY_UNKNOWN,),
                ),
                _ratio("At least", truncated(lowest(acting(of(families.RESERVE_RATIO_LOWER_BOUND, ASSETS))))),
                _ratio("Only claimed", truncated(highest(acting(of(families.CLAIMS_UNREAD_RATIO, ASSETS))))),
            ],
            sort_by="At least",
            descending=False,
            only=("Because", 1),
            links={title: in_depth("Exchange", "Asset") for title in _KEYS.values()},
            none="No asset is unknown, as far as any is watched",
            width=12,
        ),
        rows(
            "Networks that are not whole and fresh",
            "Networks on which coins are claimed and whose balances prove nothing now. Not read: no endpoint is "
            "configured for it, or the registry does not know it. No snapshot: none since the start, or the last one "
            "was dropped for its age.",
            {"exchange": "Exchange", "network": "Network"},
            [
                Column("State", network_state(EXCHANGES), looks.COUNT, mappings=(looks.NETWORK_STATE,)),
                Column("Age", snapshot_age(EXCHANGES), looks.DURATION, absent="none"),
                Column("Claims", highest(f"sum without (verdict) ({claims})", "exchange, network"), looks.COUNT),
                Column(
                    "Not judged",
                    or_zero(
                        highest(unsupported, "exchange, network"),
                        highest(f"sum without (verdict) ({claims})", "exchange, network"),
                        "exchange, network",
                    ),
                    looks.COUNT,
                ),
            ],
            sort_by="State",
            only=("State", 2),
            links={"Exchange": in_depth("Exchange")},
            none="Every network is whole and fresh, as far as any is watched",
            width=12,
        ),
    ]


def _exchanges() -> Part:
    as_of, accepted = of(families.LIABILITIES_TIMESTAMP, EXCHANGES), of(families.WALLET_LIST_TIMESTAMP, EXCHANGES)
    refused = of(families.DOCUMENT_REFUSED, EXCHANGES)
    listed = of(families.ALERT_BASIS, EXCHANGES)
    active = of(families.ALERT_ACTIVE, EXCHANGES)
    by_severity = answers(
        *(of(families.ALERT_ACTIVE, MONITOR, f'severity="{each}"') for each in ("info", "warning", "critical"))
    )
    return "Exchanges and alerts", [
        rows(
            "Every exchange",
            "How old what it publishes is. The age of the liabilities is that of the moment they are as of; the "
            "share is of the configured age over which they are old. The wallet list's is the time since this list "
            "was accepted. Watched by: so many monitors.",
            {"exchange": "Exchange", "basis": "Acting basis"},
            [
                Column("Watched by", f"count by (exchange, basis) ({listed})", looks.COUNT),
                Column("Worst", _worst(), looks.COUNT, mappings=(looks.STATUS,)),
                Column("Unknown assets", _per_exchange("unknown"), looks.COUNT, steps=((1, UNKNOWN),)),
                Column("Breaches", _per_exchange("breach"), looks.COUNT, steps=((1, BAD),)),
                Column(
                    "Active alerts",
                    _beside_basis(f"sum by (job, instance, exchange) ({active})"),
                    looks.COUNT,
                    steps=((1, WARNING),),
                ),
                Column("Liabilities' age", _beside_basis(age(as_of)), looks.DURATION),
                Column(
                    "Of the allowed age",
                    _beside_basis(f"({age(as_of)}) / {of(families.LIABILITIES_MAX_AGE, EXCHANGES)}"),
                    looks.RATIO,
                    0,
                    base=GOOD,
                    steps=((0.8, WARNING), (1, BAD)),
                ),
                Column("List's age", _beside_basis(age(accepted)), looks.DURATION),
                Column(
                    "Documents",
                    _beside_basis(f"max by (job, instance, exchange) ({refused})"),
                    looks.COUNT,
                    mappings=(looks.ACCEPTED,),
                ),
            ],
            sort_by="Worst",
            links={"Exchange": in_depth("Exchange")},
            width=14,
        ),
        rows(
            "Active alerts",
            "Alerts that are active by the monitor's own judgement; Prometheus decides the same ones from its rules. "
            "Without exchange: about the monitor as a whole.",
            {"alert": "Alert", "exchange": "Exchange", "asset": "Asset"},
            [
                Column(
                    "Severity",
                    highest(by_severity, "alert, exchange, asset"),
                    looks.COUNT,
                    mappings=(looks.SEVERITY,),
                )
            ],
            sort_by="Severity",
            only=("Severity", 1),
            none="None is active, as far as any is evaluated",
            width=10,
        ),
    ]


def _worst() -> str:
    """The worst answer of all its assets; unknown where nothing is known of any."""
    return _beside_basis(
        f"max by (job, instance, exchange) ({each_status(EXCHANGES)})"
        f" or on (job, instance, exchange) 2 * {of(families.ALERT_BASIS, EXCHANGES)}"
    )


def _per_exchange(answer: str) -> str:
    """Assets with that status; an exchange of which no asset is known at all has none."""
    selector = of(families.RESERVE_STATUS, EXCHANGES, f'status="{answer}"')
    return _beside_basis(f"sum by (job, instance, exchange) ({selector})")


def _beside_basis(value: str) -> str:
    """``value``, one per exchange, with the exchange's acting basis as a label."""
    basis = of(families.ALERT_BASIS, EXCHANGES)
    return highest(f"{basis} * on (job, instance, exchange) group_left () ({value})", "exchange, basis")
