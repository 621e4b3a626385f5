"""Pages of a past moment, of days and of courses: what the history keeps, no more, and no gap filled."""

import re
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from msgspec import structs

from monitor.model import AssetStep, Basis, Block, Extent, Height, HistoryStep, ReserveStatus, Step, frozen
from monitor.web.pages import past
from monitor.web.pages.chart import HEIGHT, WIDTH, draw
from monitor.web.pages.days import strip
from monitor.web.pages.exchanges import row
from tests.support import pages, worlds
from tests.support.history import BREACH, COVERED, UNKNOWN, asset
from tests.support.web import Client, Daemon, client_of
from tests.web.test_page import page

DAY = timedelta(days=1)
TODAY = worlds.NOW.date()


@pytest.fixture
def daemon() -> Daemon:
    return pages.daemon()


def at(days: int) -> str:
    return f"?at={(worlds.NOW - days * DAY).date()}"


async def test_a_past_breach_is_read_on_every_page_with_its_step(client: Client) -> None:
    overview = await page(client, f"/{at(21)}")
    assert "You see what was known at" in overview
    assert "3 exchanges: 3 not covered" in overview
    exchange = await page(client, f"/exchanges/aurora{at(21)}")
    assert "All 3 assets not covered." in exchange
    assert "in the day from 2026-02-21 00:00:00 UTC" in exchange
    one = await page(client, f"/exchanges/aurora/assets/BTC{at(21)}")
    assert "98.70 % to 99.70 %" in one
    assert "What the history does not keep" in one


async def test_the_finest_step_that_is_kept_is_told(client: Client) -> None:
    moment = f"{worlds.NOW - timedelta(minutes=30):%Y-%m-%dT%H:%M}Z"
    assert "in the minute from 2026-03-14 14:39:00" in await page(client, f"/exchanges/aurora?at={moment}")
    moment = f"{worlds.NOW - timedelta(hours=5):%Y-%m-%dT%H:%M}Z"
    assert "in the hour from 2026-03-14 10:00:00" in await page(client, f"/exchanges/aurora?at={moment}")


async def test_a_day_in_which_nobody_watched_is_no_answer(client: Client) -> None:
    assert "Not watched" in await page(client, f"/{at(43)}")
    for path in ("/exchanges/aurora", "/exchanges/aurora/assets/BTC"):
        assert "the monitor did not watch it that day" in await page(client, path + at(43))


async def test_links_of_a_past_page_stay_in_the_past(client: Client) -> None:
    text = await page(client, f"/exchanges/aurora{at(21)}")
    assert 'href="/exchanges/aurora/assets/BTC?at=2026-02-21T00:00:00Z"' in text
    assert '<a href="/exchanges/aurora">Show the present</a>' in text


async def test_a_history_that_cannot_be_read_is_said_and_hides_nothing_else(client: Client, daemon: Daemon) -> None:
    daemon.history_error = "history.db: disk I/O error"
    for path in ("/", "/exchanges/aurora", "/exchanges/aurora/assets/BTC"):
        text = await page(client, path)
        assert "The history cannot be read: history.db: disk I/O error" in text
        assert "99.99 %" in text
    assert (await client.get(f"/exchanges/aurora{at(21)}")).status == 503


async def test_the_table_beneath_a_picture_has_every_step(client: Client, daemon: Daemon) -> None:
    text = await page(client, "/exchanges/aurora/assets/BTC?range=90d")
    table = text[text.index("The same as a table") :]
    kept = [each for each in daemon.steps if each.exchange == "aurora" and each.step is Step.DAILY]
    shown = re.findall(r'<th scope="row"><time datetime="([^"]+)">', table)
    since = Step.DAILY.begins(worlds.NOW - 90 * DAY)
    assert shown == [f"{each.at:%Y-%m-%dT%H:%M:%S}Z" for each in reversed(kept) if each.at >= since]
    assert (await client.get("/exchanges/aurora/assets/BTC?range=2d")).status == 400


async def test_what_is_looked_for_is_found_by_name_and_by_asset(client: Client) -> None:
    found = await page(client, "/?q=bor")
    assert ('id="borealis" open' in found, 'id="aurora"' in found) == (True, False)
    assert 'id="aurora" open' in await page(client, "/?q=usdt")
    assert "No exchange and no asset is called" in await page(client, "/?q=%3Cb%3E")


async def test_the_worst_is_first_and_twenty_exchanges_fit_in_100_kb(daemon: Daemon) -> None:
    async with client_of(pages.daemon(pages.crowd())) as client, client.get("/") as response:
        text = await response.text()
    assert re.findall(r'<details class="row \w+" id="([^"]+)', text)[:2] == ["exchange-07", "exchange-11"]
    assert text.count('<details class="row') == text.count("In US dollars: at least") == pages.EXCHANGES
    assert len(text.encode()) <= 100_000
    assert "for 12 min" in text


def day(back: int, status: ReserveStatus, *, lower: str = "100", upper: str | None = None) -> HistoryStep:
    told = AssetStep.of(asset(lower, status, upper=upper)).lasting(status, DAY)
    return HistoryStep("aurora", Step.DAILY, Step.DAILY.begins(worlds.NOW - back * DAY), frozen({"ETH": told}))


def test_days_unwatched_are_holes_of_a_strip() -> None:
    days = {TODAY - DAY * back: {"ETH": status} for back, status in {0: COVERED, 1: COVERED, 4: BREACH}.items()}
    drawn = strip(days, TODAY)
    assert drawn.paths == {"breach": "M85 0h1v1h-1z", "covered": "M88 0h2v1h-2z"}
    assert drawn.said == f"Of 90 days: 1 not covered (the last on {TODAY - 4 * DAY}), 2 covered, 87 not watched"
    assert (drawn.last, drawn.unchanged, drawn.whole) == (COVERED, 2, True)
    assert strip({}, TODAY).said == "Of 90 days: 90 not watched"


def test_the_nearest_to_its_limit_is_first_and_a_limit_may_be_nothing() -> None:
    aurora = worlds.aurora()
    eth = aurora.assets["ETH"]
    assets = {
        "ETH": eth,
        "NONE": structs.replace(eth, asset="NONE", breach_below=Decimal()),
        "BTC": aurora.assets["BTC"],
    }
    told = row(worlds.world(), replace(aurora, assets=frozen(assets)), None)
    assert [each.asset for each in told.held] == ["BTC", "ETH", "NONE"]
    assert told.margin == Decimal("-0.0000004")


def test_what_is_unknown_now_is_not_covered_for_days() -> None:
    days = {TODAY - DAY * back: {"BTC": COVERED} for back in range(30)}
    told = row(replace(worlds.world(), alerts=()), worlds.cassini(), days)
    assert (told.status, told.since) == (UNKNOWN, "since today")
    covered = row(worlds.world(), worlds.borealis(), days)
    assert covered.since == "for at least 30 days", "nobody watched before that"


def test_lines_end_where_nobody_watched_and_go_through_the_extremes() -> None:
    low = AssetStep.of(asset(110)).and_then(asset(90, BREACH)).and_then(asset(110))
    steps = [day(9, COVERED, lower="110"), replace(day(8, BREACH), assets=frozen({"ETH": low})), day(3, COVERED)]
    drawn = draw(steps, "ETH", steps[0].at, steps[0].at + 10 * DAY, Decimal(1))
    assert drawn is not None
    assert drawn.certain.count("M") == drawn.most.count("M") == drawn.between.count("z") == 2
    heights = [float(each) for each in re.findall(r" ([\d.]+)", drawn.certain)]
    assert max(heights) > drawn.limit * HEIGHT / 100 > min(heights), "the dip is under the limit in the picture"
    places = [float(each) for each in re.findall(r"[ML]([\d.]+) ", drawn.certain)]
    assert (min(places), max(places)) == (0, 0.7 * WIDTH)
    assert "was 90.00 %" in drawn.said


def test_a_course_without_a_ratio_has_no_picture_and_one_without_a_limit_above_is_cut() -> None:
    unowed = replace(day(1, UNKNOWN), assets=frozen({"ETH": AssetStep.of(asset(owed=None))}))
    assert draw([unowed], "ETH", worlds.NOW - DAY, worlds.NOW, Decimal(1)) is None
    boundless = draw([day(1, UNKNOWN, lower="80", upper="Infinity")], "ETH", worlds.NOW - DAY, worlds.NOW, Decimal(1))
    assert boundless is not None
    assert boundless.cut
    assert "inf" not in boundless.most + boundless.between


def test_a_ratio_of_the_past_is_never_rounded_up() -> None:
    told = AssetStep.of(asset("99.99999", BREACH))
    assert past.ratio(told) == "99.99 %"
    assert past.ratio(AssetStep.of(asset("80", UNKNOWN, upper="Infinity"))) == "at least 80.00 %"
    assert past.ratio(AssetStep.of(asset(owed=None))) == ""


async def test_the_evidence_of_a_moment_is_the_last_that_was_made_until_then(
    client: Client, daemon: Daemon, tmp_path: Path
) -> None:
    assert "take the evidence along" not in await page(client, "/exchanges/aurora")
    assert (await client.get("/exchanges/aurora/evidence")).status == 404
    for days in (5, 2):
        (tmp_path / f"{days}.zip").write_text(f"{days} days old")
        daemon.bundles.append((worlds.NOW - days * DAY, tmp_path / f"{days}.zip"))
    for query, text in (("", "2 days old"), (at(3), "5 days old")):
        assert f'href="/exchanges/aurora/evidence{query and "?at=2026-03-11T00:00:00Z"}"' in await page(
            client, f"/exchanges/aurora{query}"
        )
        answer = await client.get(f"/exchanges/aurora/evidence{query}")
        assert (answer.status, answer.content_type, await answer.text()) == (200, "application/zip", text)
        assert "attachment" in answer.headers["Content-Disposition"]
    for path, status in (
        ("aurora/evidence?at=2000-01-01", 404),
        ("aurora/evidence?when=now", 400),
        ("x/evidence", 404),
    ):
        assert (await client.get(f"/exchanges/{path}")).status == status


async def test_a_day_that_was_read_afterwards_says_so_with_its_blocks(client: Client, daemon: Daemon) -> None:
    day = Step.DAILY.begins(worlds.NOW - 43 * DAY)
    told = AssetStep((Basis.SIGNED,), Extent.of(Decimal(77)), None, None, None)
    blocks = {"bitcoin": Block(Height(5), "0xabc", day + DAY)}
    daemon.steps.append(HistoryStep("aurora", Step.DAILY, day, {"BTC": told}, worlds.NOW, blocks))
    text = await page(client, f"/exchanges/aurora{at(43)}")
    assert "The monitor did not watch it that day; what was held at its end was read afterwards." in text
    text = await page(client, f"/exchanges/aurora/assets/BTC{at(43)}")
    assert "at the end of 2026-01-30 (UTC), read on 2026-03-14 at bitcoin block 5" in text
    assert "77.0000" in text
