"""The mixin: what Jsonnet makes of it are the rules and the dashboards of this repository."""

import json
from pathlib import Path
from typing import Any

import pytest
import rjsonnet
import yaml

RULES = Path("config/prometheus/rules")


def evaluated(expression: str) -> Any:
    snippet = f"local m = import 'deploy/mixin/mixin.libsonnet'; {expression}"
    return json.loads(rjsonnet.evaluate_snippet("test", snippet))


def of_kind(path: Path, kind: str) -> list[tuple[str, dict[str, Any]]]:
    groups = yaml.safe_load(path.read_text(encoding="utf-8"))["groups"]
    return [(group["name"], rule) for group in groups for rule in group["rules"] if kind in rule]


@pytest.mark.parametrize(("pair", "file"), [("false", "por.rules.yml"), ("true", "por.pair.yml")])
def test_its_rules_are_the_repositorys_alerts_and_recordings_apart(pair: str, file: str) -> None:
    for member, kind in (("prometheusAlerts", "alert"), ("prometheusRules", "record")):
        groups = evaluated(f"(m {{ _config+:: {{ pair: {pair} }} }}).{member}")["groups"]
        made = [(group["name"], rule) for group in groups for rule in group["rules"]]
        assert made == of_kind(RULES / file, kind)


def test_its_dashboards_are_the_repositorys() -> None:
    assert evaluated("m.grafanaDashboards") == {
        f"reserve-monitor-{file.name}": json.loads(file.read_text(encoding="utf-8"))
        for file in Path("dashboards").glob("*.json")
    }
