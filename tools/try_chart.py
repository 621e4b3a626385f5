"""Renders the Helm chart with each file of values beside it, and holds the outcome against what others know of it.

`python tools/try_chart.py HELM`, as `make release` does. What must hold: Helm's linter is content, every object of
Kubernetes' own is as the oldest and the newest schema want it, rules and dashboards are those of this repository.
"""

import subprocess
import sys
import tempfile
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import kubernetes_validate
import yaml

CHART = Path("deploy/helm/reserve-monitor")
KUBERNETES = ("1.25", "1.37")
RULES = Path("config/prometheus/rules")
OPERATOR = "monitoring.coreos.com/v1"
"""The Prometheus Operator's objects, of which Kubernetes has no schema."""


def main(helm: str) -> None:
    """Check all; ends the program with what is wrong."""
    for values in sorted((CHART / "ci").glob("*-values.yaml")):
        _run(helm, "lint", "--strict", str(CHART), "--values", str(values))
        for version in KUBERNETES:
            rendered = _run(
                *(helm, "template", "trial", str(CHART), "--namespace", "reserves", "--values", str(values)),
                *("--kube-version", version),
            )
            several = (yaml.safe_load(values.read_text()) or {}).get("replicaCount", 1) > 1
            rules = RULES / ("por.pair.yml" if several else "por.rules.yml")
            kinds = [_checked(each, version, rules) for each in yaml.safe_load_all(rendered) if each]
        print(f"{values.name}: {', '.join(kinds)}")


def _checked(thing: dict[str, Any], version: str, rules: Path) -> str:
    kind: str = thing["kind"]
    if thing["apiVersion"] != OPERATOR:
        kubernetes_validate.validate(thing, version, strict=True)
    if kind == "PrometheusRule":
        _must(thing["spec"] == yaml.safe_load(rules.read_text()), "the rules are the repository's")
        with tempfile.NamedTemporaryFile("w", suffix=".yml") as file:
            yaml.safe_dump(thing["spec"], file)
            file.flush()
            _run("promtool", "check", "rules", file.name)
    for name, text in _dashboards(thing):
        _must(text == (Path("dashboards") / name).read_text().rstrip("\n"), f"{name} is the repository's")
    if kind == "Secret":
        text = b64decode(thing["data"]["config.yaml"]).decode()
        _must("include" in yaml.safe_load(text), "the configuration is text as it was given")
    return kind


def _dashboards(thing: dict[str, Any]) -> Iterator[tuple[str, str]]:
    if thing["kind"] == "ConfigMap":
        yield from thing["data"].items()


def _must(holds: bool, what: str) -> None:  # noqa: FBT001 - a claim
    if not holds:
        sys.exit(f"This does not hold of the chart: {what}")


def _run(*command: str) -> str:
    ended = subprocess.run(command, check=False, capture_output=True, text=True)
    if ended.returncode:
        sys.exit(f"{' '.join(command)}:\n{ended.stdout}{ended.stderr}")
    return ended.stdout


if __name__ == "__main__":
    main(*sys.argv[1:])
