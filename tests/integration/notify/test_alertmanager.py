"""A real Alertmanager: it is told, told on, killed and told again, and people hear each thing once."""

from collections.abc import AsyncIterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from msgspec import structs

from monitor.daemon.clock import utc_now
from monitor.daemon.notifier import Notifier
from monitor.devnet.nodes import Alertmanager
from monitor.model import AlertState
from monitor.settings import ChannelSettings, Settings
from monitor.store import Store
from tests.support.daemons import until
from tests.support.inbox import Inbox, opened_inbox
from tests.support.worlds import alerts, world

pytestmark = pytest.mark.integration

BREACH, OTHER = (structs.replace(alerts()[0], asset=asset) for asset in ("BTC", "ETH"))


@pytest.fixture
async def inbox() -> AsyncIterator[Inbox]:
    async with opened_inbox() as opened:
        yield opened


class Watch:
    """The part of a daemon that tells an Alertmanager, at moments of its own."""

    def __init__(self, store: Store, session: aiohttp.ClientSession, url: str) -> None:
        self.now = utc_now()
        self.notifier = Notifier(store, session, lambda: self.now, page=lambda: "http://page", wake=lambda _: None)
        channel = ChannelSettings(alertmanager=url, remind=timedelta())
        self._settings = Settings.model_construct(exchanges={}, notify=(channel,))

    async def begin(self) -> "Watch":
        await self.notifier.restore()
        self.notifier.adopt(self._settings, self.notifier.prepare(self._settings))
        return self

    async def see(self, *active: AlertState, after: timedelta = timedelta()) -> None:
        self.now += after
        seen = replace(world(), at=self.now, alerts=tuple(structs.replace(each, since=since) for each in active))
        await self.notifier.keep(seen, {})
        await self.notifier.deliver("alertmanager")

    @property
    def failure(self) -> str:
        return self.notifier.states()[0].failure


since = utc_now() - timedelta(minutes=3)


def told(inbox: Inbox) -> list[dict[str, str]]:
    """What Alertmanager told on: message by message, the status of each asset in it."""
    return [{alert["labels"]["asset"]: alert["status"] for alert in each["alerts"]} for each in inbox.messages]


async def test_it_groups_resolves_and_hears_all_after_it_was_away(
    nodes: ExitStack, tmp_path: Path, store: Store, inbox: Inbox
) -> None:
    server = Alertmanager(tmp_path / "alertmanager", webhook=f"http://{inbox.url}/", remembers="100ms")
    nodes.enter_context(server)
    async with aiohttp.ClientSession() as session:
        watch = await Watch(store, session, server.url).begin()
        await watch.see(BREACH, OTHER)
        await until(lambda: _so(told(inbox) == [{"BTC": "firing", "ETH": "firing"}]))
        alert = inbox.messages[0]["alerts"][0]
        assert alert["labels"] == {
            "alertname": "PorRatioBelowLimit",
            "severity": "critical",
            "exchange": "aurora",
            "asset": alert["labels"]["asset"],
        }
        assert alert["generatorURL"] == f"http://page/exchanges/aurora/assets/{alert['labels']['asset']}"
        assert alert["annotations"]["summary"] == BREACH.summary
        assert datetime.fromisoformat(alert["startsAt"]) == since
        for _ in range(3):  # resent: it goes on, and nobody is told again
            await watch.see(BREACH, OTHER)
        await until(lambda: _so(_remembered(server)))
        server.kill()
        await watch.see(BREACH, OTHER)
        assert watch.failure
        watch = await Watch(store, session, server.url).begin()  # the monitor is killed too
        await watch.see(BREACH)
        assert watch.failure, "the end of the other one was not heard"

        server.start()
        watch = await Watch(store, session, server.url).begin()
        await watch.see(BREACH)
        assert not watch.failure
        held = {each["labels"]["asset"]: each["endsAt"] for each in server.alerts()}
        assert held.keys() == {"BTC"}, "that of ETH is over"
        await until(lambda: _so(told(inbox)[1:] == [{"BTC": "firing", "ETH": "resolved"}]))
        await watch.see()
        await until(lambda: _so(len(inbox.messages) > 2))
        for _ in range(3):  # the end, too, is told again and again, for a while
            await watch.see()
        (last,) = inbox.messages[2:]
        assert (last["status"], told(inbox)[2]["BTC"]) == ("resolved", "resolved")
        await watch.see(after=timedelta(minutes=16))
        assert watch.notifier.states()[0].waiting == 0


async def _so(condition: Any) -> Any:
    return condition


def _remembered(server: Alertmanager) -> bool:
    log = server.directory / "alertmanager" / "nflog"
    return log.exists() and log.stat().st_size > 0
