"""The text formats that Prometheus reads, and a body whose first part is compressed once for many scrapes."""

import zlib
from enum import Enum

from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.openmetrics import exposition as openmetrics
from prometheus_client.registry import Collector

_OPENMETRICS_END = b"# EOF\n"
_GZIP = 31


class Format(Enum):
    """A text format, by its content type."""

    TEXT = CONTENT_TYPE_PLAIN_0_0_4
    OPENMETRICS = openmetrics.CONTENT_TYPE_LATEST

    @classmethod
    def accepted(cls, accept: str) -> "Format":
        """What to answer to a request header ``Accept``."""
        return cls.OPENMETRICS if "application/openmetrics-text" in accept else cls.TEXT

    def render(self, collector: Collector) -> bytes:
        """The families of ``collector``, without the mark that ends an OpenMetrics exposition."""
        if self is Format.TEXT:
            return generate_latest(collector)
        body: bytes = openmetrics.generate_latest(collector)  # type: ignore[no-untyped-call]
        return body.removesuffix(_OPENMETRICS_END)

    @property
    def end(self) -> bytes:
        return _OPENMETRICS_END if self is Format.OPENMETRICS else b""


class Head:
    """The first part of many bodies. Compressing it anew for each would take most of a scrape's time."""

    def __init__(self, text: bytes) -> None:
        self._text = text
        self._packer = zlib.compressobj(wbits=_GZIP)
        self._packed = self._packer.compress(text)

    def plain(self, tail: bytes) -> bytes:
        return self._text + tail

    def gzip(self, tail: bytes) -> bytes:
        """One gzip stream of both parts."""
        packer = self._packer.copy()
        return self._packed + packer.compress(tail) + packer.flush()
