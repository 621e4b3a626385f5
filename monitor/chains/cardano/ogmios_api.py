"""Ogmios' questions and answers: JSON-RPC over a WebSocket, one after the other.

What a connection has acquired (``acquireLedgerState``) holds for that connection alone. So a conversation is whole, or
begun anew: it counts as one request.
"""

import asyncio
import itertools
from collections.abc import Awaitable, Callable
from typing import TypeVar

import aiohttp
import orjson

from monitor.chains.errors import Reason
from monitor.chains.http import Http, excerpt, why
from monitor.chains.jsonrpc import MalformedReplyError, failure_of, match_replies
from monitor.chains.link import Link

T = TypeVar("T")

_NO_SUCH_POINT = frozenset({2000, 2003})
"""The state of a point cannot be acquired: it is no block, left the chain, or lies too far back; or not any more."""


class NoSuchPointError(Exception):
    """The node does not hand out the state of that block."""


class Conversation:
    """One connection."""

    def __init__(self, link: Link, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._link = link
        self._socket = socket
        self._ids = itertools.count(1)

    async def ask(self, method: str, **params: object) -> object:
        """Return the result, which nobody has looked at yet. Raises :class:`NoSuchPointError`; all else is a fault."""
        number = next(self._ids)
        body = await self._send(
            method, orjson.dumps({"jsonrpc": "2.0", "id": number, "method": method, "params": params})
        )
        try:
            (reply,) = match_replies([orjson.loads(body)], [number])
        except orjson.JSONDecodeError:
            raise self._link.fault(Reason.NOT_JSON, f"{method}: not JSON: {excerpt(body)}") from None
        except MalformedReplyError as error:
            raise self._link.fault(Reason.MALFORMED, f"{method}: {error}") from None
        if failure := failure_of(reply):
            if failure.code in _NO_SUCH_POINT:
                raise NoSuchPointError(str(failure))
            raise self._link.fault(Reason.RPC_ERROR, f"{method}: {failure}")
        return reply["result"]

    async def _send(self, method: str, question: bytes) -> bytes:
        try:
            async with asyncio.timeout(self._link.timeout):
                await self._socket.send_str(question.decode())
                message = await self._socket.receive()
        except TimeoutError:
            raise self._link.fault(Reason.TIMEOUT, f"{method}: no answer in time") from None
        except (aiohttp.ClientError, OSError) as error:
            raise self._link.fault(Reason.REFUSED, why(error)) from None
        if message.type is not aiohttp.WSMsgType.TEXT:
            raise self._link.fault(Reason.REFUSED, "the connection was cut")
        return str(message.data).encode()


class Ogmios:
    """One endpoint."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._http = Http(link)

    async def talk(self, about: Callable[[Conversation], Awaitable[T]]) -> T:
        """Return what a conversation comes to, on a connection of its own; begun anew where that may help."""

        async def conversation() -> T:
            socket = await self._http.socket()
            try:
                return await about(Conversation(self._link, socket))
            finally:
                await socket.close()

        return await self._link.send(conversation)
