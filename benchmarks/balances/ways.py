"""The ways to read that are compared. Each is run in a process of its own, so that its memory is its own."""

import asyncio
import struct
from collections.abc import Awaitable, Callable, Iterator, Sequence
from functools import partial

import aiohttp
import orjson

from benchmarks.balances import chain
from monitor.chains.block_choice import Tag
from monitor.chains.endpoint import Endpoint
from monitor.chains.evm.methods import Deployless, Method, Multicall3, Override
from monitor.chains.evm.node import EvmNode
from monitor.chains.link import Link
from monitor.chains.network_reader import NetworkReader
from monitor.model import Token
from monitor.settings import NetworkSettings

Urls = Sequence[str]
Read = Callable[[Urls, Sequence[Token], list[str]], Awaitable["Reader"]]

CONCURRENCY = 4
"""Requests under way, for all ways alike; the default of the settings."""


class Reader:
    """Reads all accounts of all tokens, again and again."""

    def __init__(self, read: Callable[[], Awaitable[None]], close: Callable[[], Awaitable[None]]) -> None:
        self.read = read
        self.close = close


async def monitored(
    urls: Urls, tokens: Sequence[Token], accounts: list[str], *, methods: Sequence[Method], batch: int = 100
) -> Reader:
    """The monitor's own reader; with several endpoints, all must agree."""
    settings = NetworkSettings.model_validate(
        {
            "endpoints": [
                {
                    "url": url,
                    "name": f"node-{number}",
                    "party": f"party-{number}",
                    "batch": batch,
                    "concurrency": CONCURRENCY,
                }
                for number, url in enumerate(urls)
            ],
            "quorum": len(urls),
        }
    )
    links = [Link(endpoint) for endpoint in settings.endpoints]
    endpoints = [Endpoint(chain.NETWORK, "evm", EvmNode(chain.NETWORK, link, methods), link) for link in links]
    reader = NetworkReader(chain.NETWORK, settings, endpoints)

    async def read() -> None:
        reading = await reader.read(dict.fromkeys(tokens, accounts), Tag("latest"))
        for token in tokens:
            last = len(accounts) - 1
            expected = chain.units(last) if token.contract else chain.coins(last)
            assert reading.balances[token][accounts[last]] == expected

    return Reader(read, reader.close)


async def bare(urls: Urls, tokens: Sequence[Token], accounts: list[str], *, each: int, looks: bool = True) -> Reader:
    """aiohttp and orjson alone: calls are made, sent, and their answers turned into numbers, without any check.

    Without ``looks`` the calls are made beforehand and nobody looks at the answers: what the node itself can do.
    """
    session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=CONCURRENCY))
    parts = [(token, accounts[begin : begin + each]) for token in tokens for begin in range(0, len(accounts), each)]
    asked = orjson.dumps({"jsonrpc": "2.0", "id": 1, "method": "eth_getBlockByNumber", "params": ["latest", False]})
    at = {"blockHash": orjson.loads(await _post(session, urls[0], asked))["result"]["hash"]}
    made = [] if looks else [_body(token, part, at) for token, part in parts]
    held: dict[Token, dict[str, int]] = {}

    async def work(left: Iterator[tuple[int, tuple[Token, list[str]]]]) -> None:
        for number, (token, part) in left:
            body = _body(token, part, at) if looks else made[number]
            answer = await _post(session, urls[0], body)
            if looks:
                result: str = orjson.loads(answer)["result"]
                held[token].update(zip(part, _numbers(result) if each > 1 else [int(result, 16)], strict=True))

    async def read() -> None:
        held.update({token: {} for token in tokens})
        left = iter(enumerate(parts))
        await asyncio.gather(*(work(left) for _ in range(CONCURRENCY)))

    return Reader(read, session.close)


async def _post(session: aiohttp.ClientSession, url: str, body: bytes) -> bytes:
    async with session.post(url, data=body, headers={"Content-Type": "application/json"}) as response:
        return await response.read()


def _numbers(result: str) -> list[int]:
    data = bytes.fromhex(result[66:])  # behind 0x and the number of balances
    return list(map(int.from_bytes, struct.unpack("32s" * (len(data) // 32), data)))


def _body(token: Token, part: list[str], at: dict[str, str]) -> bytes:
    method, params = "eth_call", Override().params(token, part, at)
    if len(part) == 1 and token.contract:
        params = [{"to": token.contract, "data": "0x70a08231" + part[0][2:].rjust(64, "0")}, at]
    elif len(part) == 1:
        method, params = "eth_getBalance", [part[0], at]
    return orjson.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params})


WAYS: dict[str, Read] = {
    "one request per address": partial(bare, each=1),
    "JSON-RPC batches of 100": partial(monitored, methods=()),
    "JSON-RPC batches of 1000": partial(monitored, methods=(), batch=1000),
    "Multicall3": partial(monitored, methods=(Multicall3(),)),
    "ours, deployless": partial(monitored, methods=(Deployless(),)),
    "ours": partial(monitored, methods=(Override(),)),
    "ours, quorum 2": partial(monitored, methods=(Override(),)),
    "bare client, the same calls": partial(bare, each=Override.most),
    "the node alone": partial(bare, each=Override.most, looks=False),
}
LIMIT = "bare client, the same calls"
SLOW = "one request per address"
"""Read for a sample of the accounts only."""
SAMPLE = 10_000
