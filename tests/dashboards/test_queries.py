"""What the dashboards ask for is what the exporter exports."""

import re

import pytest
from promql_parser import parse

from monitor.metrics import families
from monitor.metrics.families import FAMILIES, Kind
from tests.support import promql
from tests.support.dashboards import Json, boards, expand, panels, queries, unexpanded
from tests.support.scraping import Scraper

VALUES = {"instance": "localhost:9876", "exchange": "aurora", "asset": "BTC", "basis": "signed"}
UNEXPANDED = unexpanded()
QUERIES = [pytest.param(query.expr, id=f"{query.dashboard}: {query.panel}") for query in queries(VALUES)]
RATIOS = {each.name for each in FAMILIES if "ratio" in each.name} - {
    families.RATIO_LIMIT.name,
    families.SCAN_PROGRESS.name,
}
AMOUNTS = {
    each.name
    for each in (
        families.RESERVES,
        families.RESERVES_POSITIONS,
        families.RESERVES_FROZEN,
        families.RESERVES_UNADDRESSED,
        families.RESERVES_USD,
        families.LIABILITIES,
        families.LIABILITIES_USD,
    )
}
BY_PROMETHEUS = {"up", "scrape_duration_seconds", "scrape_samples_scraped"}
"""Series that Prometheus writes itself about each target."""
TARGET = {"job", "instance"}


def exported() -> dict[str, set[str]]:
    """Name of every series to its labels: the families and what the library tells about the process."""
    known = {each.name: set(each.labels) for each in FAMILIES if each.kind is not Kind.HISTOGRAM}
    for each in FAMILIES:
        if each.kind is Kind.HISTOGRAM:
            known |= {f"{each.name}_bucket": {*each.labels, "le"}}
            known |= {f"{each.name}{suffix}": set(each.labels) for suffix in ("_sum", "_count")}
    scrape = Scraper().text()
    for name, text in re.findall(r"^((?:process|python)_\w+)(?:\{(.*)\})? ", scrape, re.MULTILINE):
        known[name] = set(re.findall(r'(\w+)="', text))
    return known | {name: set() for name in BY_PROMETHEUS}


EXPORTED = exported()


@pytest.mark.parametrize("expr", QUERIES)
def test_every_metric_and_label_is_exported(expr: str) -> None:
    tree = parse(expr)
    found = promql.selectors(tree)
    for selector in found:
        assert selector.name in EXPORTED
        for matcher in selector.matchers.matchers:
            assert matcher.name in EXPORTED[selector.name] | TARGET, f"{selector.name} has no label {matcher.name}"
    if found:
        there = set.union(TARGET, *(EXPORTED[str(selector.name)] for selector in found))
        assert set(promql.labels(tree)) <= there


@pytest.mark.parametrize("expr", QUERIES)
def test_counters_are_read_as_counters(expr: str) -> None:
    """Over time; only what is told to have happened since the start takes them as they are."""
    tree = parse(expr)
    ranged = [*promql.ranged(tree), *promql.shifted(tree)] if "max_over_time" not in expr else []
    for selector in promql.selectors(tree):
        name = str(selector.name)
        if name in ranged:
            assert name.endswith(("_total", "_bucket")), f"{name} is no counter"
        else:
            assert not name.endswith(("_total", "_bucket")) or name.startswith("por_document_"), name


def test_no_window_is_too_short_for_one_scrape_per_interval() -> None:
    """``rate`` and ``increase`` need two scrapes: only windows that are known to have them will do."""
    for board in boards().values():
        for panel in panels(board):
            for target in panel["targets"]:
                windows = set(re.findall(r"(?:rate|increase)\(.+?\[(.+?)\]", target["expr"]))
                assert windows <= {"$__rate_interval", "$__range", "1h"}, panel["title"]
                assert ("$__rate_interval" in windows) <= (target.get("interval") == "1m"), panel["title"]
                assert ("$__range" not in windows) or target["instant"], panel["title"]


@pytest.mark.parametrize("expr", QUERIES)
def test_coins_and_ratios_of_different_assets_are_never_put_together(expr: str) -> None:
    assert not mixed(expr, "asset", AMOUNTS | RATIOS)


@pytest.mark.parametrize("expr", QUERIES)
def test_ratios_and_coins_of_different_bases_are_never_put_together(expr: str) -> None:
    on_acting_basis = re.compile(r"and on \(job, instance, exchange, basis\) por_alert_basis\{")
    assert not mixed(expr, "basis", AMOUNTS | RATIOS) or on_acting_basis.search(expr)


def mixed(expr: str, label: str, names: set[str]) -> list[str]:
    """Which of ``names`` have the label and are put together across it."""
    found = (str(each.name) for each in promql.mixed(parse(expr), label))
    return [name for name in found if name in names and label in EXPORTED[name]]


def test_a_ratio_under_one_never_reads_one() -> None:
    """Shown with four decimals of a per cent, and cut off there by the query itself."""
    shown = 0
    for name, board in boards().items():
        for panel in board["panels"]:
            for target in panel.get("targets", ()):
                if RATIOS & {str(each.name) for each in promql.selectors(parse(expand(target["expr"], VALUES)))}:
                    shown += check_precision(panel, target["refId"], target["expr"])
        assert shown or name == "monitor.json"


def check_precision(panel: Json, ref: str, expr: str) -> bool:
    if panel["title"] == "Reserves and liabilities":  # the ratio times what is owed: coins
        return False
    config = dict(panel["fieldConfig"]["defaults"])
    for transformation in panel.get("transformations", ()):
        title = transformation["options"].get("renameByName", {}).get(f"Value #{ref}")
        for override in panel["fieldConfig"]["overrides"]:
            if title and override["matcher"]["options"] == title:
                config |= {each["id"]: each.get("value") for each in override["properties"]}
    assert (config["unit"], config["decimals"]) == ("percentunit", 4), panel["title"]
    is_margin = " - on (job, instance, exchange, asset) group_left () por_ratio_limit" in expr
    assert is_margin or re.fullmatch(r"floor\(1e6 \* .+\) / 1e6", expr)
    return True


@pytest.mark.parametrize(("name", "board"), boards().items(), ids=boards())
def test_expressions_use_only_variables_of_their_dashboard(name: str, board: Json) -> None:
    declared = {variable["name"]: "x" for variable in board["templating"]["list"]}
    for query in UNEXPANDED:
        if query.dashboard == name:
            assert "$" not in expand(query.expr, declared)


@pytest.mark.parametrize(("name", "board"), boards().items(), ids=boards())
def test_variables_list_labels_that_their_series_have(name: str, board: Json) -> None:
    variables = board["templating"]["list"]
    assert [each["name"] for each in variables][:2] == ["datasource", "instance"], name
    known: dict[str, str] = {}
    for variable in variables:
        if variable["type"] == "query":
            found = re.fullmatch(r"label_values\((.+), (\w+)\)", expand(variable["query"]["query"], known))
            assert found, "it may refer to variables before it only"
            (selector,) = promql.selectors(parse(found[1]))
            assert {found[2], *promql.labels(selector)} <= EXPORTED[str(selector.name)] | TARGET
        known[variable["name"]] = "x"
