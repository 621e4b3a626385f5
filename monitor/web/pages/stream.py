"""``/events``: tells open pages when there is a new World (server-sent events, in the HTML standard)."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from aiohttp import hdrs, web

from monitor.model import World
from monitor.web import plain
from monitor.web.deps import DEPS

_MOST = 200
"""Streams at once. Whoever comes later is refused, and looks by itself now and then."""
_LOOK = 1.0
"""Seconds after which it is looked for news."""
_PACE = 3.0
"""Seconds between two news of one stream: each makes its reader ask for a page."""
_ALIVE = 15.0
"""Seconds of silence after which a comment is sent: proxies close what is silent, and it shows who has left."""

routes = web.RouteTableDef()


class Streams:
    """The streams that are open, until the server ends."""

    def __init__(self) -> None:
        self._open = 0
        self._over = asyncio.Event()

    @contextmanager
    def another(self) -> Iterator[None]:
        """Count one more, as long as it is open.

        Raises:
            HTTPServiceUnavailable: there are enough.

        """
        if self._open >= _MOST:
            raise web.HTTPServiceUnavailable(
                headers={hdrs.RETRY_AFTER: "60"}, text="too many pages are open; this one can still be loaded again"
            )
        self._open += 1
        try:
            yield
        finally:
            self._open -= 1

    async def over(self, seconds: float) -> bool:
        """Wait so long; tell whether the server ends."""
        try:
            await asyncio.wait_for(self._over.wait(), seconds)
        except TimeoutError:
            return False
        return True

    async def end(self, _app: web.Application) -> None:
        """Signal handler: let every stream end."""
        self._over.set()


STREAMS = web.AppKey("streams", Streams)


@routes.get("/events", name="stream", allow_head=False)
async def events(request: web.Request) -> web.StreamResponse:
    """Send when the World was made that is shown now, and again whenever it is another one."""
    deps, streams = request.app[DEPS], request.app[STREAMS]
    headers = {hdrs.CONTENT_TYPE: "text/event-stream", hdrs.CACHE_CONTROL: "no-store", "X-Accel-Buffering": "no"}
    response = web.StreamResponse(headers=headers)
    with streams.another(), suppress(ConnectionResetError):  # whoever listened has left
        await response.prepare(request)
        world, silent = deps.world(), 0.0
        await response.write(b"retry: 5000\n" + _news(world))
        while not await streams.over(_LOOK):
            silent += _LOOK
            if deps.world() is not world and silent >= _PACE:
                world, silent = deps.world(), 0.0
                await response.write(_news(world))
            elif silent >= _ALIVE:
                silent = 0.0
                await response.write(b":\n\n")
    return response


def _news(world: World | None) -> bytes:
    return f"data: {plain.time(world.at) if world is not None else ''}\n\n".encode()
