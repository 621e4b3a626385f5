"""The dashboards as they ship: complete, consistent, and what the builder makes."""

import re
from collections import Counter
from collections.abc import Iterator
from itertools import combinations
from typing import Any

import pytest
import yaml

from tests.support.dashboards import DIRECTORY, Json, boards, expand, panels
from tools.dashboards import DASHBOARDS, rendered

BOARDS = boards()
PANELS = [pytest.param(panel, id=f"{name}: {panel['title']}") for name in BOARDS for panel in panels(BOARDS[name])]
DATASOURCE = {"type": "prometheus", "uid": "${datasource}"}


@pytest.mark.parametrize("name", DASHBOARDS)
def test_a_file_is_what_its_builder_makes(name: str) -> None:
    written = (DIRECTORY / name).read_text(encoding="utf-8")
    assert written == rendered(DASHBOARDS[name]()), "`python -m tools.dashboards` writes it anew"


def test_there_is_no_dashboard_without_a_builder() -> None:
    assert set(BOARDS) == set(DASHBOARDS)


def test_each_has_a_lasting_identity_of_its_own() -> None:
    identities = [board["uid"] for board in BOARDS.values()]
    assert identities == ["por-exchange", "por-monitor", "por-overview"], "links and bookmarks rely on these"
    assert {board["schemaVersion"] for board in BOARDS.values()} == {41}
    for board in BOARDS.values():
        assert not {"id", "__inputs", "__requires", "version"} & set(board), (
            "these belong to one Grafana, not in a file"
        )


def test_grafana_starts_on_a_dashboard_that_is_mounted() -> None:
    compose = yaml.safe_load((DIRECTORY.parent / "compose.yaml").read_text(encoding="utf-8"))
    grafana = compose["services"]["grafana"]
    home = grafana["environment"]["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"]
    mounted = {
        target: source for source, target, _ in (each.split(":") for each in grafana["volumes"] if ":ro" in each)
    }
    directory, _, name = home.rpartition("/")
    assert (DIRECTORY.parent / mounted[directory] / name).is_file()


@pytest.mark.parametrize("panel", PANELS)
def test_a_panel_says_what_it_shows(panel: Json) -> None:
    assert panel["title"]
    assert panel["description"].endswith(".")
    assert panel["fieldConfig"]["defaults"]["unit"]


@pytest.mark.parametrize("panel", PANELS)
def test_a_panel_asks_the_chosen_datasource(panel: Json) -> None:
    assert panel["targets"]
    assert panel["datasource"] == DATASOURCE
    for number, target in enumerate(panel["targets"]):
        assert target["datasource"] == DATASOURCE
        assert target["refId"] == chr(ord("A") + number)
        assert target["instant"] != target["range"]


@pytest.mark.parametrize("panel", PANELS)
def test_what_has_no_value_is_never_green(panel: Json) -> None:
    """Grafana gives a missing value the colour of the lowest threshold, unless a mapping says otherwise."""
    for config in configurations(panel):
        steps = config.get("thresholds", {}).get("steps", [{"color": "text"}])
        for mapping in config.get("mappings", ()):
            if mapping["type"] == "special":
                assert mapping["options"]["match"] == "null+nan"
                assert mapping["options"]["result"]["color"] in {"purple", "text"}
        if steps[0]["color"] == "green":
            assert any(mapping["type"] == "special" for mapping in config["mappings"])


@pytest.mark.parametrize("panel", PANELS)
def test_unknown_has_a_colour_of_its_own(panel: Json) -> None:
    for config in configurations(panel):
        for mapping in config.get("mappings", ()):
            results = mapping["options"].values() if mapping["type"] == "value" else [mapping["options"]["result"]]
            for result in results:
                assert (result["color"] == "green") <= (result["text"] in GOOD), result
                assert ("unknown" in result["text"]) <= (result["color"] == "purple"), result


GOOD = {"covered", "fresh", "up", "accepted", "succeeded"}


def configurations(panel: Json) -> Iterator[dict[str, Any]]:
    """The panel's defaults and every override of them."""
    yield panel["fieldConfig"]["defaults"]
    for override in panel["fieldConfig"]["overrides"]:
        yield {each["id"]: each.get("value") for each in override["properties"]}


@pytest.mark.parametrize("board", BOARDS.values(), ids=BOARDS)
def test_panels_are_numbered_and_do_not_overlap(board: Json) -> None:
    assert max(Counter(panel["id"] for panel in board["panels"]).values()) == 1
    for panel in board["panels"]:
        assert panel["gridPos"]["x"] + panel["gridPos"]["w"] <= 24
    for one, other in combinations([panel["gridPos"] for panel in board["panels"]], 2):
        beside = one["x"] + one["w"] <= other["x"] or other["x"] + other["w"] <= one["x"]
        above = one["y"] + one["h"] <= other["y"] or other["y"] + other["h"] <= one["y"]
        assert beside or above


@pytest.mark.parametrize("board", BOARDS.values(), ids=BOARDS)
def test_every_line_of_panels_is_full(board: Json) -> None:
    for line in {panel["gridPos"]["y"] for panel in board["panels"]}:
        assert sum(panel["gridPos"]["w"] for panel in board["panels"] if panel["gridPos"]["y"] == line) == 24


def test_links_lead_to_dashboards_and_variables_that_exist() -> None:
    by_uid = {board["uid"]: board for board in BOARDS.values()}
    urls = [url for board in BOARDS.values() for url in linked(board)]
    assert urls
    for url in urls:
        uid, _, query = url.removeprefix("/d/").partition("?")
        declared = {variable["name"] for variable in by_uid[uid]["templating"]["list"]}
        passed = set(re.findall(r"var-(\w+)=|\$\{(\w+):queryparam\}", query))
        assert {one or other for one, other in passed} <= declared, url


def test_links_in_tables_take_their_values_from_columns_that_are_there() -> None:
    for board in BOARDS.values():
        for panel in panels(board):
            columns = {
                title
                for transformation in panel.get("transformations", ())
                for title in transformation["options"].get("renameByName", {}).values()
            }
            for config in configurations(panel):
                for link in config.get("links") or ():
                    assert set(re.findall(r"__data\.fields\.(\w+)", link["url"])) <= columns


def test_overrides_name_columns_and_lines_that_are_there() -> None:
    for board in BOARDS.values():
        for panel in panels(board):
            names = {target["legendFormat"] for target in panel["targets"]} | {
                title
                for transformation in panel.get("transformations", ())
                for title in transformation["options"].get("renameByName", {}).values()
            }
            assert {override["matcher"]["options"] for override in panel["fieldConfig"]["overrides"]} <= names


def linked(board: Json) -> Iterator[str]:
    yield from (link["url"] for link in board["links"])
    for panel in panels(board):
        for config in configurations(panel):
            yield from (link["url"] for link in config.get("links") or ())


@pytest.mark.parametrize("board", BOARDS.values(), ids=BOARDS)
def test_titles_use_only_variables_of_their_dashboard(board: Json) -> None:
    values = {variable["name"]: "x" for variable in board["templating"]["list"]}
    for panel in board["panels"]:
        assert "$" not in expand(panel["title"], values)
