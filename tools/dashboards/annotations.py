"""Marks on the time axis that come from a metric whose value is itself a moment."""

from grafana_foundation_sdk.builders import dashboard
from grafana_foundation_sdk.models.dashboard import AnnotationQuery

from tools.dashboards.panels import DATASOURCE

_STEP = "1m"


class _Moments(AnnotationQuery):
    """An annotation of the Prometheus data source, whose own options the SDK's type does not have."""

    title_format = ""

    def to_json(self) -> dict[str, object]:
        # The query stands twice: newer Grafanas read the target, older ones what is beside it.
        target = {"datasource": self.datasource, "expr": self.expr, "interval": _STEP, "range": True, "refId": "Anno"}
        own = {"titleFormat": self.title_format, "step": _STEP, "useValueForTime": True, "target": target}
        return super().to_json() | own


class _Builder(dashboard.AnnotationQuery):
    def __init__(self, title_format: str) -> None:
        super().__init__()
        self._internal = _Moments()
        self._internal.title_format = title_format


def moments(name: str, timestamp: str, colour: str, text: str) -> dashboard.AnnotationQuery:
    """A mark at every moment that ``timestamp`` (in seconds) has named within the time range."""
    return (
        _Builder(text)
        .name(name)
        .datasource(DATASOURCE)
        .enable(enable=True)
        .icon_color(colour)
        .expr(f"1000 * max({timestamp})")
    )
