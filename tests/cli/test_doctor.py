"""`reserve-monitor doctor`: what can and cannot be done, each finding with its place and what mends it."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor.store import Store
from tests.cli.conftest import Command, Finished
from tests.support.authorities import Stamper, authority, issue, pem
from tests.support.daemons import Site, publish, signed
from tests.support.postgresql import PostgreSQL
from tests.support.standins import EvmStandIn, RefusedError

SECRET = "0123456789abcdef-secret"


@pytest.fixture
async def node(site: Site) -> AsyncIterator[EvmStandIn]:
    """A node of the one network that the exchange's list claims coins on."""
    node = EvmStandIn()
    async with node.serving() as url:
        site.exchange("okx", [signed(1)])
        site.owes("okx", ETH="100")
        site.network("ethereum", f"{url}{SECRET}")
        yield node


async def doctor(command: Command, site: Site, *options: str, **sections: object) -> Finished:
    return await asyncio.to_thread(command, "doctor", "--config", site.write(**sections), *options)


async def found(command: Command, site: Site, **sections: object) -> tuple[int, list[tuple[str, str, str]]]:
    finished = await doctor(command, site, "--json", **sections)
    (told,) = finished.lines
    assert told["status"] == finished.status
    return finished.status, [(each["place"], each["problem"], each["remedy"]) for each in told["findings"]]


@pytest.mark.usefixtures("node")
async def test_where_all_is_well_it_tells_what_was_looked_at(command: Command, site: Site, tmp_path: Path) -> None:
    publish(tmp_path / "roots.pem", pem(root := authority()))
    async with Stamper(tmp_path / "authority", issue("Stamps", root)).serving() as url:
        stamps = {"timestamp": {"url": url, "roots_file": str(tmp_path / "roots.pem")}}
        finished = await doctor(command, site, "--json", evidence=stamps)
    (told,) = finished.lines
    (endpoint,) = told["endpoints"]["ethereum"]
    assert (finished.status, told["findings"]) == (0, [])
    assert (endpoint["error"], endpoint["block"], endpoint["party"]) == (None, 100, "party-1")
    assert endpoint["abilities"] == {
        "many balances": "batch",
        "state overrides": "no",
        "block hash": "heeded",
        "proofs": "no (http_status)",
        "sent transactions": "not told (unsupported)",
        "batch": "100 calls a request at the most",
    }
    assert told["documents"]["okx"]["rows"] == 1
    silent = await doctor(command, site, evidence=stamps | {"calendars": [url]})
    assert (silent.status, "evidence.timestamp" in silent.out, "correct `url`" in silent.out) == (1, True, True)
    assert ("evidence.calendars" in silent.out, "correct its URL" in silent.out) == (True, True)
    shown = await doctor(command, site, evidence={})
    assert "nothing was found" in shown.out
    assert SECRET not in shown.out + shown.err


async def test_an_endpoint_on_another_chain_is_told_with_its_place_and_cure(
    command: Command, site: Site, node: EvmStandIn
) -> None:
    node.chain_id = 5
    status, findings = await found(command, site)
    assert status == 1
    assert [place for place, _, _ in findings] == ["networks.ethereum.endpoints[0]", "networks.ethereum.quorum"]
    assert "it is on eip155:5, but ethereum is eip155:1" in findings[0][1]
    assert findings[0][2].startswith("put the endpoint under the network that it is on")


async def test_a_node_that_is_away_is_told(command: Command, site: Site, node: EvmStandIn) -> None:
    site.network("ethereum", "http://127.0.0.1:1/")
    status, findings = await found(command, site)
    assert (status, findings[0][0]) == (1, "networks.ethereum.endpoints[0]")
    assert "refused" in findings[0][1]
    assert findings[0][2] == "start the node, or correct `url`"


async def test_a_node_that_forgot_the_past_is_well_and_says_how_far_it_goes(
    command: Command, site: Site, node: EvmStandIn
) -> None:
    node.tip = 10_000
    real, now = node.on_eth_getBalance, int(time.time())

    def dated(name: str, whole: bool) -> dict[str, Any] | None:
        block = EvmStandIn.on_eth_getBlockByNumber(node, name, whole)
        return block and block | {"timestamp": hex(now - 12 * (node.tip - int(block["number"], 16)))}

    def pruned(account: str, at: object) -> str:
        if isinstance(at, dict) and at["blockHash"] != node.hash_of(node.tip):
            raise RefusedError(-32000, "missing trie node 00 (path ) state 00 is not available")
        return real(account, at)

    node.on_eth_getBlockByNumber = dated  # type: ignore[method-assign, assignment]
    node.on_eth_getBalance = pruned  # type: ignore[method-assign]
    finished = await doctor(command, site, "--json")
    (endpoint,) = finished.lines[0]["endpoints"]["ethereum"]
    assert (finished.status, endpoint["error"], endpoint["past_seconds"]) == (0, None, None)
    assert "pruned" in endpoint["past_error"]


@pytest.mark.usefixtures("node")
async def test_what_no_endpoint_reads_is_told_with_the_line_that_reads_it(command: Command, site: Site) -> None:
    site.exchange("okx", [signed(1), signed(2, "BTC", "bitcoin", amount="3"), signed(3, "XYZ", "nowhere", amount="1")])
    status, findings = await found(command, site)
    told = {place: (problem, remedy) for place, problem, remedy in findings}
    assert status == 1
    assert told["networks.bitcoin"][1] == "networks: {bitcoin: {endpoints: [{url: …, protocol: bitcoind}]}}"
    assert "on no known network" in told["exchanges.okx.wallets"][0]


@pytest.mark.usefixtures("node")
async def test_documents_that_cannot_be_had_are_told(command: Command, site: Site) -> None:
    publish(site.list("okx"), "<html>moved</html>")
    publish(site.liabilities("okx"), json.dumps([]))
    status, findings = await found(command, site)
    assert status == 1
    assert {"exchanges.okx.wallets.source", "exchanges.okx.liabilities.source"} <= {place for place, _, _ in findings}


@pytest.mark.usefixtures("node")
async def test_a_history_that_cannot_be_written_is_told_and_nothing_is_made(
    command: Command, site: Site, tmp_path: Path
) -> None:
    away = tmp_path / "history.db"
    status, _ = await found(command, site, store={"url": f"sqlite+aiosqlite:///{away}"})
    assert (status, away.exists()) == (0, False)
    status, findings = await found(command, site, store={"url": "postgresql+asyncpg://nobody@127.0.0.1:1/none"})
    assert (status, findings[0][0]) == (1, "store.url")


@pytest.mark.integration
async def test_a_network_of_a_reader_is_asked_on_its_machine_and_elsewhere_whether_it_answers(
    command: Command, site: Site, node: EvmStandIn, postgresql: PostgreSQL
) -> None:
    site.sections["networks"]["ethereum"]["read_by"] = "east"
    site.sections["store"] = {"url": postgresql.database()}
    absent = [("networks.ethereum.read_by", "no reader called east answers", "start one: run --reader east")]
    assert await found(command, site) == (1, absent), "the database has no tables yet"
    assert node.asked == []
    store = await Store.open(site.sections["store"]["url"])
    async with store.reading_jobs(timedelta(minutes=1)).leased("east"):
        assert await found(command, site) == (0, [])
        there = await doctor(command, site, "--reader", "east", "--json")
    await store.close()
    assert (there.status, list(there.lines[0]["endpoints"])) == (0, ["ethereum"])
    for run in (("doctor",), ("run",)):
        unknown = await asyncio.to_thread(command, *run, "--config", site.path, "--reader", "west")
        assert unknown.status == 2
        assert "no network says `read_by: west`; the readers are east" in unknown.err
    del site.sections["networks"]["ethereum"]["read_by"]
    unread = await doctor(command, site, "--reader", "west")
    assert "it names no reader at all" in unread.err
