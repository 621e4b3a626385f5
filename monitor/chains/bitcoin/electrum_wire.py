"""The Electrum protocol's wire: one connection, many requests under way, its ways to fail told apart."""

import asyncio
from collections.abc import Sequence
from urllib.parse import urlsplit

from monitor.chains import tls
from monitor.chains.bitcoin.electrum_connection import Connection, RefusedError
from monitor.chains.errors import ChainError, Reason
from monitor.chains.jsonrpc import Call, MalformedReplyError, Reply, RpcFailure, failure_of
from monitor.chains.link import Link

_LONGEST_LINE = 64 * 1024**2
_VERSION = "1.4"
_PORTS = {"tcp": 50001, "ssl": 50002}

_EXCESSIVE = -101
_SERVER_BUSY = -102
"""Codes of aiorpcX, on which ElectrumX and its forks are built: a client cost too much, or had to wait too long."""


class Wire:
    """The connection of one endpoint: opened when it is needed, thrown away after any failure."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._opening = asyncio.Lock()
        self._connection: Connection | None = None
        self.connections = 0
        """Opened so far."""
        link.ends_with(self.close)

    @property
    def connected(self) -> bool:
        """Whether the last connection opened still stands."""
        return self._connection is not None and not self._connection.broken

    async def batch(self, calls: Sequence[Call]) -> list[Reply]:
        """Return replies to ``calls`` in their order: sent in one line, or in several if they are over ``batch``."""
        size = self._link.settings.batch
        return [reply for at in range(0, len(calls), size) for reply in await self._sent(calls[at : at + size])]

    async def _sent(self, calls: Sequence[Call]) -> list[Reply]:
        async def request() -> list[Reply]:
            try:
                async with asyncio.timeout(self._link.timeout):
                    connection = await self._connected()
                    return self._accepted(await connection.batch(calls))
            except RefusedError as error:
                raise self._fault(error.failure, f"it refuses {len(calls)} call(s) at once: ") from None
            except TimeoutError:
                await self.close()
                raise self._link.fault(Reason.TIMEOUT, "no whole answer in time") from None
            except MalformedReplyError as error:
                await self.close()
                raise self._link.fault(Reason.MALFORMED, str(error)) from None
            except tls.CertificateError as error:
                raise self._link.fault(Reason.CERTIFICATE, str(error)) from None
            except (OSError, EOFError) as error:
                await self.close()
                raise self._link.fault(Reason.REFUSED, str(error) or "the connection was cut") from None

        return await self._link.send(request)

    def _accepted(self, replies: list[Reply]) -> list[Reply]:
        for reply in replies:
            if (failure := failure_of(reply)) and _is_plea(failure):
                raise self._fault(failure)
        return replies

    def _fault(self, failure: RpcFailure, what: str = "") -> ChainError:
        if failure.code == _SERVER_BUSY:
            return self._link.fault(Reason.BUSY, str(failure), transient=True)
        reason = Reason.RATE_LIMITED if _is_plea(failure) else Reason.RPC_ERROR
        return self._link.fault(reason, f"{what}{failure}")

    async def _connected(self) -> Connection:
        async with self._opening:
            if self._connection is None or self._connection.broken:
                await self.close()
                connection = Connection(*await self._open())
                try:
                    await self._greet(connection)
                except BaseException:
                    await connection.close()
                    raise
                self._connection = connection
                self.connections += 1
            return self._connection

    async def _open(self) -> tls.Streams:
        """Connect to ``tcp://host:port`` or, trusting whom the settings trust, to ``ssl://host:port``."""
        parts = urlsplit(self._link.settings.url)
        host, port = parts.hostname or "", parts.port or _PORTS[parts.scheme]
        if parts.scheme == "ssl":
            return await tls.connect(self._link.settings, host, port, limit=_LONGEST_LINE)
        return await asyncio.open_connection(host, port, limit=_LONGEST_LINE)

    async def _greet(self, connection: Connection) -> None:
        """``server.version`` must be the first message (protocol 1.4)."""
        (reply,) = await connection.batch([("server.version", ["reserve-monitor", _VERSION])])
        if failure := failure_of(reply):
            raise self._link.fault(Reason.RPC_ERROR, f"it does not speak protocol {_VERSION}: {failure}")

    async def close(self) -> None:
        """Throw the connection away; the next request opens another."""
        connection, self._connection = self._connection, None
        if connection:
            await connection.close()


def _is_plea(failure: RpcFailure) -> bool:
    """Whether it asks for patience."""
    return failure.code in {_EXCESSIVE, _SERVER_BUSY} or failure.rate_limit
