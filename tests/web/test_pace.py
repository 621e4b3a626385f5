"""Each client may ask the API so often, and as whom it comes is told by who is trusted."""

import math
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp.test_utils import TestClient, TestServer, make_mocked_request
from hypothesis import given
from hypothesis import strategies as st
from multidict import CIMultiDict

from monitor.settings import WebSettings
from monitor.settings.web_config import WebConfig
from monitor.web.access import Access
from monitor.web.app import create_app
from monitor.web.pace import Pace
from tests.support.web import Client, Daemon


def paced(rate: float) -> Pace:
    pace = Pace()
    pace.replace(rate, ())
    return pace


@given(st.floats(0.05, 100), st.lists(st.floats(0, 5), min_size=1, max_size=200))
def test_nobody_gets_more_than_the_rate_allows(rate: float, pauses: list[float]) -> None:
    """Ten seconds' worth at once, one more, and the rate from then on."""
    pace, now, served = paced(rate), 1000.0, 0
    for pause in pauses:
        now += pause
        served += pace.wait("client", now) == 0
    assert served <= rate * (10 + now - 1000) + 1 + 1e-6


@given(st.floats(0.05, 100), st.integers(1, 50))
def test_who_waits_as_told_is_served(rate: float, requests: int) -> None:
    pace, now = paced(rate), 1000.0
    for _ in range(requests):
        if wait := pace.wait("client", now):
            now += math.ceil(wait)
            assert pace.wait("client", now) == 0


def test_a_refused_request_costs_nothing_and_others_are_not_kept_waiting() -> None:
    pace = paced(1)
    assert [pace.wait("one", 0) for _ in range(13)] == [0] * 11 + [1, 1]
    assert pace.wait("other", 0) == 0
    assert pace.wait("one", 1) == 0


def test_who_was_refused_does_not_wait_out_a_rate_that_holds_no_more() -> None:
    pace = paced(0.001)
    assert [pace.wait("client", 0) > 0 for _ in range(2)] == [False, True]
    pace.replace(5, ())
    assert pace.wait("client", 0) == 0


def test_a_flood_of_clients_is_not_remembered_for_ever() -> None:
    pace = paced(0.001)
    for client in range(20_000):
        pace.wait(str(client), 0)
    assert pace.wait("19999", 0) > 0
    assert pace.wait("0", 0) == 0


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("192.0.2.9", [], "192.0.2.9"),
        ("192.0.2.9", ["198.51.100.7"], "192.0.2.9"),  # anybody can write the header
        ("10.0.0.1", ["198.51.100.7"], "198.51.100.7"),
        ("10.0.0.1", ["203.0.113.5, 198.51.100.7, 10.0.0.2"], "198.51.100.7"),
        ("10.0.0.1", ["203.0.113.5", "198.51.100.7:4711"], "198.51.100.7"),
        ("10.0.0.1", [], "10.0.0.1"),
        ("10.0.0.1", ["10.0.0.3,10.0.0.2"], "10.0.0.3"),
        ("10.0.0.1", ["198.51.100.7, rubbish"], "None"),
        ("2001:db8:1:2:3::4", [], "2001:db8:1:2::/64"),
        ("::ffff:10.0.0.1", ["[2001:db8:1:2:9::8]:443"], "2001:db8:1:2::/64"),
    ],
)
def test_a_client_is_who_a_trusted_proxy_says(peer: str, forwarded: list[str], client: str) -> None:
    pace = Pace()
    pace.replace(1, WebSettings.model_validate({"proxies": ["10.0.0.0/8"]}).proxies)
    headers = CIMultiDict(("X-Forwarded-For", value) for value in forwarded)
    request = make_mocked_request("GET", "/api/v1", headers=headers).clone(remote=peer)
    assert pace.client(request) == client


@asynccontextmanager
async def limited(rate: float | None) -> AsyncIterator[Client]:
    access = Access(WebConfig(), WebSettings(rate=rate))
    async with TestClient(TestServer(create_app(Daemon().deps(), access))) as client:
        yield client


async def test_what_is_asked_too_often_is_refused_with_when_to_ask_again() -> None:
    async with limited(0.001) as client:
        assert (await client.get("/api/v1/exchanges")).status == 200
        async with client.get("/api/v1/alerts") as response:
            assert response.status == 429
            seconds = int(response.headers["Retry-After"])
            assert (await response.json())["error"] == f"too many requests: ask again in {seconds} s"
        assert 0 < seconds <= 990
        assert (await client.get("/picture.png")).status == 429, "to paint takes its time too"
        for path in ("/", "/metrics", "/-/healthy", "/-/ready"):
            assert (await client.get(path)).status == 200, "Prometheus and people are not in the way"


async def test_without_a_rate_there_is_no_limit() -> None:
    async with limited(None) as client:
        assert {(await client.get("/api/v1")).status for _ in range(50)} == {200}
