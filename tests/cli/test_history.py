"""`reserve-monitor history`: what was known, in four forms, and nothing averaged."""

import asyncio
import csv
import json
import subprocess
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from monitor.daemon.history import HistoryKeeper
from monitor.model import HistoryStep, Step
from monitor.store import Store
from tests.cli.conftest import Command
from tests.support.daemons import Site
from tests.support.history import BREACH, UNKNOWN, asset, world

NOW = datetime.now(UTC)
YEAR_AGO = NOW - timedelta(days=365)


@pytest.fixture
def config(site: Site) -> Path:
    """An exchange that was watched for a few seconds a year ago, in breach for five of them, and is so today."""

    async def watch() -> None:
        store = await Store.open(site.sections["store"]["url"])
        for begun in (YEAR_AGO, NOW - timedelta(minutes=1)):
            keeper = HistoryKeeper(store)
            known = (asset(105), asset("70.0000000001", BREACH), asset(105, UNKNOWN, upper="Infinity"))
            for seconds, each in zip((0, 5, 10), known, strict=True):
                assets = {"ETH": each, 'B"T,C': asset(3, owed=None)}
                await keeper.keep(world(begun + timedelta(seconds=seconds), okx=assets))
        kept = await store.history("okx", Step.DAILY)
        await store.save_history([HistoryStep("quiet", Step.DAILY, kept[-1].at, {"ETH": kept[-1].assets['B"T,C']})])
        await store.close()

    asyncio.run(watch())
    site.exchange("okx")
    return site.write()


def test_a_breach_of_five_seconds_a_year_ago_is_in_its_day(command: Command, config: Path) -> None:
    told = command("history", "okx", "--config", config, "--from", "400d", "--to", "300d", "--asset", "ETH")
    assert told.status == 1
    for words in ("daily step", "breach", "70.00 % to 105.00 %", "5 s", f"{YEAR_AGO:%Y-%m-%d}"):
        assert words in told.out
    (day,) = command(
        "history", "okx", "-c", config, "--from", "400d", "--to", "300d", "--asset", "ETH", "--format", "json"
    ).lines
    assert (day["worst"], day["seconds"]) == ("breach", {"covered": 5.0, "breach": 5.0, "unknown": 0.0})
    assert day["lower"] == {"first": "1.05", "last": "1.05", "lowest": "0.700000000001", "highest": "1.05"}
    assert day["upper"]["highest"] == "Infinity"
    assert day["known"]["lowest"] == "70.0000000001"


def test_the_finest_steps_are_told_that_are_kept_and_can_be_read(command: Command, config: Path) -> None:
    def step(*options: str) -> set[str]:
        told = command("history", "okx", "--config", config, "--format", "json", *options)
        return {line["step"] for line in told.lines}

    assert step("--from", "3h") == {"raw"}
    assert step("--from", "3d") == {"hourly"}
    assert step() == {"daily"}
    assert step("--from", f"{NOW - timedelta(days=1):%Y-%m-%d}", "--step", "raw") == {"raw"}
    assert step("--from", "400d", "--to", "364d") == {"daily"}, "hours of then are kept no more"


def test_csv_has_every_number_of_every_asset(command: Command, config: Path) -> None:
    told = command("history", "okx", "--config", config, "--format", "csv")
    rows = {row["asset"]: row for row in csv.DictReader(told.out.splitlines())}
    assert rows.keys() == {"ETH", 'B"T,C'}
    eth, other = rows["ETH"], rows['B"T,C']
    assert (eth["lower_lowest"], eth["upper_highest"], eth["owed_last"]) == ("0.700000000001", "Infinity", "100")
    assert (eth["worst"], eth["breach_seconds"], eth["bases"]) == ("breach", "5.0", "verified")
    assert (other["lower_first"], other["known_first"], other["breach_seconds"]) == ("", "3", "")


def test_openmetrics_name_the_moments_at_which_steps_began(command: Command, config: Path) -> None:
    told = command("history", "okx", "--config", config, "--from", "400d", "--format", "openmetrics")
    samples = told.out.splitlines()
    lowest = 'por_history_reserve_ratio_lower_bound{asset="ETH",exchange="okx",step="daily",value="lowest"} '
    (first, _) = [line.removeprefix(lowest).split() for line in samples if line.startswith(lowest)]
    assert Decimal(first[0]) <= Decimal("0.700000000001")
    assert int(first[1]) == Step.DAILY.begins(YEAR_AGO).timestamp()
    assert samples[-1] == "# EOF"


@pytest.mark.integration
def test_promtool_makes_blocks_of_it(command: Command, config: Path, tmp_path: Path) -> None:
    told = command("history", "okx", "--config", config, "--from", "400d", "--format", "openmetrics")
    (tmp_path / "history.txt").write_text(told.out)
    made = ("promtool", "tsdb", "create-blocks-from", "openmetrics")
    ended = subprocess.run(
        (*made, tmp_path / "history.txt", tmp_path / "blocks"), capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stderr
    metas = [json.loads(path.read_text()) for path in (tmp_path / "blocks").glob("*/meta.json")]
    assert sum(meta["stats"]["numSamples"] for meta in metas) == told.out.count("\npor_")


def test_without_a_breach_the_end_is_0_and_of_nothing_known_3(command: Command, config: Path) -> None:
    assert command("history", "quiet", "--config", config).status == 0
    nothing = command("history", "okx", "--config", config, "--asset", "DOGE")
    assert (nothing.status, nothing.out) == (3, "")
    assert "nothing is known of DOGE of okx by daily steps from" in nothing.err
    assert command("history", "okx", "--config", config, "--from", "500d", "--to", "2025-01-01").status == 3
    assert command("history", "okx", "--config", config, "--from", "9999999d").status == 2
    assert command("history", "okx", "--config", config, "--from", "soon").status == 2


def test_a_history_that_is_not_there_is_not_made(command: Command, site: Site) -> None:
    site.exchange("okx")
    told = command("history", "okx", "--config", site.write())
    assert told.status in {2, 3}
    assert "there is no such file yet: `reserve-monitor run` makes it" in told.err
    assert not (site.folder / "history.db").exists()
