"""The exposition: both formats, compressed or not, rendered once per World."""

import gzip
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TypeVar

from prometheus_client import REGISTRY
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_openmetrics
from prometheus_client.parser import text_string_to_metric_families as parse_text

from monitor import __version__
from monitor.metrics import Metrics
from monitor.model import Assessment, World
from tests.support import worlds

K = TypeVar("K")
V = TypeVar("V")

OPENMETRICS = "application/openmetrics-text;version=1.0.0;q=0.8,text/plain;version=0.0.4;q=0.5,*/*;q=0.1"


class Counted(Mapping[str, Assessment]):
    """Assessments that count how often they are gone through."""

    def __init__(self, assessments: Mapping[str, Assessment]) -> None:
        self.assessments = assessments
        self.reads = 0

    def __getitem__(self, key: str) -> Assessment:
        return self.assessments[key]

    def __iter__(self) -> Iterator[str]:
        self.reads += 1
        return iter(self.assessments)

    def __len__(self) -> int:
        return len(self.assessments)


def counted_world() -> tuple[World, Counted]:
    assessments = Counted(worlds.world().assessments)
    return replace(worlds.world(), assessments=assessments), assessments


def exporter(world: World | None) -> Metrics:
    metrics = Metrics(lambda: world, reasons=("timeout",))
    metrics.configured([("aurora", "bitcoin")])
    return metrics


def test_text_and_openmetrics_tell_the_same() -> None:
    metrics = exporter(worlds.world())
    text = metrics.exposition("text/plain")
    openmetrics = metrics.exposition(OPENMETRICS)
    assert text.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    assert openmetrics.headers["Content-Type"].startswith("application/openmetrics-text; version=1.0.0")
    one = {
        (sample.name, *sorted(sample.labels.items())): sample.value
        for family in parse_text(text.body.decode())
        for sample in family.samples
        if sample.name.startswith("por_")
    }
    other = {
        (sample.name, *sorted(sample.labels.items())): sample.value
        for family in parse_openmetrics(openmetrics.body.decode())  # type: ignore[no-untyped-call]
        for sample in family.samples
        if sample.name.startswith("por_")
    }
    assert one == other
    assert len(one) > 100


def test_openmetrics_ends_with_its_mark_once() -> None:
    body = exporter(worlds.world()).exposition(OPENMETRICS).body
    assert body.count(b"# EOF") == 1
    assert body.endswith(b"# EOF\n")


def test_gzip_is_used_where_it_is_accepted() -> None:
    metrics = exporter(worlds.world())
    packed = metrics.exposition("", "gzip")
    assert packed.headers["Content-Encoding"] == "gzip"
    assert b"por_reserve_ratio{" in gzip.decompress(packed.body)
    assert "Content-Encoding" not in metrics.exposition("", "identity").headers


def test_a_world_is_rendered_once() -> None:
    world, assessments = counted_world()
    metrics = exporter(world)
    first = metrics.exposition()
    reads = assessments.reads
    assert reads > 0
    metrics.snapshot_attempted("aurora", "bitcoin")
    second = metrics.exposition()
    assert assessments.reads == reads
    assert first.body != second.body, "events are told at every scrape"


def test_a_prepared_world_costs_the_next_scrape_nothing() -> None:
    current: list[World] = [worlds.world()]
    metrics = Metrics(lambda: current[0])
    metrics.exposition()
    following, assessments = counted_world()
    metrics.prepare(following)
    reads = assessments.reads
    assert reads > 0
    metrics.exposition()
    current[0] = following
    metrics.exposition()
    assert assessments.reads == reads


def test_preparing_does_not_show_a_world_before_its_time() -> None:
    metrics = exporter(worlds.starting())
    metrics.prepare(worlds.world())
    assert b"por_reserve_ratio{" not in metrics.exposition().body


def test_the_version_and_the_process_are_told() -> None:
    text = exporter(None).exposition().body.decode()
    assert f'por_build_info{{version="{__version__}"}} 1.0' in text
    assert "\nprocess_resident_memory_bytes " in text
    assert "\npython_info{" in text


def test_nothing_is_registered_in_the_librarys_global_registry() -> None:
    exporter(worlds.world())
    assert not [family.name for family in REGISTRY.collect() if family.name.startswith("por_")]
