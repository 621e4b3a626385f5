"""What the dashboards have in common: identity, variables, links to each other."""

from collections.abc import Sequence

from grafana_foundation_sdk.builders.dashboard import (
    Dashboard,
    DashboardLink,
    DatasourceVariable,
    QueryVariable,
    Row,
    TimePicker,
)
from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.models.dashboard import (
    DashboardCursorSync,
    DashboardLinkType,
    Panel,
    VariableModel,
    VariableOption,
    VariableRefresh,
    VariableSort,
)

from monitor.metrics import families
from tools.dashboards.panels import DATASOURCE
from tools.dashboards.promql import EXCHANGE, EXCHANGES, MONITOR, of

OVERVIEW = "por-overview"
EXCHANGE_IN_DEPTH = "por-exchange"
HEALTH = "por-monitor"

_KEPT = "${datasource:queryparam}&${instance:queryparam}"
_TITLES = {OVERVIEW: "All exchanges", EXCHANGE_IN_DEPTH: "One exchange", HEALTH: "The monitor's health"}

# The version of the dashboard model that the SDK's types describe; newer Grafanas migrate from it.
_SCHEMA_VERSION = 41

Part = tuple[str, Sequence[Builder[Panel]]]
"""A row: its title and its panels, laid out from left to right."""


def dashboard(
    uid: str, title: str, description: str, variables: Sequence[Builder[VariableModel]], parts: Sequence[Part]
) -> Dashboard:
    """A dashboard with its panels numbered in order, so that links to one of them are stable between builds."""
    board = (
        Dashboard(title)
        .uid(uid)
        .description(description)
        .tags(["proof-of-reserves"])
        .readonly()
        .time("now-24h", "now")
        .refresh("1m")
        .timepicker(TimePicker().refresh_intervals(["15s", "1m", "5m", "15m", "1h"]))
        .tooltip(DashboardCursorSync.CROSSHAIR)
        .variables([_datasource(), _instance(), *variables])
        .links([_link(other) for other in _TITLES if other != uid])
    )
    for row, panels in parts:
        board.with_row(Row(row))
        for panel in panels:
            board.with_panel(panel)
    model = board.build()
    model.schema_version = _SCHEMA_VERSION
    for number, each in enumerate(model.panels or (), start=1):
        each.id_val = number
    return board


def exchanges() -> QueryVariable:
    """Several exchanges, all at first."""
    return _values("exchange", "Exchange", f"label_values({of(families.ALERT_BASIS, MONITOR)}, exchange)", several=True)


def exchange() -> QueryVariable:
    """One exchange."""
    return _values("exchange", "Exchange", f"label_values({of(families.ALERT_BASIS, MONITOR)}, exchange)")


def assets() -> QueryVariable:
    """Several assets of the chosen exchanges, all at first."""
    return _values("asset", "Asset", f"label_values({of(families.RESERVE_STATUS, EXCHANGES)}, asset)", several=True)


def asset() -> QueryVariable:
    """One asset of the chosen exchange."""
    return _values("asset", "Asset", f"label_values({of(families.RESERVE_STATUS, EXCHANGE)}, asset)")


def in_depth(exchange: str, asset: str = "") -> str:
    """The address of the dashboard of one exchange. The arguments are labels of the row that is clicked."""
    chosen = f"&var-asset=${{__data.fields.{asset}}}" if asset else ""
    return f"/d/{EXCHANGE_IN_DEPTH}?{_KEPT}&var-exchange=${{__data.fields.{exchange}}}{chosen}&${{__url_time_range}}"


def _datasource() -> DatasourceVariable:
    return (
        DatasourceVariable("datasource")
        .label("Prometheus")
        .type("prometheus")
        .allow_custom_value(allow_custom_value=False)
    )


def _instance() -> QueryVariable:
    return _values("instance", "Monitor", f"label_values({families.BUILD_INFO.name}, instance)", several=True)


def _values(name: str, label: str, query: str, *, several: bool = False) -> QueryVariable:
    variable = (
        QueryVariable(name)
        .label(label)
        .datasource(DATASOURCE)
        .query({"qryType": 1, "query": query, "refId": f"variable-{name}"})
        .refresh(VariableRefresh.ON_TIME_RANGE_CHANGED)
        .sort(VariableSort.ALPHABETICAL_ASC)
        .multi(several)
        .include_all(several)
        .allow_custom_value(allow_custom_value=False)
    )
    return variable.current(VariableOption(selected=True, text=["All"], value=["$__all"])) if several else variable


def _link(uid: str) -> DashboardLink:
    return (
        DashboardLink(_TITLES[uid])
        .type(DashboardLinkType.LINK)
        .url(f"/d/{uid}?{_KEPT}")
        .icon("dashboard")
        .tooltip("")
        .keep_time(keep_time=True)
    )
