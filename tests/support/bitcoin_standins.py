"""Stand-ins for bitcoind, Esplora and Electrum servers over one made-up regtest chain."""

import asyncio
import hashlib
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web
from aiohttp.test_utils import RawTestServer

from monitor.model import Network
from monitor.registry.addresses import bitcoin, decode
from tests.support.chains import REGTEST
from tests.support.standins import JsonRpcStandIn, RefusedError

_GENESIS = bytes.fromhex(
    "01000000" + "00" * 32 + "3ba3edfd7a7b12b27ac72c3e67768f617fc81bc3888a51323a9fb8aa4b1e5e4adae5494dffff7f2002000000"
)


def script_of(account: str, network: Network = REGTEST) -> bytes:
    return bitcoin.script_pubkey(decode(network, account))


class Chain:
    """Blocks and what accounts hold, in satoshi; the same for everyone who looks at it."""

    def __init__(self, amounts: dict[str, int]) -> None:
        self.amounts = amounts
        self.headers = [_GENESIS]
        self.mine(100)

    def mine(self, blocks: int = 1) -> None:
        for _ in range(blocks):
            previous = hashlib.sha256(hashlib.sha256(self.headers[-1]).digest()).digest()
            moment = (int(time.time()) - 60).to_bytes(4, "little")
            self.headers.append(bytes(4) + previous + bytes(32) + moment + bytes(8))

    @property
    def height(self) -> int:
        return len(self.headers) - 1

    def hash_at(self, height: int) -> str:
        return hashlib.sha256(hashlib.sha256(self.headers[height]).digest()).digest()[::-1].hex()

    def time_at(self, height: int) -> int:
        return int.from_bytes(self.headers[height][68:72], "little")

    def height_of(self, block: str) -> int:
        return [self.hash_at(height) for height in range(self.height + 1)].index(block)

    def amount_of(self, script: bytes) -> int:
        return sum(amount for account, amount in self.amounts.items() if script_of(account) == script)


class BitcoindStandIn(JsonRpcStandIn):
    """bitcoind, with two outputs for every account."""

    def __init__(self, chain: Chain) -> None:
        super().__init__()
        self.chain = chain
        self.syncing = False
        self.scanning = asyncio.Event()
        """Set when a scan has begun."""
        self.scan_ends = asyncio.Event()
        self.scan_ends.set()
        self.other_scans = 0
        """How often a scan is refused because of someone else's."""

    def on_getblockhash(self, height: int) -> str:
        if height > self.chain.height:
            raise RefusedError(-8, "Block height out of range")
        return self.chain.hash_at(height)

    def on_getblockchaininfo(self) -> dict[str, Any]:
        return {
            "chain": "main" if self.syncing else "regtest",
            "blocks": self.chain.height,
            "headers": self.chain.height + 7,
            "bestblockhash": self.chain.hash_at(self.chain.height),
            "initialblockdownload": True,
        }

    def on_getblockheader(self, block: str) -> dict[str, Any]:
        height = self.chain.height_of(block)
        return {"hash": block, "height": height, "time": self.chain.time_at(height)}

    async def on_scantxoutset(self, action: str, wanted: list[str] | None = None) -> Any:
        if action != "start":
            self.scan_ends.set()
            return None if action == "status" else True
        if self.other_scans:
            self.other_scans -= 1
            raise RefusedError(-8, 'Scan already in progress, use action "abort" or "status"')
        tip = self.chain.height
        self.scanning.set()
        await self.scan_ends.wait()
        unspents: list[dict[str, Any]] = []
        for descriptor in wanted or []:
            script = bytes.fromhex(descriptor.removeprefix("raw(").removesuffix(")"))
            amount = self.chain.amount_of(script)
            unspents += [
                {"scriptPubKey": script.hex(), "amount": _Coins(part), "height": 7}
                for part in (amount // 3, amount - amount // 3)
                if part
            ]
        return {
            "success": True,
            "height": tip,
            "bestblock": self.chain.hash_at(tip),
            "unspents": unspents,
            "total_amount": _Coins(sum(output["amount"].satoshi for output in unspents)),
        }

    def dumps(self, answer: Any) -> str:
        return _plain(json.dumps(answer, default=lambda coins: f"<{coins.text}>"))


class _Coins:
    """An amount as bitcoind writes it: a JSON number with eight decimals."""

    def __init__(self, satoshi: int) -> None:
        self.satoshi = satoshi
        self.text = f"{satoshi // 10**8}.{satoshi % 10**8:08d}"


def _plain(text: str) -> str:
    return text.replace('"<', "").replace('>"', "")


class EsploraStandIn:
    """An explorer. ``twist`` gets path and true answer, and gives the one that is sent."""

    url: str

    def __init__(self, chain: Chain) -> None:
        self.chain = chain
        self.asked: list[str] = []
        self.twist: Callable[[str, Any], Any] = lambda path, answer: answer

    async def handle(self, request: web.BaseRequest) -> web.Response:
        path = request.path.removeprefix("/api")
        self.asked.append(path)
        answer = self.twist(path, self._answer(path))
        if isinstance(answer, web.Response):
            return answer
        return web.Response(text=answer if isinstance(answer, str) else json.dumps(answer))

    def _answer(self, path: str) -> Any:
        match path.split("/")[1:]:
            case ["blocks", "tip", "hash"]:
                return self.chain.hash_at(self.chain.height)
            case ["block-height", number] if int(number) > self.chain.height:
                return web.Response(status=404, text="Block not found")
            case ["block-height", number]:
                return self.chain.hash_at(int(number))
            case ["block", block]:
                height = self.chain.height_of(block)
                return {"id": block, "height": height, "timestamp": self.chain.time_at(height)}
            case ["address", account]:
                amount = self.chain.amounts.get(account, 0)
                chain_stats = {"funded_txo_sum": amount + 500, "spent_txo_sum": 500}
                mempool = {"funded_txo_sum": 10**9, "spent_txo_sum": 7}
                return {"address": account, "chain_stats": chain_stats, "mempool_stats": mempool}
            case _:
                return web.Response(status=400, text="what?")

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[str]:
        async with RawTestServer(self.handle, host="127.0.0.1") as server:
            self.url = str(server.make_url("/api"))
            yield self.url


class ElectrumStandIn:
    """An Electrum server. ``twist`` gets the request and the true line, and gives the bytes that are sent."""

    url: str

    def __init__(self, chain: Chain) -> None:
        self.chain = chain
        self.asked: list[Any] = []
        self.connections = 0
        self.twist: Callable[[Any, bytes], bytes | None] = lambda request, line: line
        """None cuts the connection."""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        while line := await reader.readline():
            request = json.loads(line)
            self.asked.append(request)
            calls = request if isinstance(request, list) else [request]
            answers = [{"jsonrpc": "2.0", "id": call["id"], **self._answer(**call)} for call in calls]
            said = self.twist(request, json.dumps(answers).encode() + b"\n")
            if said is None:
                break
            writer.write(said)
        writer.close()

    def _answer(self, method: str, params: list[Any], **_: Any) -> dict[str, Any]:
        match method, params:
            case "server.version", [_, "1.4"]:
                return {"result": ["stand-in", "1.4"]}
            case "blockchain.headers.subscribe", []:
                return {"result": {"height": self.chain.height, "hex": self.chain.headers[-1].hex()}}
            case "blockchain.block.header", [height] if height <= self.chain.height:
                return {"result": self.chain.headers[height].hex()}
            case "blockchain.scripthash.get_balance", [scripthash]:
                by_hash = {
                    hashlib.sha256(script_of(account)).digest()[::-1].hex(): amount
                    for account, amount in self.chain.amounts.items()
                }
                return {"result": {"confirmed": by_hash.get(scripthash, 0), "unconfirmed": -5}}
            case _:
                return {"error": {"code": 1, "message": "height out of range"}}

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[str]:
        async with await asyncio.start_server(self.serve, "127.0.0.1", 0) as server:
            self.url = f"tcp://127.0.0.1:{server.sockets[0].getsockname()[1]}"
            yield self.url
