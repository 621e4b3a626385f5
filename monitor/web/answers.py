"""How an answer of the API is put together: the World it is from, the JSON it is, the refusal it may be."""

import asyncio
from collections.abc import Iterable

import orjson
from aiohttp import web
from yarl import URL

from monitor.formats import shown_value
from monitor.model import Assessment, World
from monitor.web import plain, words
from monitor.web.deps import DEPS
from monitor.web.plain import Json


def of_api(request: web.Request) -> bool:
    """Whether a program asks: then everything is JSON, refusals too."""
    return request.path.startswith("/api")


def answer(value: Json, status: int = 200) -> web.Response:
    """``value`` as a JSON document, as anybody may see it, ending in a newline for those who read it in a terminal."""
    body = orjson.dumps(shown_value(value), option=orjson.OPT_APPEND_NEWLINE | orjson.OPT_NON_STR_KEYS)
    return web.Response(body=body, status=status, content_type="application/json")


async def table(lines: Iterable[str], following: URL | None) -> web.Response:
    """Return a table for spreadsheets, whose next page is ``following``; ``lines`` are gone through in a thread."""
    text = await asyncio.to_thread(lambda: "".join(f"{line}\n" for line in lines))
    headers = {"Link": f'<{following}>; rel="next"'} if following is not None else {}
    return web.Response(text=text, content_type="text/csv", charset="utf-8", headers=headers)


def refuse(status: int, reason: str) -> web.Response:
    return answer({"error": reason}, status)


def world_of(request: web.Request) -> World:
    world = request.app[DEPS].world()
    if world is None:
        raise web.HTTPServiceUnavailable(text=words.unready(None))
    return world


def assessment_of(request: web.Request, world: World) -> Assessment:
    name = request.match_info["name"]
    if name not in world.assessments:
        raise web.HTTPNotFound(text=f"no exchange is called {name}; there are: {', '.join(world.assessments)}")
    return world.assessments[name]


def stamped(world: World) -> Json:
    return {"at": plain.time(world.at), "ready": world.ready}
