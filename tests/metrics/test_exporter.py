"""The exposition: both formats, compressed or not, of a World and of this process as it is."""

import gzip
import zlib
from dataclasses import replace
from pathlib import Path

import pytest
from prometheus_client import REGISTRY
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_openmetrics
from prometheus_client.parser import text_string_to_metric_families as parse_text

from monitor import __version__
from monitor.metrics import Exposition, Metrics
from monitor.metrics.formats import Format
from monitor.model import World
from tests.support import worlds

OPENMETRICS = "application/openmetrics-text;version=1.0.0;q=0.8,text/plain;version=0.0.4;q=0.5,*/*;q=0.1"


class Exporter:
    """Answers scrapes of a World."""

    def __init__(self, world: World | None) -> None:
        self.metrics = Metrics()
        self.rendered = self.metrics.render(world)

    def exposition(self, accept: str = "", accept_encoding: str = "") -> Exposition:
        return self.metrics.exposition(self.rendered, accept, accept_encoding)


def test_text_and_openmetrics_tell_the_same() -> None:
    metrics = Exporter(worlds.world())
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
    body = Exporter(worlds.world()).exposition(OPENMETRICS).body
    assert body.count(b"# EOF") == 1
    assert body.endswith(b"# EOF\n")


@pytest.mark.parametrize("accept", ["", OPENMETRICS])
def test_a_compressed_body_is_one_whole_stream_and_says_what_the_plain_one_says(accept: str) -> None:
    metrics = Exporter(worlds.world())
    for _ in range(2):  # what was compressed once serves many scrapes
        packed = metrics.exposition(accept, "gzip")
        assert packed.headers["Content-Encoding"] == "gzip"
        reader = zlib.decompressobj(wbits=31)
        body = reader.decompress(packed.body)
        assert reader.eof, "checksum and size are right, and one member is all that there is"
        assert not reader.unused_data
        assert _of_monitor(body) == _of_monitor(metrics.exposition(accept, "identity").body)
        assert b"\nprocess_cpu_seconds_total " in body
    assert "Content-Encoding" not in metrics.exposition(accept, "identity").headers


def _of_monitor(body: bytes) -> list[bytes]:
    return [line for line in body.splitlines() if line.startswith(b"por_")]


def test_a_series_whose_source_is_gone_goes_with_it_whatever_the_format() -> None:
    exporter = Exporter(worlds.world())
    assert b"por_reserve_ratio{" in exporter.exposition().body
    exporter.rendered = exporter.metrics.render(worlds.starting())
    for accept in ("", OPENMETRICS):
        body = exporter.exposition(accept).body
        assert b"por_assessed_timestamp_seconds" in body
        assert b"por_reserve_ratio{" not in body
        assert b"por_snapshot_attempts_total{" not in body


def test_what_is_rendered_depends_on_the_world_alone() -> None:
    used = Exporter(replace(worlds.world(), account_series=1))
    used.exposition(OPENMETRICS)
    used.metrics.render(worlds.starting())
    used.rendered = used.metrics.render(worlds.world())
    assert _of_monitor(used.exposition().body) == _of_monitor(Exporter(worlds.world()).exposition().body)


def test_a_world_is_text_before_a_scrape_wants_it() -> None:
    exporter = Exporter(worlds.world())
    assert exporter.rendered.bodies.keys() == {Format.OPENMETRICS}, "what Prometheus asks for"
    exporter.exposition("text/plain")
    assert exporter.metrics.render(worlds.world()).bodies.keys() == {Format.OPENMETRICS, Format.TEXT}


def test_before_there_is_a_world_the_version_and_the_process_are_told() -> None:
    text = Exporter(None).exposition().body.decode()
    assert f'por_build_info{{version="{__version__}"}} 1.0' in text
    assert "\nprocess_resident_memory_bytes " in text
    assert "\npython_info{" in text


def test_the_process_is_told_as_it_was_when_the_world_was_made() -> None:
    exporter = Exporter(None)

    def open_files() -> bytes:
        exporter.rendered = exporter.metrics.render(worlds.world())
        body = gzip.decompress(exporter.exposition("", "gzip").body)
        return next(line for line in body.splitlines() if line.startswith(b"process_open_fds "))

    before = open_files()
    with Path("/dev/null").open():
        assert open_files() != before


def test_nothing_is_registered_in_the_librarys_global_registry() -> None:
    Exporter(worlds.world())
    assert not [family.name for family in REGISTRY.collect() if family.name.startswith("por_")]
