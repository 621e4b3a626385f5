"""docs/metrics.md and the exporter agree on every name, kind, label and meaning."""

import re
from dataclasses import replace
from pathlib import Path

from monitor.metrics.families import FAMILIES
from tests.support import worlds
from tests.support.scraping import Scraper

PAGE = Path(__file__).parents[2] / "docs" / "metrics.md"
ROW = re.compile(r"^\| `(?P<name>por_\w+)` \| (?P<kind>\w+) \| (?P<labels>[^|]*) \| (?P<help>[^|]*) \|$", re.MULTILINE)


def test_every_listed_metric_is_exported_and_no_other() -> None:
    text = Scraper(replace(worlds.world(), account_series=5)).text()
    exported = set(re.findall(r"^# TYPE (por_\w+)", text, re.MULTILINE))
    assert exported == {family.name for family in FAMILIES}


def test_every_series_has_the_labels_of_its_family() -> None:
    exported = Scraper(replace(worlds.world(), account_series=5)).text()
    labels = {family.name: set(family.labels) for family in FAMILIES}
    seen = re.findall(r"^(por_\w+?)(?:_bucket|_sum|_count)?(?:\{(.*)\})? \S+$", exported, re.MULTILINE)
    for name, text in seen:
        assert set(re.findall(r'(\w+)="', text)) - {"le"} == labels[name], name
    assert {name for name, _ in seen} == set(labels), "the made-up World has an example of each"
