"""Readers on other machines: what they read is judged as if the monitor had read it, and one that is gone shows."""

import asyncio
import json
import sys
from collections.abc import Sequence
from contextlib import AsyncExitStack, ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from monitor.daemon.configuration import read_configuration
from monitor.daemon.reader_service import read_for
from monitor.devnet.processes import Node, NotReadyError
from monitor.store import Store, bell
from tests.support.daemons import Site, Watched, publish, signed, until, watching
from tests.support.evm import give
from tests.support.nodes import AnvilFactory
from tests.support.postgresql import PostgreSQL

pytestmark = pytest.mark.integration

RESERVES = {"exchange": "okx", "asset": "ETH", "network": "ethereum", "basis": "verified"}
RIGHTS = """
    CREATE ROLE limited LOGIN;
    GRANT SELECT ON alembic_version TO limited;
    GRANT SELECT, INSERT, UPDATE, DELETE ON leases, journals, reading_jobs TO limited;
    GRANT USAGE ON SEQUENCE journals_id_seq TO limited;
"""


class ReaderProcess(Node):
    """``python -m monitor run --reader east``. It has started once it says that it reads."""

    name = "east"

    def __init__(self, configuration: Path) -> None:
        super().__init__(configuration.parent)
        self._configuration = configuration

    def command(self) -> Sequence[str | Path]:
        return (sys.executable, "-m", "monitor", "run", "--config", self._configuration, "--reader", "east")

    def ask(self) -> None:
        if '"event": "reading"' not in self.log.read_text():
            raise NotReadyError


class Readers:
    """Readers in this process."""

    def __init__(self, configuration: Path) -> None:
        self.told: list[str] = []
        self._configuration = read_configuration(configuration)
        self._reading: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._reading = asyncio.create_task(read_for(self._configuration, "east", self.told.append))

    async def stop(self) -> None:
        if self._reading:
            self._reading.cancel()
            await asyncio.wait((self._reading,))


async def told_of(watched: Watched) -> Any:
    """What the API tells of coins and snapshots, but for when."""
    exchange = await watched.exchange()
    coins = exchange["assets"]["ETH"]
    told = [coins[part] for part in ("status", "totals", "lower_bounds", "upper_bounds", "networks")]
    return timeless([*told, exchange["status"], exchange["snapshots"]])


def timeless(told: Any) -> Any:
    if isinstance(told, dict):
        return {key: timeless(each) for key, each in told.items() if key not in {"taken_at", "time"}}
    return list(map(timeless, told)) if isinstance(told, list) else told


async def waiting(url: str) -> bool:
    """Whether something was asked a while ago, and is not answered."""
    engine = create_async_engine(url)
    async with engine.connect() as connection:
        asked = text(
            "SELECT count(*) FROM reading_jobs WHERE answer IS NULL AND asked_at < clock_timestamp() - interval '300ms'"
        )
        found = await connection.scalar(asked)
    await engine.dispose()
    return bool(found)


async def test_what_a_reader_reads_is_what_the_monitor_would_have_read_and_the_next_one_follows_it(
    site: Site, anvil: AnvilFactory, postgresql: PostgreSQL, nodes: ExitStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bell, "LOOKS", timedelta(milliseconds=200))
    node = anvil()
    give(node, signed(1).address, 120)
    node.mine()
    site.exchange("okx", [signed(1)])
    site.owes("okx", ETH="100")
    site.network("ethereum", node.url)
    site.sections["networks"]["ethereum"]["endpoints"][0]["timeout"] = "1m"
    url = postgresql.database()
    before = await Store.open(url)
    await before.append_journal("ethereum", "gone", [b"followed"])
    await before.close()
    postgresql.run("psql", "-q", "-d", url.rpartition("/")[2], "-c", RIGHTS)
    rules = {"PorEndpointDown": {"for": "0s", "clear_after": "0s"}}
    site.write(store={"url": url, "lease": "1s"}, alerts={"rules": rules})
    read_by = site.sections | {"networks": {"ethereum": site.sections["networks"]["ethereum"] | {"read_by": "east"}}}
    limited = url.replace("postgres@", "limited@")
    theirs = site.folder / "east.yaml"
    publish(theirs, json.dumps(read_by | {"store": {"url": limited, "lease": "1s"}}))
    first, second = ReaderProcess(theirs), Readers(theirs)
    starting = asyncio.create_task(asyncio.to_thread(nodes.enter_context, first))
    async with watching(site.path) as watched, AsyncExitStack() as stack:
        stack.push_async_callback(second.stop)
        await until(watched.ready)
        alone = await told_of(watched)
        await starting
        publish(site.path, json.dumps(read_by))
        assert (await watched.reload())[0] == 200

        async def up() -> bool:
            return await watched.value("por_endpoint_up", network="ethereum", endpoint="reader east") == 1

        await until(up)
        assert await told_of(watched) == alone
        second.start()

        async def stands_by() -> bool:
            return any("Standing by" in each for each in second.told)

        await until(stands_by)
        store = await Store.open(limited)
        stack.push_async_callback(store.close)
        assert await store.journal("ethereum", "gone") == [], "its reader has let go of it"
        await store.append_journal("ethereum", "node-1", [b"followed"])
        await asyncio.to_thread(node.pause)
        await until(lambda: waiting(url))
        await asyncio.to_thread(first.kill)
        await asyncio.to_thread(node.resume)
        give(node, signed(1).address, 110)
        node.mine()

        async def followed() -> bool:
            return await watched.value("por_snapshot_block_number", exchange="okx", network="ethereum") == 2

        await until(followed)
        assert second.told[-1] == "Reading ethereum as east"
        assert await watched.value("por_reserves", **RESERVES) == 110
        await second.stop()

        async def down() -> bool:
            return "PorEndpointDown" in await watched.alerts()

        await until(down)
        summary = (await watched.alerts())["PorEndpointDown"]["summary"]
        assert "ethereum/reader east: refused: reader east: none is running: start one with" in summary
        assert await watched.value("por_endpoint_up", network="ethereum", endpoint="node-1") is None
        second.start()

        async def over() -> bool:
            return await up() and not await down()

        await until(over)
        assert await watched.value("por_endpoint_up", network="ethereum", endpoint="node-1") == 1
