"""The version stands in pyproject.toml, and wherever else it must, it is the same."""

import re
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from monitor import __version__

CHART = "deploy/helm/reserve-monitor/Chart.yaml"


def read(path: str) -> str:
    return Path(path).read_text(encoding="utf-8")


def found(pattern: str, path: str) -> str:
    match = re.search(pattern, read(path), re.MULTILINE)
    assert match, f"{path} names no version"
    return match[1]


SAID: dict[str, Callable[[], str]] = {
    "pyproject.toml": lambda: tomllib.loads(read("pyproject.toml"))["project"]["version"],
    "installed": lambda: __version__,
    "CHANGELOG.md": lambda: found(r"^## (\S+)", "CHANGELOG.md"),
    "Dockerfile": lambda: found(r'image\.version="([^"]*)"', "Dockerfile"),
    "Chart.yaml: version": lambda: yaml.safe_load(read(CHART))["version"],
    "Chart.yaml: appVersion": lambda: yaml.safe_load(read(CHART))["appVersion"],
    "compose.yaml": lambda: yaml.safe_load(read("compose.yaml"))["services"]["monitor"]["image"].rpartition(":")[2],
}


@pytest.mark.parametrize("place", SAID)
def test_each_place_says_the_same_version(place: str) -> None:
    assert SAID[place]() == SAID["pyproject.toml"]()
