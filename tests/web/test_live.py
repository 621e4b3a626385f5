"""Open pages learn of news, badges and pictures say what the pages say."""

import asyncio
import re
from dataclasses import replace
from datetime import timedelta
from xml.etree import ElementTree

import pytest
from aiohttp import ClientResponse

from monitor.model import frozen
from monitor.web.pages import stream
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


async def test_a_shared_link_has_a_picture_of_the_present_and_none_of_the_past(client: Client) -> None:
    for path in ("/", "/exchanges/aurora", "/exchanges/aurora/assets/BTC"):
        (picture,) = re.findall(r'property="og:image" content="http://[^/]+([^"]+)"', await page(client, path))
        async with client.get(picture) as response:
            drawn = ElementTree.fromstring(await response.text())
        assert drawn.attrib["aria-label"].endswith(": Not covered")
    assert "og:image" not in await page(client, "/?at=2026-02-01")
    assert 'og:description" content="Aurora: 1 of 3 assets covered;' in await page(client)


async def test_what_others_write_is_text_in_a_picture_too(client: Client, daemon: Daemon) -> None:
    daemon.world = spoiled()
    aurora = replace(daemon.world.assessments["aurora"], title=EVIL)
    daemon.world = replace(daemon.world, assessments=frozen({"aurora": aurora}))
    for path in ("/picture.svg", "/exchanges/aurora/picture.svg", "/exchanges/aurora/badge.svg"):
        async with client.get(path) as response:
            ElementTree.fromstring(await response.text())
    assert (await client.get("/exchanges/aurora/assets/NONE/badge.svg")).status == 404
