"""`reserve-monitor backfill` on a chain with a past: whole days, apart from what was seen, and window dressing."""

import asyncio
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from monitor.daemon.backfill import Backfilled, backfill
from monitor.daemon.configuration import read_configuration
from monitor.devnet.nodes import Anvil
from monitor.model import AssetStep, Basis, Extent, HistoryStep, PastDay, ReserveStatus, Step
from monitor.store import Store
from tests.cli.conftest import Command
from tests.support.daemons import Site, signed, unsigned, until, watching
from tests.support.evm import give
from tests.support.nodes import AnvilFactory

pytestmark = pytest.mark.integration

DAY = timedelta(days=1)
TODAY = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
FIRST = TODAY - 9 * DAY
REPORT = 4
"""Of the days from :data:`FIRST` on, the report's."""
BORROWED = [100, 100, 101, 100, 180, 99, 100, 100, 100]


@pytest.fixture
def chain(anvil: AnvilFactory) -> Anvil:
    """On each of nine days, at noon, the account of the list gets what :data:`BORROWED` says."""
    node = anvil(arguments=("--timestamp", str(int(FIRST.timestamp()))))
    node.mine()
    for number, coins in enumerate(BORROWED):
        noon = FIRST + number * DAY + timedelta(hours=12)
        for at in (noon - timedelta(minutes=1), noon):
            node.rpc("evm_setNextBlockTimestamp", int(at.timestamp()))
            node.mine()
            give(node, signed(1).address, coins)  # which changes the newest block too, and at noon nothing
    node.rpc("evm_setNextBlockTimestamp", int(datetime.now(UTC).timestamp()))
    node.mine()
    return node


def noon(number: int) -> int:
    """The block of noon of a day."""
    return 3 + 2 * number


async def read(site: Site, *numbers: int, cut: int | None = None) -> Backfilled:
    """Days by their numbers; killed before the ``cut``-th of them."""
    configuration = read_configuration(site.write())

    def progress(what: str, done: int, _total: int) -> None:
        if what == "days" and done == cut:
            raise asyncio.CancelledError

    days = [FIRST + number * DAY for number in numbers]
    return await backfill(configuration.settings, configuration.registry, "okx", days, progress)


async def kept(site: Site) -> tuple[list[PastDay], list[HistoryStep]]:
    store = await Store.open(site.sections["store"]["url"])
    try:
        return await store.past_days("okx"), await store.history("okx", Step.DAILY)
    finally:
        await store.close()


async def test_who_borrows_for_the_report_is_told_once_the_days_around_are_read(
    site: Site, chain: Anvil, command: Command
) -> None:
    site.exchange("okx", [signed(1, amount="180", height=str(noon(REPORT)))], promote="200ms")
    site.owes("okx", ETH="100")
    site.network("ethereum", chain.url)
    config = site.write()

    def run(*arguments: str | Path) -> tuple[int, str]:
        done = command(*arguments)
        return done.status, done.out + done.err

    status, told = await asyncio.to_thread(
        run, "backfill", "okx", "-c", config, "--from", f"{FIRST:%Y-%m-%d}", "--to", f"{FIRST + 8 * DAY:%Y-%m-%d}"
    )
    assert (status, "8 day(s) read, 0 known before" in told) == (0, True), told
    again = await asyncio.to_thread(run, "backfill", "okx", "-c", config, "--from", "9d", "--step", "2d")
    assert "1 day(s) read, 4 known before" in again[1]
    status, told = await asyncio.to_thread(run, "history", "okx", "-c", config, "--from", "10d", "--step", "daily")
    assert "read afterwards" in told
    days, steps = await kept(site)
    assert [each.known and each.known.last for step in steps for each in step.assets.values()] == BORROWED
    assert [day.blocks["ethereum"].number for day in days[:2]] == [noon(0), noon(1)]
    assert steps[0].blocks == days[0].blocks
    assert steps[0].read_at is not None

    async with watching(site.path) as watched:
        asset = {"exchange": "okx", "asset": "ETH"}

        async def bump() -> bool:
            return await watched.value("por_report_bump_ratio", **asset) == 1.8

        await until(bump)
        assert "PorReportBump ETH" in await watched.alerts()
        found = (await watched.exchange())["assets"]["ETH"]["report_bump"]
        assert (found["held"], found["usual"], found["days"]) == ("180", "100", 7)


async def test_a_day_is_whole_or_not_there_and_what_was_seen_stays(site: Site, chain: Anvil) -> None:
    tron = "TJRabPrwbZy45sbavfcjinPJC18kjpRTv8"
    rows = [signed(1), unsigned(2, "USDT"), unsigned(3, "USDT", "tron")]
    site.exchange("okx", [*rows[:2], type(rows[2])("tron", "USDT", tron), unsigned(4, "BNB", "bnb")])
    site.network("ethereum", chain.url)
    site.network("tron", "http://127.0.0.1:1/")
    store = await Store.open(site.sections["store"]["url"])
    seen = AssetStep((Basis.VERIFIED,), Extent.of(Decimal(7)), None, None, None, {ReserveStatus.UNKNOWN: DAY})
    live = HistoryStep("okx", Step.DAILY, FIRST + DAY, {"ETH": seen})
    await store.save_history([live])
    await store.close()

    with pytest.raises(asyncio.CancelledError):
        await read(site, 0, 1, 2, 3, cut=2)
    days, steps = await kept(site)
    assert [day.day for day in days] == [FIRST, FIRST + DAY]
    done = await read(site, 0, 1, 2, 3)
    assert (len(done.read), done.known) == (2, 2), "what was read is not read again"
    assert done.without_past == {
        "bnb": "no endpoint is configured",
        "tron": "its protocol tells the newest state alone",
    }
    every = [FIRST + number * DAY for number in range(4)]
    assert done.gaps == {
        ("BNB", "bnb: no endpoint is configured"): every,
        ("USDT", "tron: its protocol tells the newest state alone"): every,
    }
    days, steps = await kept(site)
    assert [set(day.held) for day in days] == [{"ETH"}] * 4, "no sum of parts"
    assert [day.held["ETH"][Basis.VERIFIED] for day in days] == [100, 100, 101, 100]
    assert steps[1] == live
    assert len(steps) == 4

    # A node of a network that had none: days that were read without it are read again, once.
    site.network("bnb", chain.url, caip2="eip155:1")
    assert set((await read(site, 0)).read[0].held) == {"ETH", "BNB"}
    assert (await read(site, 0)).known == 1
    del site.sections["networks"]["bnb"]

    # Nothing of a day can be read: it is not there, and asked for again.
    site.network("ethereum", "http://127.0.0.1:1/")
    lost = await read(site, 5)
    assert not lost.read[0].settled
    assert "cannot connect" in next(reason for asset, reason in lost.gaps if asset == "ETH")
    assert len((await kept(site))[0]) == 4
    site.network("ethereum", chain.url)
    assert (await read(site, 5)).read[0].held["ETH"][Basis.LISTED] == 99
