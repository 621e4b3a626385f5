"""Writes the Prometheus rules for two monitors of the same exchanges from those for one: `make docs`.

What one monitor's rules say is one alert as soon as any of the monitors says it, without the label of the one that
does; that nothing is known, only where all of them say so. What is the matter with a monitor itself stays its own.
"""

from pathlib import Path
from typing import Any

import yaml

RULES = Path(__file__).parent.parent / "config/prometheus/rules"
SOURCE = RULES / "por.rules.yml"
TARGET = RULES / "por.pair.yml"

OWN = "monitor"
"""The group of alerts that are about a monitor, and not about what it watches."""

_HEADER = """\
# Instead of por.rules.yml, where two or more monitors watch the same exchanges (docs/operations.md): one alert, however
# many of them and however many Prometheus say it. Each rule says what that of por.rules.yml says, without `instance`:
#
#   a breach, or any other finding, is one as soon as one of the monitors says so
#   unknown is what none of them knows; who has judged nothing for two minutes knows nothing
#   a monitor that is down is PorMonitorDown, and nothing else: no breach begins by it, and none ends before another
#   monitor knows better, or it is back
#
# Made from por.rules.yml by `make docs`; tested by por.pair.test.yml.
"""

_MONITORS = "without (instance, pod)"
"""What tells the monitors apart: Prometheus' own label, and in Kubernetes the pod."""
_LEAST = frozenset({"PorRatioBelowLimit", "PorRatioBelowWarning"})
"""Alerts of which the least value is the worst."""

_BREACH = "por:ratio_below_limit:worst"
_UNKNOWN = "por:reserve_unknown:everywhere"
_KNOWS = '(por_reserve_status{status!="unknown"} == 1)'

_RECORDED = {
    "por:reserve_ratio_upper_bound:worst": f"min {_MONITORS} (por_reserve_ratio_upper_bound)",
    "por:reserve_ratio_lower_bound:worst": f"""\
min {_MONITORS} (
  por_reserve_ratio_lower_bound
    and on (job, instance, exchange, asset)
  {_KNOWS}
)
""",
    _UNKNOWN: f"""\
min {_MONITORS} (
  (
    (por_reserve_status{{status="unknown"}} and on (job, instance) time() - por_assessed_timestamp_seconds > 120)
      >= bool 0
    or
    por_reserve_status{{status="unknown"}}
  )
    and on (job, instance, exchange, asset)
  por_liabilities
)
""",
}
"""Bounds for people to look at, and what nobody knows."""

_HELD = f"""\
  or
(
  {_BREACH}
    and on (job)
  up == 0
    unless on (job, exchange, asset)
  {_KNOWS}
)
"""
"""A breach goes on from one evaluation to the next while a monitor is down and none that is there knows better."""


def made() -> str:
    """Return the rules for several monitors, as the file has them."""
    groups = []
    for group in yaml.safe_load(SOURCE.read_text(encoding="utf-8"))["groups"]:
        rules = group["rules"] if group["name"] == OWN else [each for rule in group["rules"] for each in _of_all(rule)]
        groups.append(group | {"rules": rules})
    groups[0]["rules"] = [{"record": name, "expr": each} for name, each in _RECORDED.items()] + groups[0]["rules"]
    return _HEADER + yaml.dump({"groups": groups}, Dumper=_Dumper, sort_keys=False, width=118, allow_unicode=True)


def _of_all(rule: dict[str, Any]) -> list[dict[str, Any]]:
    """The rules of several monitors for one of a single one."""
    worst = "min" if rule["alert"] in _LEAST else "max"
    inner = "".join(f"  {line}\n" for line in rule["expr"].strip().splitlines())
    said = f"{worst} {_MONITORS} (\n{inner})\n"
    match rule["alert"]:
        case "PorReserveUnknown":
            return [rule | {"expr": f"(max_over_time({_UNKNOWN}[10m]) == 1) and {_UNKNOWN}"}]
        case "PorRatioBelowLimit":
            return [{"record": _BREACH, "expr": said + _HELD}, rule | {"expr": _BREACH}]
        case _:
            return [rule | {"expr": said}]


class _Dumper(yaml.SafeDumper):
    """Writes expressions of several lines as they are."""


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _text)

if __name__ == "__main__":
    TARGET.write_text(made(), encoding="utf-8")
