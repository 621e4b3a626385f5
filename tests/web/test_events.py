"""What happened to an exchange: as a page, over the API, and as a feed; each page of it leads to the one before."""

import csv
import re
from datetime import timedelta
from decimal import Decimal
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from monitor.model import Event, EventKind, EventPlace, ListChange
from monitor.web.events import told
from tests.support import worlds
from tests.support.web import EVIL, Client, Daemon

PAGE = "/exchanges/aurora/events"
API = f"/api/v1{PAGE}"
AT = worlds.NOW
ATOM = "{http://www.w3.org/2005/Atom}"
CHANGE = ListChange(3, 1, 4, 100, {"ETH": Decimal(5), "BTC": Decimal("120.5")}, {"BTC": Decimal(2)})


CHANGED = (
    "The list changed: 3 rows came, with 120.5000 BTC, 5.0000 ETH claimed; 1 row went, with 2.0000 BTC claimed; "
    "of 4 rows the evidence changed; of 100 rows only the amount or the height moved."
)


def happened(minutes: int, event: Event) -> tuple[EventPlace, Event]:
    return EventPlace(AT - timedelta(minutes=minutes), 2, 1000 - minutes), event


def begun(minutes: int) -> tuple[EventPlace, Event]:
    at = AT - timedelta(minutes=minutes)
    return happened(
        minutes, Event("aurora", at, EventKind.ALERT_BEGUN, "BTC", "PorReserveRatioLow", "critical", "low.")
    )


async def get(client: Client, path: str, status: int = 200) -> Any:
    async with client.get(path, headers={"Accept": "text/html"}) as response:
        assert response.status == status, await response.text()
        return await (response.json() if path.startswith("/api") else response.text())


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (
            Event("aurora", AT, EventKind.LIST_CHANGED, change=CHANGE),
            CHANGED,
        ),
        (
            Event("aurora", AT, EventKind.LIST_CHANGED, change=ListChange(0, 2, 0, 0)),
            "The list changed: 2 rows went.",
        ),
        (
            Event("aurora", AT, EventKind.REPORT, "125", summary="ab"),
            "Report 125 was first seen, with the root ab.",
        ),
        (Event("aurora", AT, EventKind.REPORT), "Report was first seen."),
        (
            Event("aurora", AT, EventKind.ROOT, "okx-stark-v2", summary="ab"),
            "A proof (okx-stark-v2) was first seen, with the root ab.",
        ),
        (
            Event("aurora", AT, EventKind.CIRCUIT, "groth16", summary="cd"),
            "A proof (groth16) was first seen, with the circuit or keys cd.",
        ),
        (
            Event("aurora", AT, EventKind.REORGANISATION, "ethereum", summary="block 7 was a and is b now"),
            "ethereum: block 7 was a and is b now.",
        ),
        (
            Event("aurora", AT, EventKind.ALERT_BEGUN, "BTC", "PorReserveRatioLow", "critical", "99 % is low."),
            "Alert on BTC, reserve ratio low: 99 % is low.",
        ),
        (Event("aurora", AT, EventKind.ALERT_ENDED, "", "PorListChanged"), "Alert over: list changed."),
    ],
)
def test_each_event_is_one_sentence(event: Event, words: str) -> None:
    assert told(event) == words


async def test_the_record_is_paged_from_the_newest_to_the_oldest(client: Client, daemon: Daemon) -> None:
    daemon.happened = [begun(minutes) for minutes in range(120)]
    seen, path = list[str](), PAGE
    while path:
        text = await get(client, path)
        seen += re.findall(r'<li id="e2-(\d+)">', text)
        following = re.search(r'href="([^"]+)" rel="next"', text)
        path = following[1].replace("&amp;", "&") if following else ""
    assert seen == [str(1000 - minutes) for minutes in range(120)]
    assert f'<a href="{PAGE}">Newest</a>' in text
    ids, following_page = list[str](), "?limit=50"
    while following_page:
        page = await get(client, API + following_page)
        ids += [each["at"] for each in page["events"]]
        following_page = f"?limit=50&cursor={page['cursor']}" if page["cursor"] else ""
    assert len(ids) == len(set(ids)) == 120


async def test_the_api_has_every_digit_of_a_change(client: Client, daemon: Daemon) -> None:
    daemon.happened = [happened(0, Event("aurora", AT, EventKind.LIST_CHANGED, change=CHANGE)), begun(1)]
    change, alert = (await get(client, API))["events"]
    assert change["change"] == {
        "added": 3,
        "removed": 1,
        "altered": 4,
        "restated": 100,
        "added_coins": {"ETH": "5", "BTC": "120.5"},
        "removed_coins": {"BTC": "2"},
    }
    assert (alert["kind"], alert["subject"], alert["severity"]) == ("alert_begun", "BTC", "critical")
    assert alert["change"] is None


async def test_a_table_has_each_event_in_a_line(client: Client, daemon: Daemon) -> None:
    daemon.happened = [happened(0, Event("aurora", AT, EventKind.LIST_CHANGED, change=CHANGE)), begun(1), begun(2)]
    async with client.get(f"{API}?format=csv&limit=2") as response:
        change, alert = csv.DictReader((await response.text()).splitlines())
        assert "cursor=" in response.headers["Link"]
    assert (change["added"], change["added_coins"]) == ("3", "5 ETH; 120.5 BTC")
    assert (alert["kind"], alert["name"], alert["added"]) == ("alert_begun", "PorReserveRatioLow", "")


async def test_a_past_moment_shows_what_had_happened_until_then(client: Client, daemon: Daemon) -> None:
    daemon.happened = [begun(1), begun(90)]
    text = await get(client, f"{PAGE}?at=1h")
    assert re.findall(r'<li id="e2-(\d+)">', text) == ["910"]
    assert [each["subject"] for each in (await get(client, f"{API}?until=1h"))["events"]] == ["BTC"]
    assert "Nothing is on record until then." in await get(client, f"{PAGE}?at=7d")


async def test_the_feed_is_atom_whatever_others_wrote(client: Client, daemon: Daemon) -> None:
    daemon.happened = [
        happened(0, Event("aurora", AT, EventKind.ALERT_BEGUN, EVIL, "PorListRefused", "warning", EVIL)),
        begun(1),
    ]
    async with client.get(f"{PAGE}.atom") as response:
        assert response.content_type == "application/atom+xml"
        feed = ET.fromstring(await response.text())
    assert feed.findtext(f"{ATOM}title") == "Events of Aurora"
    entries = feed.findall(f"{ATOM}entry")
    assert len({entry.findtext(f"{ATOM}id") for entry in entries}) == 2
    assert entries[1].findtext(f"{ATOM}summary") == "Alert on BTC, reserve ratio low: low."
    text = await get(client, PAGE)
    assert "<b>" not in text
    assert f'href="{PAGE}.atom"' in text


@pytest.mark.parametrize("path", [PAGE, API])
@pytest.mark.parametrize("query", ["cursor=7", "cursor=999999999999999999-1-1", "page=2", "cursor=1-1-1-1"])
async def test_what_cannot_be_asked_for_is_refused(client: Client, path: str, query: str) -> None:
    await get(client, f"{path}?{query}", 400)


async def test_a_history_that_cannot_be_read_is_not_taken_for_an_empty_one(client: Client, daemon: Daemon) -> None:
    daemon.history_error = "the history cannot be read: disk"
    assert "cannot be read" in await get(client, PAGE, 503)
