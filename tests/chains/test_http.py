import asyncio
from base64 import b64encode
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import aiohttp
import pytest
from aiohttp import encode_basic_auth, web
from aiohttp.test_utils import RawTestServer

from monitor.chains import ChainError
from monitor.chains.http import Http, excerpt, seconds_until, why
from monitor.chains.jsonrpc import failure_of
from monitor.chains.link import Link
from monitor.formats import SECRETS
from monitor.settings import EndpointSettings


@pytest.fixture
async def seen() -> AsyncIterator[tuple[str, list[web.BaseRequest]]]:
    requests: list[web.BaseRequest] = []

    async def handle(request: web.BaseRequest) -> web.Response:
        requests.append(request)
        return web.Response(text="{}")

    async with RawTestServer(handle, host="127.0.0.1") as server:
        yield str(server.make_url("/")).removesuffix("/"), requests


@pytest.mark.parametrize(
    ("change", "settings", "expected"),
    [
        (("http://", "http://me:s%C3%A9same@"), {}, ("me", "sésame")),
        (("http://", "http://"), {"user": "me", "password": "sésame"}, ("me", "sésame")),
        (("http://", "http://someone:else@"), {"user": "me", "password": "sésame"}, ("me", "sésame")),
    ],
)
async def test_credentials_go_into_the_header(
    seen: tuple[str, list[web.BaseRequest]],
    change: tuple[str, str],
    settings: dict[str, Any],
    expected: tuple[str, str],
) -> None:
    url, requests = seen
    http = Http(Link(EndpointSettings(url=url.replace(*change) + "/rpc?key=1", headers={"X-Key": "k"}, **settings)))
    await http.request("POST", body=b"{}")
    await http.close()
    assert requests[0].headers["Authorization"] == encode_basic_auth(*expected, encoding="utf-8")
    assert requests[0].headers["X-Key"] == "k"
    assert requests[0].path_qs == "/rpc?key=1"


async def test_what_does_not_speak_http_is_refused_without_showing_the_url() -> None:
    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        writer.write(b"220 mail ready\r\n\r\n")
        writer.close()

    async with await asyncio.start_server(speak, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        link = Link(EndpointSettings(url=f"http://127.0.0.1:{port}/key"))
        http = Http(link)
        with pytest.raises(ChainError) as failure:
            await http.request("GET", "/path")
        await http.close()
    assert failure.value.reason == "refused"
    assert "key" not in str(failure.value)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (aiohttp.ClientOSError(32, "Broken pipe"), "Broken pipe"),
        (aiohttp.ClientOSError(None, "Can not write request body for http://127.0.0.1/key"), "ClientOSError"),
        (aiohttp.InvalidURL("http://127.0.0.1/key"), "InvalidURL"),
        (aiohttp.ServerDisconnectedError(), "the connection was cut"),
        (aiohttp.ClientPayloadError("http://127.0.0.1/key"), "ClientPayloadError"),
    ],
)
def test_why_a_connection_failed_is_told_without_the_url(error: Exception, words: str) -> None:
    assert why(error) == words


def test_an_excerpt_is_one_short_line() -> None:
    assert excerpt(b"a\n b\r\n\t c") == "a b c"
    assert len(excerpt(b"x" * 10**6)) == 121
    assert excerpt(b"\xff") == "\N{REPLACEMENT CHARACTER}"


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("", None),
        ("0", 0),
        ("120", 120),
        ("soon", None),
        ("-5", None),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0),
    ],
)
def test_a_server_says_in_seconds_or_by_a_date_when_to_ask_again(header: str | None, seconds: float | None) -> None:
    assert seconds_until(header) == seconds


def test_a_date_to_come_is_that_many_seconds_away() -> None:
    header = format_datetime(datetime.now(UTC) + timedelta(minutes=10), usegmt=True)
    assert seconds_until(header) == pytest.approx(600, abs=5)


@pytest.mark.parametrize(
    ("status", "body", "reason"),
    [(429, "", "rate_limited"), (503, "come back later", "http_status"), (503, "Work queue depth exceeded", "busy")],
)
async def test_every_refusal_tells_when_the_server_wants_to_be_asked_again(status: int, body: str, reason: str) -> None:
    async def refuse(_: web.BaseRequest) -> web.Response:
        return web.Response(status=status, text=body, headers={"Retry-After": "33"})

    async with RawTestServer(refuse, host="127.0.0.1") as server:
        link = Link(EndpointSettings(url=str(server.make_url("/"))))
        http = Http(link)
        with pytest.raises(ChainError) as failure:
            http.refuse(await http.request("GET"))
        await http.close()
    assert (failure.value.reason, failure.value.retry_after) == (reason, 33)
    assert failure.value.transient


@pytest.mark.parametrize("before", range(60, 120, 7))
def test_a_body_that_repeats_our_request_loses_its_secrets_before_it_is_cut(before: int) -> None:
    SECRETS.add(["topsecretkey", "alice:topsecretkey"])
    header = "Basic " + b64encode(b"alice:topsecretkey").decode()
    told = excerpt(f"{'x' * before} GET /v2/topsecretkey {header}".encode())
    assert "topsec" not in told
    assert header[6:10] not in told


def test_the_error_of_a_reply_loses_its_secrets_before_it_is_cut() -> None:
    SECRETS.add(["topsecretkey"])
    failure = failure_of({"error": {"code": -32000, "message": "x" * 190 + " topsecretkey \x1b[31m"}})
    assert failure is not None
    assert failure.message.startswith("x" * 190 + " *** ")
    assert failure.message.isprintable()
