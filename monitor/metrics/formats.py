"""The text formats that Prometheus reads, and bodies whose parts are compressed once for many scrapes."""

import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum

from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.openmetrics import exposition as openmetrics
from prometheus_client.registry import Collector

from monitor.metrics.families import Family, Kind

_OPENMETRICS_END = b"# EOF\n"

_LEVEL = 1  # a third of the time of the usual 6, for a seventh more bytes
_GZIP_BEGIN = b"\x1f\x8b\x08" + bytes(6) + b"\xff"  # deflate, no name, no time, any system (RFC 1952, section 2.3)
_DEFLATE_END = b"\x03\x00"  # a last block, without content (RFC 1951, section 3.2.6)


class Format(Enum):
    """A text format, by its content type."""

    TEXT = CONTENT_TYPE_PLAIN_0_0_4
    OPENMETRICS = openmetrics.CONTENT_TYPE_LATEST

    @classmethod
    def accepted(cls, accept: str) -> "Format":
        """What to answer to a request header ``Accept``."""
        return cls.OPENMETRICS if "application/openmetrics-text" in accept else cls.TEXT

    def header(self, family: Family) -> str:
        """The lines before the samples of ``family``. OpenMetrics calls a counter by its name without ``_total``."""
        openly = self is Format.OPENMETRICS and family.kind is Kind.COUNTER
        name = family.name.removesuffix("_total") if openly else family.name
        return f"# HELP {name} {family.help}\n# TYPE {name} {family.kind}\n"

    def render(self, collector: Collector) -> bytes:
        """What the library collects, without the mark that ends an OpenMetrics exposition."""
        if self is Format.TEXT:
            return generate_latest(collector)
        body: bytes = openmetrics.generate_latest(collector)  # type: ignore[no-untyped-call]
        return body.removesuffix(_OPENMETRICS_END)

    @property
    def end(self) -> bytes:
        return _OPENMETRICS_END if self is Format.OPENMETRICS else b""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a body, plain and compressed; what is compressed leans on no other part."""

    plain: bytes
    packed: bytes = field(init=False, repr=False)

    def __post_init__(self) -> None:
        packer = zlib.compressobj(_LEVEL, wbits=-zlib.MAX_WBITS)
        # A full flush ends on a whole byte, and nothing after it refers to anything before it.
        packed = packer.compress(self.plain) + packer.flush(zlib.Z_FULL_FLUSH)
        object.__setattr__(self, "packed", packed)


def plain(parts: Sequence[Part]) -> bytes:
    return b"".join([part.plain for part in parts])


def gzip(parts: Sequence[Part]) -> bytes:
    """One gzip stream of all ``parts`` (RFC 1952), which are not compressed again for it."""
    checksum = size = 0
    for part in parts:
        checksum = zlib.crc32(part.plain, checksum)
        size += len(part.plain)
    trailer = struct.pack("<II", checksum, size & 0xFFFFFFFF)
    return b"".join([_GZIP_BEGIN, *(part.packed for part in parts), _DEFLATE_END, trailer])
