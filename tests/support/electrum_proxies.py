"""Between the monitor and a real Electrum server: what lies, or cuts the line in the middle."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any
from urllib.parse import urlsplit

_LONGEST_LINE = 2**24


class ElectrumProxy:
    """Hands lines on to the server at ``upstream`` and its answers back, as they are."""

    url: str

    def __init__(self, upstream: str) -> None:
        self._upstream = urlsplit(upstream)

    def reply(self, request: Any, line: bytes) -> bytes | None:
        """What is sent in place of ``line``; None cuts the connection."""
        return line

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[str]:
        async with await asyncio.start_server(self._serve, "127.0.0.1", 0, limit=_LONGEST_LINE) as server:
            self.url = f"tcp://127.0.0.1:{server.sockets[0].getsockname()[1]}"
            yield self.url

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection(self._upstream.hostname, self._upstream.port, limit=_LONGEST_LINE)
        requests: dict[int, Any] = {}

        async def ask() -> None:
            while line := await reader.readline():
                request = json.loads(line)
                requests[_first_id(request)] = request
                back.write(line)
            back.close()

        asking = asyncio.create_task(ask())
        try:
            while line := await there.readline():
                message = json.loads(line)
                request = None if "method" in message else requests.pop(_first_id(message))
                said = self.reply(request, line)
                if said is None:
                    break
                writer.write(said)
        finally:
            asking.cancel()
            for each in (writer, back):
                each.close()
            with suppress(asyncio.CancelledError):
                await asking


class Liar(ElectrumProxy):
    """Adds a coin to every balance."""

    def reply(self, request: Any, line: bytes) -> bytes | None:
        if "get_balance" not in json.dumps(request):
            return line
        answers = json.loads(line)
        for answer in answers if isinstance(answers, list) else [answers]:
            answer["result"]["confirmed"] += 10**8
        return json.dumps(answers).encode() + b"\n"


class Cutter(ElectrumProxy):
    """Ends the connection in the middle of the balances."""

    def reply(self, request: Any, line: bytes) -> bytes | None:
        return None if "get_balance" in json.dumps(request) else line


def _first_id(message: Any) -> int:
    first: int = min(each["id"] for each in message) if isinstance(message, list) else message["id"]
    return first
