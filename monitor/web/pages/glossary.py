"""``/glossary``: the words of the pages, in plain words."""

from aiohttp import web

from monitor.judgement.alerts import CATALOGUE
from monitor.web.deps import DEPS
from monitor.web.pages.frame import frame, respond

routes = web.RouteTableDef()


@routes.get("/glossary", name="glossary")
async def show(request: web.Request) -> web.Response:
    own = frame(request, "Glossary", request.app[DEPS].world(), section="glossary")
    return await respond("glossary.html", own, alerts=CATALOGUE)
