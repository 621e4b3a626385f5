"""What the shipped dashboards ask Prometheus, ready to be asked in a test."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

DIRECTORY = Path(__file__).parents[2] / "dashboards"

Json = dict[str, Any]

BUILT_IN = {"__interval": "1s", "__rate_interval": "4s", "__range": "5m"}
"""Grafana's own variables, for a Prometheus that scrapes every second: one scrape per interval."""


class Query(NamedTuple):
    """One expression of a dashboard, without variables: ``exchange.json``, the panel's title, PromQL."""

    dashboard: str
    panel: str
    expr: str


def boards() -> dict[str, Json]:
    """The shipped dashboards by file name."""
    return {path.name: json.loads(path.read_text(encoding="utf-8")) for path in sorted(DIRECTORY.glob("*.json"))}


def panels(board: Json) -> Iterator[Json]:
    """All panels that show something, those inside collapsed rows too."""
    for panel in board["panels"]:
        if panel["type"] == "row":
            yield from panel["panels"]
        else:
            yield panel


def unexpanded() -> list[Query]:
    """Every expression of every panel and annotation, as it stands in the file."""
    return [
        Query(name, title, expr)
        for name, board in boards().items()
        for title, expr in (
            *((panel["title"], target["expr"]) for panel in panels(board) for target in panel["targets"]),
            *((each["name"], each["target"]["expr"]) for each in board.get("annotations", {}).get("list", ())),
        )
    ]


def queries(values: Mapping[str, str]) -> list[Query]:
    """Every expression with its template variables replaced by ``values`` (without the dollar).

    ``instance``, ``exchange``, ``asset`` and ``basis`` are needed; Grafana's own (``__interval``, ``__rate_interval``,
    ``__range``) have defaults. A variable without a value is an error.
    """
    return [query._replace(expr=expand(query.expr, values)) for query in unexpanded()]


def expand(text: str, values: Mapping[str, str]) -> str:
    """``text`` with ``$name`` replaced."""
    known = BUILT_IN | dict(values)
    return re.sub(r"\$(\w+)", lambda found: known[found[1]], text)
