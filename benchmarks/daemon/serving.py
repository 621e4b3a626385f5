"""How a process of the benchmark serves: on a free port, which it prints."""

import asyncio

from aiohttp import web


async def serve(application: web.Application) -> None:
    """Until the process is ended."""
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(runner.addresses[0][1], flush=True)
    await asyncio.Event().wait()
