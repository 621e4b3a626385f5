"""Alerts stand in four places: the daemon's catalogue, the Prometheus rules, their tests, the runbooks. They agree."""

import re
import subprocess
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from monitor.devnet import programs
from monitor.judgement.alerts import CATALOGUE, MONITOR_DOWN
from monitor.metrics.families import FAMILIES
from monitor.model import AlertName, Severity
from monitor.settings.values import parse_duration
from tools import pair_rules

ROOT = Path(__file__).parent.parent
PROMETHEUS = ROOT / "config/prometheus/prometheus.yml"
RULES = ROOT / "config/prometheus/rules/por.rules.yml"
RULE_TESTS = ROOT / "config/prometheus/rules/por.rules.test.yml"
PAIR = ROOT / "config/prometheus/pair.yml"
PAIR_RULES = ROOT / "config/prometheus/rules/por.pair.yml"
PAIR_TESTS = ROOT / "config/prometheus/rules/por.pair.test.yml"
ALERTMANAGER = ROOT / "config/alertmanager/alertmanager.yml"
RUNBOOKS = ROOT / "docs/alerts"

KINDS = {**{name.value: kind for name, kind in CATALOGUE.items()}, **MONITOR_DOWN}
SECTIONS = [
    "What it means",
    "Why it matters",
    "First look",
    "Likely causes",
    "What to do",
    "When it clears",
    "How to tune it",
]
METRIC = re.compile(r"\bpor_[a-z_]+")


def load(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def rules() -> list[dict[str, Any]]:
    return [rule for group in load(RULES)["groups"] for rule in group["rules"]]


def rule(name: str) -> dict[str, Any]:
    (one,) = [each for each in rules() if each["alert"] == name]
    return one


def runbook(name: str) -> str:
    return (RUNBOOKS / f"{name}.md").read_text(encoding="utf-8")


def test_every_alert_has_a_rule_a_runbook_and_an_entry_in_the_catalogue_and_there_are_no_others() -> None:
    names = sorted([*AlertName, *MONITOR_DOWN])

    assert sorted(KINDS) == names
    assert sorted(each["alert"] for each in rules()) == names
    assert sorted(page.stem for page in RUNBOOKS.glob("*.md") if page.stem != "README") == names


@pytest.mark.parametrize("name", KINDS)
def test_rule_and_catalogue_agree_on_severity_for_and_meaning(name: str) -> None:
    kind, written = KINDS[name], rule(name)

    assert written["labels"] == {"severity": kind.severity}
    assert parse_duration(written.get("for", "0")) == kind.holds_for
    assert written["annotations"]["summary"] == kind.meaning


def test_the_operators_guide_says_of_each_alert_what_to_do_in_its_first_hour() -> None:
    guide = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| \[(\w+)\]\(alerts/(\w+)\.md\) \| [A-Z`].+ \|$", guide, re.MULTILINE)

    assert sorted(rows) == sorted((name, name) for name in KINDS)


@pytest.mark.parametrize("name", KINDS)
def test_a_rule_says_what_is_so_and_where_the_runbook_is(name: str) -> None:
    annotations = rule(name)["annotations"]

    assert set(annotations) == {"summary", "description", "runbook_url"}
    assert annotations["runbook_url"] == f"{{{{ $externalLabels.runbooks }}}}docs/alerts/{name}.md"
    assert annotations["summary"].endswith(".")
    assert "{{" not in annotations["summary"]
    assert annotations["description"].endswith(".")


TIME = re.compile(r"\b\d+(?:ms|[smhdwy])\b")
SPELLED_OUT = re.compile(r"\b(?:seconds?|minutes?|hours?|days?|weeks?)\b")


@pytest.mark.parametrize("name", KINDS)
def test_a_description_says_no_other_time_than_the_rule_has(name: str) -> None:
    written = rule(name)
    description = written["annotations"]["description"]
    windows = re.findall(r"\[(\w+)", written["expr"])

    assert not SPELLED_OUT.search(description)
    assert set(TIME.findall(description)) <= {written.get("for"), *windows}
    if f"{written.get('for')} or longer" not in description:
        assert "or longer" not in description


@pytest.mark.parametrize("name", KINDS)
def test_a_runbook_has_the_common_form(name: str) -> None:
    assert re.findall(r"^## (.*)$", runbook(name), re.MULTILINE) == SECTIONS


@pytest.mark.parametrize(
    "path", [RULES, RULE_TESTS, PAIR_TESTS, *sorted(RUNBOOKS.glob("*.md"))], ids=lambda path: path.name
)
def test_every_metric_that_rules_and_runbooks_name_is_exported(path: Path) -> None:
    named = set(METRIC.findall(path.read_text(encoding="utf-8")))

    assert named <= {family.name for family in FAMILIES}


@pytest.mark.parametrize("name", KINDS)
def test_every_rule_is_tested_firing_and_not_firing(name: str) -> None:
    fires = {
        bool(each.get("exp_alerts"))
        for test in load(RULE_TESTS)["tests"]
        for each in test["alert_rule_test"]
        if each["alertname"] == name
    }

    assert fires == {True, False}


def test_prometheus_reads_the_rules_often_and_scrapes_the_job_that_they_expect() -> None:
    configuration = load(PROMETHEUS)

    assert RULES in [path for pattern in configuration["rule_files"] for path in PROMETHEUS.parent.glob(pattern)]
    assert RULE_TESTS not in [
        path for pattern in configuration["rule_files"] for path in PROMETHEUS.parent.glob(pattern)
    ]
    interval = parse_duration(configuration["global"]["evaluation_interval"])
    assert isinstance(interval, timedelta)
    assert interval <= timedelta(seconds=15)
    jobs = {job["job_name"] for job in configuration["scrape_configs"]}
    assert set(re.findall(r'job="([^"]*)"', rule("PorMonitorDown")["expr"])) <= jobs


def test_no_other_alert_silences_a_critical_one() -> None:
    critical = [name for name, kind in KINDS.items() if kind.severity is Severity.CRITICAL]

    for inhibition in load(ALERTMANAGER)["inhibit_rules"]:
        (target,) = inhibition["target_matchers"]
        silenced = re.fullmatch(r'alertname=~?"(.*)"', target)
        assert silenced
        assert not [name for name in critical if re.fullmatch(silenced[1], name)]


def test_the_rules_of_two_monitors_are_made_from_those_of_one() -> None:
    assert PAIR_RULES.read_text(encoding="utf-8") == pair_rules.made(), "run `make docs`"


def test_only_one_of_both_files_of_rules_is_loaded_and_a_pair_drops_what_tells_it_apart() -> None:
    assert PAIR_RULES not in [
        path for pattern in load(PROMETHEUS)["rule_files"] for path in PROMETHEUS.parent.glob(pattern)
    ]
    pair = load(PAIR)
    assert [PAIR.parent / pattern for pattern in pair["rule_files"]] == [PAIR_RULES]
    (drop,) = pair["alerting"]["alert_relabel_configs"]
    assert set(drop["regex"].split("|")) == {"runbooks", *pair["global"]["external_labels"]}


@pytest.mark.integration
@pytest.mark.parametrize("two", [False, True], ids=["one monitor", "two that agree, by the rules of a pair"])
def test_the_rules_say_what_their_tests_expect(two: bool, tmp_path: Path) -> None:
    groups = {group["name"]: group["rules"] for group in load(RULES)["groups"]}
    own = {rule["alert"] for rule in groups[pair_rules.OWN]}
    written = yaml.load(RULE_TESTS.read_text(encoding="utf-8"), yaml.BaseLoader)  # 0x60 is no number to Prometheus
    tests: dict[str, list[dict[str, Any]]] = {}
    for test in written["tests"]:
        if two and "instance=" in str(test["input_series"]):
            continue
        if two:
            test["input_series"] = [each for one in test["input_series"] for each in _seen_by_two(one)]
            test["alert_rule_test"] = [each for each in test["alert_rule_test"] if each["alertname"] not in own]
        tests.setdefault(test["interval"], []).append(test)
    for interval, each in tests.items():  # judged by the hour, days take milliseconds
        content = {"rule_files": [str(PAIR_RULES if two else RULES)], "evaluation_interval": interval, "tests": each}
        (tmp_path / f"{interval}.yml").write_text(yaml.safe_dump(content), encoding="utf-8")

    result = promtool("test", "rules", *tmp_path.iterdir())

    assert sum(map(len, tests.values())) > 25
    assert result.returncode == 0, result.stdout + result.stderr


def _seen_by_two(series: dict[str, Any]) -> list[dict[str, Any]]:
    """The series as two monitors export it."""
    name, brace, labels = series["series"].partition("{")
    return [
        series | {"series": f'{name}{{instance="{instance}"{", " if brace else ""}{labels or "}"}'} for instance in "ab"
    ]


@pytest.mark.integration
@pytest.mark.parametrize(
    "arguments",
    [
        ("check", "rules", "--lint=all", "--lint-fatal", RULES),
        ("check", "config", PROMETHEUS),
        ("check", "rules", "--lint=all", "--lint-fatal", PAIR_RULES),
        ("check", "config", PAIR),
        ("test", "rules", PAIR_TESTS),
    ],
    ids=lambda arguments: f"{' '.join(arguments[:2])} {arguments[-1].name}",
)
def test_promtool_is_content(arguments: tuple[str | Path, ...]) -> None:
    result = promtool(*arguments)

    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.integration
def test_amtool_is_content() -> None:
    assert amtool("check-config", ALERTMANAGER).returncode == 0


@pytest.mark.integration
@pytest.mark.parametrize(
    ("severity", "receiver"),
    [(Severity.CRITICAL, "night-and-day"), (Severity.WARNING, "day"), (Severity.INFO, "log")],
)
def test_alerts_go_to_whom_their_severity_concerns(severity: Severity, receiver: str) -> None:
    result = amtool("config", "routes", "test", f"--config.file={ALERTMANAGER}", f"severity={severity}")

    assert result.stdout.split() == [receiver]


def promtool(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [programs.promtool(), *arguments], cwd=ROOT, capture_output=True, text=True, check=False, timeout=120
    )


def amtool(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [programs.amtool(), *arguments], cwd=ROOT, capture_output=True, text=True, check=False, timeout=60
    )
