"""`reserve-monitor check`: one full pass, then the verdict."""

import asyncio
import json
from collections.abc import AsyncIterator

import pytest

from tests.cli.conftest import Command, Finished
from tests.support.daemons import Row, Site, publish, signed
from tests.support.standins import EvmStandIn

SECRET = "0123456789abcdef-secret"


@pytest.fixture
async def node(site: Site) -> AsyncIterator[EvmStandIn]:
    """Holds the 100 ETH that an exchange owes."""
    node = EvmStandIn()
    node.coins[signed(1).address] = 100 * 10**18
    async with node.serving() as url:
        site.exchange("okx", [signed(1)])
        site.owes("okx", ETH="100")
        site.network("ethereum", f"{url}{SECRET}")
        yield node


async def check(command: Command, site: Site, *options: str) -> Finished:
    return await asyncio.to_thread(command, "check", "--config", site.write(), *options)


@pytest.mark.usefixtures("node")
async def test_covered_assets_end_with_0(command: Command, site: Site) -> None:
    finished = await check(command, site, "--json")
    assert finished.status == 0
    (told,) = finished.lines
    asset = told["exchanges"]["okx"]["assets"]["ETH"]
    assert (told["status"], asset["status"], asset["ratios"]["signed"]) == (0, "covered", "1")
    shown = await check(command, site)
    assert (shown.status, "100.00 %" in shown.out, "covered" in shown.out) == (0, True, True)


async def test_what_is_owed_under_several_names_of_an_asset_is_one_debt(
    command: Command, site: Site, node: EvmStandIn
) -> None:
    usdt = "0xdac17f958d2ee523a2206206994597c13d831ec7"
    node.tokens[usdt] = {signed(1).address: 1000 * 10**6}
    site.exchange("okx", [signed(1, "USDT")], basis="listed")
    owed = "asset,amount,as_of\nUSDT,900,2026-01-01\nUSDT-TRC20,200,2026-01-01\nTotal,1100,\n"
    publish(site.liabilities("okx"), owed)
    finished = await check(command, site, "--json")
    assets = finished.lines[0]["exchanges"]["okx"]["assets"]
    assert (finished.status, list(assets)) == (1, ["USDT"])
    assert (assets["USDT"]["status"], assets["USDT"]["owed"]) == ("breach", "1100")


@pytest.mark.usefixtures("node")
async def test_another_name_of_an_asset_is_not_in_breach_because_nobody_looked_for_it(
    command: Command, site: Site
) -> None:
    site.exchange("okx", [signed(1), signed(2, "BTC", "bitcoin")])
    publish(site.liabilities("okx"), "asset,amount,as_of\nETH,100,2026-01-01\nXBT,1,2026-01-01\n")
    finished = await check(command, site, "--json")
    assets = finished.lines[0]["exchanges"]["okx"]["assets"]
    assert (finished.status, sorted(assets)) == (3, ["BTC", "ETH"])
    assert (assets["BTC"]["status"], assets["BTC"]["owed"], assets["ETH"]["status"]) == ("unknown", "1", "covered")


async def test_an_address_book_is_judged_by_what_is_owed_and_the_rest_is_one_line(
    command: Command, site: Site, node: EvmStandIn
) -> None:
    link = "0x514910771af9ca656af840dff83e8264ecf986ca"
    node.tokens[link] = {signed(1).address: 5 * 10**17}
    publish(site.list("okx"), json.dumps({"ethereum": {"owners": [signed(1).address]}}))
    shown = await check(command, site)
    rows, reasons = shown.out.splitlines(), [line for line in shown.out.splitlines() if line.startswith("okx: ")]
    assert (shown.status, sum(" listed " in row for row in rows)) == (0, 1)
    assert reasons[0].startswith("okx: Also held, with nothing known to be owed: 0.5000 LINK. Not read, with nothing")
    assert len(reasons) == 1
    told = (await check(command, site, "--json")).lines[0]["exchanges"]["okx"]
    assert (told["headline"], told["assets"]["LINK"]["implied"]) == ("okx: ETH covered.", True)
    node.coins[signed(1).address] -= 1
    assert (await check(command, site)).status == 1


async def test_a_ratio_under_its_limit_ends_with_1(command: Command, site: Site, node: EvmStandIn) -> None:
    node.coins[signed(1).address] -= 1
    finished = await check(command, site, "--json")
    assert (finished.status, finished.lines[0]["exchanges"]["okx"]["assets"]["ETH"]["status"]) == (1, "breach")
    shown = await check(command, site)
    assert "99.99 %" in shown.out
    assert "100.00 %" not in shown.out, "rounded up it would look as if it were covered"


@pytest.mark.usefixtures("node")
async def test_an_invalid_signature_ends_with_1(command: Command, site: Site) -> None:
    forged = Row("ethereum", "ETH", signed(2).address, message="I am forged", signature1=signed(1).signature1)
    site.exchange("okx", [signed(1), forged])
    finished = await check(command, site)
    assert finished.status == 1
    assert "1 claim(s) are invalid" in finished.out


@pytest.mark.usefixtures("node")
async def test_a_claimed_amount_that_the_chain_denies_ends_with_1(command: Command, site: Site) -> None:
    site.exchange("okx", [signed(1, amount="101", height="50")])
    finished = await check(command, site)
    assert finished.status == 1
    assert "claimed 101, found 100" in finished.out


async def test_a_network_that_does_not_answer_ends_with_3_and_only_json_is_on_stdout(
    command: Command, site: Site, node: EvmStandIn
) -> None:
    node.chain_id = 5
    finished = await check(command, site, "--json")
    assert finished.status == 3
    asset = json.loads(finished.out)["exchanges"]["okx"]["assets"]["ETH"]
    assert (asset["status"], asset["ratios"], asset["totals"]) == ("unknown", {}, {})
    assert "snapshot failed" in finished.err, "logs go to stderr"
    shown = await check(command, site)
    assert (shown.status, "not known" in shown.out) == (3, True)
    for text in (finished.out, finished.err, shown.out, shown.err):
        assert SECRET not in text


@pytest.mark.usefixtures("node")
@pytest.mark.parametrize("document", ["list", "liabilities"])
async def test_a_document_that_is_refused_ends_with_3(command: Command, site: Site, document: str) -> None:
    publish(getattr(site, document)("okx"), "<html></html>")
    finished = await check(command, site)
    assert finished.status == 3
    assert "okx: " in finished.out, "the reason stands with the table"


@pytest.mark.usefixtures("node")
async def test_one_exchange_can_be_chosen(command: Command, site: Site) -> None:
    site.exchange("broke", [signed(2)])
    site.owes("broke", ETH="100")
    assert (await check(command, site)).status == 1
    assert (await check(command, site, "--exchange", "okx")).status == 0
    chosen = await check(command, site, "--exchange", "broke", "--json")
    assert (chosen.status, list(chosen.lines[0]["exchanges"])) == (1, ["broke"])
    unknown = await check(command, site, "--exchange", "kraken")
    assert unknown.status == 2
    assert "no exchange is called kraken" in unknown.err
    past = await asyncio.to_thread(command, "backfill", "kraken", "--config", site.path)
    assert (past.status, past.err) == (2, unknown.err), "in the words of every command"


@pytest.mark.usefixtures("node")
async def test_the_history_of_the_daemon_is_not_touched(command: Command, site: Site) -> None:
    await check(command, site)
    assert not list(site.folder.glob("history*"))
