"""Routes for those who run the monitor: metrics, health, reload."""

from aiohttp import hdrs, web

from monitor.formats import shown, shown_lines
from monitor.web import words
from monitor.web.deps import DEPS

routes = web.RouteTableDef()


@routes.get("/metrics")
async def metrics(request: web.Request) -> web.Response:
    accept = request.headers.get(hdrs.ACCEPT, "")
    encoding = request.headers.get(hdrs.ACCEPT_ENCODING, "")
    scrape = request.app[DEPS].exposition(accept, encoding)
    return web.Response(body=scrape.body, headers=scrape.headers)


@routes.get("/-/healthy")
async def healthy(request: web.Request) -> web.Response:
    """Answers 200 while passes end in time: a process that only listens is not healthy."""
    reason = request.app[DEPS].stalled()
    return web.Response(text=f"{shown(reason) or 'healthy'}\n", status=503 if reason else 200)


@routes.get("/-/ready")
async def ready(request: web.Request) -> web.Response:
    """Answers 200 once the configuration is loaded and a first pass has finished, and says what fails nevertheless.

    A monitor whose disk is full or whose documents are refused still watches: 503 would only take it out of service.
    """
    world = request.app[DEPS].world()
    if reason := words.unready(world):
        return web.Response(text=f"{shown(reason)}\n", status=503)
    return web.Response(text="\n".join(("ready", *map(shown, words.troubles(world)), "")))


@routes.post("/-/reload")
async def reload(request: web.Request) -> web.Response:
    """Load the configuration again: 200, or 500 with every fault and the old one kept, as Prometheus answers."""
    state = await request.app[DEPS].reload()
    if state.successful:
        return web.Response(text="reloaded\n")
    return web.Response(text=f"not reloaded, the old configuration stays:\n{shown_lines(state.error)}\n", status=500)
