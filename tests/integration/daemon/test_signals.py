"""SIGTERM ends the daemon cleanly and soon, whatever it is doing; SIGHUP loads the configuration again."""

import asyncio
import os
import re
import signal
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing

import pytest

from tests.support.daemons import Site, long_list, publish, signed, until
from tests.support.nodes import AnvilFactory
from tests.support.processes import MonitorProcess, family, is_running
from tests.support.service_managers import ServiceManagerStandIn

pytestmark = pytest.mark.integration

SOON = 10.0
"""Seconds: what an operator, or a container's runtime, waits for."""

LONG = 60_000
"""Rows that take some seconds to judge."""

Monitor = Callable[..., MonitorProcess]


def ends_cleanly(process: MonitorProcess, number: int = signal.SIGTERM) -> bool:
    process.signal_only(number)
    return process.exit_status(within=SOON) == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_it_ends_at_once_when_it_has_nothing_to_do(site: Site, monitor: Monitor, number: signal.Signals) -> None:
    site.exchange("okx", [signed(1)])
    site.owes("okx", ETH="1")
    process = await asyncio.to_thread(monitor)
    async with process.watched() as watched:
        await until(watched.ready)
    assert ends_cleanly(process, number)
    assert '"level": "error"' not in process.log.read_text()
    assert "Traceback" not in process.log.read_text()
    assert not (site.folder / "history.db-wal").exists(), "the history was closed"


async def test_it_ends_while_a_node_hangs(site: Site, anvil: AnvilFactory, monitor: Monitor) -> None:
    node = anvil()
    node.pause()
    site.exchange("okx", [signed(1)])
    site.owes("okx", ETH="1")
    site.network("ethereum", endpoints=[{"name": "node-1", "url": node.url, "timeout": "5m"}])
    process = await asyncio.to_thread(monitor)
    async with process.watched() as watched:

        async def polling() -> bool:
            return await watched.value("por_snapshot_attempts_total", exchange="okx", network="ethereum") == 1

        await until(polling)
    assert ends_cleanly(process)
    assert "Traceback" not in process.log.read_text()
    node.resume()


async def test_it_ends_while_a_long_list_is_judged(site: Site, monitor: Monitor) -> None:
    site.exchange("okx", long_list(LONG))
    site.owes("okx", ETH="1")
    process = await asyncio.to_thread(monitor)
    await until(lambda: _judged(site))
    judging = family(process.pid or 0)[1:]
    assert judging, "a long list is judged in processes of its own"
    assert ends_cleanly(process)
    await until(lambda: _ended(judging))
    assert await _judged(site) < LONG
    assert "Traceback" not in process.log.read_text()


async def test_it_ends_while_a_disk_hangs(site: Site, monitor: Monitor) -> None:
    """A pipe that nobody writes to blocks its reader as a lost network disk does."""
    site.exchange("okx")
    site.owes("okx", ETH="1")
    os.mkfifo(site.list("okx"))
    process = await asyncio.to_thread(monitor)
    async with process.watched() as watched:

        async def liabilities_read() -> bool:
            return await watched.value("por_liabilities", exchange="okx", asset="ETH") == 1

        await until(liabilities_read)
    assert ends_cleanly(process)


async def _ended(processes: Sequence[int]) -> bool:
    return not any(map(is_running, processes))


async def _judged(site: Site) -> int:
    """How many rows are judged: their verdicts are kept as they are found."""
    try:
        with closing(sqlite3.connect(f"file:{site.folder / 'history.db'}?mode=ro", uri=True)) as history:
            return int(history.execute("SELECT count(*) FROM verdicts").fetchone()[0])
    except sqlite3.OperationalError:
        return 0  # not there yet


async def test_it_ends_while_it_goes_on_with_a_list_that_a_kill_has_cut_short(site: Site, monitor: Monitor) -> None:
    """Verdicts found before the kill are kept; the list itself is taken up once it was judged whole."""
    site.exchange("okx", long_list(LONG))
    site.owes("okx", ETH="1")
    process = await asyncio.to_thread(monitor)
    await until(lambda: _judged(site))
    judging = family(process.pid or 0)[1:]
    process.kill()
    await until(lambda: _ended(judging))  # nobody listens to them any more
    before = await _judged(site)
    await asyncio.to_thread(process.start)

    async def goes_on() -> bool:
        return await _judged(site) > before

    await until(goes_on)
    assert ends_cleanly(process)
    assert await _judged(site) < LONG
    assert "Traceback" not in process.log.read_text()


async def test_hangup_loads_the_configuration_again_and_a_bad_one_changes_nothing(
    site: Site, monitor: Monitor, service_manager: ServiceManagerStandIn
) -> None:
    """Neither goes past the service manager."""
    site.exchange("okx", [signed(1)])
    site.owes("okx", ETH="1")
    process = await asyncio.to_thread(monitor, NOTIFY_SOCKET=service_manager.address, WATCHDOG_USEC="600000000")
    async with process.watched() as watched:
        await until(watched.ready)
        good = site.path.read_text()
        publish(site.path, good.replace('"wallets"', '"purses"'))
        process.signal_only(signal.SIGHUP)

        async def refused() -> bool:
            return "PorConfigReloadFailed" in await watched.alerts()

        await until(refused)
        assert await watched.value("por_config_last_reload_successful") == 0
        assert await watched.value("por_claims", exchange="okx", network="ethereum", verdict="verified") == 1

        site.exchange("kraken", [signed(2)])
        site.owes("kraken", ETH="1")
        site.write()
        process.signal_only(signal.SIGHUP)

        async def applied() -> bool:
            return await watched.value("por_claims", exchange="kraken", network="ethereum", verdict="verified") == 1

        await until(applied)
        assert await watched.value("por_config_last_reload_successful") == 1
        assert "PorConfigReloadFailed" not in await watched.alerts()
    assert ends_cleanly(process)
    watching = f"READY=1\nSTATUS=Watching; the page is at http://127.0.0.1:{process.port}/"
    refused_status = "READY=1\nSTATUS=The configuration on disk is wrong; the one before it holds"
    told = re.sub(r"USEC=\d+", "USEC=", "|".join(service_manager.told()))
    assert told.split("|") == [
        *(watching, "WATCHDOG=1"),
        *(
            "RELOADING=1\nMONOTONIC_USEC=",
            refused_status,
        ),
        *("RELOADING=1\nMONOTONIC_USEC=", watching),
        "STOPPING=1",
    ]
