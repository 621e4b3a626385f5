"""``/exchanges/{name}/evidence``: a bundle that others can verify, as the daemon has made it."""

from aiohttp import hdrs, web

from monitor.formats.phrases import moment
from monitor.web import query
from monitor.web.answers import assessment_of, world_of
from monitor.web.deps import DEPS

routes = web.RouteTableDef()


@routes.get("/exchanges/{name}/evidence", name="evidence")
async def evidence(request: web.Request) -> web.FileResponse:
    """The last bundle that was made at the moment ``at`` or before."""
    query.check_names(request.query, {"at"})
    deps = request.app[DEPS]
    exchange = assessment_of(request, world_of(request)).exchange
    until = query.moment(request.query, "at", deps.now()) if "at" in request.query else deps.now()
    try:
        found = await deps.evidence(exchange, until)
    except OSError as error:
        raise web.HTTPServiceUnavailable(text="the bundles that were made cannot be read") from error
    if found is None:
        raise web.HTTPNotFound(text=f"no evidence of {exchange} was put together until {moment(until)}")
    _, path = found
    headers = {hdrs.CONTENT_DISPOSITION: f'attachment; filename="evidence-{exchange}-{path.name}"'}
    return web.FileResponse(path, headers=headers)
