"""Marks on the time axis: the moments that metrics name, and the times of alerts."""

from grafana_foundation_sdk.builders import dashboard
from grafana_foundation_sdk.models.dashboard import AnnotationQuery

from monitor.metrics import families
from tools.dashboards.looks import BAD
from tools.dashboards.panels import DATASOURCE
from tools.dashboards.promql import highest, of

_STEP = "1m"


class _Marks(AnnotationQuery):
    """An annotation of the Prometheus data source, whose own options the SDK's type does not have."""

    title_format = ""
    text_format = ""
    value_is_moment = False

    def to_json(self) -> dict[str, object]:
        # The query stands twice: newer Grafanas read the target, older ones what is beside it.
        target = {"datasource": self.datasource, "expr": self.expr, "interval": _STEP, "range": True, "refId": "Anno"}
        said = {"titleFormat": self.title_format, "textFormat": self.text_format}
        return super().to_json() | said | {"step": _STEP, "useValueForTime": self.value_is_moment, "target": target}


class _Builder(dashboard.AnnotationQuery):
    def __init__(self, title: str, text: str, *, value_is_moment: bool) -> None:
        super().__init__()
        self._internal = marks = _Marks()
        marks.title_format, marks.text_format, marks.value_is_moment = title, text, value_is_moment


def changes_and_reports(selection: str) -> list[dashboard.AnnotationQuery]:
    """A mark where a wallet list was accepted, and one where a report's liabilities are as of."""
    lists = of(families.WALLET_LIST_TIMESTAMP, selection)
    reports = of(families.LIABILITIES_TIMESTAMP, selection)
    return [
        _moments("New wallet list", lists, "blue", "A wallet list was accepted"),
        _moments("Liabilities as of", reports, "yellow", "The liabilities are as of here"),
    ]


def _moments(name: str, timestamp: str, colour: str, title: str) -> dashboard.AnnotationQuery:
    """A mark at every moment that ``timestamp`` (in seconds) has named within the time range."""
    return (
        _Builder(title, "{{exchange}}", value_is_moment=True)
        .name(name)
        .datasource(DATASOURCE)
        .enable(enable=True)
        .icon_color(colour)
        .expr(f"1000 * {highest(timestamp, 'exchange')}")
    )


def alerts(selection: str) -> dashboard.AnnotationQuery:
    """The time during which each alert is active, by the monitor's own judgement."""
    active = highest(of(families.ALERT_ACTIVE, selection), "exchange, asset, alert, severity")
    return (
        _Builder("{{alert}}", "{{exchange}} {{asset}} ({{severity}})", value_is_moment=False)
        .name("Alerts")
        .datasource(DATASOURCE)
        .enable(enable=True)
        .icon_color(BAD)
        .expr(f"{active} == 1")
    )
