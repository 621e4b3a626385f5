"""The compose file: by its specification, with every variable of the configurations, on files that are there."""

import json
import re
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import yaml

COMPOSE: dict[str, Any] = yaml.safe_load(Path("compose.yaml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]


@pytest.mark.integration
def test_it_is_as_the_compose_specification_wants_it() -> None:
    """The schema comes with a linter of compose files, which `npm ci` installs."""
    schema = json.loads(Path("node_modules/dclint/schemas/compose.schema.json").read_text(encoding="utf-8"))
    faults = [error.message for error in jsonschema_rs.validator_for(schema).iter_errors(COMPOSE)]
    assert faults == []


def test_every_variable_of_the_configurations_is_passed() -> None:
    passed = {entry.partition("=")[0] for entry in SERVICES["monitor"]["environment"]}
    for file in Path("config").glob("*.yaml"):
        known = set(re.findall(r"\$\{([A-Z][A-Z0-9_]*)", file.read_text(encoding="utf-8")))
        if file.stem != "devnet":  # whose nodes are on the machine that `make run` runs on
            assert known - passed == set(), f"{file}: run `make docs`"


def test_what_is_mounted_is_there_and_the_configuration_is_a_folder() -> None:
    mounted = dict(
        volume.split(":")[:2]
        for service in SERVICES.values()
        for volume in service["volumes"]
        if volume.startswith("./")
    )
    assert all(Path(source).is_dir() for source in mounted)
    assert mounted["./config"] == "/etc/reserve-monitor"
    folder, _, file = SERVICES["monitor"]["environment"][0].removeprefix("POR_CONFIG=").rpartition("/")
    assert folder == mounted["./config"]
    assert (Path("config") / file.replace("${POR_WATCH:-okx}", "okx")).is_file()


def test_one_variable_says_where_alerts_go() -> None:
    (config,) = SERVICES["alertmanager"]["configs"]
    assert COMPOSE["configs"][config["source"]] == {"content": "${ALERTS_WEBHOOK:-http://receiver.invalid/}"}
    receivers = yaml.safe_load(Path("config/alertmanager/alertmanager.yml").read_text(encoding="utf-8"))
    assert receivers["global"]["slack_api_url_file"] == config["target"]


def test_what_tells_people_is_in_both_profiles_and_the_monitor_in_any() -> None:
    profiles = {name: service.get("profiles") for name, service in SERVICES.items()}
    assert profiles == {
        "monitor": None,
        "prometheus": ["minimal", "full"],
        "alertmanager": ["minimal", "full"],
        "grafana": ["full"],
    }


@pytest.mark.parametrize(
    "path", ["config/prometheus/prometheus.yml", "config/grafana/provisioning/datasources/prometheus.yaml"]
)
def test_services_find_each_other_by_name_and_port(path: str) -> None:
    published = {f"{name}:{port.rpartition(':')[2]}" for name, each in SERVICES.items() for port in each["ports"]}
    asked = set(re.findall(r"\b[a-z]+:\d+\b", Path(path).read_text(encoding="utf-8")))
    assert asked
    assert asked <= published
