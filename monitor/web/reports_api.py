"""``/api/v1/exchanges/{name}/reports``: what it published and what was proven of it, a page at a time."""

from aiohttp import web

from monitor.web import query, reports
from monitor.web.answers import answer, assessment_of, stamped, table, world_of
from monitor.web.deps import DEPS
from monitor.web.table import FORMS

_MOST = 1000

routes = web.RouteTableDef()


@routes.get("/api/v1/exchanges/{name}/reports")
async def show(request: web.Request) -> web.Response:
    deps, world = request.app[DEPS], world_of(request)
    exchange = assessment_of(request, world).exchange
    asked = request.query
    query.check_names(asked, {"cursor", "limit", "until", "format"})
    form = query.one_of(asked, "format", FORMS, "json")
    limit = query.whole(asked, "limit", 100, least=1, most=_MOST)
    until = query.moment(asked, "until", deps.now()) if "until" in asked else None
    record = await reports.known(deps, exchange, until)
    page = reports.page_of(record, asked.get("cursor"), limit)
    if form == "csv":
        following = request.rel_url.update_query(cursor=page.cursor) if page.cursor else None
        return await table(reports.csv_lines(page.reports), following)
    listed = [reports.told(each) for each in page.reports]
    return answer(stamped(world) | {"exchange": exchange, "reports": listed, "cursor": page.cursor})
