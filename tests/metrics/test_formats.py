"""Bodies made of parts that were compressed once."""

import gzip
import zlib

from hypothesis import given
from hypothesis import strategies as st

from monitor.metrics import formats
from monitor.metrics.formats import Part


@given(st.lists(st.binary(max_size=2_000), max_size=4))
def test_parts_make_one_whole_gzip_stream(contents: list[bytes]) -> None:
    parts = [Part(content) for content in contents]
    whole = b"".join(contents)
    assert formats.plain(parts) == whole
    reader = zlib.decompressobj(wbits=31)
    assert reader.decompress(formats.gzip(parts)) == whole
    assert reader.eof, "checksum and size are right, and one member is all that there is"
    assert not reader.unused_data


def test_a_part_is_of_use_in_any_place() -> None:
    one, other = Part(b"por_ratio 1.0\n" * 500), Part(b"por_ratio 0.5\n" * 500)
    assert gzip.decompress(formats.gzip([one, other, one])) == one.plain + other.plain + one.plain
