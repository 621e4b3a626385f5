"""What judging remembers, from one time to the next and over a restart."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import aiohttp
import pytest
from structlog.testing import capture_logs

from monitor.chains import ChainError, Reason
from monitor.daemon.assessor import Assessor
from monitor.daemon.exchange import ExchangeWatch
from monitor.daemon.list_judge import ListJudge, NothingKnown
from monitor.daemon.network import NetworkWatch
from monitor.daemon.stored import StoredVerdicts
from monitor.model import AlertName, AlertState, Basis, RatioPoint, ReloadState, Snapshot, World
from monitor.registry import load as load_registry
from monitor.settings import Settings
from monitor.store import Store
from tests.support.chains import ETHEREUM
from tests.support.daemons import Site, list_of, owed, publish, signed
from tests.support.readers import START, Reader


class Run:
    """One run of the daemon's judgement on a history that outlives it."""

    def __init__(self, store: Store, settings: Settings, watch: ExchangeWatch, start: datetime) -> None:
        self.now = start
        self.settings = settings
        self.reader = Reader()
        holding(self, "100")
        self.exchange = watch
        self.network = NetworkWatch(ETHEREUM, settings.networks["ethereum"], self.reader, lambda: self.now)
        self.assessor = Assessor(store, lambda: self.now)
        self.reload = ReloadState(successful=True, succeeded_at=start)

    async def begin(self) -> None:
        await self.exchange.restore()
        await self.exchange.refresh_wallets()
        if self.exchange.owed:
            await self.exchange.owed.refresh()
        await self.assessor.restore(self.settings)

    async def poll(self) -> list[Snapshot]:
        return await self.network.poll({"okx": self.exchange.wanted("ethereum")})

    async def world(self, *, ready: bool = True) -> World:
        return await self.assessor.world(
            self.settings,
            {"okx": self.exchange},
            {"ethereum": self.network},
            {},
            self.reload,
            signatures_gone={},
            ready=ready,
        )

    async def alert(self, name: AlertName, *, ready: bool = True) -> AlertState:
        (found,) = [each for each in (await self.world(ready=ready)).alerts if each.name is name]
        return found


Start = Callable[[], Awaitable[Run]]


@pytest.fixture
async def run(site: Site, store: Store) -> AsyncIterator[Start]:
    """Start a run at ``START``; each call is a restart on the same history."""
    site.exchange("okx", [signed(1)])
    site.network("ethereum", "http://node", stale_after="1h", drop_after="2h")
    publish(site.liabilities("okx"), owed(START, ETH="100"))
    settings = Settings.model_validate(site.sections)
    async with aiohttp.ClientSession() as session:

        async def start() -> Run:
            watch = ExchangeWatch(
                "okx",
                settings.exchanges["okx"],
                load_registry(),
                store=store,
                session=session,
                now=lambda: START,
                lists=ListJudge(StoredVerdicts(store)),
            )
            run = Run(store, settings, watch, START)
            await run.begin()
            return run

        yield start


def holding(run: Run, coins: str) -> None:
    """From now on the account holds so many of the 100 ETH that are owed."""
    run.reader.units = int(Decimal(coins).scaleb(18))


async def test_a_world_tells_the_ratio_of_the_last_snapshot(run: Start) -> None:
    one = await run()
    await one.poll()
    world = await one.world()
    assert world.assessments["okx"].assets["ETH"].ratios[Basis.VERIFIED] == 1


async def test_a_fall_is_seen_by_the_run_that_comes_after_a_restart(run: Start) -> None:
    before = await run()
    await before.poll()
    await before.world()
    after = await run()
    after.now += timedelta(minutes=30)
    holding(after, "90")
    await after.poll()
    falling = await after.alert(AlertName.RATIO_FALLING)
    assert falling.active
    assert "fell from 100 % " in falling.summary
    assert "to 90 %;" in falling.summary


async def test_a_fall_is_forgotten_when_its_time_has_passed(run: Start) -> None:
    before = await run()
    await before.poll()
    await before.world()
    after = await run()
    after.now += timedelta(hours=1, minutes=1)
    holding(after, "90")
    await after.poll()
    assert not (await after.alert(AlertName.RATIO_FALLING)).active


async def kept(store: Store) -> list[RatioPoint]:
    return [point async for part in store.ratios(START) for point in part]


async def test_a_ratio_that_stays_is_kept_now_and_then_and_one_that_moves_at_once(run: Start, store: Store) -> None:
    one = await run()
    await one.poll()
    for _ in range(5):
        await one.world()
        one.now += timedelta(minutes=1)
    assert len(await kept(store)) == 1
    one.now += timedelta(minutes=10)
    await one.world()
    assert len(await kept(store)) == 2
    one.now += timedelta(minutes=3)
    holding(one, "99")
    await one.poll()
    await one.world()
    assert [point.ratio for point in await kept(store)] == [1, 1, Decimal("0.99")]


async def test_a_constant_ratio_is_the_peak_that_a_late_fall_is_measured_from(run: Start) -> None:
    """What held until a moment ago counts, though it has not changed for hours."""
    one = await run()
    await one.poll()
    for _ in range(20):
        one.now += timedelta(minutes=10)
        await one.poll()
        await one.world()
    holding(one, "90")
    await one.poll()
    assert (await one.alert(AlertName.RATIO_FALLING)).active


async def test_an_active_alert_goes_on_over_a_restart_since_the_same_moment_and_is_not_told_again(run: Start) -> None:
    before = await run()
    holding(before, "90")
    (snapshot,) = await before.poll()
    with capture_logs() as told:
        first = await before.alert(AlertName.RATIO_BELOW_LIMIT)
    assert [log["alert"] for log in told if log["event"] == "alert"] == ["PorRatioBelowLimit"]
    after = await run()
    after.network.restore(snapshot, {})
    after.now += timedelta(minutes=5)
    with capture_logs() as told:
        second = await after.alert(AlertName.RATIO_BELOW_LIMIT, ready=False)
    assert (first.active, second.active, second.since) == (True, True, START)
    assert [log for log in told if log["event"] == "alert"] == []


async def test_an_active_alert_is_held_until_something_is_known_again(run: Start) -> None:
    before = await run()
    holding(before, "90")
    await before.poll()
    await before.world()
    after = await run()
    held = await after.alert(AlertName.RATIO_BELOW_LIMIT, ready=False)
    assert (held.active, held.since) == (True, START)
    assert held.summary.startswith("held: last known: ")
    holding(after, "110")
    await after.poll()
    with capture_logs() as told:
        assert not (await after.alert(AlertName.RATIO_BELOW_LIMIT)).active
    assert [(log["alert"], log["state"]) for log in told if log["event"] == "alert"] == [
        ("PorRatioBelowLimit", "ended")
    ]


async def test_an_alert_that_was_on_its_way_keeps_the_time_that_it_began(run: Start) -> None:
    """Restarts must not put off an alert whose ``for`` has begun to run."""
    before = await run()
    before.reader.error = ChainError(Reason.REFUSED, "node: no connection")
    await before.poll()
    assert not (await before.alert(AlertName.SNAPSHOT_ABSENT)).active
    after = await run()
    after.now += timedelta(minutes=10)
    absent = await after.alert(AlertName.SNAPSHOT_ABSENT, ready=False)
    assert (absent.active, absent.since) == (True, START)


async def test_nothing_is_a_breach_while_nothing_is_known(run: Start) -> None:
    one = await run()
    one.reader.error = ChainError(Reason.REFUSED, "node: no connection")
    await one.poll()
    world = await one.world()
    asset = world.assessments["okx"].assets["ETH"]
    assert (asset.status.value, asset.ratios, asset.totals) == ("unknown", {}, {})
    assert not [each for each in world.alerts if each.active and each.severity.value == "critical"]


async def test_accounts_that_two_exchanges_claim_are_told_to_both(
    run: Start, site: Site, store: Store, tmp_path: Path
) -> None:
    one = await run()
    site.exchange("kraken", [signed(1), signed(2)])
    publish(site.liabilities("kraken"), owed(START, ETH="1"))
    settings = Settings.model_validate(site.sections)
    async with aiohttp.ClientSession() as session:
        other = ExchangeWatch(
            "kraken",
            settings.exchanges["kraken"],
            load_registry(),
            store=store,
            session=session,
            now=lambda: START,
            lists=ListJudge(NothingKnown()),
        )
        await other.refresh_wallets()
    watches = {"okx": one.exchange, "kraken": other}
    world = await one.assessor.world(
        settings, watches, {"ethereum": one.network}, {}, one.reload, signatures_gone={}, ready=True
    )
    shared = {name: [(each.exchange, each.count) for each in found.shared] for name, found in world.assessments.items()}
    assert shared == {"okx": [("kraken", 1)], "kraken": [("okx", 1)]}
    active = {each.exchange for each in world.alerts if each.active and each.name is AlertName.ACCOUNT_SHARED}
    assert active == {"okx", "kraken"}
    publish(site.list("kraken"), list_of([signed(2)]))
    async with aiohttp.ClientSession() as session:
        other._session = session
        await other.refresh_wallets()
    world = await one.assessor.world(
        settings, watches, {"ethereum": one.network}, {}, one.reload, signatures_gone={}, ready=True
    )
    assert not [each for each in world.alerts if each.active and each.name is AlertName.ACCOUNT_SHARED]
