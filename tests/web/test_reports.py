"""The page of an exchange's reports: each with when it came, its root, and what was proven of it."""

import csv
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from monitor.model import Publication
from monitor.web.reports import of_record
from tests.support.web import EVIL, Client, Daemon

PAGE = "/exchanges/aurora/reports"
DAY = timedelta(days=1)
MAY = datetime(2025, 5, 6, tzinfo=UTC)
JUNE = datetime(2025, 6, 6, tzinfo=UTC)
APRIL = datetime(2025, 4, 6, tzinfo=UTC)
RECORD = [
    Publication(MAY + 2 * DAY, MAY, "report", "31", "aa" * 32, "0" * 64),
    Publication(MAY + 3 * DAY, MAY, "okx-stark-v2", "", "bb" * 32, "0" * 64, "proven", "limited"),
    Publication(MAY + 3 * DAY, MAY, "okx-stark-v2 circuit", "", "cc" * 32, "0" * 64, "proven", "limited"),
    Publication(JUNE + 9 * DAY, JUNE + DAY, "listed", "32", "", ""),
    Publication(JUNE + 9 * DAY, MAY + DAY, "listed", "31", "", ""),
    Publication(JUNE + 9 * DAY, APRIL, "listed", "30", "", ""),
    Publication(JUNE + 10 * DAY, JUNE, "report", "32", "", "0" * 64),
]


async def get(client: Client, path: str = PAGE, status: int = 200) -> str:
    async with client.get(path, headers={"Accept": "text/html"}) as response:
        assert response.status == status
        return " ".join((await response.text()).split())


def test_a_report_stands_once_with_the_list_and_the_proofs_that_are_of_it() -> None:
    june, may, april = of_record(RECORD)
    assert [each.of.report_id for each in (june, may, april)] == ["32", "31", "30"]
    assert (june.seen, may.seen, april.seen) == (True, True, False)
    assert (june.delay, may.delay, april.delay) == (DAY, DAY, None)
    assert [each.root for each in may.proofs] == ["bb" * 32]
    assert [each.root for each in may.circuits] == ["cc" * 32]
    assert june.proofs == ()


async def test_all_that_is_known_of_reports_is_told(client: Client, daemon: Daemon) -> None:
    daemon.published = RECORD
    text = await get(client)
    for told in (
        "by Aurora's own list, 1 d after its figures",
        "first seen here <time",
        "not seen by this monitor",
        "aa" * 32,
        f'{"bb" * 32}</code> <span class="quiet">in a proof of',
        "okx-stark-v2: proven, as far as the scheme goes, of limited strength",
        "cc" * 32,
        "no proof that held was seen",
    ):
        assert told in text.replace("&#39;", "'"), told


async def test_how_far_an_earlier_proof_carried_is_not_made_up(client: Client, daemon: Daemon) -> None:
    daemon.published = [RECORD[0], replace(RECORD[1], status="", strength="")]
    assert "okx-stark-v2: it held; how far was not kept" in await get(client)


async def test_a_past_moment_shows_what_was_seen_until_then(client: Client, daemon: Daemon) -> None:
    daemon.published = RECORD
    text = await get(client, f"{PAGE}?at=2025-05-08T12:00Z")
    assert "aa" * 32 in text
    assert "bb" * 32 not in text
    assert "report 32" not in text


async def test_nothing_seen_and_nothing_readable_are_told_apart(client: Client, daemon: Daemon) -> None:
    assert "No report was seen yet." in await get(client)
    daemon.history_error = "the history cannot be read: disk"
    assert "cannot be read" in await get(client, status=503)


async def test_programs_are_told_the_same_page_by_page(client: Client, daemon: Daemon) -> None:
    daemon.published = RECORD
    told, rows = list[dict[str, Any]](), list[dict[str, str]]()
    path = f"/api/v1{PAGE}?limit=2"
    while path:
        async with client.get(path) as response:
            page = await response.json()
        told += page["reports"]
        path = f"/api/v1{PAGE}?limit=2&cursor={page['cursor']}" if page["cursor"] else ""
    june, may, april = told
    assert [each["report"] for each in told] == ["32", "31", "30"]
    assert (may["as_of"], may["listed_at"], may["delay_seconds"]) == (
        "2025-05-06T00:00:00Z",
        "2025-05-07T00:00:00Z",
        86400,
    )
    (proof,) = may["proofs"]
    assert (proof["scheme"], proof["status"], proof["strength"]) == ("okx-stark-v2", "proven", "limited")
    assert may["circuits"][0] | {"seen_at": None} == {"scheme": "okx-stark-v2", "digest": "cc" * 32, "seen_at": None}
    assert (april["first_seen_at"], april["proofs"], june["root"]) == (None, [], None)
    link = f"/api/v1{PAGE}?format=csv&limit=1"
    while link:
        async with client.get(link) as response:
            rows += csv.DictReader((await response.text()).splitlines())
            link = response.headers.get("Link", "").partition(">")[0].removeprefix("<")
    assert [row["report"] for row in rows] == ["32", "31", "30"]
    assert [row["proof_root"] for row in rows] == ["", "bb" * 32, ""]
    assert "31" in await get(client, f"/api/v1{PAGE}?until=2025-05-08T12:00Z")
    for wrong in ("cursor=1-2-3", "until=yesterday", "limit=0", "format=xml", "offset=1"):
        await get(client, f"/api/v1{PAGE}?{wrong}", status=400)


async def test_what_an_exchange_wrote_acts_on_nothing(client: Client, daemon: Daemon) -> None:
    daemon.published = [replace(RECORD[0], report_id=EVIL, root=EVIL), replace(RECORD[3], report_id=EVIL)]
    text = await get(client)
    assert "<b>" not in text
    assert "\x1b" not in text
