"""A system clock that is put back or forward: nothing grows fresh or old, and only what is written down follows."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import aiohttp
import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from monitor.daemon.clock import SteadyClock
from monitor.daemon.hub import Hub
from monitor.model import AlertName, AlertState, Extent, ReserveStatus, Step, World
from monitor.registry import load as load_registry
from monitor.settings import Settings
from monitor.store import Store
from tests.support.daemons import Site, list_of, owed, publish, signed, unsigned
from tests.support.readers import START, Reader

DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)


class Machine:
    """Its clocks: one that is right, and one that people set."""

    def __init__(self) -> None:
        self.passed = timedelta()
        self.put = timedelta()

    def wall(self) -> datetime:
        return START + self.passed + self.put

    def elapsed(self) -> float:
        return self.passed.total_seconds()

    def clock(self) -> SteadyClock:
        return SteadyClock(self.wall, self.elapsed)


lengths = st.timedeltas(timedelta(days=-400), timedelta(days=400))


@given(st.lists(st.tuples(st.timedeltas(timedelta(), timedelta(days=9)), lengths, st.booleans())))
def test_what_passes_on_a_steady_clock_is_what_passes(history: list[tuple[timedelta, timedelta, bool]]) -> None:
    machine = Machine()
    clock = machine.clock()
    begun = clock()
    for passes, put, follows in history:
        machine.passed += passes
        machine.put += put
        if follows:
            step = clock.step()
            clock.follow(step)
            begun += step
            assert abs(clock() - machine.wall()) < timedelta(milliseconds=1)
        assert abs(clock() - begun - machine.passed) < timedelta(milliseconds=1)


def test_the_clock_of_the_machine_is_the_time_and_nothing_steps() -> None:
    clock = SteadyClock()
    assert abs(clock() - datetime.now(UTC)) < MINUTE
    assert abs(clock.step()) < MINUTE


class Watch:
    """A hub that watches one exchange on one network, on a machine whose clocks a test sets."""

    def __init__(self, hub: Hub, machine: Machine, reader: Reader) -> None:
        self.hub = hub
        self.machine = machine
        self.reader = reader

    async def poll(self) -> World:
        await self.hub.poll("ethereum")
        return await self.world()

    async def world(self) -> World:
        await self.hub.assess()
        assert self.hub.world
        return self.hub.world

    async def alert(self, name: AlertName) -> AlertState:
        (found,) = [each for each in (await self.world()).alerts if each.name is name]
        return found


@pytest.fixture
def machine() -> Machine:
    return Machine()


@pytest.fixture
def settings(site: Site) -> Settings:
    site.exchange("okx", [signed(1)])
    site.network("ethereum", "http://node", stale_after="10m", drop_after="2h")
    site.sections["alerts"] = {"rules": {"PorRatioBelowLimit": {"for": "30m"}}}
    publish(site.liabilities("okx"), owed(START - timedelta(days=1), ETH="100"))
    return Settings.model_validate(site.sections)


@pytest.fixture
async def watch(
    settings: Settings, store: Store, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Watch]:
    reader = Reader()
    reader.units = 100 * 10**18
    monkeypatch.setattr("monitor.daemon.hub.open_network", lambda *_, **__: reader)
    async with aiohttp.ClientSession() as session:
        hub = Hub(store, session, machine.clock())
        await hub.start(settings, load_registry())
        await hub.refresh_wallets("okx")
        await hub.refresh_liabilities("okx")
        yield Watch(hub, machine, reader)
        await hub.close()


def snapshot_age(world: World) -> timedelta:
    held = world.assessments["okx"].snapshots["ethereum"].snapshot
    assert held
    return world.at - held.taken_at


@pytest.mark.parametrize("step", [-HOUR, HOUR, -MINUTE, timedelta(days=-9000), timedelta(days=9000)])
async def test_a_step_makes_no_snapshot_fresh_or_old(watch: Watch, step: timedelta) -> None:
    await watch.poll()
    watch.machine.passed += 9 * MINUTE
    watch.machine.put += step
    before = await watch.world()
    watch.machine.passed += 2 * MINUTE
    after = await watch.world()
    assert [snapshot_age(each) for each in (before, after)] == [9 * MINUTE, 11 * MINUTE]
    assert [each.assessments["okx"].snapshots["ethereum"].stale for each in (before, after)] == [False, True]
    assert before.assessments["okx"].assets["ETH"].status is ReserveStatus.COVERED
    assert after.assessments["okx"].assets["ETH"].status is ReserveStatus.UNKNOWN


async def test_what_is_written_down_follows_the_systems_clock(watch: Watch) -> None:
    watch.machine.put -= HOUR
    with capture_logs() as logs:
        world = await watch.poll()
    assert abs(world.at - watch.machine.wall()) < timedelta(milliseconds=1)
    assert [(each["event"], each["seconds"]) for each in logs if "stepped" in each["event"]] == [
        ("the system's clock stepped", -3600)
    ]


async def test_a_small_step_is_followed_and_not_told(watch: Watch) -> None:
    watch.machine.put += timedelta(seconds=59)
    with capture_logs() as logs:
        world = await watch.poll()
    assert abs(world.at - watch.machine.wall()) < timedelta(milliseconds=1)
    assert not any("stepped" in each["event"] for each in logs)


@pytest.mark.parametrize("step", [-HOUR, HOUR])
async def test_a_step_neither_delays_an_alert_nor_hastens_it(watch: Watch, step: timedelta) -> None:
    watch.reader.units = 90 * 10**18
    await watch.poll()
    watch.machine.passed += 15 * MINUTE
    watch.machine.put += step
    await watch.poll()
    watch.machine.passed += 14 * MINUTE
    await watch.poll()
    assert not (await watch.alert(AlertName.RATIO_BELOW_LIMIT)).active
    watch.machine.passed += MINUTE
    assert (await watch.alert(AlertName.RATIO_BELOW_LIMIT)).active


@pytest.mark.parametrize("step", [-9 * HOUR, 9 * HOUR])
async def test_a_fall_is_seen_over_a_step(watch: Watch, step: timedelta) -> None:
    await watch.poll()
    watch.machine.passed += 30 * MINUTE
    watch.machine.put += step
    watch.reader.units = 90 * 10**18
    await watch.poll()
    assert (await watch.alert(AlertName.RATIO_FALLING)).active


async def test_a_change_of_the_list_is_news_for_its_day_over_a_step(watch: Watch, site: Site) -> None:
    publish(site.list("okx"), list_of([signed(1), unsigned(2)]))
    await watch.hub.refresh_wallets("okx")
    watch.machine.passed += 23 * HOUR
    watch.machine.put += timedelta(days=-7)
    assert (await watch.alert(AlertName.LIST_CHANGED)).active
    watch.machine.passed += 2 * HOUR
    assert not (await watch.alert(AlertName.LIST_CHANGED)).active


# --- Over a restart --------------------------------------------------------------------------------------------------


async def restarted(watch: Watch, settings: Settings, store: Store) -> Watch:
    """Another process on the same machine and history."""
    hub = Hub(store, watch.hub.session, watch.machine.clock())
    await hub.start(settings, load_registry())
    return Watch(hub, watch.machine, watch.reader)


async def test_a_snapshot_that_is_dated_after_now_is_not_fresh(watch: Watch, settings: Settings, store: Store) -> None:
    await watch.poll()
    watch.machine.put -= HOUR
    after = await restarted(watch, settings, store)
    state = (await after.world()).assessments["okx"].snapshots["ethereum"]
    assert (state.stale, state.snapshot is None) == (True, False)
    assert (await after.poll()).assessments["okx"].snapshots["ethereum"].stale is False
    await after.hub.close()


async def test_one_that_is_dated_years_ahead_is_not_shown(watch: Watch, settings: Settings, store: Store) -> None:
    await watch.poll()
    watch.machine.put -= timedelta(days=700)
    after = await restarted(watch, settings, store)
    state = (await after.world()).assessments["okx"].snapshots["ethereum"]
    assert (state.stale, state.snapshot) == (True, None)
    await after.hub.close()


async def test_an_alert_that_began_after_now_begins_now(watch: Watch, settings: Settings, store: Store) -> None:
    """Or it would wait until the clock has come as far again."""
    watch.reader.units = 90 * 10**18
    await watch.poll()
    watch.machine.put -= timedelta(days=7)
    after = await restarted(watch, settings, store)
    await after.poll()
    assert not (await after.alert(AlertName.RATIO_BELOW_LIMIT)).active
    after.machine.passed += 30 * MINUTE
    await after.poll()
    assert (await after.alert(AlertName.RATIO_BELOW_LIMIT)).active
    await after.hub.close()


async def test_a_change_of_the_list_that_is_dated_after_now_is_news_for_a_day(
    watch: Watch, settings: Settings, store: Store, site: Site
) -> None:
    publish(site.list("okx"), list_of([signed(1), unsigned(2)]))
    await watch.hub.refresh_wallets("okx")
    watch.machine.put -= timedelta(days=700)
    after = await restarted(watch, settings, store)
    assert (await after.alert(AlertName.LIST_CHANGED)).active
    after.machine.passed += 25 * HOUR
    assert not (await after.alert(AlertName.LIST_CHANGED)).active
    await after.hub.close()


@pytest.mark.parametrize("put", [-2, 2])
async def test_each_day_of_the_history_says_what_was_seen_in_it_whatever_the_clock_was_before(
    watch: Watch, store: Store, put: int
) -> None:
    await watch.poll()
    watch.machine.put += put * DAY
    await watch.world()
    watch.reader.units = 90 * 10**18
    await watch.poll()
    days = {each.at: each.assets["ETH"] for each in await store.history("okx", Step.DAILY)}
    assert {at: day.worst for at, day in days.items()} == {
        Step.DAILY.begins(START): ReserveStatus.UNKNOWN,
        Step.DAILY.begins(START + put * DAY): ReserveStatus.BREACH,
    }
    assert days[Step.DAILY.begins(START)].lower == Extent(Decimal(0), Decimal(1), Decimal(0), Decimal(1))
