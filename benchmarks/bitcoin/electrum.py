"""Accounts a second from an Electrum server, against a bare pipelining client on the same server, by turns in one run.

The bare client sends the same batches with as many under way, made beforehand, and takes out the numbers unchecked.
"""

import argparse
import asyncio
import itertools
import os
import platform
import signal
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import orjson

from benchmarks.bitcoin.ledger import Ledger, account
from benchmarks.bitcoin.measure import peak, resident, table
from monitor.chains import BlockChoice, Depth, Tag
from monitor.chains.bitcoin.electrum import scripthash
from monitor.chains.opening import open_network
from monitor.devnet.nodes import BitcoinNode, ElectrumServer
from monitor.model import Caip2, Token
from monitor.registry import load
from monitor.settings import NetworkSettings

_REGTEST = replace(load().networks["bitcoin"], caip2=Caip2("bip122:0f9188f13cb7b2c71f2a335e3a4fc328"))
_COIN = Token("BTC", "bitcoin", None, 8)
_LONGEST_LINE = 2**26
_CONCURRENCY = 4
_BLOCKS = 6
"""Blocks made after the others, so that there is a past."""

Reading = Callable[[], Awaitable[int]]
"""One reading of all accounts; gives their sum."""


class Task(NamedTuple):
    """What is to be read."""

    url: str
    accounts: int
    batch: int


class BareClient:
    """Sends lines and counts what comes back."""

    def __init__(self, task: Task) -> None:
        names = [scripthash(account(number).script) for number in range(task.accounts)]
        calls = [
            {"jsonrpc": "2.0", "id": number, "method": "blockchain.scripthash.get_balance", "params": [name]}
            for number, name in enumerate(names)
        ]
        self._url = urlsplit(task.url)
        self._lines = [
            orjson.dumps(calls[start : start + task.batch]) + b"\n" for start in range(0, len(calls), task.batch)
        ]

    async def read(self) -> int:
        reader, writer = await asyncio.open_connection(self._url.hostname, self._url.port, limit=_LONGEST_LINE)
        writer.write(b'{"jsonrpc": "2.0", "id": -1, "method": "server.version", "params": ["bare", "1.4"]}\n')
        await reader.readline()
        lines = iter(self._lines)
        for line in itertools.islice(lines, _CONCURRENCY):
            writer.write(line)
        total = 0
        for _ in self._lines:
            answers = orjson.loads(await reader.readline())
            if line := next(lines, b""):
                writer.write(line)
            total += sum(answer["result"]["confirmed"] for answer in answers)
        writer.close()
        await writer.wait_closed()
        return total


class Monitor:
    """The monitor's own reader: chain and tip checked, every answer too."""

    def __init__(self, task: Task, at: BlockChoice) -> None:
        endpoint = {"url": task.url, "protocol": "electrum", "batch": task.batch, "concurrency": _CONCURRENCY}
        settings = NetworkSettings.model_validate({"endpoints": [endpoint | {"timeout": "5m"}], "deadline": "1h"})
        self._reader = open_network(_REGTEST, settings)
        self._wanted = {_COIN: frozenset(account(number).address for number in range(task.accounts))}
        self._at = at

    async def read(self) -> int:
        return sum((await self._reader.read(self._wanted, self._at)).balances[_COIN].values())

    async def close(self) -> None:
        await self._reader.close()


async def _speeds(task: Task, rounds: int) -> dict[str, list[float]]:
    """Seconds of each reading. The first one of each is not counted: it decodes the accounts and opens connections."""
    tip, past = Monitor(task, Tag("latest")), Monitor(task, Depth(_BLOCKS))
    bare = BareClient(task)
    ways: dict[str, Reading] = {
        "bare client": bare.read,
        "the monitor": tip.read,
        "the monitor, in the past": past.read,
    }
    seconds: dict[str, list[float]] = {way: [] for way in ways}
    for number in range(rounds + 1):
        sums = {}
        for way, read in ways.items():
            began = time.perf_counter()
            sums[way] = await read()
            if number:
                seconds[way].append(time.perf_counter() - began)
        if sums["bare client"] != sums["the monitor"]:
            raise SystemExit(f"they do not agree: {sums}")
    for monitor in (tip, past):
        await monitor.close()
    return seconds


def memory(way: str, task: Task) -> float:
    """MB that one reading takes at its peak, over what the process had before; for a process of its own."""

    async def once() -> float:
        before = resident()
        reading = BareClient(task) if way == "bare client" else Monitor(task, _at(way))
        await reading.read()
        if isinstance(reading, Monitor):
            await reading.close()
        return peak() - before

    return asyncio.run(once())


def _at(way: str) -> BlockChoice:
    return Depth(_BLOCKS) if way.endswith("past") else Tag("latest")


def _measured(task: Task, rounds: int) -> None:
    seconds = asyncio.run(_speeds(task, rounds))
    rows: list[Sequence[str]] = []
    limit = statistics.median(seconds["bare client"])
    for way, each in seconds.items():
        with ProcessPoolExecutor(1, get_context("spawn")) as process:
            taken = process.submit(memory, way, task).result()
        median = statistics.median(each)
        rows.append([way, f"{task.accounts / median:,.0f}", f"{limit / median:.0%}", f"{median:.2f}", f"{taken:.0f}"])
    table(["way", "accounts/s", "of bare", "s", "MB"], rows)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.bitcoin.electrum", description=__doc__)
    parser.add_argument("--accounts", type=int, default=20_000)
    parser.add_argument("--outputs", type=int, default=60_000)
    parser.add_argument("--batch", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the nodes end with it
    load = os.getloadavg()[0]
    print(f"{os.cpu_count()} CPUs, {platform.machine()}, Python {platform.python_version()}, load {load:.1f} before")
    with (
        tempfile.TemporaryDirectory(prefix="benchmark-electrum-") as folder,
        BitcoinNode(Path(folder) / "node") as node,
    ):
        ledger = Ledger(node, options.accounts)
        ledger.fund(options.outputs, watched=options.outputs // 2)
        for _ in range(_BLOCKS):
            ledger.block(100)
        with ElectrumServer(node, Path(folder) / "server") as server:
            print(
                f"{options.accounts:,} accounts, {options.outputs:,} outputs, batches of {options.batch}\n", flush=True
            )
            _measured(Task(server.url, options.accounts, options.batch), options.rounds)


if __name__ == "__main__":
    main()
