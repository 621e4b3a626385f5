"""The text formats that Prometheus reads."""

from enum import Enum

from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.openmetrics import exposition as openmetrics
from prometheus_client.registry import Collector

from monitor.metrics.families import Family, Kind


class Format(Enum):
    """A text format, by its content type."""

    TEXT = CONTENT_TYPE_PLAIN_0_0_4
    OPENMETRICS = openmetrics.CONTENT_TYPE_LATEST

    @classmethod
    def accepted(cls, accept: str) -> "Format":
        """What to answer to a request header ``Accept``."""
        return cls.OPENMETRICS if "application/openmetrics-text" in accept else cls.TEXT

    def header(self, family: Family) -> bytes:
        """The lines before the samples of ``family``. OpenMetrics calls a counter by its name without ``_total``."""
        openly = self is Format.OPENMETRICS and family.kind is Kind.COUNTER
        name = family.name.removesuffix("_total") if openly else family.name
        return f"# HELP {name} {family.help}\n# TYPE {name} {family.kind}\n".encode()

    def end(self, collector: Collector) -> bytes:
        """The end of an exposition: what the library collects, and the mark of OpenMetrics."""
        if self is Format.TEXT:
            return generate_latest(collector)
        body: bytes = openmetrics.generate_latest(collector)  # type: ignore[no-untyped-call]
        return body
