"""Two monitors on one PostgreSQL: one tells people, and when it is killed the other one goes on where it was."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Mapping
from contextlib import ExitStack

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from tests.support.daemons import Site, Watched, signed, until
from tests.support.evm import give
from tests.support.inbox import Inbox, opened_inbox
from tests.support.nodes import AnvilFactory
from tests.support.postgresql import PostgreSQL
from tests.support.processes import MonitorProcess

pytestmark = pytest.mark.integration


class First(MonitorProcess):
    """It holds the history until the test lets time pass."""

    @property
    def environment(self) -> Mapping[str, str]:
        return {**super().environment, "TEST_LEASE": "1h"}


class Second(MonitorProcess):
    """Another one of the same configuration."""

    name = "second"


@pytest.fixture
async def inbox() -> AsyncIterator[Inbox]:
    async with opened_inbox() as opened:
        yield opened


async def keeps(watched: Watched) -> float | None:
    return await watched.value("por_store_keeps")


async def test_one_of_two_tells_people_and_the_other_takes_over_nothing_lost_and_nothing_twice(
    site: Site, anvil: AnvilFactory, postgresql: PostgreSQL, inbox: Inbox, nodes: ExitStack
) -> None:
    node = anvil()
    give(node, signed(1).address, 80)
    node.mine()
    site.exchange("okx", [signed(1)])
    site.owes("okx", ETH="100")
    site.network("ethereum", node.url)
    site.sections["store"] = {"url": postgresql.database(), "lease": "${TEST_LEASE:-1s}"}
    site.sections["alerts"] = {"rules": {"PorRatioBelowLimit": {"clear_after": "0s"}}}
    site.sections["notify"] = [{"url": f"json://{inbox.url}", "group_wait": "0s"}]
    first, second = First(site), Second(site)
    nodes.enter_context(first)
    async with first.watched() as watched:
        await until(lambda: _all(watched.ready(), _told(inbox, 1)))
        await asyncio.to_thread(nodes.enter_context, second)
        async with second.watched() as beside:
            await until(beside.ready)
            assert (await keeps(watched), await keeps(beside)) == (1, 0)
            assert "another monitor keeps the history" in (await beside.get("/-/ready"))[1]
            await until(lambda: _all(_breach(watched), _breach(beside)))
            since = (await watched.alerts())["PorRatioBelowLimit ETH"]["since"]
            give(node, signed(1).address, 79)
            node.mine()
            first.kill()
            engine = create_async_engine(site.sections["store"]["url"])
            async with engine.begin() as connection:
                await connection.execute(text("UPDATE leases SET until = clock_timestamp()"))
            await engine.dispose()

            async def taken_over() -> bool:
                return await keeps(beside) == 1 and await beside.ready()

            await until(taken_over)
            assert (await beside.alerts())["PorRatioBelowLimit ETH"]["since"] == since
            give(node, signed(1).address, 120)
            node.mine()
            await until(lambda: _told(inbox, 2))

            async def both() -> bool:
                events = (await beside.api("exchanges/okx/events"))["events"]
                kinds = [each["kind"] for each in events if each.get("name") == "PorRatioBelowLimit"]
                return kinds == ["alert_ended", "alert_begun"]

            await until(both)
    began, ended = inbox.messages
    assert began["title"].startswith("[critical] PorRatioBelowLimit okx ETH")
    assert "PorRatioBelowLimit" in ended["title"]
    assert "may have" not in began["message"] + ended["message"]


async def _breach(watched: Watched) -> bool:
    return await watched.status("ETH") == "breach" and "PorRatioBelowLimit ETH" in await watched.alerts()


async def _told(inbox: Inbox, messages: int) -> bool:
    return len(inbox.messages) >= messages


async def _all(*conditions: Awaitable[bool]) -> bool:
    return all(await asyncio.gather(*conditions))
