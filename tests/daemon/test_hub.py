"""The hub: many jobs end at the same time, and each sees the World that knows what it changed."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest

from monitor.chains import ChainError, Reason
from monitor.daemon.clock import SteadyClock
from monitor.daemon.hub import Hub
from monitor.metrics import Metrics, Rendered
from monitor.metrics.families import CONFIG_RELOAD_SUCCESSFUL
from monitor.model import Event, EventKind, ReserveStatus, Step, World
from monitor.registry import load as load_registry
from monitor.settings import Settings
from monitor.store import Store
from tests.support.daemons import Site, list_of, publish, signed
from tests.support.readers import Reader

NOW = datetime(2026, 6, 14, 12, tzinfo=UTC)


@pytest.fixture
def made() -> list[World]:
    """Every World of the hub."""
    return []


@pytest.fixture
async def hub(site: Site, store: Store, made: list[World]) -> AsyncIterator[Hub]:
    metrics = Metrics()

    def render(world: World) -> Rendered:
        made.append(world)
        return metrics.render(world)

    site.exchange("okx", [signed(1)])
    async with aiohttp.ClientSession() as session:
        hub = Hub(store, session, SteadyClock(lambda: NOW, lambda: 0), render=render)
        await hub.start(Settings.model_validate(site.sections), load_registry())
        yield hub
        await hub.close()


async def test_many_who_ask_at_once_are_served_by_one_judgement_that_knows_what_all_have_changed(
    hub: Hub, made: list[World]
) -> None:
    made.clear()

    async def change(number: int) -> None:
        hub.reload = replace(hub.reload, error=f"{hub.reload.error} {number}")
        await hub.assess()
        assert hub.world
        assert str(number) in hub.world.reload.error

    await asyncio.gather(*map(change, range(10)))
    assert len(made) == 1


async def test_the_next_world_begins_no_sooner_than_as_long_after_the_last_as_that_took(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = asyncio.get_running_loop().time
    spans: list[tuple[float, float]] = []
    judge = hub._assessor.world

    async def slowly(*args: Any, **kwargs: Any) -> World:
        began = now()
        world, _ = await asyncio.gather(judge(*args, **kwargs), asyncio.sleep(0.03))
        spans.append((began, now()))
        return world

    monkeypatch.setattr(hub._assessor, "world", slowly)
    for _ in range(3):
        await hub.assess()
    for (began, ended), (following, _) in itertools.pairwise(spans):
        assert following - ended >= ended - began


async def test_a_world_and_its_text_are_swapped_together(hub: Hub, made: list[World]) -> None:
    def shown() -> bytes:
        assert hub.world
        assert hub.rendered
        return next(text for family, text in hub.rendered.texts if family is CONFIG_RELOAD_SUCCESSFUL)

    hub.reload = replace(hub.reload, successful=False)
    assert shown().endswith(b" 1.0\n")
    await hub.assess()
    assert shown().endswith(b" 0.0\n")


async def test_the_world_says_which_configuration_it_was_made_by(hub: Hub) -> None:
    assert hub.world
    assert hub.world.configuration["exchanges"].keys() == {"okx"}  # type: ignore[attr-defined]


async def test_what_a_world_says_is_in_the_history(hub: Hub, store: Store) -> None:
    await hub.refresh_wallets("okx")
    for step in Step:
        (told,) = await store.history("okx", step)
        assert {asset: each.worst for asset, each in told.assets.items()} == {"ETH": ReserveStatus.UNKNOWN}


async def test_the_rows_that_are_shown_are_those_of_the_list_that_was_judged(hub: Hub, site: Site) -> None:
    def shown() -> list[str]:
        assert hub.world
        okx = hub.world.assessments["okx"]
        assert len(okx.claims) == len(okx.claim_verdicts) == sum(okx.verdicts.values())
        return [claim.address for claim in okx.claims]

    assert shown() == []
    await hub.refresh_wallets("okx")
    assert shown() == [signed(1).address]
    publish(site.list("okx"), list_of([signed(1), signed(2)]))
    await hub.exchanges["okx"].refresh_wallets()
    assert shown() == [signed(1).address], "a list that was taken up, and not judged yet with all else, is not shown"
    await hub.assess()
    assert shown() == [signed(1).address, signed(2).address]


async def test_pruning_keeps_what_is_configured(hub: Hub, store: Store) -> None:
    await hub.refresh_wallets("okx")
    (day,) = await store.history("okx", Step.DAILY)
    old = [replace(day, step=step, at=step.begins(NOW - timedelta(days=80))) for step in Step]
    await store.save_history(old)
    event = Event("okx", NOW - timedelta(days=80), EventKind.ALERT_ENDED)
    await store.save_events([event, replace(event, at=NOW)])
    await hub.prune()
    assert {step: len(await store.history("okx", step)) for step in Step} == {
        Step.RAW: 1,
        Step.HOURLY: 2,
        Step.DAILY: 2,
    }
    assert len(await store.events("okx", 9)) == 2, "for ever"
    history = hub.settings.history.model_copy(update={"events": timedelta(days=70)})
    hub.settings = hub.settings.model_copy(update={"history": history})
    await hub.prune()
    assert [each.at for _, each in await store.events("okx", 9)] == [NOW]


@pytest.fixture
def reader(monkeypatch: pytest.MonkeyPatch) -> Reader:
    """Of the one network."""
    reader = Reader()
    monkeypatch.setattr("monitor.daemon.hub.open_network", lambda *_, **__: reader)
    return reader


@pytest.fixture
async def two(site: Site, store: Store, reader: Reader) -> AsyncIterator[Hub]:
    """A hub that has read the lists of two exchanges, and their accounts once."""
    site.exchange("okx", [signed(1)])
    site.exchange("kraken", [signed(2)])
    site.network("ethereum", "http://node", interval="1h")
    async with aiohttp.ClientSession() as session:
        hub = Hub(store, session, SteadyClock(lambda: NOW, lambda: 0))
        await hub.start(Settings.model_validate(site.sections), load_registry())
        for name in hub.exchanges:
            await hub.refresh_wallets(name)
        await hub.poll("ethereum")
        reader.asked.clear()
        yield hub
        await hub.close()


async def change(hub: Hub, site: Site, exchange: str, *numbers: int) -> None:
    publish(site.list(exchange), list_of([signed(number) for number in numbers]))
    assert await hub.refresh_wallets(exchange)


async def read(hub: Hub, reader: Reader, network: str = "ethereum") -> set[str]:
    """The accounts that the next poll reads."""
    reader.asked.clear()
    await hub.poll(network)
    return {account for wanted in reader.asked[:1] for accounts in wanted.values() for account in accounts}


def accounts(*numbers: int) -> set[str]:
    return {signed(number).address.lower() for number in numbers}


async def test_a_list_that_comes_has_its_own_accounts_read_at_once_and_no_others(
    two: Hub, site: Site, reader: Reader
) -> None:
    due = two.networks["ethereum"].all_again_at
    await change(two, site, "okx", 3, 4)
    assert await read(two, reader) == accounts(3, 4)
    assert two.networks["ethereum"].all_again_at == due, "that puts nothing off"
    assert two.world
    assert two.world.assessments["okx"].assets["ETH"].whole is not None
    assert await read(two, reader) == accounts(2, 3, 4), "the next poll is of all again"


async def test_lists_that_come_within_an_interval_put_no_poll_of_all_off(two: Hub, site: Site, reader: Reader) -> None:
    two.networks["ethereum"].all_again_at = asyncio.get_running_loop().time()
    await change(two, site, "okx", 3)
    assert await read(two, reader) == accounts(2, 3)


async def test_after_a_poll_of_all_that_failed_a_list_that_comes_has_all_read(
    two: Hub, site: Site, reader: Reader
) -> None:
    two.networks["ethereum"].all_again_at = 0
    reader.error = ChainError(Reason.REFUSED, "node-1: no connection")
    await two.poll("ethereum")
    reader.error = None
    await change(two, site, "okx", 3)
    assert await read(two, reader) == accounts(2, 3)


async def test_after_a_poll_of_some_all_are_asked_for_when_their_time_has_come(
    two: Hub, site: Site, reader: Reader
) -> None:
    assert await two.poll("ethereum") is None
    await change(two, site, "okx", 3)
    again = await two.poll("ethereum")
    assert again is not None
    assert timedelta(minutes=59) < again <= timedelta(hours=2)


@pytest.mark.parametrize(
    ("network", "other", "asset"), [("ethereum", "ethereum-beacon", "ETH"), ("bitcoin", "", "BTC")]
)
async def test_layers_that_are_read_beside_each_other_and_what_is_followed_are_read_for_all(
    site: Site, store: Store, reader: Reader, network: str, other: str, asset: str
) -> None:
    for number, name in enumerate(("okx", "kraken"), 1):
        site.exchange(name, [signed(number, asset, network)])
    for name in filter(None, (network, other)):
        site.network(name, "http://node", interval="1h")
    reader.units = 1
    async with aiohttp.ClientSession() as session:
        hub = Hub(store, session, SteadyClock(lambda: NOW, lambda: 0))
        await hub.start(Settings.model_validate(site.sections), load_registry())
        for name in hub.exchanges:
            await hub.refresh_wallets(name)
        await hub.poll(network)
        publish(site.list("okx"), list_of([signed(3, asset, network)]))
        assert await hub.refresh_wallets("okx")
        assert len(await read(hub, reader, network)) == 2
        await hub.close()


async def test_a_poll_that_is_due_while_the_world_is_made_leaves_a_new_list_to_the_one_that_is_asked_for_it(
    two: Hub, site: Site, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    assess = two.assess

    async def with_a_poll() -> None:
        monkeypatch.setattr(two, "assess", assess)
        await two.poll("ethereum")
        await assess()

    monkeypatch.setattr(two, "assess", with_a_poll)
    await change(two, site, "okx", 3)
    assert await read(two, reader) == accounts(3)
