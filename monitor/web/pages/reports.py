"""``/exchanges/X/reports``: every report and root that is known, when it came, and what was proven of it."""

from aiohttp import web

from monitor.judgement import LISTED
from monitor.web import query, reports
from monitor.web.answers import assessment_of, world_of
from monitor.web.deps import DEPS
from monitor.web.pages.frame import Link, address, frame, respond

routes = web.RouteTableDef()


@routes.get("/exchanges/{name}/reports", name="reports")
async def show(request: web.Request) -> web.Response:
    world = world_of(request)
    exchange = assessment_of(request, world)
    query.check_names(request.query, {"at"})
    own = frame(
        request,
        f"Reports of {exchange.title}",
        world,
        section="reports",
        exchange=exchange,
        trail=(Link("Reports", address("exchanges", exchange.exchange, "reports"), here=True),),
    )
    record = await reports.known(request.app[DEPS], exchange.exchange, own.at)
    return await respond(
        "reports.html",
        own,
        exchange=exchange,
        reports=reports.of_record(record),
        listed=any(each.kind == LISTED for each in record),
        regularity=exchange.regularity if own.at is None else None,
        max_age=exchange.liabilities_max_age,
        api=address("api", "v1", "exchanges", exchange.exchange, "reports"),
    )
