"""Explorers over a real node whose accounts do not fit between two blocks: blocks and reorganisations come meanwhile,
the monitor is started anew, and what it ends with is what a fresh scan of the node finds."""

import asyncio
import json
import random
from collections.abc import Callable
from contextlib import AsyncExitStack
from functools import partial
from typing import Any

import pytest
from base58 import b58encode_check
from btclib.b32 import address_from_witness

from benchmarks.bitcoin.ledger import Ledger
from monitor.chains import AtHeight, ChainError, ChainReader, Reason, Tag
from monitor.chains.bitcoin import anchoring
from monitor.devnet.nodes import BitcoinNode, ElectrumServer
from monitor.model import Reading
from tests.chains.conftest import Opener
from tests.support.chains import BTC, REGTEST
from tests.support.electrum_proxies import ElectrumProxy
from tests.support.explorers import Blockbook, Explorer
from tests.support.journals import Journals
from tests.support.nodes import BitcoinFactory, ElectrumFactory
from tests.support.waiting import eventually

pytestmark = pytest.mark.integration

LATEST = Tag("latest")
RATE = 1000
ACCOUNTS = 80
BATCH = 10
"""Accounts that an Electrum server is asked for at once."""


@pytest.fixture(autouse=True)
def twenty_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    """So many accounts at the most are read between two blocks, and ten between two looks at the tip."""
    fits(monkeypatch, 20)


def fits(monkeypatch: pytest.MonkeyPatch, requests: int) -> None:
    monkeypatch.setattr(anchoring, "LONGEST", requests / RATE)
    monkeypatch.setattr(anchoring, "_PART", requests // 2)


class Restless(Explorer):
    """Something happens on the chain after so many answers about accounts."""

    asked = 0
    happens: Callable[[int], None] = staticmethod(lambda asked: None)

    def _answer(self, path: str) -> Any:
        if "/address/" in path:
            self.asked += 1
            self.happens(self.asked)
            self._index()
        return super()._answer(path)


class RestlessBlockbook(Restless, Blockbook):
    """The same by another API."""


class RestlessServer(ElectrumProxy):
    """The same before an Electrum server."""

    asked = 0
    happens: Callable[[int], None] = staticmethod(lambda asked: None)

    def reply(self, request: Any, line: bytes) -> bytes | None:
        for _ in range(json.dumps(request).count("get_balance")):
            self.asked += 1
            self.happens(self.asked)
        return line


class OnlyBlocks(Explorer):
    """An explorer that hands on blocks and tells nothing else."""

    def _answer(self, path: str) -> Any:
        return super()._answer(path) if path.endswith("/raw") or path.startswith("/block-height/") else None


def by_explorer(served: Any, protocol: str = "esplora") -> dict[str, Any]:
    return {"url": served.url, "protocol": protocol, "rate": RATE, "concurrency": 1, "batch": BATCH}


def by_node(node: BitcoinNode) -> dict[str, Any]:
    return {"url": node.url, "user": node.user, "password": node.password, "protocol": "bitcoind"}


async def whole(
    reader: ChainReader, accounts: list[str], node: BitcoinNode, catch_up: Callable[[], None] = lambda: None
) -> Reading:
    """The first whole reading: a block comes after each that is none."""
    for _ in range(30):
        try:
            return await reader.read({BTC: accounts}, LATEST)
        except ChainError as error:
            if not any(reason in str(error) for reason in (Reason.UNDER_WAY, Reason.TIP_MOVED)):
                raise
            told = str(error)
        await asyncio.to_thread(node.mine)
        await asyncio.to_thread(catch_up)
    raise AssertionError(f"it never was whole: {told}")


async def in_peace(
    reader: ChainReader, accounts: list[str], node: BitcoinNode, catch_up: Callable[[], None] = lambda: None
) -> None:
    """Blocks in which nothing happens, so that those are read for good to which something always happened."""
    for blocks in (8, 1):
        await asyncio.to_thread(node.mine, blocks)
        await asyncio.to_thread(catch_up)
        await whole(reader, accounts, node, catch_up)


async def assert_scanned(reading: Reading, accounts: list[str], scanner: ChainReader) -> None:
    """What was read is what a scan of the node finds at the same block."""
    found = await scanner.read({BTC: accounts}, AtHeight(reading.block.number))
    assert found.block == reading.block
    assert reading.balances == found.balances


@pytest.mark.parametrize("protocol", ["esplora", "blockbook", "electrum"])
async def test_after_blocks_reorganisations_and_a_restart_all_is_as_a_fresh_scan_has_it(
    bitcoin_node: BitcoinFactory,
    electrum_server: ElectrumFactory,
    open_reader: Opener,
    monkeypatch: pytest.MonkeyPatch,
    protocol: str,
) -> None:
    node = bitcoin_node()
    ledger = Ledger(node, ACCOUNTS)
    ledger.fund(400, watched=200)
    accounts = [each.address for each in ledger.watched]
    reorganises = protocol != "electrum"  # this server stands still for good when it looks while a chain is replaced
    sixty = asyncio.Event()
    loop = asyncio.get_running_loop()

    def happens(asked: int) -> None:
        if asked % 15 == 0:
            ledger.block(4)
        if asked == 30 and reorganises:
            ledger.reorganise(3, 4)
        if asked == ACCOUNTS * 6 // 10:
            loop.call_soon_threadsafe(sixty.set)

    async with AsyncExitStack() as stack:
        others = []
        catch_up: Callable[[], None] = lambda: None  # noqa: E731
        served: Any = Restless(node) if protocol == "esplora" else RestlessBlockbook(node, accounts)
        if protocol == "electrum":
            fits(monkeypatch, 20 // BATCH)
            server, blocks = electrum_server(node), OnlyBlocks(node)
            served, catch_up = RestlessServer(server.url), partial(_caught_up, server, node)
            await stack.enter_async_context(blocks.serving())
            others = [by_explorer(blocks)]
        await stack.enter_async_context(served.serving())
        served.happens = happens
        journals = Journals()
        first = open_reader(REGTEST, by_explorer(served, protocol), *others, keeper=journals, deadline="60s")
        reading = asyncio.ensure_future(whole(first, accounts, node, catch_up))
        sixtieth = asyncio.ensure_future(sixty.wait())
        await asyncio.wait({reading, sixtieth}, return_when=asyncio.FIRST_COMPLETED)
        assert reading.cancel(), "there is no more to read"
        await asyncio.gather(reading, return_exceptions=True)
        await first.close()
        scanner = open_reader(REGTEST, by_node(node))
        second = open_reader(REGTEST, by_explorer(served, protocol), *others, keeper=journals, deadline="60s")
        for depth in (0, 4):
            if depth and reorganises:
                await asyncio.to_thread(ledger.reorganise, depth, 6)
            await asyncio.to_thread(catch_up)
            await assert_scanned(await whole(second, accounts, node, catch_up), accounts, scanner)
            served.happens = lambda asked: None
        await in_peace(second, accounts, node, catch_up)
        served.asked = 0
        for _ in range(2):
            await asyncio.to_thread(ledger.block, 10)
            await assert_scanned(await whole(second, accounts, node, catch_up), accounts, scanner)
        assert served.asked == 0, "blocks alone tell what became of accounts"
        assert second.endpoints()[0].method == "anchored"
        assert not second.endpoints()[0].difference


def _caught_up(server: ElectrumServer, node: BitcoinNode) -> None:
    eventually(lambda: server.height() == node.rpc("getblockcount"))


async def test_every_form_of_account_is_followed(bitcoin_node: BitcoinFactory, open_reader: Opener) -> None:
    node = bitcoin_node()
    node.mine(110)
    chance = random.Random(7)
    forms = ("legacy", "p2sh-segwit", "bech32", "bech32m")
    regtest = [node.rpc("getnewaddress", "", form) for form in forms for _ in range(6)]
    scripts = [bytes.fromhex(node.rpc("getaddressinfo", each)["scriptPubKey"]) for each in regtest]
    accounts = [_mainnet(script) for script in scripts]
    node.rpc("sendmany", "", {each: 1 + number for number, each in enumerate(regtest)})
    node.mine(8)

    def pay() -> None:
        """Coins of any of these accounts, for others of them."""
        unspent = [each for each in node.rpc("listunspent") if each["address"] in regtest]
        spent = chance.sample(unspent, 3)
        value = sum(each["amount"] for each in spent)
        outputs = {
            chance.choice(regtest): round(float(value / 2), 8),
            node.rpc("getnewaddress"): round(float(value / 3), 8),
        }
        raw = node.rpc("createrawtransaction", [{"txid": o["txid"], "vout": o["vout"]} for o in spent], outputs)
        node.rpc("sendrawtransaction", node.rpc("signrawtransactionwithwallet", raw)["hex"], 0)
        node.mine()

    async with AsyncExitStack() as stack:
        served = Restless(node)
        served.happens = lambda asked: pay() if asked in (5, 12) else None
        await stack.enter_async_context(served.serving())
        reader, scanner = open_reader(REGTEST, by_explorer(served)), open_reader(REGTEST, by_node(node))
        await assert_scanned(await whole(reader, accounts, node), accounts, scanner)
        served.happens = lambda asked: None
        await in_peace(reader, accounts, node)
        served.asked = 0
        for round_ in range(1, 6):
            await asyncio.to_thread(pay)
            await assert_scanned(await reader.read({BTC: accounts}, LATEST), accounts, scanner)
            assert served.asked == 6 * round_, "of taproot alone blocks do not show what is spent"


def _mainnet(script: bytes) -> str:
    """Scripts know no network."""
    match script[0]:
        case 0x76:
            return b58encode_check(b"\x00" + script[3:23]).decode()
        case 0xA9:
            return b58encode_check(b"\x05" + script[2:22]).decode()
        case version:
            return address_from_witness(version and version - 0x50, script[2:], "mainnet")


@pytest.mark.parametrize("lie", ["skips", "repeats", "strips", "other inputs"])
async def test_a_block_of_which_something_is_left_out_or_told_twice_is_refused(
    bitcoin_node: BitcoinFactory, open_reader: Opener, lie: str
) -> None:
    node = bitcoin_node()
    ledger = Ledger(node, ACCOUNTS)
    ledger.fund(400, watched=200)
    accounts = [each.address for each in ledger.watched]
    node.mine(8)

    class Liar(Restless):
        lies = False

        def _answer(self, path: str) -> Any:
            answer = super()._answer(path)
            return _falsified(answer, lie) if self.lies else answer

    async with AsyncExitStack() as stack:
        served = Liar(node)
        await stack.enter_async_context(served.serving())
        reader = open_reader(REGTEST, by_explorer(served))
        before = await whole(reader, accounts, node)
        await asyncio.to_thread(ledger.block, 9)
        served.lies = True
        with pytest.raises(ChainError) as failure:
            await reader.read({BTC: accounts}, LATEST)
        assert failure.value.reason is Reason.MALFORMED
        served.lies = False
        after = await reader.read({BTC: accounts}, LATEST)
        assert after.block.number == before.block.number + 1
        await assert_scanned(after, accounts, open_reader(REGTEST, by_node(node)))


def _falsified(answer: Any, lie: str) -> Any:
    if isinstance(answer, dict) and "vin" in answer and lie == "other inputs":
        return answer | {"vin": answer["vin"][:-1]}
    if not isinstance(answer, bytes):
        return answer
    header, transactions, count = answer[:80], answer[81:], answer[80]
    last = 4 + 1  # nothing of what these transactions are matters here but their number
    match lie:
        case "skips":
            return header + bytes([count - 1]) + transactions
        case "repeats":
            return header + bytes([count + 1]) + transactions + transactions[-last:]
        case "strips":  # of the first transaction, which alone has one: 34 bytes before its lock time
            return answer.replace(b"\x01\x20" + bytes(32) + bytes(4), bytes(4), 1).replace(b"\x00\x01\x01", b"\x01", 1)
    return answer
