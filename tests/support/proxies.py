"""Proxies before a real EVM node, each with a fault of its own: they lie, dawdle, limit, lag, or are gone."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
from aiohttp import web
from aiohttp.test_utils import RawTestServer

Call = dict[str, Any]
Reply = dict[str, Any]


class Proxy:
    """Hands requests on to the node at ``upstream`` and its answers back, as they are."""

    def __init__(self, upstream: str) -> None:
        self.upstream = upstream
        self.gone = False
        self._session: aiohttp.ClientSession

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[str]:
        """Serve until the end of the block; gives the URL."""
        async with (
            aiohttp.ClientSession() as self._session,
            RawTestServer(self._handle, host="127.0.0.1") as server,
        ):
            yield str(server.make_url("/"))

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        body = json.loads(await request.read())
        if self.gone and request.transport:
            request.transport.close()
        if instead := await self.before():
            return instead
        calls = body if isinstance(body, list) else [body]
        replies = [await self.reply(call) for call in calls]
        return web.json_response(replies if isinstance(body, list) else replies[0])

    async def before(self) -> web.Response | None:
        """What is said in place of an answer."""
        return None

    async def reply(self, call: Call) -> Reply:
        """The answer to one call."""
        return await self.node(call)

    async def node(self, call: Call) -> Reply:
        """The node's own answer."""
        async with self._session.post(self.upstream, json=call) as response:
            reply: Reply = await response.json()
            return reply


class Liar(Proxy):
    """Adds a coin to the first account that it is asked for, whatever the method."""

    COIN = 10**18

    async def reply(self, call: Call) -> Reply:
        reply = await self.node(call)
        told = reply.get("result")
        if call["method"] == "eth_getBalance" and told:
            reply["result"] = hex(int(told, 16) + self.COIN)
        if call["method"] == "eth_call" and told and len(told) > 2 + 2 * 64:  # their number, then the balances
            first = int(told[66:130], 16) + self.COIN
            reply["result"] = told[:66] + f"{first:064x}" + told[130:]
        return reply


class Poisoned(Proxy):
    """Cuts the connection of every request that calls one contract: as a node does that it takes down."""

    def __init__(self, upstream: str, contract: str) -> None:
        super().__init__(upstream)
        self._contract = contract

    async def reply(self, call: Call) -> Reply:
        if call["method"] == "eth_call" and call["params"][0].get("to") == self._contract:
            raise ConnectionResetError("the node went down")
        return await self.node(call)


class Slow(Proxy):
    """Answers late."""

    def __init__(self, upstream: str, seconds: float) -> None:
        super().__init__(upstream)
        self._seconds = seconds

    async def before(self) -> web.Response | None:
        await asyncio.sleep(self._seconds)
        return None


class Limited(Proxy):
    """Refuses every third request."""

    requests = 0

    async def before(self) -> web.Response | None:
        self.requests += 1
        return None if self.requests % 3 else web.Response(status=429, headers={"Retry-After": "0"})


class Behind(Proxy):
    """Does not know the newest block yet."""

    async def reply(self, call: Call) -> Reply:
        newest = await self.node(
            {"jsonrpc": "2.0", "id": 0, "method": "eth_getBlockByNumber", "params": ["latest", False]}
        )
        number, digest = int(newest["result"]["number"], 16), newest["result"]["hash"]
        if call["method"] == "eth_getBlockByNumber":
            wanted = hex(number - 1) if call["params"][0] == "latest" else call["params"][0]
            if int(wanted, 16) >= number:
                return {"jsonrpc": "2.0", "id": call["id"], "result": None}
            return await self.node(call | {"params": [wanted, False]})
        if digest in json.dumps(call):
            error = {"code": -32000, "message": "header for hash not found"}
            return {"jsonrpc": "2.0", "id": call["id"], "error": error}
        return await self.node(call)
