"""Readers on other machines, all on this one: 1, 2 and 4 processes answer one judge over PostgreSQL.

    python -m benchmarks.scaling.shared                             # 200 000 accounts; a minute and a half
    python -m benchmarks.scaling.shared --accounts 20000 --seconds 2

Each reads a network of its own, an equal part of the accounts, from one anvil that stands for all networks; the judge
asks all of them at the same time, again and again for the same seconds.
"""

import argparse
import asyncio
import json
import logging
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import structlog

from benchmarks.balances import chain
from benchmarks.scaling.__main__ import PLAN, READERS
from monitor.chains import ChainError, Tag
from monitor.chains.opening import configured_network
from monitor.daemon.shared_reader import SharedReader
from monitor.devnet.nodes import Anvil
from monitor.model import Token
from monitor.registry import load
from monitor.settings import NetworkSettings
from monitor.store import Store
from tests.support.postgresql import PostgreSQL

NETWORKS = ("ethereum", "optimism", "arbitrum", "base")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--accounts", type=int, default=200_000)
    parser.add_argument("--seconds", type=float, default=8)
    options = parser.parse_args()
    print(f"load before: {os.getloadavg()[0]:.1f}, {os.cpu_count()} cores")
    print("| readers | balances/s | CPU of the judge, µs/balance | of the readers | seconds for 10 million |")
    print("|--:|--:|--:|--:|--:|")
    with tempfile.TemporaryDirectory() as directory, PostgreSQL() as server:
        genesis = Path(directory) / "genesis.json"
        chain.write_genesis(genesis, options.accounts, tokens=False)
        with Anvil(1, Path(directory) / "anvil", arguments=("--init", str(genesis))) as node:
            for readers in READERS:
                url = server.database()
                networks = {name: _network(name, node.url) for name in NETWORKS[:readers]}
                configuration = Path(directory) / f"{readers}.json"
                sections = {
                    "exchanges": {"x": {"wallets": {"source": "x"}}},
                    "networks": networks,
                    "store": {"url": url},
                }
                configuration.write_text(json.dumps(sections), encoding="utf-8")
                asyncio.run(_row(url, configuration, networks, options.accounts // readers, options.seconds))


def _network(name: str, url: str) -> dict[str, Any]:
    return {"read_by": name, "caip2": "eip155:1", "block": "latest", "endpoints": [{"url": url}]}


async def _row(url: str, configuration: Path, networks: dict[str, Any], accounts: int, seconds: float) -> None:
    wanted = frozenset(chain.accounts(accounts))
    async with AsyncExitStack() as stack:
        store = await Store.open(url)
        stack.push_async_callback(store.close)
        jobs = store.reading_jobs(timedelta(seconds=15))
        stack.push_async_callback(jobs.close)
        readers = []
        for name, each in networks.items():
            settings = NetworkSettings.model_validate(each)
            readers.append((SharedReader(configured_network(name, settings, load()), settings, jobs), name))

        async def read() -> None:
            await asyncio.gather(
                *(it.read({Token("ETH", name, None, 18): wanted}, Tag("latest")) for it, name in readers)
            )

        processes = [stack.enter_context(_reader(configuration, name)) for name in networks]
        await _once_started(read)
        began, cpu, theirs, rounds = time.perf_counter(), time.process_time(), _cpu(processes), 0
        while time.perf_counter() - began < seconds:
            await read()
            rounds += 1
        took, cpu, theirs = time.perf_counter() - began, time.process_time() - cpu, _cpu(processes) - theirs
    balances = rounds * accounts * len(readers)
    speed, micro = balances / took, 1e6 / balances
    print(
        f"| {len(readers)} | {speed:,.0f} | {cpu * micro:.2f} | {theirs * micro:.2f} | {PLAN / speed:.0f} |",
        flush=True,
    )


async def _once_started(read: Callable[[], Awaitable[None]]) -> None:
    """Read for the first time, which finds out what the node can do, as soon as all readers are there."""
    while True:
        with suppress(ChainError):
            return await read()


@contextmanager
def _reader(configuration: Path, name: str) -> Iterator[int]:
    """The process id of a reader."""
    command = (sys.executable, "-m", "monitor", "run", "--config", str(configuration), "--reader", name)
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        try:
            yield process.pid
        finally:
            process.terminate()


def _cpu(processes: Sequence[int]) -> float:
    """Seconds of CPU that ``processes`` have taken so far."""
    ticks = 0
    for each in processes:
        fields = Path(f"/proc/{each}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    main()
