"""The files that pages load."""

from pathlib import Path

from aiohttp import web

from monitor.web.pages.environment import STATIC, TYPES

routes = web.RouteTableDef()


@routes.get("/static/{name}")
async def static(request: web.Request) -> web.Response:
    """A file of the pages. Its address changes with its content, so a browser may keep it."""
    name = request.match_info["name"]
    if name not in STATIC:
        raise web.HTTPNotFound
    headers = {"Cache-Control": "public, max-age=31536000, immutable"}
    return web.Response(body=STATIC[name], content_type=TYPES[Path(name).suffix], charset="utf-8", headers=headers)
