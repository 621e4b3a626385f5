"""What stands around every page: where it is in the house, which moment it shows, and how to cite it."""

import asyncio
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import quote

from aiohttp import hdrs, web

from monitor.formats.phrases import moment
from monitor.model import AlertState, Assessment, World
from monitor.settings.values import parse_moment
from monitor.web import plain, words
from monitor.web.deps import DEPS
from monitor.web.pages.environment import render
from monitor.web.uploads import UPLOADS

_SECTIONS = {"exchange": "Overview", "wallets": "Wallets", "reports": "Reports", "events": "Events"}
"""The pages of an exchange, by the names of their routes: ``/exchanges/X`` and ``/exchanges/X/NAME``."""
_TOOLS = {"verify": "Check your own file", "glossary": "Glossary"}
"""The pages that belong to no exchange: ``/NAME``."""


@dataclass(frozen=True, slots=True)
class Link:
    """Somewhere to go; the page itself is ``here``."""

    text: str
    href: str
    here: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What the templates know of the page that they are part of."""

    title: str
    """What the page is called, wherever it is cited."""
    path: str
    """Its address on this server, without a moment."""
    origin: str
    """Where this server is for those who read the page: ``https://por.example``."""
    now: datetime
    seen: datetime | None
    """When what is shown was so; None before anything was read."""
    at: datetime | None = None
    """The past moment that was asked for; None for the present."""
    trail: tuple[Link, ...] = ()
    sections: tuple[Link, ...] = ()
    tools: tuple[Link, ...] = ()
    runbook_url: str = ""
    badge: str = ""
    """Where the badge of what the page is about is; empty where it has none."""
    picture: str = ""
    """Where the picture is that stands for the page where it is shared."""

    def to(self, *parts: str) -> str:
        """Return the address of another page, at the moment that this one shows."""
        query = f"?at={plain.time(self.at)}" if self.at is not None else ""
        return address(*parts) + query

    def runbook(self, alert: AlertState) -> str:
        """Where it is told what to do about ``alert``, or at least what it means."""
        if self.runbook_url:
            return self.runbook_url.replace("{alert}", alert.name)
        return f"{address('glossary')}#{alert.name}"

    @property
    def cited(self) -> str:
        """The address that will show the same for as long as the history is kept."""
        at = self.at or (self.seen.replace(microsecond=0) if self.seen is not None else None)
        return f"{self.origin}{self.path}" + (f"?at={plain.time(at)}" if at is not None else "")


def address(*parts: str) -> str:
    """Return the path of a page: ``exchanges``, ``okx`` and ``assets`` are ``/exchanges/okx/assets``."""
    return "/" + "/".join(quote(part, safe="", errors="surrogatepass") for part in parts)


def asked_moment(request: web.Request) -> datetime | None:
    """Return the past moment of the query's ``at``; None where the present is asked for.

    Raises:
        HTTPBadRequest: it is no moment, or has not come yet.

    """
    text = request.query.get("at", "")
    now = request.app[DEPS].now()
    if text in {"", "now"}:
        return None
    try:
        at = parse_moment(text.replace(" ", "+"), now)  # a plus that was not written as %2B arrives as a space
    except ValueError as error:
        raise web.HTTPBadRequest(text=f"at: {error}") from None
    if at > now:
        raise web.HTTPBadRequest(text=f"at: {moment(at)} has not come yet; nothing is known of it")
    return at


def frame(
    request: web.Request,
    title: str,
    world: World | None,
    *,
    section: str = "",
    exchange: Assessment | None = None,
    trail: tuple[Link, ...] = (),
) -> Frame:
    """Return what stands around the page that answers ``request``.

    Args:
        request: What was asked, with its ``at``.
        title: What the page is called.
        world: What it shows, unless a past moment is asked for.
        section: The name of its route, as the navigation has it.
        exchange: Whose page it is; None for pages of no exchange.
        trail: What stands in the breadcrumbs behind the exchange, the page itself last.

    """
    deps, at = request.app[DEPS], asked_moment(request)
    routes = request.app.router
    offered = {name for name in _TOOLS if name in routes and (name != "verify" or request.app[UPLOADS].offered)}
    own = Frame(
        title=title,
        path=request.rel_url.raw_path,
        origin=deps.external_url() or str(request.url.origin()),
        now=deps.now(),
        seen=at or (world.at if world else None),
        at=at,
        tools=tuple(Link(text, address(name), name == section) for name, text in _TOOLS.items() if name in offered),
        runbook_url=deps.runbook_url(),
        picture=address("picture.png") if at is None else "",
    )
    if exchange is None:
        return own
    name = exchange.exchange
    about = address("exchanges", name, *(("assets", trail[-1].text) if section == "asset" else ()))
    sections = tuple(
        Link(text, own.to("exchanges", name, *({each} - {"exchange"})), each == section)
        for each, text in _SECTIONS.items()
        if each in routes
    )
    crumbs = (Link("All exchanges", own.to()), Link(exchange.title, own.to("exchanges", name), here=not trail))
    return replace(
        own,
        sections=sections,
        trail=(*crumbs, *trail),
        badge=f"{about}/badge.svg" if section in {"exchange", "asset"} and at is None else "",
        picture=f"{about}/picture.png" if at is None else "",
    )


async def respond(template: str, own: Frame, **values: object) -> web.Response:
    """Answer with ``template``. A page may be long: it is made in a thread."""
    text = await asyncio.to_thread(render, template, frame=own, **values)
    return web.Response(text=text, content_type="text/html")


def refuse(request: web.Request, status: int, reason: str) -> web.Response:
    """Say on a page why there is none."""
    deps = request.app[DEPS]
    own = Frame(
        title=words.REFUSALS.get(status, "This cannot be shown"),
        path=request.rel_url.raw_path,
        origin=deps.external_url() or str(request.url.origin()),
        now=deps.now(),
        seen=None,
    )
    return web.Response(text=render("error.html", frame=own, reason=reason), status=status, content_type="text/html")


def for_people(request: web.Request) -> bool:
    """Whether a browser asks for a page, and not a program for text."""
    return "text/html" in request.headers.get(hdrs.ACCEPT, "")
