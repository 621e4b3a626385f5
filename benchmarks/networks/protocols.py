"""Each protocol against a bare client that makes the same calls; ``python -m benchmarks.networks.protocols``.

The stand-ins of the tests answer, from a process of their own. The bare client sends what was recorded of our reading,
with as many requests under way, and reads the JSON, but looks at nothing. Both go by turns; the best turn counts. What
a turn costs this process (CPU) says what is ours, whatever else the machine has to do.
"""

import argparse
import asyncio
import multiprocessing
import os
import platform
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass, field, replace
from multiprocessing.connection import Connection
from typing import Any, NamedTuple

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


@dataclass(slots=True)
class Sent:
    """One request of ours, or one WebSocket, and how many bytes went and came."""

    method: str
    url: yarl.URL
    body: bytes | None = None
    sent: int = 0
    received: int = 0
    questions: list[str] = field(default_factory=list)
    """What was asked on a WebSocket, one after the other."""


class Spent(NamedTuple):
    """Seconds that a turn took, and those of them that this process was at work."""

    time: float
    cpu: float


def main() -> None:
    chosen = {network.name: network for network in map(_network, STANDS.keys() - ELSEWHERE)}
    parser = argparse.ArgumentParser(prog="python -m benchmarks.networks.protocols", description=__doc__)
    parser.add_argument("--accounts", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--networks", nargs="+", choices=sorted(chosen), default=sorted(chosen), help="default: all")
    options = parser.parse_args()
    load_before = os.getloadavg()[0]
    print(f"{os.cpu_count()} CPUs, Python {platform.python_version()}, load {load_before:.1f} before")
    print(f"{options.accounts:,} accounts, native coins, {CONCURRENCY} requests under way\n")
    print(
        "| network | protocol | accounts/s | bare client | CPU, ms/1,000 | bare | share | requests | sent | received |"
    )
    print("|---|---|--:|--:|--:|--:|--:|--:|--:|--:|")
    for name in options.networks:
        for protocol in _protocols(chosen[name]):
            print(_row(chosen[name], protocol, options.accounts, options.rounds), flush=True)
    print(f"\nload {os.getloadavg()[0]:.1f} afterwards")


def _network(family: str) -> Network:
    """The network of a family whose stand-in there is; where one serves them all, the first."""
    kind = getattr(STANDS[family], "kind", None)
    first = next(each for each in REGISTRY.networks.values() if each.family == family)
    return kind.network if kind else first


def _protocols(network: Network) -> list[str]:
    """Those of which there is a stand-in: of some networks one alone, for the first."""
    fronts = STANDS[network.family](network).fronts
    return [name or readers_of(network)[0] for name in fronts]


def _row(network: Network, protocol: str, count: int, rounds: int) -> str:
    with served(network, protocol, count) as (url, caip2, accounts):
        there = replace(network, caip2=Caip2(caip2) if caip2 else network.caip2)
        ours, bare, sent = asyncio.run(_measured(there, {"url": url, "protocol": protocol}, accounts, rounds))
    requests = sum(len(each.questions) or 1 for each in sent)
    totals = (requests, sum(each.sent for each in sent), sum(each.received for each in sent))
    traffic = (f"{round(total * 10_000 / count):,}" for total in totals)
    speeds = f"{count / ours.time:,.0f} | {count / bare.time:,.0f}"
    cost = f"{1e6 * ours.cpu / count:,.0f} | {1e6 * bare.cpu / count:,.0f} | {bare.cpu / ours.cpu:.0%}"
    return f"| {network.name} | {protocol} | {speeds} | {cost} | {' | '.join(traffic)} |"


async def _measured(
    network: Network, where: dict[str, str], accounts: list[str], rounds: int
) -> tuple[Spent, Spent, list[Sent]]:
    """What our reading and the bare client take, and what was sent."""
    endpoint = {**where, "concurrency": CONCURRENCY, "timeout": "2m"}
    settings = NetworkSettings.model_validate({"endpoints": [endpoint], "deadline": "10m", "interval": "10m"})
    reader = open_network(network, settings)
    try:
        await _read(reader, network, accounts)  # what is found out once is found out
        with recorded() as sent:
            await _read(reader, network, accounts)
        turns = [(await _read(reader, network, accounts), await _replayed(sent)) for _ in range(rounds)]
    finally:
        await reader.close()
    ours, bare = (Spent(*map(min, zip(*spent, strict=True))) for spent in zip(*turns, strict=True))
    return ours, bare, sent


async def _read(reader: ChainReader, network: Network, accounts: list[str]) -> Spent:
    coin = REGISTRY.native(network.name) or REGISTRY.tokens(network.name)[0]
    began, at_work = time.perf_counter(), time.process_time()
    reading = await reader.read({coin: accounts}, FINALIZED)
    took = Spent(time.perf_counter() - began, time.process_time() - at_work)
    if len(reading.balances[coin]) != len(accounts):
        raise RuntimeError(f"{network.name}: {len(reading.balances[coin])} balances of {len(accounts)}")
    return took


@contextmanager
def recorded() -> Iterator[list[Sent]]:
    """What is sent until the end of the block."""
    sent: list[Sent] = []
    original, original_socket = Http.request, Http.socket

    async def request(self: Http, method: str, path: str = "", **how: Any) -> Answer:  # noqa: ANN401 - as it is
        answer = await original(self, method, path, **how)
        body, url = how.get("body"), self._at(path).update_query(how.get("query", ()))
        sent.append(Sent(method, url, body, len(body or b"") + len(url.raw_path_qs), len(answer.body)))
        return answer

    async def socket(self: Http) -> Any:  # noqa: ANN401 - what stands for it
        sent.append(Sent("socket", self._url))
        return _Overheard(await original_socket(self), sent[-1])

    Http.request, Http.socket = request, socket  # type: ignore[method-assign]
    try:
        yield sent
    finally:
        Http.request, Http.socket = original, original_socket  # type: ignore[method-assign]


class _Overheard:
    """A WebSocket of which it is recorded what is asked."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse, sent: Sent) -> None:
        self._socket = socket
        self._sent = sent

    async def send_str(self, text: str) -> None:
        self._sent.questions.append(text)
        self._sent.sent += len(text)
        await self._socket.send_str(text)

    async def receive(self) -> aiohttp.WSMessage:
        message = await self._socket.receive()
        self._sent.received += len(message.data or "")
        return message

    async def close(self) -> None:
        await self._socket.close()


async def _replayed(sent: list[Sent]) -> Spent:
    """What the bare client takes."""
    rest = iter(sent)
    headers = {"Content-Type": "application/json"}
    connector = aiohttp.TCPConnector(limit=CONCURRENCY)
    async with aiohttp.ClientSession(connector=connector, headers=headers) as session:

        async def work() -> None:
            for each in rest:
                if each.questions:
                    await _asked_again(session, each)
                    continue
                async with session.request(each.method, each.url, data=each.body) as answer:
                    if body := await answer.read():
                        orjson.loads(body)

        began, at_work = time.perf_counter(), time.process_time()
        await asyncio.gather(*(work() for _ in range(CONCURRENCY)))
        return Spent(time.perf_counter() - began, time.process_time() - at_work)


async def _asked_again(session: aiohttp.ClientSession, sent: Sent) -> None:
    """Ask all questions of a WebSocket, one after the other as the protocol wants it."""
    async with session.ws_connect(sent.url, max_msg_size=0) as socket:
        for question in sent.questions:
            await socket.send_str(question)
            orjson.loads(await socket.receive_str())


# --- the stand-in, in a process of its own ---


@contextmanager
def served(network: Network, protocol: str, count: int) -> Iterator[tuple[str, str | None, list[str]]]:
    """Serve ``network`` until the end of the block: URL, chain where it is another, and accounts that hold coins."""
    ours, theirs = multiprocessing.Pipe()
    what = (network, protocol, count, theirs)
    process = multiprocessing.get_context("spawn").Process(target=_serve, args=what, daemon=True)
    process.start()
    try:
        yield ours.recv()
    finally:
        process.terminate()
        process.join()


def _serve(network: Network, protocol: str, count: int, pipe: Connection) -> None:
    asyncio.run(_serving(network, protocol, count, pipe))


async def _serving(network: Network, protocol: str, count: int, pipe: Connection) -> None:
    stand: Stand = STANDS[network.family](network)
    coin = REGISTRY.native(network.name) or REGISTRY.tokens(network.name)[0]
    accounts = [stand.account(number) for number in range(1, count + 1)]
    for number, account in enumerate(accounts):
        stand.give(coin, account, 10**6 + number)
    front = stand.front(protocol)
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(front.serving())
        pipe.send((front.url, stand.caip2, accounts))
        await asyncio.Event().wait()


if __name__ == "__main__":
    main()
