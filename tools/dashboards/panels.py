"""The kinds of panels, each with everything that a panel must have: title, description, unit, queries.

A panel is a builder of the Grafana SDK; what is special about one is said on it after it was made here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from grafana_foundation_sdk.builders import heatmap, stat, statetimeline, table, timeseries
from grafana_foundation_sdk.builders.common import (
    LineStyle,
    ReduceDataOptions,
    StackingConfig,
    TableFooterOptions,
    TableSortByFieldState,
    VizLegendOptions,
    VizTooltipOptions,
)
from grafana_foundation_sdk.builders.heatmap import HeatmapColorOptions, YAxisConfig
from grafana_foundation_sdk.builders.prometheus import Dataquery
from grafana_foundation_sdk.models.common import (
    BigValueColorMode,
    BigValueGraphMode,
    BigValueTextMode,
    GraphDrawStyle,
    LegendDisplayMode,
    LegendPlacement,
    SortOrder,
    StackingMode,
    TableCellBackgroundDisplayMode,
    TableColoredBackgroundCellOptions,
    TableColorTextCellOptions,
    TooltipDisplayMode,
    VisibilityMode,
)
from grafana_foundation_sdk.models.dashboard import DataSourceRef, DataTransformerConfig, DynamicConfigValue
from grafana_foundation_sdk.models.heatmap import HeatmapColorMode
from grafana_foundation_sdk.models.prometheus import PromQueryFormat

from tools.dashboards import looks
from tools.dashboards.looks import Mappings, Steps, absent, thresholds

DATASOURCE = DataSourceRef("prometheus", "${datasource}")
"""Chosen on the dashboard itself: works when provisioned from a file and when imported by hand."""

HEIGHT = 8
STAT_HEIGHT = 4
WIDTH = 24
"""Of the whole dashboard, in grid columns."""


_RATE_STEP = "1m"
"""The shortest step of a query by rates: Grafana's window is then four of them, with two scrapes in it at the least."""


@dataclass(frozen=True, slots=True)
class Line:
    """One query of a graph. ``legend`` may name labels: ``{{exchange}} {{asset}}``."""

    expr: str
    legend: str


@dataclass(frozen=True, slots=True)
class Column:
    """One query of a table: a column of values beside the columns of labels."""

    title: str
    expr: str
    unit: str
    decimals: int | None = None
    mappings: Mappings = ()
    base: str = looks.NEUTRAL
    steps: Steps = ()
    absent: str = "unknown"
    """What a row says for which the query has no value."""


def query(expr: str, legend: str, at: int = 0) -> Dataquery:
    """The dashboard's query number ``at`` of a panel."""
    found = Dataquery().datasource(DATASOURCE).expr(expr).legend_format(legend).ref_id(chr(ord("A") + at))
    return found.interval(_RATE_STEP) if "$__rate_interval" in expr else found


def number(
    title: str,
    description: str,
    expr: str,
    unit: str,
    *,
    width: int = 4,
    legend: str = "__auto",
    decimals: int | None = None,
    mappings: Mappings = (),
    base: str = looks.NEUTRAL,
    steps: Steps = (),
    no_value: str = "unknown",
) -> stat.Panel:
    """The newest value, large. Without one it says ``no_value``, in the colour of the unknown."""
    panel = (
        stat.Panel()
        .title(title)
        .description(description)
        .datasource(DATASOURCE)
        .with_target(query(expr, legend).instant())
        .unit(unit)
        .mappings([*mappings, absent(no_value)])
        .thresholds(thresholds(base, steps))
        .no_value(no_value)
        .color_mode(BigValueColorMode.VALUE)
        .graph_mode(BigValueGraphMode.NONE)
        .reduce_options(ReduceDataOptions().calcs(["lastNotNull"]).values(values=False).fields(""))
        .span(width)
        .height(STAT_HEIGHT)
    )
    return panel if decimals is None else panel.decimals(decimals)


def label(title: str, description: str, expr: str, name: str, *, width: int = 4) -> stat.Panel:
    """The value of a label, as text: ``name`` is a legend such as ``{{version}}``."""
    return number(title, description, expr, looks.COUNT, legend=name, width=width).text_mode(BigValueTextMode.NAME)


def graph(
    title: str,
    description: str,
    lines: Sequence[Line],
    unit: str,
    *,
    width: int = WIDTH // 2,
    decimals: int | None = None,
    minimum: float | None = None,
) -> timeseries.Panel:
    """Lines over time. What is not known is a gap, never bridged."""
    panel = (
        timeseries.Panel()
        .title(title)
        .description(description)
        .datasource(DATASOURCE)
        .targets([query(line.expr, line.legend, at).range() for at, line in enumerate(lines)])
        .unit(unit)
        .line_width(1)
        .fill_opacity(0)
        .show_points(VisibilityMode.AUTO)
        .span_nulls(span_nulls=False)
        .legend(_legend())
        .tooltip(VizTooltipOptions().mode(TooltipDisplayMode.MULTI).sort(SortOrder.DESCENDING))
        .span(width)
        .height(HEIGHT)
    )
    if decimals is not None:
        panel.decimals(decimals)
    return panel if minimum is None else panel.min(minimum)


def stacked(
    title: str, description: str, lines: Sequence[Line], unit: str, *, width: int = WIDTH // 2
) -> timeseries.Panel:
    """Areas on top of each other: only for parts of one whole, of one asset."""
    return (
        graph(title, description, lines, unit, width=width, minimum=0)
        .fill_opacity(40)
        .stacking(StackingConfig().mode(StackingMode.NORMAL).group("A"))
    )


def bars(
    title: str, description: str, lines: Sequence[Line], unit: str, *, width: int = WIDTH // 2
) -> timeseries.Panel:
    """Bars on top of each other: for events of one kind, counted by :func:`~tools.dashboards.promql.counted`."""
    return stacked(title, description, lines, unit, width=width).draw_style(GraphDrawStyle.BARS).line_width(0)


def dashed(panel: timeseries.Panel, name: str, colour: str) -> timeseries.Panel:
    """Draw the line called ``name`` as a limit: dashed, in ``colour``."""
    return panel.override_by_name(
        name,
        [
            DynamicConfigValue("color", {"mode": "fixed", "fixedColor": colour}),
            DynamicConfigValue("custom.lineStyle", LineStyle().fill("dash").dash([10, 10]).build()),
            DynamicConfigValue("custom.stacking", StackingConfig().mode(StackingMode.NONE).group("B").build()),
            DynamicConfigValue("custom.fillOpacity", 0),
        ],
    )


def timeline(
    title: str, description: str, line: Line, mappings: Mappings, *, width: int = WIDTH, height: int = HEIGHT
) -> statetimeline.Panel:
    """States over time, one row per series. Where there is no answer there is no colour."""
    return (
        statetimeline.Panel()
        .title(title)
        .description(description)
        .datasource(DATASOURCE)
        .with_target(query(line.expr, line.legend).range())
        .unit(looks.COUNT)
        .mappings([*mappings])
        .thresholds(thresholds(looks.NEUTRAL))
        .show_value(VisibilityMode.NEVER)
        .merge_values(merge_values=True)
        .fill_opacity(80)
        .legend(_legend())
        .tooltip(VizTooltipOptions().mode(TooltipDisplayMode.SINGLE))
        .span(width)
        .height(height)
    )


def distribution(title: str, description: str, line: Line, unit: str, *, width: int = WIDTH // 2) -> heatmap.Panel:
    """A histogram over time: ``line`` counts the events of each bucket (label ``le``)."""
    return (
        heatmap.Panel()
        .title(title)
        .description(description)
        .datasource(DATASOURCE)
        .with_target(query(line.expr, line.legend).format(PromQueryFormat.HEATMAP).range())
        .unit(looks.COUNT)
        .calculate(calculate=False)
        .y_axis(YAxisConfig().unit(unit))
        .color(HeatmapColorOptions().mode(HeatmapColorMode.SCHEME).scheme("Blues").steps(32))
        .span(width)
        .height(HEIGHT)
    )


def rows(
    title: str,
    description: str,
    keys: Mapping[str, str],
    columns: Sequence[Column],
    *,
    sort_by: str,
    descending: bool = True,
    only: tuple[str, float] | None = None,
    links: Mapping[str, str] | None = None,
    none: str = "",
    width: int = WIDTH,
    height: int = HEIGHT,
) -> table.Panel:
    """A table: one row per label set, one column per query.

    ``keys`` are the labels in their order and the titles of their columns; every query of ``columns`` has exactly
    these labels, so that rows of the same thing join, and the first query has every row. ``only`` keeps rows whose
    column is at least the number; when none is left the table says ``none``. ``links`` are the addresses behind the
    cells of a key.
    """
    panel = (
        table.Panel()
        .title(title)
        .description(description)
        .datasource(DATASOURCE)
        .targets(
            [
                query(column.expr, "__auto", at).instant().format(PromQueryFormat.TABLE)
                for at, column in enumerate(columns)
            ]
        )
        .unit(looks.COUNT)
        .mappings([absent()])
        .thresholds(thresholds(looks.NEUTRAL))
        .transformations(_joined(keys, columns, only))
        .sort_by([TableSortByFieldState().display_name(sort_by).desc(descending)])
        .filterable(filterable=True)
        .footer(TableFooterOptions().show(show=False).reducer(["sum"]))
        .span(width)
        .height(height)
    )
    for key in keys.values():
        panel.override_by_name(key, _key_properties((links or {}).get(key, "")))
    for column in columns:
        panel.override_by_name(column.title, _properties(column))
    return panel.no_value(none) if none else panel


def _joined(
    keys: Mapping[str, str], columns: Sequence[Column], only: tuple[str, float] | None
) -> list[DataTransformerConfig]:
    """One table of all queries, its columns named and in order."""
    # Grafana calls the values "Value #A" and so on, but those of the only query that has any "Value".
    values = {f"Value #{chr(ord('A') + at)}": column.title for at, column in enumerate(columns)}
    names = {**keys, **values, "Value": columns[0].title}
    arranged = {
        "excludeByName": {"Time": True},
        "indexByName": {name: at for at, name in enumerate(names)},
        "renameByName": names,
    }
    steps = [
        DataTransformerConfig(id_val="merge", options={}),
        DataTransformerConfig(id_val="organize", options=arranged),
    ]
    if only:
        name, least = only
        kept = {"fieldName": name, "config": {"id": "greaterOrEqual", "options": {"value": least}}}
        options = {"filters": [kept], "type": "include", "match": "any"}
        steps.append(DataTransformerConfig(id_val="filterByValue", options=options))
    return steps


def _key_properties(link: str) -> list[DynamicConfigValue]:
    # An empty label would say what an empty table says.
    properties = [DynamicConfigValue("noValue", "-")]
    if link:
        properties.append(DynamicConfigValue("links", [{"title": "Open in depth", "url": link}]))
    return properties


def _properties(column: Column) -> list[DynamicConfigValue]:
    missing = absent(column.absent, looks.UNKNOWN if column.absent == "unknown" else looks.NEUTRAL)
    properties = [
        DynamicConfigValue("unit", column.unit),
        DynamicConfigValue("mappings", [*column.mappings, missing]),
    ]
    if column.decimals is not None:
        properties.append(DynamicConfigValue("decimals", column.decimals))
    if column.mappings:
        background = TableColoredBackgroundCellOptions(TableCellBackgroundDisplayMode.BASIC)
        properties.append(DynamicConfigValue("custom.cellOptions", background))
    elif column.steps:
        properties += [
            DynamicConfigValue("custom.cellOptions", TableColorTextCellOptions()),
            DynamicConfigValue("thresholds", thresholds(column.base, column.steps).build()),
        ]
    return properties


def _legend() -> VizLegendOptions:
    return (
        VizLegendOptions()
        .display_mode(LegendDisplayMode.LIST)
        .placement(LegendPlacement.BOTTOM)
        .show_legend(show_legend=True)
        .calcs([])
    )
