"""The monitor's own health: what it reads, how often that fails, and what it costs."""

from grafana_foundation_sdk.builders.dashboard import Dashboard

from monitor.metrics import families
from tools.dashboards import looks
from tools.dashboards.frame import HEALTH, Part, dashboard
from tools.dashboards.looks import BAD, GOOD, WARNING
from tools.dashboards.panels import Column, Line, bars, dashed, distribution, graph, label, number, rows, timeline
from tools.dashboards.promql import (
    BY_NETWORK,
    MONITOR,
    age,
    by_reason,
    counted,
    counted_in_range,
    highest,
    of,
    or_zero,
    rate,
    snapshot_age_of_limit,
)

_BY_ENDPOINT = "network, endpoint"
_BY_DOCUMENT = "exchange, document"
_WINDOW = "1h"
"""Over which the durations of snapshots are ranked: they are rare events on slow chains."""


def health() -> Dashboard:
    return dashboard(
        HEALTH,
        "Proof of reserves: the monitor's health",
        "Is what the other dashboards show news? Snapshots, endpoints, documents, and the process itself.",
        [],
        [_now(), _own_work(), _snapshots(), _endpoints(), _documents(), _notifications(), _process()],
    )


def _now() -> Part:
    loaded = of(families.CONFIG_RELOAD_SUCCESS, MONITOR)
    disagreements = of(families.ENDPOINT_DISAGREEMENTS, MONITOR)
    return "Now", [
        number(
            "Monitor",
            "Whether Prometheus reaches every chosen monitor.",
            f"min(up{{{MONITOR}}})",
            looks.COUNT,
            mappings=(looks.UP,),
            width=3,
        ),
        label("Version", "What runs.", highest(of(families.BUILD_INFO, MONITOR), "version"), "{{version}}", width=3),
        number(
            "Running for",
            "Time since the newest start of the process. Counters begin anew with it.",
            f"min({age(f'process_start_time_seconds{{{MONITOR}}}')})",
            looks.DURATION,
            width=3,
        ),
        number(
            "Last load of the configuration",
            "A bad file changes nothing: the old configuration stays until a good one is loaded.",
            f"min({of(families.CONFIG_RELOAD_SUCCESSFUL, MONITOR)})",
            looks.COUNT,
            mappings=(looks.SUCCESSFUL,),
            width=3,
        ),
        number(
            "Configuration loaded",
            "When a configuration was last loaded successfully.",
            f"1000 * min({loaded})",
            looks.AGO,
            width=3,
        ),
        number(
            "Oldest snapshot",
            "Of all networks, the age of the last whole snapshot as a share of the age over which it proves nothing.",
            f"max({snapshot_age_of_limit(MONITOR)})",
            looks.RATIO,
            decimals=0,
            base=GOOD,
            steps=((0.8, WARNING), (1, BAD)),
            width=3,
        ),
        number(
            "Endpoints down",
            "Endpoints that did not answer when they were last asked.",
            f"sum({highest(f'1 - {of(families.ENDPOINT_UP, MONITOR)}', _BY_ENDPOINT)})",
            looks.COUNT,
            base=GOOD,
            steps=((1, BAD),),
            width=3,
        ),
        number(
            "Disagreements",
            "Answers within the time range that differed from those of other endpoints at the same block.",
            f"sum({counted_in_range(disagreements, _BY_ENDPOINT)})",
            looks.COUNT,
            decimals=0,
            base=GOOD,
            steps=((0.5, BAD),),
            width=3,
        ),
    ]


def _own_work() -> Part:
    followed = of(families.FOLLOW_DIFFERENCE, MONITOR)
    return "The monitor's own work", [
        number(
            "Jobs failing",
            "Of what the monitor does again and again, how much ended in an error that nobody expected, or stands "
            "still.",
            f"sum({highest(of(families.JOB_FAILING, MONITOR), 'task')})",
            looks.COUNT,
            base=GOOD,
            steps=((1, BAD),),
            width=6,
        ),
        number(
            "Newest write to the history",
            "Whether it failed, or a document in use is not written. What is known goes on from memory.",
            f"1 - max({of(families.STORE_FAILING, MONITOR)})",
            looks.COUNT,
            mappings=(looks.SUCCESSFUL,),
            width=6,
        ),
        number(
            "Clocks contradicted",
            "Monitors whose machine's clock the times of the newest blocks contradict.",
            f"sum({of(families.CLOCK_CONTRADICTED, MONITOR)})",
            looks.COUNT,
            base=GOOD,
            steps=((1, BAD),),
            width=6,
        ),
        number(
            "Followed otherwise",
            "Endpoints whose newest scan of all outputs contradicts what was followed block by block. Unknown before "
            "there was a scan to compare, and where nothing is followed.",
            f"sum({highest(followed, _BY_ENDPOINT)})",
            looks.COUNT,
            base=GOOD,
            steps=((1, BAD),),
            width=6,
        ),
    ]


def _snapshots() -> Part:
    attempts, failures = of(families.SNAPSHOT_ATTEMPTS, MONITOR), of(families.SNAPSHOT_FAILURES, MONITOR)
    buckets = of(families.SNAPSHOT_DURATION, MONITOR, suffix="_bucket")
    ranked = f"sum by (network, le) (rate({buckets}[{_WINDOW}]))"
    return "Snapshots", [
        dashed(
            graph(
                "Age of the last whole snapshot",
                "As a share of the age over which it proves nothing: at 100 % it is stale. A line that ends is a "
                "snapshot that was dropped for its age.",
                [Line(snapshot_age_of_limit(MONITOR), "{{exchange}} {{network}}"), Line("vector(1)", "stale")],
                looks.RATIO,
                minimum=0,
            ),
            "stale",
            BAD,
        ),
        graph(
            "Attempts",
            "Snapshots begun, by network.",
            [Line(rate(attempts, BY_NETWORK), "{{exchange}} {{network}}")],
            looks.PER_SECOND,
            minimum=0,
        ),
        bars(
            "Failures by reason",
            "Snapshots given up, by the reasons that occurred since the start. The last whole one stays, with its own "
            "time.",
            [
                Line(
                    by_reason(counted(failures, "network, reason"), failures, counted(attempts, "network"), "network"),
                    "{{network}}: {{reason}}",
                )
            ],
            looks.COUNT,
            width=8,
        ),
        graph(
            "Duration",
            "How long whole snapshots of each network took within the last hour: half of them at the most this long, "
            "and 95 of 100.",
            [
                Line(f"histogram_quantile(0.5, {ranked})", "{{network}}, half"),
                Line(f"histogram_quantile(0.95, {ranked})", "{{network}}, 95 of 100"),
            ],
            looks.SECONDS,
            width=8,
            minimum=0,
        ).no_value("No whole snapshot within an hour"),
        distribution(
            "Durations",
            "Whole snapshots of all networks by how long they took.",
            Line(counted(buckets, "le"), "{{le}}"),
            looks.SECONDS,
            width=8,
        ),
    ]


def _endpoints() -> Part:
    requests, failures = of(families.ENDPOINT_REQUESTS, MONITOR), of(families.ENDPOINT_FAILURES, MONITOR)
    failing = or_zero(rate(failures, _BY_ENDPOINT), rate(requests, _BY_ENDPOINT), _BY_ENDPOINT)
    return "Endpoints", [
        timeline(
            "Up",
            "Whether each endpoint answered when it was last asked. No colour: it has not been asked.",
            Line(f"min by ({_BY_ENDPOINT}) ({of(families.ENDPOINT_UP, MONITOR)})", "{{endpoint}} ({{network}})"),
            (looks.UP,),
            width=12,
        ),
        graph(
            "Requests",
            "Requests sent to each endpoint.",
            [Line(rate(requests, _BY_ENDPOINT), "{{endpoint}} ({{network}})")],
            looks.PER_SECOND,
            minimum=0,
        ),
        graph(
            "Share of requests that failed",
            "Failed over sent. A gap is a time in which the endpoint was not asked.",
            [
                Line(
                    f"({failing}) / on ({_BY_ENDPOINT}) {rate(requests, _BY_ENDPOINT)}",
                    "{{endpoint}} ({{network}})",
                )
            ],
            looks.RATIO,
            width=8,
            minimum=0,
        ).no_value("No endpoint was asked"),
        graph(
            "Failures by reason",
            "Requests that failed, by the reasons that occurred since the start; 0 for endpoints of which none failed.",
            [
                Line(
                    by_reason(
                        *(rate(failures, f"{_BY_ENDPOINT}, reason"), failures, rate(requests, _BY_ENDPOINT)),
                        _BY_ENDPOINT,
                    ),
                    "{{endpoint}} ({{network}}) {{reason}}",
                )
            ],
            looks.PER_SECOND,
            width=8,
            minimum=0,
        ),
        bars(
            "Disagreements",
            "Answers that differed from those of other endpoints at the same block.",
            [Line(counted(of(families.ENDPOINT_DISAGREEMENTS, MONITOR), _BY_ENDPOINT), "{{endpoint}} ({{network}})")],
            looks.COUNT,
            width=8,
        ),
        graph(
            "Blocks behind",
            "How many blocks each endpoint was behind the newest one known to as many endpoints as must agree.",
            [
                Line(
                    f"max by ({_BY_ENDPOINT}) ({of(families.ENDPOINT_HEAD_LAG, MONITOR)})",
                    "{{endpoint}} ({{network}})",
                )
            ],
            looks.COUNT,
            width=8,
            minimum=0,
        ),
        graph(
            "Newest block",
            "The block that each endpoint named when all were last asked. One that stands still is a flat line.",
            [Line(highest(of(families.ENDPOINT_HEAD_BLOCK, MONITOR), _BY_ENDPOINT), "{{endpoint}} ({{network}})")],
            looks.COUNT,
            width=8,
        ),
        graph(
            "Progress of scans",
            "How far a scan of outputs, or the way back to a past block, has come. A line ends with its scan.",
            [Line(highest(of(families.SCAN_PROGRESS, MONITOR), _BY_ENDPOINT), "{{endpoint}} ({{network}})")],
            looks.RATIO,
            decimals=1,
            width=8,
            minimum=0,
        ).no_value("No scan was under way"),
    ]


def _documents() -> Part:
    fetches, failures = of(families.DOCUMENT_FETCHES, MONITOR), of(families.DOCUMENT_FAILURES, MONITOR)
    since_start = highest(fetches, _BY_DOCUMENT)
    refused = highest(of(families.DOCUMENT_REFUSED, MONITOR), _BY_DOCUMENT)
    return "Published documents", [
        rows(
            "Documents",
            "What exchanges publish. Refused: the newest attempt brought something that is not the document; the last "
            "good one stays. Fetches and failures are counted since the process started.",
            {"exchange": "Exchange", "document": "Document"},
            [
                Column("Newest attempt", refused, looks.COUNT, mappings=(looks.ACCEPTED,)),
                Column("Fetches", since_start, looks.COUNT),
                Column(
                    "Failures",
                    or_zero(highest(f"sum without (reason) ({failures})", _BY_DOCUMENT), since_start, _BY_DOCUMENT),
                    looks.COUNT,
                    steps=((1, WARNING),),
                ),
            ],
            sort_by="Newest attempt",
            width=8,
        ),
        timeline(
            "Newest attempt",
            "Whether the newest attempt at each document was refused.",
            Line(refused, "{{exchange}} {{document}}"),
            (looks.ACCEPTED,),
            width=8,
        ),
        bars(
            "Failures by reason",
            "Attempts that failed or whose document was refused, by the reasons that occurred since the start; 0 for "
            "documents of which none did.",
            [
                Line(
                    by_reason(
                        *(counted(failures, f"{_BY_DOCUMENT}, reason"), failures, counted(fetches, _BY_DOCUMENT)),
                        _BY_DOCUMENT,
                    ),
                    "{{exchange}} {{document}} {{reason}}",
                )
            ],
            looks.COUNT,
            width=8,
        ),
    ]


def _notifications() -> Part:
    up = of(families.NOTIFICATION_CHANNEL_UP, MONITOR)
    waiting = highest(of(families.NOTIFICATIONS_WAITING, MONITOR), "channel")
    failures = of(families.NOTIFICATION_FAILURES, MONITOR)
    return "Notifications", [
        rows(
            "Channels",
            "Whom the monitor itself tells of alerts. Down: it did not take the newest message. Waiting: alerts, "
            "begun or ended, that it has not been told yet. Failures are those of the dashboard's time range.",
            {"channel": "Channel"},
            [
                Column("State", f"min by (channel) ({up})", looks.COUNT, mappings=(looks.UP,)),
                Column("Waiting", waiting, looks.COUNT, steps=((1, WARNING),)),
                Column("Failures", counted_in_range(failures, "channel"), looks.COUNT, 0, absent="none"),
            ],
            sort_by="State",
            descending=False,
            none="No channel is configured",
            width=12,
        ),
        bars(
            "Messages",
            "Messages that each channel was to take, by what became of them.",
            [Line(counted(of(families.NOTIFICATIONS, MONITOR), "channel, result"), "{{channel}}: {{result}}")],
            looks.COUNT,
            width=12,
        ).no_value("No channel is configured"),
    ]


def _process() -> Part:
    def of_process(name: str, *matchers: str) -> str:
        return f"{name}{{{', '.join([MONITOR, *matchers])}}}"

    return "Process", [
        graph(
            "Memory",
            "Resident memory of the process.",
            [Line(of_process("process_resident_memory_bytes"), "{{instance}}")],
            looks.BYTES,
            width=6,
            minimum=0,
        ),
        graph(
            "Processor",
            "Share of one core that the process uses.",
            [Line(rate(of_process("process_cpu_seconds_total"), "instance"), "{{instance}}")],
            looks.RATIO,
            width=6,
            minimum=0,
        ),
        graph(
            "File descriptors",
            "Open files and connections, as a share of how many the process may have.",
            [
                Line(
                    f"{of_process('process_open_fds')} / {of_process('process_max_fds')}",
                    "{{instance}}",
                )
            ],
            looks.RATIO,
            decimals=2,
            width=6,
            minimum=0,
        ),
        graph(
            "Garbage collection",
            "Collections of Python's oldest generation, the ones that take long.",
            [
                Line(
                    rate(of_process("python_gc_collections_total", 'generation="2"'), "instance"),
                    "{{instance}}",
                )
            ],
            looks.PER_SECOND,
            width=6,
            minimum=0,
        ),
        graph(
            "Time of a scrape",
            "How long Prometheus waited for the metrics.",
            [Line(of_process("scrape_duration_seconds"), "{{instance}}")],
            looks.SECONDS,
            minimum=0,
        ),
        graph(
            "Size of a scrape",
            "Samples in each scrape.",
            [Line(of_process("scrape_samples_scraped"), "{{instance}}")],
            looks.COUNT,
            minimum=0,
        ),
    ]
