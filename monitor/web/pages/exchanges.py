"""``/``: all exchanges at a glance."""

from aiohttp import web

from monitor.web import words
from monitor.web.deps import DEPS
from monitor.web.pages.exchange import active_alerts
from monitor.web.pages.frame import frame, respond

routes = web.RouteTableDef()


@routes.get("/", name="exchanges")
async def show(request: web.Request) -> web.Response:
    deps = request.app[DEPS]
    world = deps.world()
    return await respond(
        "exchanges.html",
        frame(request, "Do the coins cover what is owed?", world, section="exchanges"),
        world=world,
        unready=words.unready(world),
        alerts=active_alerts(world, "") if world else (),
        devnet=deps.devnet,
    )
