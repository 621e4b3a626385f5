"""A bundle that a block of a real node commits to was there before that block."""

import asyncio

import pytest
from bitcoin.core import CBlock
from opentimestamps.bitcoin import make_timestamp_from_block
from opentimestamps.core.timestamp import Timestamp

from monitor.daemon.check import one_pass
from monitor.daemon.configuration import load_configuration
from monitor.daemon.evidence import keep
from monitor.daemon.evidence_check import verify
from monitor.daemon.evidence_nodes import verify_on_chain
from monitor.devnet.nodes import BitcoinNode
from monitor.evidence.contents import read
from monitor.evidence.statement import CALENDARS, with_stamp
from monitor.registry import load as load_registry
from tests.cli.conftest import Command
from tests.support.authorities import Calendar
from tests.support.chains import REGTEST
from tests.support.daemons import Site, signed
from tests.support.nodes import BitcoinFactory

pytestmark = pytest.mark.integration


def commit(node: BitcoinNode, commitment: bytes) -> Timestamp:
    """Mine a block with a transaction that has ``commitment``, as a calendar does; the way to its root."""
    raw = node.rpc("createrawtransaction", [], [{"data": commitment.hex()}])
    signed_ = node.rpc("signrawtransactionwithwallet", node.rpc("fundrawtransaction", raw)["hex"])["hex"]
    node.rpc("sendrawtransaction", signed_)
    height = node.mine()
    block = CBlock.deserialize(bytes.fromhex(node.rpc("getblock", node.rpc("getblockhash", height), 0)))
    return make_timestamp_from_block(commitment, block, height)


async def test_a_bundle_was_there_before_the_block_that_commits_to_it(
    site: Site, bitcoin_node: BitcoinFactory, command: Command
) -> None:
    row = signed(1, "BTC", "bitcoin")
    site.exchange("okx", [row])
    site.owes("okx", BTC="2")
    node, calendar, folder = bitcoin_node(), Calendar(), site.folder / "kept"
    await asyncio.to_thread(node.fund, {row.address: 3 * 10**8})
    access = {"protocol": "bitcoind", "url": node.url, "user": node.user, "password": node.password}
    site.network("bitcoin", endpoints=[access], caip2=REGTEST.caip2)
    async with calendar.serving() as url:
        site.write(evidence={"folder": str(folder), "calendars": [url]})
        async with one_pass(*(configuration := load_configuration(site.path)), lambda *_: None) as hub:
            await keep(hub, "okx")
            (commitment,) = calendar.commitments
            calendar.known[commitment] = await asyncio.to_thread(commit, node, commitment)
            await keep(hub, "okx")
    (path,) = (folder / "okx").iterdir()
    contents, faults = read(path)

    async def found(stamp: bytes) -> tuple[list[str], str]:
        told = await verify(with_stamp(contents, stamp, CALENDARS), faults)
        await verify_on_chain(told, configuration[0].networks, load_registry(), lambda *_: None)
        assert told.faults == []
        return told.open, f"{told.before[0]} of {told.before[2]}" if told.before else ""

    height = node.rpc("getblockcount")
    good = contents[CALENDARS]
    assert await found(good) == ([], f"{height} of {REGTEST.caip2}")
    assert good[-1] == height
    (other,), none = await found(good[:-1] + bytes([height - 1]))
    assert (f"block {height - 1} of {REGTEST.caip2}, by" in other, "has the Merkle root" in other) == (True, True)
    assert none == ""
    (above,), _ = await found(good[:-1] + bytes([height + 1]))
    assert f"has no block {height + 1}" in above
    asked = ("evidence", "verify", path, "-c", site.path)
    shown, told = [await asyncio.to_thread(command, *asked, *more) for more in ((), ("--json",))]
    assert (shown.status, f"there before block {height} of bip122:" in shown.out) == (0, True)
    assert (told.lines[0]["before"]["height"], told.lines[0]["findings"]) == (height, [])
    node.stop()
    assert any(each.startswith("statement.ots: block") for each in (await found(good))[0])
