"""`reserve-monitor claims`: claimed amounts against the chain, and the exit status that follows."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

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
    summary = last["summary"]
    assert [summary[name] for name in ("rows", "match", "mismatch", "not_judged", "reasons")] == [2, 2, 0, 0, {}]


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


SUMMARY = """coin,snapshot height,amount
ETH(ALL),-,1
ETH,50, {eth}
USDT-ERC20,50,2.0000

coin,network,snapshot height,address,balance,message,signature1,signature2,redeem script/ public key
ETH,ETH,50,{address},1.5,m,,,
USDT-ERC20,ETH,50,{address},{usdt},m,,,
"""


@pytest.mark.usefixtures("node")
@pytest.mark.parametrize(
    ("eth", "usdt", "status"), [("1.5000", "2.000001", 0), ("1.4", "2.000001", 1), ("1.5000", "2.000002", 1)]
)
async def test_totals_are_compared_with_the_summary_and_with_the_chain(
    command: Command, site: Site, eth: str, usdt: str, status: int
) -> None:
    publish(site.list("okx"), SUMMARY.format(eth=eth, usdt=usdt, address=signed(1).address))
    arguments = ("claims", site.list("okx"), "--config", site.path)
    finished = await asyncio.to_thread(command, *arguments, "--json")
    assert finished.status == status
    totals = {total.pop("coin"): total for total in finished.lines[-1]["summary"]["totals"]}
    file = "okx-wallets.csv"
    assert totals == {
        "ETH(ALL)": {"file": file, "stated": "1", "claimed": "1.5", "agrees": True, "rows": 1, "judged": 1}
        | {"claimed_of_judged": "1.5", "found": "1.5"},
        "ETH": {"file": file, "stated": eth.rstrip("0"), "claimed": "1.5", "agrees": eth == "1.5000", "rows": 1}
        | {"judged": 1, "claimed_of_judged": "1.5", "found": "1.5"},
        "USDT-ERC20": {"file": file, "stated": "2", "claimed": usdt, "agrees": True, "rows": 1}
        | {"judged": 1, "claimed_of_judged": usdt, "found": "2.000001"},
    }
    shown = await asyncio.to_thread(command, *arguments)
    first, *_ = [line for line in shown.out.splitlines() if "1 of 1" in line]
    assert shown.status == status
    if eth == "1.4":
        assert "the summary states 1.4 of ETH, its rows add up to 1.5" in shown.err
        assert first.split()[1] == "ETH", "the worst comes first"
    if usdt == "2.000002":
        assert first.split()[1] == "USDT-ERC20"


async def test_a_second_run_reads_only_what_the_first_could_not(
    command: Command, site: Site, node: EvmStandIn, unused_tcp_port: int
) -> None:
    site.network("arbitrum", f"http://127.0.0.1:{unused_tcp_port}/")
    site.write()
    rows = [*TRUE, signed(1, "ETH", "arbitrum", amount="1", height="50")]
    finished = await claims(command, site, rows, "--json")
    assert (finished.status, [row["match"] for row in finished.lines[:-1]]) == (3, [True, True, None])
    assert "tries the rest again" in finished.err
    assert {"eth_getBalance", "eth_call"} <= set(node.methods)

    arbitrum = EvmStandIn(42161)
    arbitrum.coins[signed(1).address] = 10**18
    async with arbitrum.serving() as url:
        site.network("arbitrum", url)
        site.write()
        node.asked.clear()
        finished = await claims(command, site, rows, "--json")
        assert (finished.status, finished.lines[-1]["summary"]["match"]) == (0, 3)
        assert set(node.methods) == {"eth_chainId", "eth_getBlockByNumber"}, "only whether it still is the same block"
        assert "read by an earlier run" in finished.err

        node.coins[signed(1).address] -= 1
        finished = await claims(command, site, rows, "--json", "--fresh")
        assert (finished.status, finished.lines[0]["match"]) == (1, False)
        assert "read by an earlier run" not in finished.err


async def test_another_chain_under_the_same_name_is_read_again(command: Command, site: Site, node: EvmStandIn) -> None:
    assert (await claims(command, site, TRUE)).status == 0
    node.fork, node.coins = "other", {}
    finished = await claims(command, site, TRUE, "--json")
    assert (finished.status, [row["match"] for row in finished.lines[:-1]]) == (1, [False, True])


@pytest.mark.usefixtures("node")
async def test_what_was_read_is_kept_where_it_is_told_to(command: Command, site: Site) -> None:
    state = site.folder / "elsewhere" / "claims.db"
    await claims(command, site, TRUE, "--state", str(state))
    assert "earlier run" in (await claims(command, site, TRUE, "--state", str(state))).err
    assert "earlier run" not in (await claims(command, site, TRUE)).err


@pytest.mark.usefixtures("node")
async def test_a_state_file_that_cannot_be_written_ends_with_3(command: Command, site: Site) -> None:
    blocked = site.folder / "file"
    blocked.write_text("")
    finished = await claims(command, site, TRUE, "--state", str(blocked / "claims.db"))
    assert finished.status == 3
    assert str(blocked) in finished.err


@pytest.mark.usefixtures("node")
async def test_a_list_that_cannot_be_read_ends_with_3(command: Command, site: Site) -> None:
    publish(site.list("okx"), "<html></html>")
    finished = await asyncio.to_thread(command, "claims", site.list("okx"), "--config", site.path, "--json")
    assert (finished.status, finished.out) == (3, "")


@pytest.mark.usefixtures("node")
async def test_an_account_that_is_listed_twice_is_found_once_and_is_a_finding(command: Command, site: Site) -> None:
    again = replace(TRUE[0], address="0x" + TRUE[0].address[2:].upper())
    finished = await claims(command, site, [TRUE[0], again, TRUE[1]], "--json")
    summary = finished.lines[-1]["summary"]
    (eth,) = (total for total in summary["totals"] if total["coin"] == "ETH")
    assert (finished.status, summary["match"], summary["repeated"]) == (1, 3, 1)
    assert (eth["claimed"], eth["found"]) == ("3", "1.5")
    assert summary["repeats"] == [{"network": "ethereum", "address": signed(1).address, "lines": [2, 3]}]
    assert "lines 2, 3" in (await claims(command, site, [TRUE[0], again])).err


@pytest.mark.usefixtures("node")
async def test_how_many_heights_the_rows_name_is_told(command: Command, site: Site) -> None:
    rows = [TRUE[0], replace(TRUE[1], height="47")]
    finished = await claims(command, site, rows)
    assert "ethereum: the rows name 2 heights, 3 blocks apart (47 to 50)" in finished.err
    heights = (await claims(command, site, rows, "--json")).lines[-1]["summary"]["heights"]
    assert heights == {"ethereum": {"count": 2, "lowest": 47, "highest": 50}}
