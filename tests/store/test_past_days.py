"""Days that were read afterwards: told where nobody watched, and never in the place of what was seen."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from monitor.model import AssetStep, Basis, Block, DayHeld, Extent, Height, HistoryStep, PastDay, Step
from monitor.store import Store
from tests.support.history import BREACH

FIRST = datetime(2026, 5, 1, tzinfo=UTC)
DAY = timedelta(days=1)
DIGESTS = {basis: f"{basis}-accounts" for basis in (Basis.VERIFIED, Basis.SIGNED, Basis.LISTED)}
SUMS = {Basis.VERIFIED: Decimal("1.000000000000000001"), Basis.SIGNED: Decimal(2), Basis.LISTED: Decimal(3)}


def day(number: int, basis: Basis = Basis.SIGNED) -> PastDay:
    """ETH is whole, USDT is not."""
    block = Block(Height(100 + number), f"0x{number}", FIRST + (number + 1) * DAY - timedelta(seconds=5))
    return PastDay(
        "okx",
        FIRST + number * DAY,
        basis,
        FIRST + 99 * DAY,
        {"ethereum": block},
        {"ETH": SUMS},
        {"ETH": DIGESTS, "USDT": DIGESTS},
        {"USDT": "tron: no past"},
        settled=False,
    )


async def test_a_day_comes_back_as_it_was_and_the_newest_reading_counts(store: Store) -> None:
    await store.save_past_day(replace(day(0), held={}, settled=True))
    await store.save_past_day(day(0))
    await store.save_past_day(day(2))
    await store.save_past_day(replace(day(2), exchange="other"))
    assert await store.past_days("okx") == [day(0), day(2)]
    assert await store.past_days("okx", FIRST + DAY) == [day(2)]
    assert await store.past_days("okx", FIRST, FIRST + 2 * DAY) == [day(0)]


async def test_the_history_tells_it_only_where_nobody_watched(store: Store) -> None:
    seen = AssetStep((Basis.SIGNED,), Extent.of(Decimal(9)), None, None, None, {BREACH: DAY})
    live = HistoryStep("okx", Step.DAILY, FIRST + DAY, {"BTC": seen})
    await store.save_history([live, replace(live, step=Step.HOURLY, at=FIRST)])
    for number in (2, 1, 0):
        await store.save_past_day(day(number))
    first, second, third = await store.history("okx", Step.DAILY)
    assert second == live, "were it of other assets"
    assert (first, third) == (day(0).step, day(2).step)
    assert (first.read_at, first.blocks) == (day(0).read_at, day(0).blocks)
    eth = first.assets["ETH"]
    assert (eth.known, eth.owed, eth.lower, eth.worst) == (Extent.of(Decimal(2)), None, None, None)
    assert [each.at for each in await store.history("okx", Step.HOURLY)] == [FIRST]
    assert await store.history("okx", Step.DAILY, asset="BTC") == [live]
    assert [each.at for each in await store.history("okx", Step.DAILY, asset="ETH")] == [FIRST, FIRST + 2 * DAY]
    assert await store.statuses("okx", Step.DAILY, FIRST, FIRST + 9 * DAY) == {FIRST + DAY: {"BTC": BREACH}}
    noons = {number: await store.moment(FIRST + (number + 0.5) * DAY, ["okx", "other"]) for number in range(4)}
    assert noons == {0: {"okx": day(0).step}, 1: {"okx": live}, 2: {"okx": day(2).step}, 3: {}}


async def test_the_days_around_a_report_are_those_that_were_watched_and_those_that_were_read(store: Store) -> None:
    seen = AssetStep((Basis.SIGNED,), None, None, None, None, {}, Decimal(9), "others")
    await store.save_history([HistoryStep("okx", Step.DAILY, FIRST, {"ETH": seen})])
    await store.save_past_day(day(0, Basis.ASSERTED))
    found = await store.days("okx", FIRST, FIRST + DAY)
    assert DayHeld(FIRST, "ETH", Basis.SIGNED, "others", Decimal(9)) in found
    assert {(each.basis, each.accounts, each.held) for each in found if each.accounts != "others"} == {
        (basis, DIGESTS[basis], held) for basis, held in SUMS.items()
    }
    assert day(0, Basis.ASSERTED).step.assets["ETH"].known == Extent.of(SUMS[Basis.LISTED])


async def test_days_that_were_read_go_with_the_days_that_were_watched(store: Store) -> None:
    for number in range(3):
        await store.save_past_day(day(number))
    await store.prune_history(Step.HOURLY, FIRST + 9 * DAY)
    assert len(await store.past_days("okx")) == 3
    await store.prune_history(Step.DAILY, FIRST + 2 * DAY)
    assert await store.past_days("okx") == [day(2)]
