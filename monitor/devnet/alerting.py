"""The repository's Prometheus rules, quick enough to watch."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml

_PATIENCE = "10s"
"""Instead of a rule's own ``for``: longer than Prometheus takes to scrape at all, or it would start with an alarm."""


def quick_rules(rules: Iterable[Path], directory: Path) -> list[Path]:
    """Copies of the rule files in ``directory`` whose alerts fire soon, and end at the next evaluation."""
    directory.mkdir(parents=True, exist_ok=True)
    copies = []
    for path in rules:
        content = yaml.safe_load(path.read_text())
        for group in content["groups"]:
            group.pop("interval", None)
            for rule in group["rules"]:
                rule.pop("keep_firing_for", None)
                if "for" in rule:
                    _say_so(rule, rule["for"])
                    rule["for"] = _PATIENCE
        copy = directory / path.name
        copy.write_text(yaml.safe_dump(content, sort_keys=False))
        copies.append(copy)
    return copies


def _say_so(rule: dict[str, Any], before: str) -> None:
    """The alert's own text says how long it waited."""
    texts = rule.get("annotations", {})
    texts |= {
        name: text.replace(f"for {before} or longer", f"for {_PATIENCE} or longer") for name, text in texts.items()
    }
