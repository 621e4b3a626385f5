"""After a kill the daemon goes on where it was: nothing lost, nothing judged twice, no alert that flaps."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from monitor.daemon.lists import read_list
from monitor.ownership import RULES_VERSION, fingerprint
from monitor.registry import load as load_registry
from monitor.settings import WalletsSettings
from monitor.store import Store
from tests.support.daemons import Row, Site, TurnableClock, Watched, signed, unsigned, until, watching
from tests.support.evm import give
from tests.support.inbox import Inbox, opened_inbox
from tests.support.nodes import AnvilFactory
from tests.support.processes import MonitorProcess

pytestmark = pytest.mark.integration

ETHEREUM = {"exchange": "okx", "network": "ethereum"}


@pytest.fixture
def site(site: Site, history_url: str) -> Site:
    """With its history on each kind of database."""
    site.sections["store"] = {"url": history_url}
    return site


@pytest.fixture
async def inbox() -> AsyncIterator[Inbox]:
    async with opened_inbox() as opened:
        yield opened


async def attempts(watched: Watched) -> float:
    return await watched.value("por_snapshot_attempts_total", **ETHEREUM) or 0


async def rows(watched: Watched) -> list[dict[str, Any]]:
    found = await watched.api("exchanges/okx/claims")
    return list(found["claims"]) if found else []


async def mark_verdicts(site: Site) -> int:
    """Write into every kept verdict where it comes from, so that one judged anew can be told; how many there are."""
    published = await read_list(WalletsSettings(source=str(site.list("okx"))), load_registry())
    store = await Store.open(site.sections["store"]["url"])
    kept = await store.verdicts(RULES_VERSION, list(map(fingerprint, published.claims)))
    marked = {mark: replace(verdict, reason=f"kept: {verdict.reason}") for mark, verdict in kept.items()}
    listed = await store.document("okx", "wallets")
    assert listed
    await store.save_verdicts(RULES_VERSION, marked, "okx", listed.accepted_at)
    await store.close()
    return len(marked)


async def test_after_a_kill_in_the_middle_of_a_poll_all_is_there_before_the_next_poll_ends(
    site: Site, anvil: AnvilFactory, monitor: Callable[[], MonitorProcess], inbox: Inbox
) -> None:
    """Alerts too, that were decided and not sent, as the channel was not to be had: they are sent once."""
    inbox.status = 503
    site.sections["notify"] = [{"url": f"json://{inbox.url}", "group_wait": "0s"}]
    node = anvil()
    give(node, signed(1).address, 80)
    node.mine()
    forged = Row("ethereum", "ETH", unsigned(2).address, message="I am forged", signature1=signed(1).signature1)
    site.exchange("okx", [signed(1), forged])
    site.owes("okx", ETH="100")
    site.network("ethereum", node.url)
    process = await asyncio.to_thread(monitor)
    async with process.watched() as watched:
        await until(watched.ready)

        async def alarmed() -> bool:
            return set(await watched.alerts()) == {"PorRatioBelowLimit ETH", "PorOwnershipInvalid"}

        await until(alarmed)
        await inbox.came.wait()
        node.pause()
        before = await attempts(watched)

        async def polling() -> bool:
            return await attempts(watched) > before

        await until(polling)
        was = await watched.exchange()
        alerts = await watched.alerts()
        process.kill()
    inbox.status = 200
    inbox.messages.clear()

    assert await mark_verdicts(site) == 2
    await asyncio.to_thread(process.start)
    async with process.watched() as watched:

        async def there() -> bool:
            return bool(await rows(watched))

        await until(there)
        assert (await watched.get("/-/ready"))[0] == 503, "the first poll has not ended"
        now = await watched.exchange()
        assert now["snapshots"]["ethereum"]["snapshot"] == was["snapshots"]["ethereum"]["snapshot"]
        assert now["assets"] == was["assets"]
        assert now["list"] == was["list"]
        assert now["liabilities"] == was["liabilities"]
        assert await watched.value("por_reserve_ratio", exchange="okx", asset="ETH", basis="signed") == 0.8
        assert [row["reason"][:6] for row in await rows(watched)] == ["kept: ", "kept: "]
        assert {name: alert["since"] for name, alert in (await watched.alerts()).items()} == {
            name: alert["since"] for name, alert in alerts.items()
        }

        node.resume()
        await until(watched.ready)
        assert {name: alert["since"] for name, alert in (await watched.alerts()).items()} == {
            name: alert["since"] for name, alert in alerts.items()
        }

        async def sent() -> bool:
            return await watched.value("por_notifications_total", channel="json", result="sent") == 1

        await until(sent)
    assert inbox.titles == ["[critical] PorRatioBelowLimit okx ETH and 1 more"]
    log = process.log.read_text()
    first_run, _, second_run = log.partition("watching")[2].partition("watching")
    assert first_run.count('"state": "active"') == 2
    assert '"event": "alert"' not in second_run, "no alert ended or began over the restart"
    assert '"level": "error"' not in log


async def test_a_snapshot_of_an_earlier_run_is_as_old_as_it_is(
    site: Site, clock: TurnableClock, anvil: AnvilFactory
) -> None:
    """A restart makes nothing fresh: what was read an hour ago proves nothing now."""
    node = anvil()
    give(node, signed(1).address, 110)
    node.mine()
    site.exchange("okx", [signed(1)])
    site.owes("okx", ETH="100")
    site.network("ethereum", node.url)
    async with watching(site.write(), clock) as watched:
        await until(watched.ready)
        assert await watched.status("ETH") == "covered"
    node.kill()
    clock.ahead = timedelta(minutes=59)
    async with watching(site.path, clock) as watched:
        assert await watched.status("ETH") == "unknown"
        assert await watched.labels("por_reserve_ratio") == []
        assert await watched.value("por_reserves", asset="ETH", basis="signed", **ETHEREUM) == 110
        assert "PorRatioBelowLimit ETH" not in await watched.alerts()
    clock.ahead = timedelta(minutes=61)
    async with watching(site.path, clock) as watched:
        assert await watched.labels("por_reserves") == []
        assert await watched.status("ETH") == "unknown"
