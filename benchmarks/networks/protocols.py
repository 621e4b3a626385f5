"""Each protocol against a bare client that makes the same calls; ``python -m benchmarks.networks.protocols``.

The stand-ins of the tests answer, from a process of their own. The bare client sends what was recorded of our reading,
with as many requests under way, and reads the JSON, but looks at nothing. Both go by turns; the best turn counts.
"""

import argparse
import asyncio
import multiprocessing
import os
import platform
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from typing import Any

import aiohttp
import orjson
import yarl

from monitor.chains import ChainReader, Tag, readers_of
from monitor.chains.http import Answer, Http
from monitor.chains.opening import open_network
from monitor.model import Caip2, Network
from monitor.registry import load
from monitor.settings import NetworkSettings
from tests.support.all_networks import STANDS, Stand

REGISTRY = load()
CONCURRENCY = 16
FINALIZED = Tag("finalized")
ELSEWHERE = frozenset({"bitcoin"})
"""Families with a benchmark of their own, on real nodes."""


@dataclass(frozen=True, slots=True)
class Sent:
    """One request of ours, and how many bytes went and came."""

    method: str
    url: yarl.URL
    body: bytes | None
    sent: int
    received: int


def main() -> None:
    chosen = {network.name: network for network in map(_network, STANDS) if network.family not in ELSEWHERE}
    parser = argparse.ArgumentParser(prog="python -m benchmarks.networks.protocols", description=__doc__)
    parser.add_argument("--accounts", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--networks", nargs="+", choices=sorted(chosen), default=sorted(chosen), help="default: all")
    options = parser.parse_args()
    load_before = os.getloadavg()[0]
    print(f"{os.cpu_count()} CPUs, Python {platform.python_version()}, load {load_before:.1f} before")
    print(f"{options.accounts:,} accounts, native coins, {CONCURRENCY} requests under way\n")
    print("| network | protocol | accounts/s | bare client | share | requests for 10 000 | bytes sent | received |")
    print("|---|---|---|---|---|---|---|---|")
    for name in options.networks:
        print(_row(chosen[name], options.accounts, options.rounds), flush=True)


def _network(family: str) -> Network:
    """The network of a family whose stand-in there is; where one serves them all, the first."""
    kind = getattr(STANDS[family], "kind", None)
    first = next(each for each in REGISTRY.networks.values() if each.family == family)
    return kind.network if kind else first


def _row(network: Network, count: int, rounds: int) -> str:
    with served(network, count) as (url, caip2, accounts):
        there = replace(network, caip2=Caip2(caip2) if caip2 else network.caip2)
        ours, bare, sent = asyncio.run(_measured(there, url, accounts, rounds))
    scale = 10_000 / count
    traffic = (round(scale * total) for total in (len(sent), sum(s.sent for s in sent), sum(s.received for s in sent)))
    speeds = f"{count / ours:,.0f} | {count / bare:,.0f} | {bare / ours:.0%}"
    return f"| {network.name} | {readers_of(network)[0]} | {speeds} | {' | '.join(f'{each:,}' for each in traffic)} |"


async def _measured(network: Network, url: str, accounts: list[str], rounds: int) -> tuple[float, float, list[Sent]]:
    """Seconds of our reading and of the bare client, and what was sent."""
    endpoint = {"url": url, "concurrency": CONCURRENCY, "timeout": "2m"}
    settings = NetworkSettings.model_validate({"endpoints": [endpoint], "deadline": "10m", "interval": "10m"})
    reader = open_network(network, settings)
    try:
        await _read(reader, network, accounts)  # what is found out once is found out
        with recorded() as sent:
            await _read(reader, network, accounts)
        turns = [(await _read(reader, network, accounts), await _replayed(sent)) for _ in range(rounds)]
    finally:
        await reader.close()
    ours, bare = (min(times) for times in zip(*turns, strict=True))
    return ours, bare, sent


async def _read(reader: ChainReader, network: Network, accounts: list[str]) -> float:
    coin = REGISTRY.native(network.name) or REGISTRY.tokens(network.name)[0]
    began = time.perf_counter()
    reading = await reader.read({coin: accounts}, FINALIZED)
    took = time.perf_counter() - began
    if len(reading.balances[coin]) != len(accounts):
        raise RuntimeError(f"{network.name}: {len(reading.balances[coin])} balances of {len(accounts)}")
    return took


@contextmanager
def recorded() -> Iterator[list[Sent]]:
    """What is sent until the end of the block."""
    sent: list[Sent] = []
    original = Http.request

    async def request(self: Http, method: str, path: str = "", **how: Any) -> Answer:  # noqa: ANN401 - as it is
        answer = await original(self, method, path, **how)
        body, url = how.get("body"), self._at(path).update_query(how.get("query", ()))
        sent.append(Sent(method, url, body, len(body or b"") + len(url.raw_path_qs), len(answer.body)))
        return answer

    Http.request = request  # type: ignore[method-assign]
    try:
        yield sent
    finally:
        Http.request = original  # type: ignore[method-assign]


async def _replayed(sent: list[Sent]) -> float:
    """Seconds of the bare client."""
    rest = iter(sent)
    headers = {"Content-Type": "application/json"}
    connector = aiohttp.TCPConnector(limit=CONCURRENCY)
    async with aiohttp.ClientSession(connector=connector, headers=headers) as session:

        async def work() -> None:
            for each in rest:
                async with session.request(each.method, each.url, data=each.body) as answer:
                    if body := await answer.read():
                        orjson.loads(body)

        began = time.perf_counter()
        await asyncio.gather(*(work() for _ in range(CONCURRENCY)))
        return time.perf_counter() - began


# --- the stand-in, in a process of its own ---


@contextmanager
def served(network: Network, count: int) -> Iterator[tuple[str, str | None, list[str]]]:
    """Serve ``network`` until the end of the block: URL, chain where it is another, and accounts that hold coins."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_serve, args=(network, count, theirs), daemon=True)
    process.start()
    try:
        yield ours.recv()
    finally:
        process.terminate()
        process.join()


def _serve(network: Network, count: int, pipe: Connection) -> None:
    asyncio.run(_serving(network, count, pipe))


async def _serving(network: Network, count: int, pipe: Connection) -> None:
    stand: Stand = STANDS[network.family](network)
    coin = REGISTRY.native(network.name) or REGISTRY.tokens(network.name)[0]
    accounts = [stand.account(number) for number in range(1, count + 1)]
    for number, account in enumerate(accounts):
        stand.give(coin, account, 10**6 + number)
    front = stand.front(readers_of(network)[0])
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(front.serving())
        pipe.send((front.url, stand.caip2, accounts))
        await asyncio.Event().wait()


if __name__ == "__main__":
    main()
