"""The Helm chart, as far as it can be judged without Helm, which `make release` builds and runs."""

import json
import re
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import yaml

from monitor.daemon.configuration import load_configuration

CHART = Path("deploy/helm/reserve-monitor")
VALUES = [CHART / "values.yaml", *sorted((CHART / "ci").glob("*-values.yaml"))]
SCHEMA: dict[str, Any] = json.loads((CHART / "values.schema.json").read_text(encoding="utf-8"))
VALIDATOR = jsonschema_rs.validator_for(SCHEMA)


def load(path: Path) -> dict[str, Any]:
    values: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return values


DEFAULTS = load(CHART / "values.yaml")


@pytest.mark.parametrize("path", VALUES, ids=lambda path: path.name)
def test_values_are_as_the_schema_wants_them(path: Path) -> None:
    assert [error.message for error in VALIDATOR.iter_errors(load(path))] == []


@pytest.mark.parametrize(
    "values",
    [
        {"replicCount": 1},
        {"replicaCount": "1"},
        {"port": 80},
        {"config": ""},
        {"config": {"exchanges": {}}},
        {"persistence": {"size": "10 GB"}},
        {"serviceMonitor": {"enabled": "yes"}},
        {"probes": {"scheme": "https"}},
        {"fullnameOverride": "Reserves"},
        {"extraEnv": [{"value": "nameless"}]},
    ],
    ids=str,
)
def test_what_cannot_be_meant_is_refused(values: dict[str, Any]) -> None:
    assert not VALIDATOR.is_valid(values)


def test_every_value_has_a_default_and_every_default_a_use() -> None:
    """``.Values.a.b`` in templates, or ``with .Values.a`` and then all of it."""
    used = set()
    for template in (CHART / "templates").iterdir():
        used |= set(re.findall(r"\.Values((?:\.\w+)+)", template.read_text(encoding="utf-8")))
    for path in used:
        value: Any = DEFAULTS
        for name in path.split(".")[1:]:
            assert name in value, f"{path} has no default"
            value = value[name]
    assert {path.split(".")[1] for path in used} == set(DEFAULTS)


def test_rules_and_dashboards_are_the_repositorys_own() -> None:
    """Links, which Helm follows: no copy that could differ."""
    files = CHART / "files"
    for name in ("por.rules.yml", "por.pair.yml"):
        assert (files / name).resolve() == (Path("config/prometheus/rules") / name).resolve()
    assert (files / "dashboards").resolve() == Path("dashboards").resolve()


@pytest.mark.parametrize("path", VALUES, ids=lambda path: path.name)
def test_the_configurations_can_be_loaded(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is mounted in the image's folder of the ready ones."""
    monkeypatch.setenv("POR_LISTEN", "0.0.0.0:9876")
    monkeypatch.setenv("POR_STORE", "postgresql+asyncpg://history.example.com/reserves")
    for ready in Path("config").glob("*.yaml"):
        (tmp_path / ready.name).symlink_to(ready.resolve())
    (tmp_path / "config.yaml").write_text(load(path).get("config", DEFAULTS["config"]))
    settings, _ = load_configuration(tmp_path / "config.yaml")
    assert settings.web.listen == "0.0.0.0:9876"
