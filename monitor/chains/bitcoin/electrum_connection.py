"""One connection to an Electrum server: JSON-RPC in lines, replies matched to requests by id."""

import asyncio
import contextlib
import itertools
from collections.abc import Sequence

import orjson

from monitor.chains.jsonrpc import Call, MalformedReplyError, Reply, RpcFailure, failure_of, match_replies


class RefusedError(Exception):
    """The server refuses several calls as one."""

    def __init__(self, failure: RpcFailure) -> None:
        super().__init__(str(failure))
        self.failure = failure


class Connection:
    """An open connection and the task that reads it."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._ids = itertools.count()
        self._waiting: dict[int, asyncio.Future[object]] = {}
        """By the first id of each request under way."""
        self._reading = asyncio.create_task(self._read())

    @property
    def broken(self) -> bool:
        """Nothing will come any more."""
        return self._reading.done()

    async def batch(self, calls: Sequence[Call]) -> list[Reply]:
        """Send ``calls`` in one line and wait for their replies, whatever else is under way.

        A single call is not wrapped in a list, for servers that know none. Raises :class:`MalformedReplyError`,
        :class:`RefusedError`, and EOFError or OSError where the connection ends.
        """
        ids = list(itertools.islice(self._ids, len(calls)))
        requests = [
            {"jsonrpc": "2.0", "id": number, "method": method, "params": params}
            for number, (method, params) in zip(ids, calls, strict=True)
        ]
        if self.broken:
            raise EOFError
        reply = self._waiting[ids[0]] = asyncio.get_running_loop().create_future()
        try:
            self._writer.write(orjson.dumps(requests if len(requests) > 1 else requests[0]) + b"\n")
            await self._writer.drain()
            return _replies(await reply, ids)
        finally:
            self._waiting.pop(ids[0], None)

    async def _read(self) -> None:
        """Hand every line to whom it belongs; any end of the connection ends all who wait."""
        end: Exception = EOFError()
        try:
            while line := await self._reader.readline():
                self._hand_over(line)
        except (OSError, ValueError) as error:  # ValueError: a line over the limit, or no JSON
            end = error if isinstance(error, OSError) else MalformedReplyError(f"not a line of JSON: {error}")
        finally:
            for reply in self._waiting.values():
                if not reply.done():
                    reply.set_exception(end)
            self._writer.close()

    def _hand_over(self, line: bytes) -> None:
        document = orjson.loads(line)
        if isinstance(document, dict) and "method" in document:
            return  # a notification of new headers; who reads looks at the tip itself
        replies = document if isinstance(document, list) else [document]
        numbers = [reply["id"] for reply in replies if isinstance(reply, dict) and isinstance(reply.get("id"), int)]
        # A refusal of a whole batch has no id: servers answer in order, so it is about the oldest.
        first = min(numbers, default=next(iter(self._waiting), -1))
        waiting = self._waiting.get(first)
        if waiting and not waiting.done():  # else its asker has given up
            waiting.set_result(document)

    async def close(self) -> None:
        """Cut the connection."""
        self._reading.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._reading
        with contextlib.suppress(OSError):
            await self._writer.wait_closed()


def _replies(document: object, ids: Sequence[int]) -> list[Reply]:
    if not isinstance(document, dict):
        return match_replies(document, ids)
    if document.get("id") is None and (failure := failure_of(document)):
        raise RefusedError(failure)
    return match_replies([document], ids)
