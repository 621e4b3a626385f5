"""Answers of the API travel once to each who has them, and packed to who can unpack."""

import gzip

import aiohttp
import pytest

from monitor.web.transfer import accepts_gzip
from tests.support import worlds
from tests.support.web import Client, Daemon, judged, listing, relisted

EXCHANGE = "/api/v1/exchanges/aurora"
PLAIN, PACKED = {"Accept-Encoding": "identity"}, {"Accept-Encoding": "gzip"}


async def get(client: Client, headers: dict[str, str], path: str = EXCHANGE) -> tuple[aiohttp.ClientResponse, bytes]:
    """The answer, and its body as it came."""
    url = client.make_url(path)
    async with aiohttp.ClientSession(auto_decompress=False) as session, session.get(url, headers=headers) as response:
        return response, await response.read()


@pytest.mark.parametrize("encoding", [PLAIN, PACKED])
async def test_who_has_the_answer_already_is_told_so(client: Client, daemon: Daemon, encoding: dict[str, str]) -> None:
    first, body = await get(client, encoding)
    tag = first.headers["ETag"]
    for known in (tag, f'"other", W/{tag}', "*"):
        again, nothing = await get(client, encoding | {"If-None-Match": known})
        assert (again.status, nothing) == (304, b"")
        assert again.headers["ETag"] == tag
    daemon.world = relisted(worlds.world(), "0d" * 32)
    other, changed = await get(client, encoding | {"If-None-Match": tag})
    assert (other.status, other.headers["ETag"] != tag, changed != body) == (200, True, True)


async def test_what_is_packed_is_the_same_under_a_tag_of_its_own(client: Client) -> None:
    plain, body = await get(client, PLAIN)
    packed, sent = await get(client, PACKED)
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(sent) == body
    assert len(sent) < len(body) / 3
    assert packed.headers["ETag"] != plain.headers["ETag"]
    assert plain.headers["Vary"] == packed.headers["Vary"] == "Accept-Encoding"
    assert "Content-Encoding" not in plain.headers


async def test_a_long_table_is_packed_too(client: Client, daemon: Daemon) -> None:
    daemon.world = listing(judged(1000))
    packed, sent = await get(client, PACKED, f"{EXCHANGE}/claims?format=csv&limit=1000")
    assert packed.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert len(gzip.decompress(sent).splitlines()) == 1001


async def test_what_is_short_is_not_packed_and_a_refusal_has_no_tag(client: Client, daemon: Daemon) -> None:
    short, _ = await get(client, PACKED, "/api/v1/config")
    assert "Content-Encoding" not in short.headers
    assert short.headers["ETag"]
    daemon.world = None
    refused, _ = await get(client, PACKED | {"If-None-Match": "*"})
    assert (refused.status, "ETag" in refused.headers) == (503, False)


async def test_head_has_the_headers_of_get(client: Client) -> None:
    got, _ = await get(client, PACKED)
    async with client.head(EXCHANGE, headers=PACKED) as head:
        for name in ("ETag", "Content-Encoding", "Content-Length", "Vary"):
            assert head.headers[name] == got.headers[name]


@pytest.mark.parametrize(
    ("accept", "allowed"),
    [
        ("gzip", True),
        ("br, GZip;q=0.5", True),
        ("*", True),
        ("", False),
        ("identity", False),
        ("gzip;q=0", False),
        ("gzip; q=0.000, *", False),
        ("br, *;q=0", False),
        ("xgzip", False),
    ],
)
def test_gzip_is_sent_to_who_takes_it(accept: str, *, allowed: bool) -> None:
    assert accepts_gzip(accept) is allowed
