"""bitcoind followed block by block on a real node: after each block, what a fresh scan says."""

import asyncio
import random
import time
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from structlog.testing import capture_logs

from benchmarks.bitcoin.ledger import Account, Ledger
from monitor.chains import AtHeight, ChainError, ChainReader, Depth, Reason, Tag
from monitor.chains.bitcoin.journal import scan_entry, sealed
from monitor.devnet.nodes import BitcoinNode
from monitor.model import Caip2, Height
from tests.chains.conftest import Opener
from tests.support.chains import BTC, REGTEST
from tests.support.journals import Journals
from tests.support.nodes import BitcoinFactory, by_rpc

pytestmark = pytest.mark.integration

LATEST = Tag("latest")
ACCOUNTS, OUTPUTS, BLOCKS = 500, 5_000, 60


def scanned(node: BitcoinNode, accounts: list[Account]) -> tuple[str, dict[str, int]]:
    """What the node itself says that accounts hold, and at which block."""
    scan = node.rpc("scantxoutset", "start", [f"raw({each.script.hex()})" for each in accounts])
    found = {each.script.hex(): 0 for each in accounts}
    for output in scan["unspents"]:
        found[output["scriptPubKey"]] += int(output["amount"] * 10**8)
    return scan["bestblock"], {each.address: found[each.script.hex()] for each in accounts}


async def read(reader: ChainReader, ledger: Ledger, at: Any = LATEST) -> tuple[str, dict[str, int]]:
    reading = await reader.read({BTC: [each.address for each in ledger.watched]}, at)
    return reading.block.hash, dict(reading.balances[BTC])


def funded(node: BitcoinNode) -> Ledger:
    ledger = Ledger(node, ACCOUNTS)
    ledger.fund(OUTPUTS, watched=OUTPUTS // 2)
    return ledger


async def test_after_each_block_and_reorganisation_the_followed_balances_equal_a_fresh_scan(
    bitcoin_node: BitcoinFactory, open_reader: Opener
) -> None:
    node, journals, chance = bitcoin_node(), Journals(), random.Random(5)
    ledger = funded(node)
    reader = open_reader(REGTEST, by_rpc(node), keeper=journals)
    assert await read(reader, ledger) == scanned(node, ledger.watched)
    depths = [*range(1, 7), *(chance.randrange(1, 7) for _ in range(4))]
    for number in range(BLOCKS):
        if number % 6 == 5:
            ledger.reorganise(depths.pop(0), 15)
        else:
            ledger.block(chance.randrange(40))
        assert await read(reader, ledger) == scanned(node, ledger.watched)
        if number % 20 == 19:  # a restart of the monitor
            await reader.close()
            reader = open_reader(REGTEST, by_rpc(node), keeper=journals)
    assert journals.begun == 1  # it never had to scan again
    reading = await reader.read({BTC: [each.address for each in ledger.watched]}, LATEST)
    assert reading.outputs
    for each in ledger.watched[:50]:
        for output in reading.outputs.of(each.address):
            found = node.rpc("gettxout", output.txid, output.index, False)
            assert (found["value"], found["bestblock"]) == (Decimal(output.amount).scaleb(-8), reading.block.hash)


@pytest.mark.parametrize("filters", [True, False], ids=["with the filter index", "without"])
async def test_a_height_100_blocks_back_is_what_the_node_said_then(
    bitcoin_node: BitcoinFactory, open_reader: Opener, filters: bool
) -> None:
    node = bitcoin_node(arguments=() if filters else ("-blockfilterindex=0",))
    ledger = funded(node)
    said: dict[int, tuple[str, dict[str, int]]] = {}
    start = node.rpc("getblockcount")
    for number in range(110):
        ledger.block(5 if number % 9 else 0)
        if number in {9, 10, 52, 108, 109}:
            said[start + number + 1] = scanned(node, ledger.watched)
    tip = max(said)
    reader = open_reader(REGTEST, by_rpc(node))
    for height, told in said.items():
        assert await read(reader, ledger, AtHeight(Height(height))) == told
    few = ledger.watched[:2]
    reading = await reader.read({BTC: [each.address for each in few]}, AtHeight(Height(tip - 100)))
    assert reading.balances == {BTC: {each.address: said[tip - 100][1][each.address] for each in few}}
    assert await read(reader, ledger) == said[tip]


async def test_confirmations_are_the_state_of_that_block(bitcoin_node: BitcoinFactory, open_reader: Opener) -> None:
    node = bitcoin_node()
    ledger = funded(node)
    said = [scanned(node, ledger.watched)]
    reader = open_reader(REGTEST, by_rpc(node), block=6)
    for number in range(20):
        ledger.block(20)
        said.append(scanned(node, ledger.watched))
        if number >= 6:
            assert await read(reader, ledger, Depth(6)) == said[-7]
    ledger.reorganise(4, 20)
    assert (await read(reader, ledger, Depth(6)))[0] == node.rpc("getblockhash", node.rpc("getblockcount") - 6)


async def test_a_pruned_node_says_which_block_is_missing(bitcoin_node: BitcoinFactory, open_reader: Opener) -> None:
    node = bitcoin_node(arguments=("-prune=1", "-txindex=0", "-coinstatsindex=0", "-blockfilterindex=0", "-fastprune"))
    ledger = funded(node)
    said: dict[int, tuple[str, dict[str, int]] | None] = {}
    for _ in range(330):
        ledger.block(3)
        said[node.rpc("getblockcount")] = scanned(node, ledger.watched) if len(said) % 30 == 0 else None
    tip = node.rpc("getblockcount")
    kept = node.rpc("pruneblockchain", tip - 290) + 1
    reader = open_reader(REGTEST, by_rpc(node))
    assert await read(reader, ledger) == scanned(node, ledger.watched)
    past = max(height for height, known in said.items() if known and height < tip - 20)
    assert await read(reader, ledger, AtHeight(Height(past))) == said[past]
    with pytest.raises(ChainError, match=rf"block {kept - 9} is needed .* only those from {kept} on") as failure:
        await read(reader, ledger, AtHeight(kept - 10))
    assert failure.value.reason is Reason.PRUNED


async def test_a_node_that_restarts_or_is_replaced_never_leads_to_a_wrong_number(
    bitcoin_node: BitcoinFactory, open_reader: Opener
) -> None:
    node, other = bitcoin_node(), bitcoin_node()
    ledger, elsewhere = funded(node), Ledger(other, ACCOUNTS, seed=9)
    elsewhere.fund(2_000, watched=900)
    reader = open_reader(REGTEST, by_rpc(node))
    await read(reader, ledger)
    ledger.block(10)
    await asyncio.to_thread(node.stop)
    with pytest.raises(ChainError) as failure:
        await read(reader, ledger)
    assert failure.value.reason is Reason.REFUSED
    await asyncio.to_thread(node.start)
    ledger.block(10)
    assert await read(reader, ledger) == scanned(node, ledger.watched)
    journals = Journals()
    first = open_reader(REGTEST, by_rpc(node), keeper=journals)
    await read(first, ledger)
    replaced = open_reader(REGTEST, by_rpc(other), keeper=journals)  # the same name, another chain behind it
    assert await read(replaced, ledger) == scanned(other, ledger.watched)
    mainnet = replace(REGTEST, caip2=Caip2("bip122:000000000019d6689c085ae165831e93"))
    with pytest.raises(ChainError) as wrong:
        await read(open_reader(mainnet, by_rpc(other)), ledger)
    assert wrong.value.reason is Reason.WRONG_CHAIN


EXAMPLE = (
    "tpubD6NzVbkrYhZ4XgiXtGrdW5XDAPFCL9h7we1vwNCpn8tGbBcgfVYjXyhWo4E1xkh56hjod1RhGjxbaTLV3X4FyWuejifB9jusQ46QzG87VKp"
)
SECONDS_OF_WORK = {"desc": f"wpkh({EXAMPLE}/*)", "range": 30_000}
"""So many keys to derive that a scan for them takes a node a while, however few outputs there are."""


@pytest.mark.parametrize("ours", [True, False])
async def test_a_scan_that_runs_is_ours_if_it_began_when_ours_did(
    bitcoin_node: BitcoinFactory, open_reader: Opener, *, ours: bool
) -> None:
    node = bitcoin_node()
    node.mine(3)
    journals = Journals()
    journals.entries["node-1"] = list(sealed([scan_entry("scantxoutset", time.time() - (0 if ours else 60))]))
    scan = asyncio.create_task(asyncio.to_thread(node.rpc, "scantxoutset", "start", [SECONDS_OF_WORK]))
    while await asyncio.to_thread(node.rpc, "scantxoutset", "status") is None:
        assert not scan.done()
    account = "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"
    with capture_logs() as logs:
        reading = await open_reader(REGTEST, by_rpc(node), keeper=journals).read({BTC: [account]}, LATEST)
    assert reading.balances == {BTC: {account: 0}}
    assert any("our own scan" in log["event"] for log in logs) is ours
    assert (await scan)["unspents"] == []
