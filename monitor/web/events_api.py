"""``/api/v1/exchanges/{name}/events``: what happened to it, the newest first, a page at a time."""

from aiohttp import web

from monitor.web import events, query
from monitor.web.answers import answer, assessment_of, stamped, table, world_of
from monitor.web.deps import DEPS
from monitor.web.table import FORMS

_MOST = 1000

routes = web.RouteTableDef()


@routes.get("/api/v1/exchanges/{name}/events")
async def show(request: web.Request) -> web.Response:
    deps, world = request.app[DEPS], world_of(request)
    exchange = assessment_of(request, world).exchange
    asked = request.query
    query.check_names(asked, {"cursor", "limit", "until", "format"})
    form = query.one_of(asked, "format", FORMS, "json")
    limit = query.whole(asked, "limit", 100, least=1, most=_MOST)
    until = query.moment(asked, "until", deps.now()) if "until" in asked else None
    page = await events.page_of(deps, exchange, asked.get("cursor"), limit, until)
    if form == "csv":
        following = request.rel_url.update_query(cursor=page.cursor) if page.cursor else None
        return await table(events.csv_lines(each for _, each in page.events), following)
    listed = [events.event(each) for _, each in page.events]
    return answer(stamped(world) | {"exchange": exchange, "events": listed, "cursor": page.cursor})
