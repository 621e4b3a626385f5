"""What public bug reports of other monitors describe, and an earlier version of this one got wrong."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Command, Finished
from tests.support.careless import Careless
from tests.support.daemons import Site, publish
from tests.support.standins import RefusedError

REPORTS = Path("tests/data/cases/reports")
USDT = "0xdac17f958d2ee523a2206206994597c13d831ec7"
ACCOUNTS = ["0x" + digits * 20 for digits in ("11", "22", "ab")]


class Reported(Careless):
    """Every account holds 100 coins and 1000 USDT up to the finalized block, and 40 and 400 since."""

    finalizes = True

    def at(self, number: int) -> None:
        coins, units = (100, 1000) if number <= 90 else (40, 400)
        self.coins = dict.fromkeys(ACCOUNTS, coins * 10**18)
        self.tokens = {USDT: dict.fromkeys(ACCOUNTS, units * 10**6)}

    def on_eth_getBlockByNumber(self, name: str, full: bool) -> dict[str, Any] | None:  # noqa: N802
        if name == "finalized" and not self.finalizes:
            raise RefusedError(-32000, "finalized block not found")
        return super().on_eth_getBlockByNumber(name, full)


@pytest.fixture
async def stack() -> AsyncIterator[AsyncExitStack]:
    async with AsyncExitStack() as stack:
        yield stack


async def check(
    command: Command, site: Site, node: Reported, stack: AsyncExitStack, owed: str, accounts: str = "accounts"
) -> tuple[int, dict[str, Any]]:
    """Exit status and assets of `check` on a list of the reports."""
    site.exchange("x", basis="listed", audit=False)
    publish(site.list("x"), (REPORTS / f"{accounts}.csv").read_bytes())
    publish(site.liabilities("x"), (REPORTS / f"{owed}.csv").read_bytes())
    site.network("ethereum", await stack.enter_async_context(node.serving()), block="finalized")
    finished = await asyncio.to_thread(command, "check", "--config", site.write(), "--json")
    return finished.status, finished.lines[0]["exchanges"]["x"]["assets"]


async def claims(command: Command, site: Site, node: Reported, stack: AsyncExitStack, listed: str) -> Finished:
    site.exchange("x", [])
    site.network("bnb", await stack.enter_async_context(node.serving()))
    return await asyncio.to_thread(
        command, "claims", REPORTS / f"{listed}.csv", "--config", site.write(), "--json", "--fresh"
    )


async def test_a_node_that_ignores_block_hashes_is_not_believed_of_the_finalized_block(
    command: Command, site: Site, stack: AsyncExitStack
) -> None:
    node = Reported()
    node.ignored = (dict,)
    status, assets = await check(command, site, node, stack, "owed")
    assert status == 0
    assert (assets["ETH"]["totals"]["listed"], assets["USDT"]["totals"]["listed"]) == ("200", "1000")
    assert assets["ETH"]["networks"]["ethereum"]["snapshot"]["block"]["number"] == 90
    node.ignored = (dict, str)
    status, assets = await check(command, site, node, stack, "owed")
    assert (status, assets["ETH"]["status"], assets["ETH"]["totals"]) == (3, "unknown", {})


async def test_claims_are_not_compared_with_the_newest_balance_where_hashes_are_ignored(
    command: Command, site: Site, stack: AsyncExitStack
) -> None:
    node = Reported(56)
    node.ignored = (dict,)
    finished = await claims(command, site, node, stack, "claimed-at-a-height")
    row, _ = finished.lines
    assert (finished.status, row["claimed"], row["found"], row["match"]) == (0, "100", "100", True)


async def test_an_account_that_is_listed_twice_is_found_once(
    command: Command, site: Site, stack: AsyncExitStack
) -> None:
    finished = await claims(command, site, Reported(56), stack, "listed-twice")
    (total,) = finished.lines[-1]["summary"]["totals"]
    assert (finished.status, total["stated"], total["claimed"], total["found"]) == (1, "200", "200", "100")


async def test_coin_ids_of_one_asset_are_one_debt(command: Command, site: Site, stack: AsyncExitStack) -> None:
    status, assets = await check(command, site, Reported(), stack, "owed-by-coin-ids")
    assert (status, sorted(assets)) == (1, ["ETH", "USDT"])
    assert (assets["USDT"]["status"], assets["USDT"]["owed"]) == ("breach", "1100")


async def test_bitcoin_under_its_other_name_is_not_in_breach_where_nobody_looks(
    command: Command, site: Site, stack: AsyncExitStack
) -> None:
    status, assets = await check(command, site, Reported(), stack, "owed-xbt", "accounts-with-bitcoin")
    assert (status, sorted(assets)) == (3, ["BTC", "ETH", "USDT"])
    assert (assets["BTC"]["status"], assets["BTC"]["owed"]) == ("unknown", "1")


async def test_a_node_without_a_finalized_block_is_behind(command: Command, site: Site, stack: AsyncExitStack) -> None:
    node = Reported()
    node.finalizes = False
    status, assets = await check(command, site, node, stack, "owed")
    assert (status, assets["ETH"]["status"]) == (3, "unknown")
    assert "the newest attempt failed: behind: " in assets["ETH"]["gaps"][0]["reason"]
