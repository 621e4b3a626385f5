from pathlib import Path

import yaml

from monitor.devnet.alerting import quick_rules

RULES = """
groups:
  - name: reserves
    interval: 5m
    rules:
      - {alert: Low, expr: "ratio < 1", for: 10m, keep_firing_for: 5m, labels: {severity: critical},
         annotations: {description: Low for 10m or longer.}}
      - {record: ratio, expr: "a / b"}
"""


def test_copies_of_the_rules_differ_in_their_delays_only(tmp_path: Path) -> None:
    original = tmp_path / "por.rules.yml"
    original.write_text(RULES)
    [copy] = quick_rules([original], tmp_path / "copies")
    assert yaml.safe_load(copy.read_text()) == {
        "groups": [
            {
                "name": "reserves",
                "rules": [
                    {
                        "alert": "Low",
                        "expr": "ratio < 1",
                        "for": "10s",
                        "labels": {"severity": "critical"},
                        "annotations": {"description": "Low for 10s or longer."},
                    },
                    {"record": "ratio", "expr": "a / b"},
                ],
            }
        ]
    }
    assert original.read_text() == RULES
