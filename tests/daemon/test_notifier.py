"""Telling people: nothing is sent twice, nothing is forgotten, and no channel holds up another."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import aiohttp
import pytest
from msgspec import structs
from structlog.testing import capture_logs

from monitor.daemon import channels, notifier
from monitor.daemon.notifier import Notifier
from monitor.model import AlertState, ChannelState, SendFailure, World
from monitor.settings import ChannelSettings, Settings
from monitor.store import Store, StoreError
from tests.support.inbox import Inbox, opened_inbox
from tests.support.worlds import NOW, world

KEY = "q9w8e7r6t5"
BREACH, STALE = (each for each in world().alerts if each.active and each.exchange)


def at(minutes: float, *alerts: AlertState) -> World:
    return replace(world(), at=NOW + timedelta(minutes=minutes), alerts=alerts)


class Run:
    """One run of the part that tells people, on a history that outlives it."""

    def __init__(self, store: Store, session: aiohttp.ClientSession) -> None:
        self.now = NOW
        self.woken: list[str] = []
        self.notifier = Notifier(store, session, lambda: self.now, page=lambda: "http://page", wake=self.woken.append)

    async def begin(self, *configured: dict[str, Any]) -> "Run":
        await self.notifier.restore()
        self.configure(*configured)
        return self

    def configure(self, *configured: dict[str, Any]) -> None:
        settings = Settings.model_construct(exchanges={}, notify=tuple(map(ChannelSettings.model_validate, configured)))
        self.notifier.adopt(settings, self.notifier.prepare(settings))

    async def see(self, present: World) -> None:
        self.now = present.at
        await self.notifier.keep(present, {})

    async def tell(self, name: str = "json") -> timedelta | None:
        return await self.notifier.deliver(name)

    def state(self, name: str = "json") -> ChannelState:
        return next(each for each in self.notifier.states() if each.name == name)


@pytest.fixture
async def inbox() -> AsyncIterator[Inbox]:
    async with opened_inbox() as opened:
        yield opened


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as opened:
        yield opened


def hook(inbox: Inbox, **more: Any) -> dict[str, Any]:
    return {"url": f"json://{inbox.url}/{KEY}", **more}


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """No pauses between attempts, and none of them waited for."""
    monkeypatch.setattr(channels, "_FIRST_PAUSE", timedelta())
    monkeypatch.setattr(notifier, "DEADLINE", timedelta(seconds=0.05))


async def test_what_was_decided_before_a_kill_is_sent_after_it_once(
    store: Store, session: aiohttp.ClientSession, inbox: Inbox
) -> None:
    killed = await Run(store, session).begin(hook(inbox))
    await killed.see(at(0, BREACH))
    assert killed.woken == ["json"]

    for _ in range(3):  # restarts: the first sends, the others have nothing to send
        run = await Run(store, session).begin(hook(inbox))
        await run.see(at(1, BREACH))
        await run.tell()
        await run.tell()
    assert inbox.titles == ["[critical] PorRatioBelowLimit aurora BTC"]
    assert (inbox.messages[0]["type"], run.state().waiting) == ("failure", 0)

    await run.see(at(2, structs.replace(BREACH, active=False)))
    await run.tell()
    await run.tell()
    assert inbox.titles[1:] == ["[ended] PorRatioBelowLimit aurora BTC"]
    assert inbox.messages[1]["type"] == "success"


async def test_who_has_lost_a_shared_history_sends_nothing_and_who_has_it_does(
    store: Store, session: aiohttp.ClientSession, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = await Run(store, session).begin(hook(inbox))
    await run.see(at(0, BREACH))

    async def lost(_: object) -> None:
        monkeypatch.setattr(Store, "keeps", False)
        raise StoreError("the history cannot be written: another monitor keeps it")

    with monkeypatch.context() as patched:
        patched.setattr(store, "trying", lost)
        await run.tell()
    await run.tell()
    assert inbox.titles == []

    monkeypatch.setattr(Store, "keeps", True)
    await (await Run(store, session).begin(hook(inbox))).tell()
    assert inbox.titles == ["[critical] PorRatioBelowLimit aurora BTC"]


@pytest.mark.usefixtures("impatient")
async def test_who_stood_still_and_lost_a_shared_history_repeats_nothing_to_alertmanager(
    store: Store, session: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = await Run(store, session).begin({"alertmanager": "http://127.0.0.1:1"})
    await run.see(at(0, BREACH))
    await run.tell("alertmanager")
    before = run.state("alertmanager").failures
    assert sum(before.values()) == 1, "nobody listens there"

    async def lost() -> None:
        monkeypatch.setattr(Store, "keeps", False)
        raise StoreError("the history cannot be written: another monitor keeps it")

    monkeypatch.setattr(store, "still_keeps", lost)
    await run.tell("alertmanager")
    assert run.state("alertmanager").failures == before


async def test_the_state_that_a_decision_rests_on_is_written_with_it(
    store: Store, session: aiohttp.ClientSession, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A store that cannot be written: people are told all the same, and it is made up for."""
    run = await Run(store, session).begin(hook(inbox))

    async def full(*_: object) -> None:
        raise StoreError("the history cannot be written: disk full")

    with monkeypatch.context() as patched:
        patched.setattr(store, "decide", full)
        run.now = NOW
        await run.notifier.keep(at(0, BREACH, STALE), {"alerts": {"as": "decided"}})
        await run.tell()
    assert len(inbox.messages) == 1
    assert await store.get("alerts") is None
    await run.see(at(1, BREACH, STALE))
    assert await store.get("alerts") == {"as": "decided"}
    assert await store.notices() == []
    again = await Run(store, session).begin(hook(inbox))
    await again.see(at(2, BREACH, STALE))
    await again.tell()
    assert len(inbox.messages) == 1


async def test_a_message_that_was_under_way_when_it_was_killed_is_sent_again_and_says_so(
    store: Store, session: aiohttp.ClientSession, inbox: Inbox
) -> None:
    killed = await Run(store, session).begin(hook(inbox))
    await killed.see(at(0, BREACH))
    await store.trying([each.id for each in await store.notices()])

    run = await Run(store, session).begin(hook(inbox))
    await run.tell()
    assert "you may have it already" in inbox.messages[0]["message"]


@pytest.mark.usefixtures("impatient")
async def test_a_channel_that_refuses_is_asked_again_counted_and_named_without_its_url(
    store: Store, session: aiohttp.ClientSession, inbox: Inbox
) -> None:
    run = await Run(store, session).begin(hook(inbox), hook(inbox, name="second", severity="warning"))
    inbox.status, inbox.reason = 403, f"no {KEY}"
    await run.see(at(0, BREACH))
    with capture_logs() as logs:
        await run.tell()
        await run.tell()
    state = run.state()
    assert (state.sent, state.failures[SendFailure.REFUSED], state.waiting) == (0, 2, 1)
    assert "403" in state.failure
    assert KEY not in state.failure + str(logs)
    assert inbox.url not in state.failure

    inbox.status = 200
    await run.tell()
    await run.tell("second")
    assert (run.state().sent, run.state().failure, run.state().waiting) == (1, "", 0)
    assert len(inbox.messages) == 4
    assert "already" not in inbox.messages[2]["message"], "what was refused has not arrived"


async def test_after_a_failure_it_pauses_twice_as_long_each_time(
    store: Store, session: aiohttp.ClientSession, inbox: Inbox
) -> None:
    run = await Run(store, session).begin(hook(inbox))
    inbox.status = 500
    await run.see(at(0, BREACH))
    pause = await run.tell()
    assert pause is not None
    assert timedelta(seconds=4) < pause <= timedelta(seconds=5)
    assert await run.tell() is not None
    assert len(inbox.messages) == 1


@pytest.mark.usefixtures("impatient")
async def test_a_channel_that_hangs_is_shown_and_not_asked_a_second_time_until_it_answers(
    store: Store, session: aiohttp.ClientSession, inbox: Inbox
) -> None:
    run = await Run(store, session).begin(hook(inbox))
    inbox.answers.clear()
    await run.see(at(0, BREACH))
    await run.tell()
    await run.tell()
    assert "no answer" in run.state().failure
    assert run.state().failures[SendFailure.TIMEOUT] == 2
    inbox.answers.set()
    while run.state().failure:
        await run.tell()
    assert (len(inbox.messages), run.state().sent, run.state().waiting) == (1, 1, 0)


async def test_a_reload_keeps_what_waits_and_tells_a_new_channel_what_is_so(
    store: Store, session: aiohttp.ClientSession, inbox: Inbox
) -> None:
    run = await Run(store, session).begin(hook(inbox))
    await run.see(at(0, BREACH))
    run.configure(hook(inbox, remind="1h"), hook(inbox, name="new"))
    await run.see(at(1, BREACH))
    for name in ("json", "new"):
        await run.tell(name)
    assert len(inbox.messages) == 2
    run.configure(hook(inbox, name="new"))
    await run.see(at(2, structs.replace(BREACH, active=False)))
    assert await run.tell() is None
    run.configure()
    await run.see(at(3))
    assert await store.notices() == []


async def test_quiet_hours_wait_over_a_restart_and_end_in_one_digest(
    store: Store, session: aiohttp.ClientSession, inbox: Inbox
) -> None:
    quiet = hook(inbox, quiet={"hours": "15:00-16:00"})  # NOW is 15:09
    run = await Run(store, session).begin(quiet)
    await run.see(at(0, STALE))
    await run.see(at(10, structs.replace(STALE, active=False)))
    await run.tell()
    again = await Run(store, session).begin(quiet)
    await again.see(at(20, BREACH))
    await again.tell()
    assert inbox.titles == ["[critical] PorRatioBelowLimit aurora BTC"]
    await again.see(at(51, BREACH))
    await again.tell()
    assert inbox.titles[1:] == ["[ended] PorSnapshotStale aurora"]
    assert inbox.messages[1]["message"].startswith("What came in the quiet hours:")


async def test_the_end_of_the_daemon_waits_for_what_is_being_sent(
    store: Store, session: aiohttp.ClientSession, inbox: Inbox
) -> None:
    run = await Run(store, session).begin(hook(inbox))
    inbox.answers.clear()
    await run.see(at(0, BREACH))
    job = asyncio.create_task(run.tell())
    await inbox.came.wait()
    job.cancel()
    end = asyncio.create_task(run.notifier.close())
    await asyncio.sleep(0)
    inbox.answers.set()
    await end
    assert await store.notices() == []


async def test_times_go_along_with_the_clock(store: Store, session: aiohttp.ClientSession, inbox: Inbox) -> None:
    run = await Run(store, session).begin(hook(inbox, remind="1h"))
    await run.see(at(0, BREACH))
    run.notifier.move(timedelta(hours=3))
    await run.see(at(181, BREACH))
    run.now += timedelta(minutes=1)
    await run.tell()
    assert inbox.titles == ["[critical] PorRatioBelowLimit aurora BTC"]
    assert "Since 2026-03-14 17:38:26 UTC" in inbox.messages[0]["message"]
