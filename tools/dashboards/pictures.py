"""Draws the dashboards as pages, on what a Prometheus answers: to look at them where there is no Grafana.

    python -m tools.dashboards.pictures http://127.0.0.1:9090 FOLDER --range 1200 [--set exchange=okx]

Writes a page of HTML for each and names the panels without an answer. Queries, variables, units, mappings, thresholds,
order of columns and what stands where there is no value are the dashboards' own; the looks are only roughly Grafana's.
"""

import argparse
import json
import math
import re
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader

from tools.dashboards import DIRECTORY

Json = dict[str, Any]
Course = tuple[str, list[tuple[float, float]]]
"""What a line is called, and its points: how far to the right, of 100, and how much."""
INKS = {"green": "#1a7f37", "orange": "#bc5d00", "red": "#c4272d", "purple": "#7a49c4", "text": "#24292f"}
LINES = ("#3274d9", "#e0752d", "#33a27a", "#a352cc", "#b8860b", "#0f9aa8", "#d44a7a", "#6b7a90")
POINTS = 240


class Prometheus:
    """Answers of one server, for the time that ends now."""

    def __init__(self, url: str, length: int) -> None:
        self._url, self._end, self._length = url.rstrip("/"), time.time(), length
        self._step = max(length / POINTS, 1)
        self.width = self._step / length * 100
        """Of a step, of 100."""
        self.variables = {
            "__interval": f"{self._step:.0f}s",
            "__rate_interval": f"{max(4 * self._step, 240):.0f}s",
            "__range": f"{length}s",
        }

    def _get(self, path: str, expr: str, **query: float) -> list[Json]:
        asked = urllib.parse.urlencode({"query": self.expanded(expr), **query})
        with urllib.request.urlopen(f"{self._url}/api/v1/{path}?{asked}", timeout=60) as response:
            found: list[Json] = json.load(response)["data"]["result"]
        return found

    def expanded(self, text: str) -> str:
        return re.sub(r"\$(\w+)", lambda found: self.variables[found[1]], text)

    def choose(self, variable: Json, wanted: Mapping[str, str]) -> None:
        """Give a variable its value: the one that is wanted, all, or the first."""
        name, definition = variable["name"], variable.get("query", "")
        if name in wanted:
            self.variables[name] = wanted[name]
        elif variable.get("multi"):
            self.variables[name] = ".+"
        elif variable["type"] == "custom":
            self.variables[name] = definition.partition(",")[0]
        elif variable["type"] == "query":
            series, _, label = definition["query"].removeprefix("label_values(").removesuffix(")").rpartition(", ")
            self.variables[name] = min(each["metric"].get(label, "") for each in self.now(series))

    def now(self, expr: str) -> list[Json]:
        return self._get("query", expr, time=self._end)

    def courses(self, panel: Json) -> list[Course]:
        found, start = [], self._end - self._length
        for target in panel["targets"]:
            for each in self._get("query_range", target["expr"], start=start, end=self._end, step=self._step):
                points = [((at - start) / self._length * 100, float(value)) for at, value in each["values"]]
                found.append((legend(target, each), [point for point in points if math.isfinite(point[1])]))
        return [each for each in found if each[1]]


# --- Values ----------------------------------------------------------------------------------------------------------


def legend(target: Json, series: Json) -> str:
    return re.sub(r"\{\{(\w+)\}\}", lambda found: str(series["metric"].get(found[1], "")), target["legendFormat"])


def field_of(panel: Json, name: str) -> Json:
    """What holds for the values called ``name``."""
    field: Json = dict(panel["fieldConfig"]["defaults"])
    for each in panel["fieldConfig"]["overrides"]:
        if each["matcher"]["options"] == name:
            field |= {one["id"]: one["value"] for one in each["properties"]}
    return field


def told(value: float | None, field: Json) -> tuple[str, str]:
    """The text and colour of ``value``."""
    for mapping in field.get("mappings", ()):
        options = mapping["options"]
        result = options.get("result") if value is None else options.get(f"{value:g}")
        if result:
            return result["text"], INKS[result["color"]]
    if value is None:
        return field.get("noValue", "No data"), INKS["text"]
    steps = field.get("thresholds", {}).get("steps", ())
    inks = ["text", *(each["color"] for each in steps if each["value"] is None or value >= each["value"])]
    return written(value, field), INKS[inks[-1]]


def written(value: float, field: Json) -> str:
    """``value`` in its unit, as Grafana calls it."""
    unit, decimals = field.get("unit"), field.get("decimals")
    match unit:
        case "percentunit":
            return f"{value * 100:.{2 if decimals is None else decimals}f} %"
        case "dateTimeFromNow":
            return f"{written(time.time() - value / 1000, {'unit': 's'})} ago"
        case "s" | "dtdurations":
            sizes = ((86400, "d"), (3600, "h"), (60, "min"), (0, "s"))
            size, name = next(each for each in sizes if abs(value) >= each[0])
            return f"{value / (size or 1):.3g} {name}"
        case "bytes":
            return f"{value / 2**20:,.0f} MiB"
        case "eps":
            return f"{value:,.3g} /s"
    return f"{value:,.{decimals}f}" if decimals is not None else f"{value:,}".removesuffix(".0")


# --- Panels: what the template draws ---------------------------------------------------------------------------------


def stat(panel: Json, prometheus: Prometheus) -> Json:
    (target,), field = panel["targets"], panel["fieldConfig"]["defaults"]
    answer = prometheus.now(target["expr"])
    texts = [told(float(each["value"][1]), field) for each in answer] or [told(None, field)]
    if panel["options"]["textMode"] == "name" and answer:
        texts = [(legend(target, each), INKS["text"]) for each in answer]
    return {"texts": texts}


def table(panel: Json, prometheus: Prometheus) -> Json:
    options = {each["id"]: each["options"] for each in panel["transformations"]}
    named, places = options["organize"]["renameByName"], options["organize"]["indexByName"]
    joined: dict[frozenset[tuple[str, str]], Json] = {}
    for target in panel["targets"]:
        for each in prometheus.now(target["expr"]):
            row = joined.setdefault(frozenset(each["metric"].items()), dict(each["metric"]))
            row[f"Value #{target['refId']}"] = float(each["value"][1])
    columns = sorted((name for name in named if name != "Value"), key=places.__getitem__)
    labels = {name: "" for name in columns if not name.startswith("Value")}
    rows = [{named[name]: {**labels, **row}.get(name) for name in columns} for row in joined.values()]
    for limit in options.get("filterByValue", {}).get("filters", ()):
        rows = [row for row in rows if (row[limit["fieldName"]] or 0) >= limit["config"]["options"]["value"]]
    for order in panel["options"].get("sortBy", ()):
        rows.sort(key=lambda row: row[order["displayName"]] or 0, reverse=order["desc"])
    cells = [[_cell(value, field_of(panel, name)) for name, value in row.items()] for row in rows]
    return {"heads": [named[name] for name in columns], "cells": cells} if cells else {}


def _cell(value: Any, field: Json) -> tuple[str, str, bool]:  # noqa: ANN401 - a label, a number or nothing
    text, ink = (value or field.get("noValue", ""), INKS["text"]) if isinstance(value, str) else told(value, field)
    return text, ink, field.get("custom.cellOptions", {}).get("type") == "color-background"


def lines(panel: Json, prometheus: Prometheus) -> Json:
    found, defaults = prometheus.courses(panel), panel["fieldConfig"]["defaults"]
    values = [value for _, points in found for _, value in points]
    low = min([*values, *([defaults["min"]] if "min" in defaults else [])], default=0)
    high = max([*values, low + (abs(low) / 10 or 1) if len({*values, low}) == 1 else low])
    drawn = []
    for number, (name, points) in enumerate(found):
        field = field_of(panel, name)
        ink = INKS.get(field.get("color", {}).get("fixedColor", ""), LINES[number % len(LINES)])
        paths = [
            "M" + "L".join(f"{x:.2f} {100 - (value - low) / (high - low) * 100:.2f}" for x, value in run) + "h.01"
            for run in _runs(points, prometheus.width)
        ]
        dash = "6 5" if "custom.lineStyle" in field else ""
        drawn.append((f"{name} {written(points[-1][1], field)}", ink, dash, " ".join(paths)))
    return {"lines": drawn, "ends": [written(each, defaults) for each in (high, low)]} if drawn else {}


def _runs(points: list[tuple[float, float]], width: float) -> Iterator[list[tuple[float, float]]]:
    """``points`` without the gaps between them."""
    ends = [at for at, (one, other) in enumerate(pairwise(points), start=1) if other[0] - one[0] > 1.5 * width]
    return (points[start:end] for start, end in pairwise([0, *ends, len(points)]))


def timeline(panel: Json, prometheus: Prometheus) -> Json:
    """A row for each series, coloured by what it is."""
    return _rows(
        (name, [(x, told(value, field_of(panel, name))[1]) for x, value in points])
        for name, points in sorted(prometheus.courses(panel))
    )


def heatmap(panel: Json, prometheus: Prometheus) -> Json:
    """A row for each bucket, the highest first: the darker, the more there is that no lower one has."""
    found = sorted(prometheus.courses(panel), key=lambda each: float(each[0]), reverse=True)
    lower = [*(dict(points) for _, points in found[1:]), {}]
    own = [
        (name, [(x, value - below.get(x, 0)) for x, value in points])
        for (name, points), below in zip(found, lower, strict=True)
    ]
    most = max((value for _, points in own for _, value in points), default=0) or 1
    return _rows((name, [(x, f"rgb(50 116 217 / {value / most:.2f})") for x, value in points]) for name, points in own)


def _rows(found: Iterator[tuple[str, list[tuple[float, str]]]]) -> Json:
    rows = list(found)
    return {"rows": rows} if rows else {}


KINDS = {"stat": stat, "table": table, "timeseries": lines, "state-timeline": timeline, "heatmap": heatmap}


def draw(file: Path, prometheus: Prometheus, wanted: Mapping[str, str]) -> str:
    """Return the page of a dashboard, and name on the way what has no answer."""
    board = json.loads(file.read_text(encoding="utf-8"))
    for variable in board["templating"]["list"]:
        prometheus.choose(variable, wanted)
    panels = []
    for panel in (one for each in board["panels"] for one in (each, *each.get("panels", ()))):
        panel["title"] = prometheus.expanded(panel["title"])
        panel["drawn"] = KINDS[panel["type"]](panel, prometheus) if panel["type"] in KINDS else None
        panels.append(panel)
        if panel["drawn"] == {}:
            print(f"{file.name}: {panel['title']}: no answer")
    pages = Environment(autoescape=True, loader=FileSystemLoader(Path(__file__).parent))
    return pages.get_template("pictures.html").render(title=board["title"], panels=panels, width=prometheus.width)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("prometheus")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--range", type=int, default=3600, help="seconds up to now")
    parser.add_argument("--set", action="append", default=[], metavar="VARIABLE=VALUE")
    asked = parser.parse_args()
    asked.folder.mkdir(parents=True, exist_ok=True)
    wanted = dict(each.split("=", 1) for each in asked.set)
    for file in sorted(DIRECTORY.glob("*.json")):
        page = draw(file, Prometheus(asked.prometheus, asked.range), wanted)
        (asked.folder / f"{file.stem}.html").write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
