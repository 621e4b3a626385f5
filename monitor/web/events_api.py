"""``/api/v1/exchanges/{name}/events``: what happened to it, the newest first, a page at a time."""

from aiohttp import web

from monitor.settings.values import parse_moment
from monitor.web import events, query
from monitor.web.answers import answer, assessment_of, stamped, world_of
from monitor.web.deps import DEPS

_MOST = 1000

routes = web.RouteTableDef()


@routes.get("/api/v1/exchanges/{name}/events")
async def show(request: web.Request) -> web.Response:
    deps, world = request.app[DEPS], world_of(request)
    exchange = assessment_of(request, world).exchange
    asked = request.query
    query.check_names(asked, {"cursor", "limit", "until"})
    limit = query.whole(asked, "limit", 100, least=1, most=_MOST)
    try:
        until = parse_moment(asked["until"].replace(" ", "+"), deps.now()) if "until" in asked else None
    except ValueError as error:
        raise web.HTTPBadRequest(text=f"until: {error}") from None
    page = await events.page_of(deps, exchange, asked.get("cursor"), limit, until)
    listed = [events.event(each) for _, each in page.events]
    return answer(stamped(world) | {"exchange": exchange, "events": listed, "cursor": page.cursor})
