"""Open pages learn of news, badges and pictures say what the pages say."""

import asyncio
import re
import struct
from dataclasses import replace
from datetime import timedelta
from xml.etree import ElementTree

import pytest
from aiohttp import ClientResponse

from monitor.model import frozen
from monitor.web.pages import pictures, stream
from tests.support import worlds
from tests.support.web import EVIL, Client, Daemon, spoiled
from tests.web.test_page import page

LATER = replace(worlds.world(), at=worlds.NOW + timedelta(seconds=2))


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "_LOOK", 0.001)
    monkeypatch.setattr(stream, "_PACE", 0.001)


async def news(response: ClientResponse) -> str:
    while not (line := (await response.content.readline()).decode()).startswith("data:"):
        assert line, "the stream ended"
    return line.removeprefix("data: ").strip()


async def test_a_stream_tells_what_is_shown_now_and_every_new_world(client: Client, daemon: Daemon) -> None:
    shown = re.search(r'data-seen="([^"]+)"', await page(client))
    async with client.get("/events") as response:
        assert response.content_type == "text/event-stream"
        assert shown is not None
        assert await news(response) == shown[1]
        daemon.world = LATER
        assert await news(response) == "2026-03-14T15:09:28Z"


async def test_streams_are_bounded_and_one_that_ends_makes_room(
    client: Client, daemon: Daemon, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "_MOST", 1)
    async with client.get("/events"), client.get("/events") as refused:
        assert (refused.status, refused.headers["Retry-After"]) == (503, "60")
    for number in range(1, 1000):  # what has left is seen when something is written to it
        daemon.world = replace(LATER, at=worlds.NOW + timedelta(seconds=number))
        async with client.get("/events") as again:
            if again.status == 200:
                return
        await asyncio.sleep(0)
    pytest.fail("the stream that ended still counts")


async def test_a_server_that_stops_ends_every_stream(client: Client) -> None:
    async with client.get("/events") as response:
        await news(response)
        await client.server.close()
        assert not (await response.content.read()).strip()


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/exchanges/aurora/badge.svg", "Aurora reserves: 1 of 3 not covered"),
        ("/exchanges/borealis/badge.svg", "Borealis reserves: 1 of 1 covered"),
        ("/exchanges/cassini/badge.svg", "Cassini reserves: unknown"),
        ("/exchanges/aurora/assets/BTC/badge.svg", "Aurora BTC: 99.99 %"),
        ("/exchanges/aurora/assets/USDT/badge.svg", "Aurora USDT: unknown, 72.85 % to 107.42 %"),
    ],
)
async def test_a_badge_says_how_it_stands_and_may_be_embedded(client: Client, path: str, said: str) -> None:
    async with client.get(path) as response:
        assert response.content_type == "image/svg+xml"
        assert response.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
        drawn = ElementTree.fromstring(await response.text())
    assert drawn.attrib["aria-label"] == said


@pytest.fixture
def painted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The drawings that were painted."""
    drawings: list[str] = []
    paint = pictures.paint

    def recorded(svg: str) -> bytes:
        drawings.append(svg)
        return paint(svg)

    monkeypatch.setattr(pictures, "paint", recorded)
    return drawings


async def test_a_shared_link_has_a_picture_that_networks_show_and_none_of_the_past(
    client: Client, painted: list[str]
) -> None:
    for path in ("/", "/exchanges/aurora", "/exchanges/aurora/assets/BTC"):
        (picture,) = re.findall(r'property="og:image" content="http://[^/]+([^"]+)"', await page(client, path))
        async with client.get(picture) as response:
            body = await response.read()
            assert response.content_type == "image/png"
        assert body.startswith(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + struct.pack(">II", 1200, 630))
        assert len(body) < 100_000
    said = [ElementTree.fromstring(drawing).attrib["aria-label"] for drawing in painted]
    assert said == [
        "Do the coins cover what is owed?: 3 exchanges: 1 not covered, 1 unknown, 1 covered",
        "Reserves of Aurora: Not covered",
        "BTC of Aurora: Not covered",
    ]
    assert "BTC  99.99 %" in painted[-1]
    assert "og:image" not in await page(client, "/?at=2026-02-01")
    assert 'og:description" content="Aurora: 1 of 3 assets covered;' in await page(client)


@pytest.mark.parametrize("weight", [400, 700])
def test_words_are_painted_where_the_machine_has_no_font(weight: int) -> None:
    start = '<svg xmlns="http://www.w3.org/2000/svg" width="200" height="40"><g font-family="DejaVu Sans">'
    said = [f'{start}<text y="30" font-weight="{weight}">{word}</text></g></svg>' for word in ("", "BTC", "ЖÄ")]
    assert len({pictures.paint(each) for each in said}) == 3


async def test_what_others_write_is_text_in_a_picture_too(client: Client, daemon: Daemon, painted: list[str]) -> None:
    daemon.world = spoiled()
    aurora = replace(daemon.world.assessments["aurora"], title=EVIL)
    daemon.world = replace(daemon.world, assessments=frozen({"aurora": aurora}))
    async with client.get("/exchanges/aurora/badge.svg") as response:
        ElementTree.fromstring(await response.text())
    for path in ("/picture.png", "/exchanges/aurora/picture.png"):
        assert (await client.get(path)).status == 200
        ElementTree.fromstring(painted[-1])
    assert (await client.get("/exchanges/aurora/assets/NONE/badge.svg")).status == 404
