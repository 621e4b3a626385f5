"""What each World says goes into its minute, hour and day: every extreme, every second."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from monitor.daemon.history import HistoryKeeper
from monitor.model import (
    AssetAssessment,
    AssetStep,
    Basis,
    DayHeld,
    Extent,
    HistoryStep,
    PositionHeld,
    ReserveStatus,
    Step,
)
from monitor.store import Store, StoreError
from tests.support.history import BREACH, COVERED, UNKNOWN, asset, world
from tests.support.worlds import USDT_ETHEREUM

DAY = datetime(2026, 11, 20, tzinfo=UTC)
SECOND = timedelta(seconds=1)

Saw = tuple[float, AssetAssessment]
"""Seconds after :data:`DAY`, and what was known then."""


async def watch(store: Store, *saw: Saw, keeper: HistoryKeeper | None = None) -> HistoryKeeper:
    keeper = keeper or HistoryKeeper(store)
    for seconds, known in saw:
        await keeper.keep(world(DAY + seconds * SECOND, okx={"ETH": known}))
    return keeper


def ticks(first: float, last: float, known: AssetAssessment) -> list[Saw]:
    return [(float(seconds), known) for seconds in range(int(first), int(last) + 1, 5)]


async def told(store: Store, step: Step, at: datetime = DAY) -> AssetStep:
    return next(each for each in await store.history("okx", step) if each.at == at).assets["ETH"]


def extent(*values: str) -> Extent:
    first, last, lowest, highest = map(Decimal, values)
    return Extent(first, last, lowest, highest)


async def test_a_breach_of_ten_seconds_is_seen_in_its_day_with_its_depth_and_length(store: Store) -> None:
    fine, low = asset(105), asset(70, BREACH)
    await watch(store, *ticks(0, 595, fine), *ticks(600, 605, low), *ticks(610, 900, fine))
    for step in (Step.HOURLY, Step.DAILY):
        day = await told(store, step)
        assert day.worst is BREACH
        assert day.spent == {COVERED: 890 * SECOND, BREACH: 10 * SECOND}
        assert day.lower == day.upper == extent("1.05", "1.05", "0.7", "1.05")
        assert day.known == extent("105", "105", "70", "105")
        assert day.owed == Extent.of(Decimal(100))
    quiet, minute = await told(store, Step.RAW), await told(store, Step.RAW, DAY + 600 * SECOND)
    assert (quiet.worst, quiet.lower) == (COVERED, Extent.of(Decimal("1.05")))
    assert minute.spent == {BREACH: 10 * SECOND, COVERED: 50 * SECOND}
    assert minute.lower == extent("1.05", "1.05", "0.7", "1.05"), "it began with what held before"


async def test_what_is_unknown_is_worse_than_covered_and_has_its_own_bounds(store: Store) -> None:
    await watch(store, (0, asset(105)), (5, asset(40, UNKNOWN, upper="Infinity")), (10, asset(105)))
    minute = await told(store, Step.RAW)
    assert minute.worst is UNKNOWN
    assert minute.lower == extent("1.05", "1.05", "0.4", "1.05")
    assert minute.upper == extent("1.05", "1.05", "1.05", "Infinity")


async def test_an_asset_without_liabilities_has_reserves_and_no_bounds(store: Store) -> None:
    await watch(store, (0, asset(40, UNKNOWN, owed=None)), (5, asset(50, UNKNOWN, owed=None)))
    minute = await told(store, Step.RAW)
    assert (minute.known, minute.owed, minute.lower, minute.upper) == (extent("40", "50", "40", "50"), None, None, None)


async def test_another_basis_is_told(store: Store) -> None:
    await watch(store, (0, asset(40, BREACH)), (5, asset(110, basis=Basis.LISTED)))
    assert (await told(store, Step.DAILY)).bases == (Basis.VERIFIED, Basis.LISTED)


async def test_nothing_is_written_of_nothing(store: Store) -> None:
    writes = store.state.writes
    for seconds in range(0, 120, 5):
        await HistoryKeeper(store).keep(world(DAY + seconds * SECOND, okx={}))
    assert store.state.writes == writes


async def test_what_nobody_names_is_not_in_the_history(store: Store) -> None:
    await HistoryKeeper(store).keep(world(DAY, okx={"ETH": asset(), "DUST": asset(1, implied=True, owed=None)}))
    (minute,) = await store.history("okx", Step.RAW)
    assert minute.assets.keys() == {"ETH"}


async def test_time_in_which_nobody_watched_belongs_to_no_status(store: Store) -> None:
    await watch(store, *ticks(0, 30, asset(105)), (3000, asset(105)), (3005, asset(104)))
    hour = await told(store, Step.HOURLY)
    assert hour.spent == {COVERED: 35 * SECOND}
    assert [each.at for each in await store.history("okx", Step.RAW)] == [DAY, DAY + 3000 * SECOND]


async def test_a_restart_goes_on_with_the_steps_that_are_not_over(store: Store) -> None:
    await watch(store, (0, asset(105)), (10, asset(70, BREACH)), (15, asset(105)))
    await watch(store, (40, asset(104)), (45, asset(103)))
    for step in Step:
        day = await told(store, step)
        assert day.lower == extent("1.05", "1.03", "0.7", "1.05")
        assert day.spent == {COVERED: 15 * SECOND, BREACH: 5 * SECOND}


async def test_a_change_is_written_at_once_and_the_rest_at_the_end_of_the_minute(store: Store) -> None:
    writes = store.state.writes
    keeper = await watch(store, (0, asset(105)))
    assert store.state.writes == writes + 1
    await watch(store, *ticks(5, 55, asset(105)), keeper=keeper)
    assert store.state.writes == writes + 1
    await watch(store, (60, asset(105)), keeper=keeper)
    assert store.state.writes == writes + 2
    await watch(store, (65, asset(104)), (70, asset(104)), keeper=keeper)
    assert store.state.writes == writes + 3


async def test_a_clean_stop_writes_the_time_since_the_last_change(store: Store) -> None:
    keeper = await watch(store, *ticks(0, 40, asset(105)))
    assert (await told(store, Step.DAILY)).spent == {COVERED: timedelta()}
    await keeper.close()
    assert (await told(store, Step.DAILY)).spent == {COVERED: 40 * SECOND}
    await HistoryKeeper(store).close()


async def test_an_hour_that_could_not_be_written_is_once_that_is_possible(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def full(_: object) -> None:
        raise StoreError("disk full")

    keeper = HistoryKeeper(store)
    with monkeypatch.context() as patched:
        patched.setattr(store, "save_history", full)
        await watch(store, *ticks(0, 20, asset(70, BREACH)), *ticks(3580, 3600, asset(105)), keeper=keeper)
    await watch(store, *ticks(3605, 3660, asset(105)), keeper=keeper)
    assert (await told(store, Step.HOURLY)).spent == {BREACH: 20 * SECOND, COVERED: 20 * SECOND}
    assert (await told(store, Step.DAILY)).lower == extent("0.7", "1.05", "0.7", "1.05")
    assert len(await store.history("okx", Step.HOURLY)) == 2


async def test_what_cannot_be_read_is_not_written_over(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    async def unreadable(*_: object) -> None:
        raise StoreError("no route to the database")

    await watch(store, (0, asset(70, BREACH)), (5, asset(105)))
    with monkeypatch.context() as patched:
        patched.setattr(store, "history", unreadable)
        keeper = await watch(store, (10, asset(104)))
    await watch(store, (15, asset(103)), keeper=keeper)
    assert (await told(store, Step.DAILY)).lower == extent("0.7", "1.03", "0.7", "1.05")


async def test_after_a_step_of_the_clock_no_step_of_another_time_is_written_over(store: Store) -> None:
    hour = 3600
    await watch(store, (0, asset(70, BREACH)), (5, asset(105)))
    keeper = await watch(store, (hour, asset(105)), (hour + 5, asset(104)))
    keeper.begin_anew()
    await watch(store, (10, asset(103)), (15, asset(103)), keeper=keeper)
    assert (await told(store, Step.HOURLY)).lower == extent("0.7", "1.03", "0.7", "1.05")
    assert (await told(store, Step.HOURLY, DAY + hour * SECOND)).lower == extent("1.05", "1.04", "1.04", "1.05")


async def test_exchanges_and_assets_come_and_go(store: Store) -> None:
    keeper = HistoryKeeper(store)
    await keeper.keep(world(DAY, okx={"ETH": asset()}, kraken={"ETH": asset(90, BREACH)}))
    await keeper.keep(world(DAY + 5 * SECOND, okx={"BTC": asset(3)}))
    await keeper.keep(world(DAY + 10 * SECOND, okx={"BTC": asset(3), "ETH": asset(101)}, kraken={"ETH": asset(95)}))
    (okx,), (kraken,) = await store.history("okx", Step.DAILY), await store.history("kraken", Step.DAILY)
    assert {name: each.spent for name, each in okx.assets.items()} == {
        "ETH": {COVERED: 5 * SECOND},
        "BTC": {COVERED: 5 * SECOND},
    }
    assert kraken.assets["ETH"].spent == {BREACH: timedelta(), COVERED: timedelta()}


class _Steps:
    """A store in memory, for many examples."""

    def __init__(self) -> None:
        self.kept: dict[tuple[Step, datetime], HistoryStep] = {}

    async def save_history(self, steps: tuple[HistoryStep, ...]) -> None:
        self.kept |= {(each.step, each.at): each for each in steps}

    async def history(self, _: str, step: Step, since: datetime, __: datetime) -> list[HistoryStep]:
        return [self.kept[step, since]] if (step, since) in self.kept else []


@given(
    st.lists(
        st.tuples(
            st.integers(1, 90),
            st.integers(0, 200),
            st.sampled_from(ReserveStatus),
            st.sampled_from([False] * 9 + [True]),
        ),
        min_size=1,
        max_size=60,
    )
)
async def test_no_extreme_and_no_second_is_lost(moves: list[tuple[int, int, ReserveStatus, bool]]) -> None:
    store = _Steps()
    keeper, at, before = HistoryKeeper(store), DAY + 86_000 * SECOND, None  # type: ignore[arg-type]
    seen: dict[tuple[Step, datetime], list[int]] = {}
    spent: dict[tuple[Step, datetime], timedelta] = {}
    restarted = 0
    for passed, known, status, restarts in moves:
        last, at = at, at + passed * SECOND
        if restarts:
            restarted += 1
            keeper, before = HistoryKeeper(store), None  # type: ignore[arg-type]
        for step in Step:
            begins = step.begins(at)
            if before is not None and passed <= 60:
                new = begins > last
                if new:
                    seen[step, begins] = [before]
                    spent[step, step.begins(last)] += begins - last
                spent[step, begins] = spent.get((step, begins), timedelta()) + at - max(last, begins)
            seen.setdefault((step, begins), []).append(known)
            spent.setdefault((step, begins), timedelta())
        before = known
        await keeper.keep(world(at, okx={"ETH": asset(known, status)}))
    await keeper.keep(world(at, okx={"ETH": asset(known + 1, status)}))  # what has changed is written
    for (step, begins), values in seen.items():
        told = store.kept[step, begins].assets["ETH"]
        if step.begins(at) == begins:
            values.append(known + 1)
        assert told.known == Extent(*map(Decimal, (values[0], values[-1], min(values), max(values))))
        lost = spent[step, begins] - sum(told.spent.values(), timedelta())
        assert timedelta() <= lost <= restarted * timedelta(minutes=1)
        assert spent[step, begins] <= step.length


async def test_a_day_ends_with_what_was_whole_last_of_the_same_accounts(store: Store) -> None:
    keeper = await watch(store, (0, asset(105, accounts="aa")), (5, asset(104, accounts="aa")), (10, asset(40)))
    assert (await told(store, Step.DAILY)).accounts == "", "a part of it is unread, and nobody knows of which accounts"
    day = 86_400.0
    partly = structs.replace(asset(40, accounts="aa"), whole=False)
    await watch(store, (day, asset(105, accounts="aa")), (day + 5, partly), keeper=keeper)
    held = DayHeld(DAY + timedelta(days=1), "ETH", Basis.VERIFIED, "aa", Decimal(105))
    assert await store.days("okx", DAY, DAY + timedelta(days=9)) == [held]
    frozen = PositionHeld(USDT_ETHEREUM.frozen, {Basis.VERIFIED: Decimal(3)}, None)
    seized = structs.replace(asset(101, accounts="aa"), frozen=(frozen,))
    await HistoryKeeper(store).keep(world(DAY + (day + 20) * SECOND, okx={"ETH": seized}))
    assert await store.days("okx", DAY, DAY + timedelta(days=9)) == [replace(held, held=Decimal(104))], "frozen too"
    await watch(store, (day + 30, asset(90, accounts="bb")))
    assert await store.days("okx", DAY, DAY + timedelta(days=9)) == [], "the list names others since"
