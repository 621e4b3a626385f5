"""``/exchanges/X/events``: what happened, the newest first; the same as a feed (Atom, RFC 4287)."""

from collections.abc import Iterator, Sequence

from aiohttp import web
from yarl import URL

from monitor.model import Event, EventPlace
from monitor.web import events, plain, query
from monitor.web.answers import assessment_of, world_of
from monitor.web.deps import DEPS
from monitor.web.pages.environment import render
from monitor.web.pages.frame import Link, address, frame, respond

_ROWS = 50

routes = web.RouteTableDef()


@routes.get("/exchanges/{name}/events", name="events")
async def show(request: web.Request) -> web.Response:
    world = world_of(request)
    exchange = assessment_of(request, world)
    query.check_names(request.query, {"cursor", "at"})
    path = address("exchanges", exchange.exchange, "events")
    own = frame(
        request,
        f"Events of {exchange.title}",
        world,
        section="events",
        exchange=exchange,
        trail=(Link("Events", path, here=True),),
    )
    cursor = request.query.get("cursor")
    page = await events.page_of(request.app[DEPS], exchange.exchange, cursor, _ROWS, own.at)
    moment = {"at": str(plain.time(own.at))} if own.at is not None else {}
    return await respond(
        "events.html",
        own,
        exchange=exchange,
        lines=list(_lines(page.events)),
        later=bool(cursor),
        first=str(URL(path, encoded=True).with_query(moment)),
        following=str(URL(path, encoded=True).with_query(moment | {"cursor": page.cursor})) if page.cursor else None,
        api=address("api", "v1", "exchanges", exchange.exchange, "events"),
        feed=path + ".atom",
    )


@routes.get("/exchanges/{name}/events.atom")
async def feed(request: web.Request) -> web.Response:
    """The newest events as a feed."""
    world = world_of(request)
    exchange = assessment_of(request, world)
    query.check_names(request.query, ())
    own = frame(request, f"Events of {exchange.title}", world)
    page = await events.page_of(request.app[DEPS], exchange.exchange, None, _ROWS, None)
    lines = list(_lines(page.events))
    updated = lines[0][1].at if lines else world.at
    here = own.origin + address("exchanges", exchange.exchange, "events")
    text = render("events.atom", frame=own, here=here, updated=updated, lines=lines)
    return web.Response(text=text, content_type="application/atom+xml", charset="utf-8")


def _lines(found: Sequence[tuple[EventPlace, Event]]) -> Iterator[tuple[str, Event, str]]:
    """Of each event: what it is called on its page, itself, and its sentence."""
    for place, event in found:
        yield f"e{place.source}-{place.id}", event, events.told(event)
