"""What a scrape returns, as numbers by series."""

from dataclasses import replace

from prometheus_client.parser import text_string_to_metric_families

from monitor.metrics import Metrics
from monitor.model import World

Series = dict[tuple[str, frozenset[tuple[str, str]]], float]


class Scraper:
    """An exporter on a World that a test may replace."""

    def __init__(self, world: World | None = None) -> None:
        self.world = world
        self.metrics = Metrics()

    def cap(self, account_series: int) -> None:
        """Have so many accounts with series of their own."""
        assert self.world
        self.world = replace(self.world, account_series=account_series)

    def text(self) -> str:
        return self.metrics.exposition(self.metrics.render(self.world)).body.decode()

    def scrape(self) -> Series:
        text = self.text()
        samples = [sample for family in text_string_to_metric_families(text) for sample in family.samples]
        series = {(sample.name, frozenset(sample.labels.items())): sample.value for sample in samples}
        assert len(series) == len(samples), "Prometheus refuses a scrape with the same series twice"
        return series

    def value(self, name: str, **labels: str) -> float | None:
        return self.scrape().get((name, frozenset(labels.items())))

    def named(self, name: str) -> list[dict[str, str]]:
        return [dict(labels) for found, labels in self.scrape() if found == name]
