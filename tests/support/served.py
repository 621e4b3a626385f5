"""The application behind its real server, on a thread of its own, for clients that know nothing of asyncio."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

from monitor.web.server import WebServer
from tests.support.web import ANYWHERE, Daemon


@contextmanager
def served(daemon: Daemon) -> Iterator[str]:
    """Serve ``daemon`` on a free port of the loopback; yields the address."""
    loop = asyncio.new_event_loop()
    thread = Thread(target=loop.run_forever)
    thread.start()
    server = WebServer(daemon.deps())
    try:
        asyncio.run_coroutine_threadsafe(server.start(ANYWHERE), loop).result()
        yield f"http://127.0.0.1:{server.port}"
        asyncio.run_coroutine_threadsafe(server.stop(), loop).result()
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.run_until_complete(loop.shutdown_default_executor())
        loop.close()
