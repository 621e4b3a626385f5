"""The Electrum protocol's wire: one connection, many requests under way, replies matched by id."""

import asyncio
import contextlib
import itertools
import ssl
from collections.abc import Sequence
from urllib.parse import urlsplit

import orjson

from monitor.chains.errors import Reason
from monitor.chains.jsonrpc import Call, MalformedReplyError, Reply, failure_of, match_replies
from monitor.chains.line import Line

_LONGEST_LINE = 64 * 1024**2
_VERSION = "1.4"
_PORTS = {"tcp": 50001, "ssl": 50002}


class Wire:
    """The connection of one endpoint: opened when it is needed, thrown away after any failure."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._opening = asyncio.Lock()
        self._connection: _Connection | None = None
        self.connections = 0
        """Opened so far."""

    @property
    def connected(self) -> bool:
        """Whether the last connection opened still stands."""
        return self._connection is not None and not self._connection.broken

    async def batch(self, calls: Sequence[Call]) -> list[Reply]:
        """Replies to ``calls``, sent in one line, in their order."""

        async def request() -> list[Reply]:
            try:
                async with asyncio.timeout(self._line.timeout):
                    connection = await self._connected()
                    return self._accepted(await connection.batch(calls))
            except TimeoutError:
                await self.close()
                raise self._line.fault(Reason.TIMEOUT, "no whole answer in time") from None
            except MalformedReplyError as error:
                await self.close()
                raise self._line.fault(Reason.MALFORMED, str(error)) from None
            except (OSError, EOFError) as error:
                await self.close()
                raise self._line.fault(Reason.REFUSED, str(error) or "the connection was cut") from None

        return await self._line.send(request)

    def _accepted(self, replies: list[Reply]) -> list[Reply]:
        for reply in replies:
            if (failure := failure_of(reply)) and failure.rate_limit:
                raise self._line.fault(Reason.RATE_LIMITED, str(failure))
        return replies

    async def _connected(self) -> "_Connection":
        async with self._opening:
            if self._connection is None or self._connection.broken:
                await self.close()
                connection = await _Connection.open(self._line.settings.url)
                try:
                    await self._greet(connection)
                except BaseException:
                    await connection.close()
                    raise
                self._connection = connection
                self.connections += 1
            return self._connection

    async def _greet(self, connection: "_Connection") -> None:
        """``server.version`` must be the first message (protocol 1.4)."""
        (reply,) = await connection.batch([("server.version", ["reserve-monitor", _VERSION])])
        if failure := failure_of(reply):
            raise self._line.fault(Reason.RPC_ERROR, f"it does not speak protocol {_VERSION}: {failure}")

    async def close(self) -> None:
        """Throw the connection away; the next request opens another."""
        connection, self._connection = self._connection, None
        if connection:
            await connection.close()


class _Connection:
    """One TCP or TLS connection and the task that reads it."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._ids = itertools.count()
        self._waiting: dict[int, asyncio.Future[object]] = {}
        """By the first id of each batch under way."""
        self._reading = asyncio.create_task(self._read())

    @classmethod
    async def open(cls, url: str) -> "_Connection":
        """Connect to ``tcp://host:port`` or, trusting the system's authorities, to ``ssl://host:port``."""
        parts = urlsplit(url)
        secured = ssl.create_default_context() if parts.scheme == "ssl" else None
        port = parts.port or _PORTS[parts.scheme]
        return cls(*await asyncio.open_connection(parts.hostname, port, ssl=secured, limit=_LONGEST_LINE))

    @property
    def broken(self) -> bool:
        """Nothing will come any more."""
        return self._reading.done()

    async def batch(self, calls: Sequence[Call]) -> list[Reply]:
        """Send ``calls`` in one line and wait for their replies, whatever else is under way."""
        ids = list(itertools.islice(self._ids, len(calls)))
        requests = [
            {"jsonrpc": "2.0", "id": number, "method": method, "params": params}
            for number, (method, params) in zip(ids, calls, strict=True)
        ]
        if self.broken:
            raise EOFError
        document = self._waiting[ids[0]] = asyncio.get_running_loop().create_future()
        try:
            self._writer.write(orjson.dumps(requests) + b"\n")
            await self._writer.drain()
            return match_replies(await document, ids)
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
            for document in self._waiting.values():
                if not document.done():
                    document.set_exception(end)
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
