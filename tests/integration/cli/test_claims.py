"""What OKX really published, against chains where it is true, and where it is not."""

import asyncio
import json
import signal
import sys
from asyncio.subprocess import PIPE
from collections.abc import Mapping
from decimal import Decimal
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from monitor.registry import Registry, load
from tests.cli.conftest import Command
from tests.support.claimed import REAL_LIST, EvmChain, overstated, real_claims, with_amount
from tests.support.daemons import Site, publish, signed
from tests.support.evm import issue
from tests.support.nodes import AnvilFactory
from tests.support.standins import EvmStandIn

pytestmark = pytest.mark.integration

UNREAD = {"tron"}
"""Networks of the real rows that get no endpoint: nodes of theirs tell no past block."""
USDT = "0xdac17f958d2ee523a2206206994597c13d831ec7"


@pytest.fixture(scope="module")
def registry() -> Registry:
    return load()


@pytest.fixture
def chains(registry: Registry, anvil: AnvilFactory, site: Site) -> Mapping[str, EvmChain]:
    """A node for every network of the real rows that can be read, at the real heights, and ``site`` reading them."""
    claims = sorted(real_claims(registry), key=lambda claim: str(claim.network))
    by_network = {str(name): list(rows) for name, rows in groupby(claims, lambda claim: claim.network)}
    found = {
        name: EvmChain.of(registry.networks[name], rows, anvil)
        for name, rows in by_network.items()
        if name not in UNREAD
    }
    site.exchange("okx", [])
    for name, chain in found.items():
        site.network(name, chain.node.url)
    site.write()
    return found


def test_the_real_rows_match_and_each_that_is_changed_is_the_one_that_does_not(
    registry: Registry, chains: Mapping[str, EvmChain], site: Site, command: Command
) -> None:
    claims = real_claims(registry)
    lines = REAL_LIST.read_text().splitlines()
    assert len(claims) == 28
    true = {claim.line: None if claim.network in UNREAD else True for claim in claims}

    def compared(text: str) -> tuple[int, list[dict[str, Any]]]:
        publish(site.list("okx"), text)
        finished = command("claims", site.list("okx"), "--config", site.path, "--json")
        return finished.status, finished.lines

    status, (*rows, last) = compared(REAL_LIST.read_text())
    assert {row["line"]: row["match"] for row in rows} == true
    assert status == 3
    assert all(
        row["network"] in UNREAD and "no endpoint is configured" in row["reason"] for row in rows if row["reason"]
    )
    assert all(row["claimed"] == row["found"] for row in rows if row["match"])
    totals = {total["coin"]: total for total in last["summary"]["totals"]}
    assert totals.keys() == {claim.coin for claim in claims}
    assert all(total["found"] == total["claimed"] for total in totals.values() if total["judged"])

    readable = [line for number, line in enumerate(lines, 1) if true.get(number, True)]
    assert compared("\n".join(readable) + "\n")[0] == 0

    for claim in claims:
        status, (*rows, last) = compared(with_amount(lines, claim.line, f"{overstated(claim):f}"))
        unjudged = claim.network in UNREAD
        assert {row["line"]: row["match"] for row in rows} == true | {claim.line: None if unjudged else False}
        assert (status, last["summary"]["mismatch"]) == ((3, 0) if unjudged else (1, 1))
        if not unjudged:
            (denied,) = [row for row in rows if row["match"] is False]
            assert (Decimal(denied["claimed"]), Decimal(denied["found"])) == (overstated(claim), claim.amount)
            assert last["summary"]["totals"][0]["coin"] == claim.coin, "the worst comes first"


def test_a_height_that_a_reorganisation_has_changed_is_not_remembered(
    site: Site, anvil: AnvilFactory, command: Command
) -> None:
    node = anvil()
    issue(node, USDT, signed(1).address, 2_000_000)
    height = int(node.rpc("eth_blockNumber"), 16)
    node.mine()
    site.exchange("okx", [signed(1, "USDT", amount="2", height=str(height))])
    site.network("ethereum", node.url)
    arguments = ("claims", site.list("okx"), "--config", site.write(), "--json")
    before = command(*arguments)
    assert (before.status, before.lines[0]["found"]) == (0, "2")
    assert "earlier run" in command(*arguments).err

    node.rpc("anvil_reorg", 2, [])
    after = command(*arguments)
    assert (after.status, after.lines[0]["found"]) == (1, "0"), "the transaction is in no block any more"
    assert "earlier run" not in after.err


_OF_TRIALS = f"0x{1:040x}"
"""The account by which a node is tried with blocks that nobody has."""


class CutStandIn(EvmStandIn):
    """Tells the balances of so many accounts, and keeps whoever asks for more waiting until it is told to go on."""

    def __init__(self, at_most: int) -> None:
        super().__init__()
        self.told: set[str] = set()
        self.at_most = at_most
        self.asked_too_much = asyncio.Event()
        self.goes_on = asyncio.Event()
        self.mischief = self._cut

    async def _cut(self, body: Any) -> web.Response | None:
        calls = body if isinstance(body, list) else [body]
        accounts = {call["params"][0] for call in calls if call["method"] == "eth_getBalance"} - {_OF_TRIALS}
        if accounts and len(self.told | accounts) > self.at_most:
            self.asked_too_much.set()
            await self.goes_on.wait()
        self.told |= accounts
        return None


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGKILL, -9)])
async def test_a_run_that_was_cut_goes_on_where_it_stopped(
    site: Site, tmp_path: Path, number: signal.Signals, status: int
) -> None:
    """Twenty thousand balances are a part."""
    node = CutStandIn(20_000)
    publish(site.list("okx"), "network,address,amount,height\n" + _rows(20_005))
    site.exchange("okx")
    arguments = (sys.executable, "-m", "monitor", "claims", str(site.list("okx")), "--config", str(site.path), "--json")
    async with node.serving() as url:
        site.network("ethereum", endpoints=[{"name": "node-1", "url": url, "timeout": "5m"}])
        site.write()
        first = await asyncio.create_subprocess_exec(*arguments, stdout=PIPE, stderr=PIPE)
        ended = asyncio.create_task(first.communicate())
        asked = asyncio.create_task(node.asked_too_much.wait())
        await asyncio.wait({ended, asked}, return_when=asyncio.FIRST_COMPLETED)
        assert asked.done(), (await ended)[1].decode()
        first.send_signal(number)
        out, err = await ended
        assert (first.returncode, out) == (status, b"")
        if number is signal.SIGINT:
            assert str(tmp_path / "state/reserve-monitor/claims.db") in err.decode()
            assert "goes on from there" in err.decode()

        read, node.told, node.at_most = node.told, set(), 10**9
        node.goes_on.set()
        second = await asyncio.create_subprocess_exec(*arguments, stdout=PIPE, stderr=PIPE)
        out, err = await second.communicate()
        assert second.returncode == 0, err.decode()
        assert json.loads(out.splitlines()[-1])["summary"]["match"] == 20_005
        assert "read by an earlier run" in err.decode()
        assert len(read) == 20_000
        assert len(node.told) == 5
        assert not read & node.told


def _rows(count: int) -> str:
    return "".join(f"ethereum,0x{number:040x},0,50\n" for number in range(2, count + 2))
