"""/api/v1/exchanges/{name}/history: every extreme, a page of steps at a time."""

import csv
import json
from datetime import timedelta
from typing import Any

import pytest
from yarl import URL

from monitor.model import AssetStep, HistoryStep, Step
from tests.support import worlds
from tests.support.history import BREACH, asset
from tests.support.web import Client, Daemon

HISTORY = "/api/v1/exchanges/aurora/history"


def kept(step: Step, ago: timedelta, **assets: AssetStep) -> HistoryStep:
    return HistoryStep("aurora", step, step.begins(worlds.NOW - ago), assets)


FINE, LOW = AssetStep.of(asset(105)), AssetStep.of(asset("99.999", BREACH, upper="Infinity"))


async def get(client: Client, query: str, status: int = 200) -> Any:
    async with client.get(HISTORY + query) as response:
        assert response.status == status, await response.text()
        return json.loads(await response.text(), parse_float=pytest.fail)


async def test_a_step_has_its_extremes_and_the_time_in_each_status(client: Client, daemon: Daemon) -> None:
    low = LOW.and_then(asset(105)).lasting(BREACH, timedelta(milliseconds=1250))
    daemon.steps = [kept(Step.DAILY, timedelta(days=3), ETH=low)]

    found = await get(client, "?from=90d")

    assert (found["exchange"], found["step"], found["next"]) == ("aurora", "daily", None)
    (day,) = found["steps"]
    assert day["at"] == "2026-03-11T00:00:00Z"
    eth = day["assets"]["ETH"]
    assert eth["worst"] == "breach"
    assert eth["lower"] == {"first": "0.99999", "last": "1.05", "lowest": "0.99999", "highest": "1.05"}
    assert eth["upper"]["first"] is None, "nothing limits it"
    assert eth["seconds"]["breach"] == "1.25"


async def test_only_the_asset_that_is_asked_for_and_its_time_are_told(client: Client, daemon: Daemon) -> None:
    daemon.steps = [
        kept(Step.HOURLY, timedelta(hours=5), ETH=FINE),
        kept(Step.HOURLY, timedelta(hours=4), BTC=FINE),
        kept(Step.HOURLY, timedelta(hours=3), ETH=FINE),
    ]
    found = await get(client, "?asset=ETH&from=7d")
    assert found["step"] == "hourly"
    assert len(found["steps"]) == 2
    assert len((await get(client, "?asset=ETH&from=7d&to=4h"))["steps"]) == 1


@pytest.mark.parametrize(("since", "step"), [("1d", "raw"), ("30d", "hourly"), ("400d", "daily"), ("5000d", "daily")])
async def test_unless_named_the_finest_step_is_told_that_makes_a_page(client: Client, since: str, step: str) -> None:
    assert (await get(client, f"?from={since}"))["step"] == step


async def test_a_page_ends_where_the_next_begins(client: Client, daemon: Daemon) -> None:
    daemon.steps = [kept(Step.RAW, timedelta(minutes=ago), ETH=FINE) for ago in range(4500, 0, -1)]
    seen: list[str] = []
    since: str | None = "4500m"
    for _ in range(3):
        page = await get(client, f"?step=raw&from={since}")
        seen += [each["at"] for each in page["steps"]]
        since = page["next"]
    assert since is None
    assert len(seen) == len(set(seen)) == 4500


async def test_a_spreadsheet_gets_a_line_for_each_step_and_asset_and_no_formula(client: Client, daemon: Daemon) -> None:
    daemon.steps = [kept(Step.RAW, timedelta(minutes=3000), ETH=LOW, **{"=HYPERLINK(1)": FINE})]
    async with client.get(f"{HISTORY}?format=csv&step=raw&from=3d") as response:
        assert response.content_type == "text/csv"
        assert URL(response.links["next"]["url"]).query["from"] == "2026-03-13T00:29:00Z"
        eth, other = csv.DictReader((await response.text()).splitlines())
    assert (eth["asset"], eth["lower_lowest"], eth["upper_highest"]) == ("ETH", "0.99999", "Infinity")
    assert other["asset"] == "'=HYPERLINK(1)"


@pytest.mark.parametrize(
    ("query", "why"),
    [
        ("?step=weekly", "step is one of raw, hourly, daily"),
        ("?format=xls", "format is one of json, csv"),
        ("?from=yesterday", "from: yesterday is no moment"),
        ("?to=3", "to: 3 is no moment"),
        ("?since=7d", "unknown parameter: since"),
    ],
)
async def test_what_cannot_be_asked_is_refused_with_what_can_be(client: Client, query: str, why: str) -> None:
    assert why in (await get(client, query, 400))["error"]


async def test_a_history_that_cannot_be_read_is_no_empty_one(client: Client, daemon: Daemon) -> None:
    daemon.history_error = "history.db: disk I/O error"
    assert (await get(client, "", 503))["error"] == "history.db: disk I/O error"
