"""Explorers of EVM chains on loopback: a chain with Multicall3, and the APIs that Etherscan and Blockscout put before
it. The shapes of their answers are those of their own documentation (docs.etherscan.io, docs.blockscout.com), of
refusals those that users reported."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web
from aiohttp.test_utils import RawTestServer
from eth_abi.abi import decode, encode

from monitor.chains.evm.multicall import GET_BLOCK_NUMBER, GET_CHAIN_ID, GET_LAST_BLOCK_HASH, MULTICALL3
from tests.support.standins import EvmStandIn, RefusedError

KEY = "UCPX8M3KA5T1U3HDXTQ5"

_AGGREGATE3, _GET_ETH_BALANCE = "0x82ad56cb", "0x4d2301cc"


class MulticallStandIn(EvmStandIn):
    """A node on a chain that has Multicall3, which calls it as contracts call each other."""

    def __init__(self, chain_id: int = 1) -> None:
        super().__init__(chain_id)
        self.deployed = 0
        """The block from which on there is Multicall3."""
        self.heeds = True
        """Whether a call is made in the block that is named, or in the newest one."""
        self.shift = 0
        """How much the number that contracts see is off (on Arbitrum it is that of another chain)."""
        self.forgets_parents = False
        """Whether contracts see other hashes than headers have (as on Scroll)."""
        self.moved: dict[int, dict[str, int]] = {}
        """Coins after each block in which they moved."""

    def on_eth_call(self, call: dict[str, str], at: Any, overrides: Any = None) -> str:
        if call.get("to") != MULTICALL3:
            return super().on_eth_call(call, at, overrides)
        named = self.tip if at == "latest" else int(at, 16)
        if named > self.tip:
            raise RefusedError(-32000, "header not found")
        number = named if self.heeds else self.tip
        return "0x" + self._multicall(call["data"], number).hex() if number >= self.deployed else "0x"

    def on_eth_getBalance(self, account: str, at: Any) -> str:  # noqa: N802
        self.known(at)
        number = (
            int(at, 16) if isinstance(at, str) else next(n for n in range(200) if self.hash_of(n) == at["blockHash"])
        )
        return hex(self.coins_at(number).get(account, 0))

    def coins_at(self, number: int) -> dict[str, int]:
        return next((self.moved[each] for each in sorted(self.moved, reverse=True) if each <= number), self.coins)

    def _multicall(self, data: str, number: int) -> bytes:
        match data[:10]:
            case function if function == GET_CHAIN_ID:
                return self.chain_id.to_bytes(32, "big")
            case function if function == GET_BLOCK_NUMBER:
                return (number + self.shift).to_bytes(32, "big")
            case function if function == GET_LAST_BLOCK_HASH:
                return bytes(32) if self.forgets_parents else bytes.fromhex(self.hash_of(number - 1)[2:])
            case function if function == _GET_ETH_BALANCE:
                return self.coins_at(number).get("0x" + data[-40:], 0).to_bytes(32, "big")
        assert data[:10] == _AGGREGATE3
        (calls,) = decode(["(address,bool,bytes)[]"], bytes.fromhex(data[10:]))
        if len(calls) > self.at_once:
            raise RefusedError(-32000, "out of gas")
        return encode(["(bool,bytes)[]"], [[self._result(to, may_fail, sent, number) for to, may_fail, sent in calls]])

    def _result(self, target: str, may_fail: bool, data: bytes, number: int) -> tuple[bool, bytes]:
        called = {"to": target.lower(), "data": "0x" + data.hex()}
        try:
            if called["to"] == MULTICALL3:
                return True, self._multicall(called["data"], number)
            return True, bytes.fromhex(super().on_eth_call(called, hex(number))[2:])
        except RefusedError:
            assert may_fail
            return False, b""


class BlockscoutStandIn(MulticallStandIn):
    """Blockscout's JSON-RPC: no lists, no further parameters, and balances from an index that has not seen all."""

    methods_served = frozenset({"eth_getBlockByNumber", "eth_call", "eth_getBalance", "eth_getCode", "eth_chainId"})

    def on_eth_getBalance(self, account: str, at: Any) -> str:  # noqa: N802
        return "0x0"

    def on_eth_call(self, call: dict[str, str], at: Any, overrides: Any = None) -> str:
        assert overrides is None
        return super().on_eth_call(call, at)

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        asked = json.loads(await request.read())
        if isinstance(asked, list):
            return web.json_response({"jsonrpc": "2.0", "id": None, "error": "Invalid request"}, status=400)
        assert asked["method"] in self.methods_served, asked["method"]
        return await super().handle(request)

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[str]:
        async with super().serving() as url:
            self.url = f"{url}api/eth-rpc"
            yield self.url


class EtherscanFront:
    """Etherscan's API V2 before some node, at the chains of ``nodes``."""

    def __init__(self, node: Any) -> None:
        """``node`` has a ``chain_id``, and answers ``await reply(method, params)`` as JSON-RPC."""
        self.node = node
        self.url = ""
        self.asked: list[dict[str, str]] = []
        """Parameters of all requests, of URL and form."""
        self.verbs: list[str] = []
        self.says: list[Any] = []
        """What the next requests are answered instead."""
        self.longest = 10**9
        """Bytes of a form."""

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        if len(str(request.rel_url)) > 4096 or (request.content_length or 0) > self.longest:
            return web.Response(status=414, text="<HTML><HEAD><TITLE>Request URL Too Long</TITLE>")
        form = dict(await request.post())
        asked = {name: str(value) for name, value in {**request.query, **form}.items()}
        self.asked.append(asked)
        self.verbs.append(request.method)
        if self.says:
            told = self.says.pop(0)
            return told if isinstance(told, web.Response) else web.json_response(told)
        return web.json_response(await self._answer(asked))

    async def _answer(self, asked: dict[str, str]) -> Any:
        assert asked["module"] == "proxy"
        if asked.get("apikey") != KEY:
            return refusal(f"Invalid API Key (#err2)|{asked.get('apikey', '')}-1")
        if asked["chainid"] != str(self.node.chain_id):
            return refusal("Free API access is not supported for this chain. Please upgrade your api plan.")
        match asked["action"]:
            case "eth_call":
                params: list[Any] = [{"to": asked["to"], "data": asked["data"]}, asked["tag"]]
            case "eth_getBlockByNumber":
                params = [asked["tag"], asked["boolean"] == "true"]
            case "eth_getCode":
                params = [asked["address"], asked["tag"]]
            case other:
                return refusal(f"Error! Missing Or invalid Action name: {other}")
        return await self.node.reply(asked["action"], params)

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[str]:
        async with RawTestServer(self.handle, host="127.0.0.1") as server:
            self.url = f"{server.make_url('/v2/api')}?apikey={KEY}"
            yield self.url


def refusal(result: str) -> dict[str, str]:
    """What Etherscan says with HTTP 200."""
    return {"status": "0", "message": "NOTOK", "result": result}


class NodeBehind(MulticallStandIn):
    """A node as an :class:`EtherscanFront` asks it."""

    async def reply(self, method: str, params: list[Any]) -> dict[str, Any]:
        await asyncio.sleep(0)
        return await self._reply({"id": 1, "method": method, "params": params})
