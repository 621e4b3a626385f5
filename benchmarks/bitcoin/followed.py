"""One scan, then blocks with reorganisations in between: how long each takes, and whether each equals a fresh scan."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import aiohttp
import orjson

from benchmarks.bitcoin.ledger import Ledger
from benchmarks.bitcoin.measure import median, peak, resident, table, timed
from monitor.chains import ChainReader, Tag
from monitor.chains.opening import open_network
from monitor.devnet.nodes import BitcoinNode
from monitor.model import Caip2, Token
from monitor.registry import load
from monitor.settings import NetworkSettings

NETWORK = replace(load().networks["bitcoin"], caip2=Caip2("bip122:0f9188f13cb7b2c71f2a335e3a4fc328"))
COIN = Token("BTC", NETWORK.name, None, 8)
_LATEST = Tag("latest")
_SIZES = (0, 20, 200, 1000)
"""Transactions of a block, taken by turns."""
_DEEPEST = 6
_EVERY = 10
"""A reorganisation comes after so many blocks."""


def open_reader(node: BitcoinNode) -> ChainReader:
    endpoint = {"url": node.url, "user": node.user, "password": node.password, "timeout": "10m"}
    settings = NetworkSettings.model_validate({"endpoints": [endpoint], "deadline": "1h", "rescan": "52w"})
    return open_network(NETWORK, settings)


async def read(reader: ChainReader, ledger: Ledger) -> tuple[str, Mapping[str, int]]:
    reading = await reader.read({COIN: frozenset(each.address for each in ledger.watched)}, _LATEST)
    return reading.block.hash, reading.balances[COIN]


class Bare:
    """The bare RPC call: the request as bytes that were made beforehand, and an answer that nobody looks at."""

    def __init__(self, node: BitcoinNode, ledger: Ledger) -> None:
        self._ledger = ledger
        self._session = aiohttp.ClientSession(
            node.url, auth=aiohttp.BasicAuth(node.user, node.password), timeout=aiohttp.ClientTimeout(total=600)
        )
        scripts = [f"raw({each.script.hex()})" for each in ledger.watched]
        self._scan = orjson.dumps({"id": 1, "method": "scantxoutset", "params": ["start", scripts]})

    async def call(self, body: bytes) -> bytes:
        async with self._session.post("/", data=body) as response:
            return await response.read()

    async def scan(self) -> bytes:
        return await self.call(self._scan)

    async def block(self, block_hash: str, verbosity: int) -> bytes:
        body = {"id": 1, "method": "getblock", "params": [block_hash, verbosity]}
        return await self.call(orjson.dumps(body))

    def sums(self, answer: bytes) -> tuple[str, dict[str, int]]:
        """What a scan's answer comes to; amounts as floats, which are exact enough to the satoshi on this chain."""
        result: dict[str, Any] = orjson.loads(answer)["result"]
        addresses = {each.script.hex(): each.address for each in self._ledger.watched}
        sums = dict.fromkeys(addresses.values(), 0)
        for output in result["unspents"]:
            sums[addresses[output["scriptPubKey"]]] += round(output["amount"] * 10**8)
        return result["bestblock"], sums

    async def close(self) -> None:
        await self._session.close()


@dataclass
class Figures:
    """Seconds, by what they were spent on."""

    bare_scans: list[float] = field(default_factory=list)
    scans: list[float] = field(default_factory=list)
    blocks: dict[int, list[float]] = field(default_factory=lambda: defaultdict(list))
    """By transactions in the block: from asking to all balances."""
    bare_blocks: dict[int, list[float]] = field(default_factory=lambda: defaultdict(list))
    """The bare ``getblock`` of the same blocks."""
    bytes: dict[int, int] = field(default_factory=dict)
    reorganisations: dict[int, list[float]] = field(default_factory=lambda: defaultdict(list))
    followed: int = 0
    memory: float = 0.0


class Measurement:
    """One node's; ``figures`` grow with every part."""

    def __init__(self, node: BitcoinNode, ledger: Ledger) -> None:
        self.figures = Figures()
        self._node = node
        self._ledger = ledger

    async def run(self, blocks: int, rounds: int) -> None:
        """Measure everything; SystemExit where a followed balance is not that of a fresh scan."""
        bare, reader = Bare(self._node, self._ledger), open_reader(self._node)
        try:
            before = resident()
            await read(reader, self._ledger)
            self.figures.memory = resident() - before
            for _ in range(rounds):
                await self._scan(bare)
            while self.figures.followed < blocks:
                await self._block(reader, bare)
        finally:
            await reader.close()
            await bare.close()

    async def _scan(self, bare: Bare) -> None:
        _, seconds = await timed(bare.scan())
        self.figures.bare_scans.append(seconds)
        reader = open_reader(self._node)
        _, seconds = await timed(read(reader, self._ledger))
        self.figures.scans.append(seconds)
        await reader.close()

    async def _block(self, reader: ChainReader, bare: Bare) -> None:
        figures, turn = self.figures, self.figures.followed
        size = _SIZES[turn % len(_SIZES)]
        depth = turn // _EVERY % _DEEPEST + 1 if turn % _EVERY == _EVERY - 1 else 0
        if depth:
            await asyncio.to_thread(self._ledger.reorganise, depth, 20)
        else:
            tip = await asyncio.to_thread(self._ledger.block, size)
            answer, seconds = await timed(bare.block(tip, 3))
            figures.bare_blocks[size].append(seconds)
            figures.bytes[size] = len(answer)
        found, seconds = await timed(read(reader, self._ledger))
        (figures.reorganisations[depth] if depth else figures.blocks[size]).append(seconds)
        if found != bare.sums(await bare.scan()):
            raise SystemExit(f"after block {turn} what was followed is not what a fresh scan says")
        figures.followed += 1


def show(figures: Figures) -> None:
    bare, ours = min(figures.bare_scans), min(figures.scans)
    print(
        f"\nScan, best of {len(figures.scans)}: bare call {bare:.3f} s, ours with all balances {ours:.3f} s,", end=" "
    )
    print(f"overhead {ours - bare:.3f} s ({100 * (ours / bare - 1):.0f} %)")
    print(f"Followed {figures.followed} blocks; after each, every balance equalled a fresh scan's.\n")
    rows = [
        [
            str(size),
            f"{figures.bytes[size] / 1e6:.2f}",
            median(figures.bare_blocks[size]),
            median(figures.blocks[size]),
            str(len(figures.blocks[size])),
        ]
        for size in sorted(figures.blocks)
    ]
    table(["transactions", "answer, MB", "bare getblock, ms", "followed, ms", "blocks"], rows)
    rows = [
        [str(depth), median(seconds), str(len(seconds))] for depth, seconds in sorted(figures.reorganisations.items())
    ]
    print()
    table(["reorganisation of", "followed, ms", "times"], rows)
    print(f"\nMemory: {figures.memory:.0f} MB more after the scan; {peak():.0f} MB at the most, the ledger included")
