"""The Grafana dashboards as code: ``python -m tools.dashboards`` writes ``dashboards/*.json``.

Written with Grafana's own types (``grafana-foundation-sdk``) and the exporter's own metric names, so that a wrong
option or a metric that is gone is an error here and not an empty panel there. ``docs/dashboards.md`` explains them.
"""

import json
from collections.abc import Callable, Mapping
from pathlib import Path

from grafana_foundation_sdk.builders.dashboard import Dashboard
from grafana_foundation_sdk.cog.encoder import JSONEncoder

from tools.dashboards.exchange import exchange_in_depth
from tools.dashboards.monitor import health
from tools.dashboards.overview import overview

DIRECTORY = Path(__file__).parents[2] / "dashboards"

DASHBOARDS: Mapping[str, Callable[[], Dashboard]] = {
    "overview.json": overview,
    "exchange.json": exchange_in_depth,
    "monitor.json": health,
}
"""File names and what makes their content."""


def rendered(board: Dashboard) -> str:
    """The JSON that Grafana reads, without anything that differs between two builds."""
    return json.dumps(board.build(), cls=JSONEncoder, indent=2, sort_keys=True) + "\n"
