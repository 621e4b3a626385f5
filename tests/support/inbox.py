"""Where a test's channels send to: a real HTTP server that keeps what it was sent, and answers as it is told."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer


class Inbox:
    """What came, in its order."""

    def __init__(self) -> None:
        self.messages: list[dict[str, Any]] = []
        """JSON of every request, whatever it was answered."""
        self.came = asyncio.Event()
        self.status = 200
        self.reason = ""
        self.answers = asyncio.Event()
        """Cleared: requests are taken, and answered when it is set."""
        self.answers.set()
        self.url = ""
        """Without a scheme."""

    async def take(self, request: web.Request) -> web.Response:
        self.messages.append(await request.json())
        self.came.set()
        await self.answers.wait()
        return web.Response(status=self.status, text=self.reason)

    @property
    def titles(self) -> list[str]:
        return [each["title"] for each in self.messages]


@asynccontextmanager
async def opened_inbox() -> AsyncIterator[Inbox]:
    """An inbox on a free port of the loopback."""
    inbox = Inbox()
    app = web.Application()
    app.router.add_post("/{path:.*}", inbox.take)
    async with TestServer(app) as server:
        inbox.url = f"127.0.0.1:{server.port}"
        yield inbox
