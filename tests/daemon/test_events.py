"""Alerts that began and ended, and blocks that were replaced, are kept once each, over restarts too."""

from dataclasses import replace
from datetime import timedelta

import pytest
from msgspec import structs

from monitor.daemon.events import EventKeeper
from monitor.model import AlertName, Caip2, Event, EventKind, Height, Reorganisation, World, frozen
from monitor.store import Store, StoreError
from tests.support import worlds


def with_alerts(*active: bool) -> World:
    world = worlds.world()
    pairs = zip(world.alerts, active, strict=False)
    return replace(world, alerts=tuple(structs.replace(alert, active=up) for alert, up in pairs))


def with_block(number: int, digest: str, *, chain: str = "eip155:1") -> World:
    world, aurora = worlds.world(), worlds.aurora()
    state = aurora.snapshots["ethereum"]
    assert state.last
    block = replace(state.last.block, number=Height(number), hash=digest)
    state = replace(state, last=replace(state.last, block=block), chain=Caip2(chain))
    aurora = replace(aurora, snapshots=frozen({"ethereum": state}))
    return replace(world, alerts=(), assessments=frozen({"aurora": aurora}))


async def kept(store: Store, exchange: str) -> list[Event]:
    return [event for _, event in await store.events(exchange, 100)][::-1]


async def test_an_alert_is_kept_when_it_begins_and_when_it_ends(store: Store) -> None:
    keeper = EventKeeper(store)
    first = with_alerts(True).alerts[0]
    for world in (with_alerts(False), with_alerts(True), with_alerts(True), with_alerts(False)):
        await keeper.keep(world)
    begun, ended = await kept(store, first.exchange)
    assert (begun.kind, begun.name, begun.subject) == (EventKind.ALERT_BEGUN, first.name, first.asset)
    assert (begun.severity, begun.summary) == (first.severity, first.summary)
    assert (ended.kind, ended.name, ended.subject) == (EventKind.ALERT_ENDED, first.name, first.asset)


async def test_what_happens_while_the_history_cannot_be_written_is_kept_once_it_can(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    keeper = EventKeeper(store)

    async def full(_: object) -> None:
        raise StoreError("the disk is full")

    with monkeypatch.context() as broken:
        broken.setattr(store, "save_events", full)
        await keeper.keep(with_alerts(True))
    for _ in range(2):
        await keeper.keep(with_alerts(True))
    (begun,) = await kept(store, with_alerts(True).alerts[0].exchange)
    assert begun.kind is EventKind.ALERT_BEGUN


async def test_an_alert_that_was_up_before_a_restart_does_not_begin_again(store: Store) -> None:
    keeper = EventKeeper(store)
    first = with_alerts(True).alerts[0]
    gone = (first.exchange, "XYZ", AlertName.RATIO_BELOW_LIMIT)
    keeper.begin([(first.exchange, first.asset, first.name), gone])
    await keeper.keep(with_alerts(True))
    (ended,) = await kept(store, first.exchange)
    assert (ended.kind, ended.subject) == (EventKind.ALERT_ENDED, "XYZ")


async def test_a_block_that_another_took_the_place_of_is_kept(store: Store) -> None:
    keeper = EventKeeper(store)
    for world in (with_block(7, "a"), with_block(8, "b"), with_block(8, "b"), with_block(8, "c"), with_block(6, "d")):
        await keeper.keep(world)
    await keeper.keep(with_block(3, "e", chain="eip155:5"))  # another chain by the same name
    replaced, back = await kept(store, "aurora")
    assert (replaced.kind, replaced.subject) == (EventKind.REORGANISATION, "ethereum")
    assert replaced.summary == "block 8 was b and is c now: another took its place"
    assert back.summary.startswith("read at block 6 after block 8")


def with_reorganisations(world: World, *seen: Reorganisation, minutes: int = 0, endpoint: str = "infura") -> World:
    """``world`` later, in which two endpoints of ethereum went through ``seen``."""
    found = tuple(
        replace(each, network="ethereum", name=name, reorganisations=seen)
        for each, name in zip(worlds.world().endpoints, (endpoint, "second"), strict=False)
    )
    return replace(world, endpoints=found, at=world.at + timedelta(minutes=minutes))


async def test_what_an_endpoint_saw_leave_its_chain_is_told_once_with_its_depth(store: Store) -> None:
    keeper = EventKeeper(store)
    seen = Reorganisation(Height(9), "b", "", 3)
    await keeper.keep(with_reorganisations(with_block(8, "x")))
    await keeper.keep(with_reorganisations(with_block(8, "x"), seen))
    await keeper.keep(with_reorganisations(with_block(8, "y"), replace(seen, depth=4)))  # the snapshot shows it too
    await keeper.keep(with_reorganisations(with_block(8, "y"), seen, Reorganisation(Height(5), "f", "g", 1)))
    first, second = await kept(store, "aurora")
    assert first.kind is EventKind.REORGANISATION
    assert first.summary == "block 9 (b) and 2 before it left the chain of infura"
    assert second.summary == "block 5 (f) left the chain of infura, where g is now"


async def test_a_node_that_flaps_floods_no_record(store: Store) -> None:
    keeper = EventKeeper(store)

    def seen(number: int) -> Reorganisation:
        return Reorganisation(Height(number), "a", "b", 1)

    for number in range(1, 16):
        await keeper.keep(with_reorganisations(with_block(99, "x"), seen(number), minutes=number))
    told = [each.summary for each in await kept(store, "aurora")]
    assert len(told) == 11
    assert told[-1] == "more than 10 within an hour: for a while no more are told"
    await keeper.keep(with_reorganisations(with_block(99, "x"), seen(20), minutes=72))
    assert [each.summary for each in await kept(store, "aurora")][11:] == [
        "block 20 (a) left the chain of infura, where b is now"
    ]
