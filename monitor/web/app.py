"""The application: its routes, and how its errors look."""

import asyncio

from aiohttp import web
from aiohttp.typedefs import Handler

from monitor.settings.web_config import WebConfig
from monitor.web import api, claims_api, history_api, operations, records_api
from monitor.web.access import Access, authenticated
from monitor.web.answers import of_api, refuse
from monitor.web.deps import DEPS, Deps
from monitor.web.origin import from_here
from monitor.web.pace import limited
from monitor.web.pages import (
    asset,
    events,
    evidence,
    exchange,
    exchanges,
    glossary,
    pictures,
    reports,
    static,
    stream,
    verify,
    wallets,
)
from monitor.web.pages.days import DAYS, Days
from monitor.web.pages.frame import for_people
from monitor.web.pages.frame import refuse as page_of_refusal
from monitor.web.pages.pictures import PAINTING
from monitor.web.pages.stream import STREAMS, Streams
from monitor.web.sharing import preflighted
from monitor.web.transfer import sparing
from monitor.web.uploads import UPLOADS

PAGES = (exchanges, exchange, asset, wallets, reports, events, verify, glossary)
"""A page is one module with ``routes``. The navigation leads to every page that is here, by the names of the routes."""


def create_app(deps: Deps, access: Access | None = None) -> web.Application:
    """The whole application. Without ``access`` nobody needs a password."""
    access = access or Access(WebConfig())
    guards = (preflighted(access.sharing), limited(access.pace), from_here(access.hosts), authenticated(access))
    app = web.Application(middlewares=[_errors, *guards, sparing])
    app[DEPS] = deps
    app[DAYS] = Days()
    app[PAINTING] = asyncio.Lock()
    app[STREAMS] = Streams()
    app[UPLOADS] = access.uploads
    for page in (*PAGES, evidence, pictures, static, stream):
        app.add_routes(page.routes)
    app.add_routes(operations.routes)
    app.add_routes(api.routes)
    app.add_routes(claims_api.routes)
    app.add_routes(history_api.routes)
    app.add_routes(records_api.routes)
    app.on_shutdown.append(app[STREAMS].end)
    app.on_response_prepare.append(access.set_headers)
    return app


@web.middleware
async def _errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Under /api an error is JSON too; to a browser it is a page, to whoever else a line of text."""
    try:
        return await handler(request)
    except web.HTTPException as error:
        if of_api(request):
            refused = refuse(error.status, _reason(error))
        elif error.status >= web.HTTPBadRequest.status_code and for_people(request):
            refused = page_of_refusal(request, error.status, _reason(error))
        else:
            raise
        refused.headers.extend({name: value for name, value in error.headers.items() if name not in refused.headers})
        return refused


def _reason(error: web.HTTPException) -> str:
    """The sentence that the error was raised with, or the status' own."""
    standard = f"{error.status}: {error.reason}"
    return error.reason if error.text in {None, standard} else (error.text or "").strip()
