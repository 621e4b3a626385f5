"""The history by steps: what was kept comes back, asset by asset, and nothing under a limit is rounded up to it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from msgspec import structs

from monitor.model import AssetStep, Basis, DayHeld, Extent, HistoryStep, Step
from monitor.store import Store
from tests.support.history import BREACH, COVERED

DAY = datetime(2026, 11, 20, tzinfo=UTC)
MINUTE = timedelta(minutes=1)

ETH = AssetStep(
    (Basis.SIGNED, Basis.VERIFIED),
    Extent(*map(Decimal, ("100.000000000000000001", "90", "0", "1E+30"))),
    Extent.of(Decimal(100)),
    Extent(*map(Decimal, ("1.5", "0.9", "0", "2"))),
    Extent(*map(Decimal, ("1.5", "Infinity", "0.9", "Infinity"))),
    {COVERED: timedelta(seconds=50), BREACH: timedelta()},
)
BTC = AssetStep((Basis.LISTED,), None, None, None, None, {})


def step(at: datetime, kind: Step = Step.RAW, exchange: str = "okx", **assets: AssetStep) -> HistoryStep:
    return HistoryStep(exchange, kind, at, assets)


async def test_a_step_comes_back_as_it_was_and_is_replaced(store: Store) -> None:
    await store.save_history([step(DAY, ETH=structs.replace(ETH, spent={}))])
    kept = step(DAY, ETH=ETH, BTC=BTC)
    await store.save_history([kept])
    assert await store.history("okx", Step.RAW) == [kept]
    assert kept.assets["ETH"].worst is BREACH, "a status that was seen for no time was seen"
    assert kept.assets["BTC"].worst is None


async def test_days_alone_keep_what_was_whole_and_of_which_accounts(store: Store) -> None:
    whole = structs.replace(ETH, bases=(Basis.ASSERTED,), whole=Decimal("90.000000000000000001"), accounts="aa")
    days = [
        step(DAY, Step.DAILY, ETH=whole, BTC=BTC),
        step(DAY + timedelta(days=1), Step.DAILY, ETH=structs.replace(whole, accounts="")),
        step(DAY + timedelta(days=2), Step.DAILY, ETH=structs.replace(whole, bases=(Basis.LISTED, Basis.VERIFIED))),
        step(DAY + timedelta(days=3), Step.DAILY, ETH=structs.replace(whole, whole=Decimal())),
    ]
    await store.save_history([*days, step(DAY, Step.HOURLY, ETH=whole)])
    assert (await store.history("okx", Step.DAILY))[0] == days[0]
    assert (await store.history("okx", Step.HOURLY))[0].assets["ETH"].accounts == ""
    found = await store.days("okx", DAY, DAY + timedelta(days=4))
    assert found == [
        DayHeld(DAY, "ETH", Basis.LISTED, "aa", Decimal("90.000000000000000001")),
        DayHeld(DAY + timedelta(days=3), "ETH", Basis.LISTED, "aa", Decimal()),
    ]
    assert await store.days("okx", DAY, DAY + timedelta(days=3)) == found[:1]


async def test_statuses_are_those_of_what_was_owed_or_of_all_where_nothing_was(store: Store) -> None:
    covered = structs.replace(ETH, spent={COVERED: MINUTE})
    unowed = structs.replace(covered, owed=None)
    await store.save_history(
        [
            step(DAY, ETH=ETH, BTC=unowed),
            step(DAY + MINUTE, BTC=unowed),
            step(DAY + 2 * MINUTE, ETH=BTC),
            step(DAY + 3 * MINUTE, ETH=covered),
        ]
    )
    assert await store.statuses("okx", Step.RAW, DAY, DAY + 3 * MINUTE) == {
        DAY: {"ETH": BREACH},
        DAY + MINUTE: {"BTC": COVERED},
        DAY + 2 * MINUTE: {},
    }


async def test_bounds_are_cut_never_rounded_up_to_a_limit(store: Store) -> None:
    nearly = Extent.of(Decimal("0." + "9" * 50))
    await store.save_history([step(DAY, ETH=structs.replace(ETH, lower=nearly, upper=nearly))])
    (kept,) = await store.history("okx", Step.RAW)
    assert kept.assets["ETH"].lower == kept.assets["ETH"].upper == Extent.of(Decimal("0." + "9" * 12))


async def test_steps_are_asked_for_by_exchange_kind_range_and_asset(store: Store) -> None:
    minutes = [step(DAY + n * MINUTE, ETH=ETH, BTC=BTC) for n in range(5)]
    others = [step(DAY, Step.HOURLY, ETH=ETH), step(DAY, exchange="kraken", ETH=ETH)]
    await store.save_history([*reversed(minutes), *others])
    assert await store.history("okx", Step.RAW) == minutes
    assert await store.history("okx", Step.HOURLY) == others[:1]
    assert await store.history("kraken", Step.RAW) == others[1:]
    since, until = DAY + MINUTE + timedelta(seconds=59), DAY + 3 * MINUTE
    assert await store.history("okx", Step.RAW, since, until) == minutes[1:3], "the step of the first moment is told"
    assert await store.history("okx", Step.RAW, until) == minutes[3:]
    assert await store.history("okx", Step.RAW, asset="BTC") == [replace(each, assets={"BTC": BTC}) for each in minutes]
    assert await store.history("okx", Step.HOURLY, asset="BTC") == []


async def test_each_kind_of_step_is_pruned_by_itself(store: Store) -> None:
    for kind in Step:
        await store.save_history([step(DAY + n * kind.length, kind, ETH=ETH) for n in range(3)])
    await store.prune_history(Step.RAW, DAY + 2 * MINUTE)
    await store.prune_history(Step.DAILY, DAY + timedelta(days=1))
    left = {kind: [each.at for each in await store.history("okx", kind)] for kind in Step}
    assert left == {
        Step.RAW: [DAY + 2 * MINUTE],
        Step.HOURLY: [DAY + timedelta(hours=n) for n in range(3)],
        Step.DAILY: [DAY + timedelta(days=n) for n in (1, 2)],
    }


@pytest.mark.parametrize(
    ("kind", "begins"),
    [(Step.RAW, "2026-11-20T13:59:00"), (Step.HOURLY, "2026-11-20T13:00:00"), (Step.DAILY, "2026-11-20T00:00:00")],
)
def test_steps_are_those_of_utc(kind: Step, begins: str) -> None:
    at = datetime.fromisoformat("2026-11-20T19:29:59.999999+05:30")
    assert kind.begins(at) == datetime.fromisoformat(begins).replace(tzinfo=UTC)


async def test_a_moment_is_told_as_finely_as_it_is_kept(store: Store) -> None:
    bases = {Step.RAW: Basis.SIGNED, Step.HOURLY: Basis.LISTED, Step.DAILY: Basis.VERIFIED}
    raw, hour, day = (step(DAY, kind, ETH=structs.replace(ETH, bases=(basis,))) for kind, basis in bases.items())
    binance, gate = replace(hour, exchange="binance"), replace(day, exchange="gate")
    await store.save_history([day, raw, hour, binance, gate, replace(raw, exchange="htx", assets={})])
    told = await store.moment(DAY + timedelta(seconds=59), ["okx", "binance", "gate", "htx", "kraken"])
    assert told == {"okx": raw, "binance": binance, "gate": gate}
    assert await store.moment(DAY + timedelta(minutes=59), ["okx"]) == {"okx": hour}
    assert await store.moment(DAY + timedelta(hours=23), ["okx"]) == {"okx": day}
    assert await store.moment(DAY - MINUTE, ["okx"]) == {}
