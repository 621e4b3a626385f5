"""`reserve-monitor claims`: claimed amounts against the chain, and the exit status that follows."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from tests.cli.conftest import Command, Finished
from tests.support.daemons import Row, Site, list_of, publish, signed
from tests.support.standins import EvmStandIn

USDT = "0xdac17f958d2ee523a2206206994597c13d831ec7"
TRUE = [
    signed(1, amount="1.5", height="50"),
    signed(1, "USDT", amount="2.000001", height="50"),
]


@pytest.fixture
async def node(site: Site) -> AsyncIterator[EvmStandIn]:
    """Holds what ``TRUE`` claims."""
    node = EvmStandIn()
    node.coins[signed(1).address] = 15 * 10**17
    node.tokens[USDT] = {signed(1).address: 2_000_001}
    async with node.serving() as url:
        site.exchange("okx", [])
        site.network("ethereum", url)
        site.write()
        yield node


async def claims(command: Command, site: Site, rows: list[Row], *options: str) -> Finished:
    publish(site.list("okx"), list_of(rows))
    return await asyncio.to_thread(command, "claims", site.list("okx"), "--config", site.path, *options)


@pytest.mark.usefixtures("node")
async def test_claims_that_the_chain_confirms_end_with_0(command: Command, site: Site) -> None:
    finished = await claims(command, site, TRUE, "--json")
    *rows, last = finished.lines
    assert finished.status == 0
    assert rows == [
        {
            "file": "okx-wallets.csv",
            "line": line,
            "network": "ethereum",
            "token": token,
            "address": signed(1).address,
            "claimed": amount,
            "found": amount,
            "match": True,
            "reason": "",
        }
        for line, token, amount in ((2, "ETH", "1.5"), (3, USDT, "2.000001"))
    ]
    assert last == {
        "summary": {"rows": 2, "match": 2, "mismatch": 0, "not_judged": 0, "reasons": {}, "differences": []}
    }


@pytest.mark.usefixtures("node")
async def test_a_claim_that_is_off_by_the_smallest_unit_ends_with_1(command: Command, site: Site) -> None:
    rows = [TRUE[0], signed(1, "USDT", amount="2.000002", height="50")]
    finished = await claims(command, site, rows, "--json")
    assert (finished.status, finished.lines[1]["match"]) == (1, False)
    assert (finished.lines[1]["claimed"], finished.lines[1]["found"]) == ("2.000002", "2.000001")
    assert finished.lines[-1]["summary"]["mismatch"] == 1
    shown = await claims(command, site, rows)
    assert shown.status == 1
    assert "1 match, 1 do not, 0 were not judged" in shown.out


@pytest.mark.usefixtures("node")
async def test_a_claim_that_cannot_be_judged_ends_with_3_and_its_reason(command: Command, site: Site) -> None:
    rows = [TRUE[0], signed(2, amount="1"), signed(3, "BTC", "bitcoin", amount="1", height="50")]
    finished = await claims(command, site, rows, "--json")
    assert finished.status == 3
    assert [row["match"] for row in finished.lines[:-1]] == [True, None, None]
    assert [row["found"] for row in finished.lines[:-1]] == ["1.5", None, None]
    assert all(row["reason"] for row in finished.lines[1:-1])
    summary = finished.lines[-1]["summary"]
    assert (summary["not_judged"], sum(summary["reasons"].values())) == (2, 2)


@pytest.mark.usefixtures("node")
async def test_a_mismatch_outweighs_what_cannot_be_judged(command: Command, site: Site) -> None:
    finished = await claims(command, site, [signed(1, amount="9", height="50"), signed(2, amount="1")])
    assert finished.status == 1


async def test_a_node_that_lies_about_its_chain_confirms_nothing(
    command: Command, site: Site, node: EvmStandIn
) -> None:
    node.chain_id = 5
    finished = await claims(command, site, TRUE, "--json")
    assert (finished.status, finished.lines[-1]["summary"]["not_judged"]) == (3, 2)
    assert "eip155:5" in finished.lines[0]["reason"]


@pytest.mark.usefixtures("node")
async def test_a_list_that_cannot_be_read_ends_with_3(command: Command, site: Site) -> None:
    publish(site.list("okx"), "<html></html>")
    finished = await asyncio.to_thread(command, "claims", site.list("okx"), "--config", site.path, "--json")
    assert (finished.status, finished.out) == (3, "")
