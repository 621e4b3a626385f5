"""``/api/v1/exchanges/{name}/events`` and ``/reports``: what happened to it and what it published, a page at a time."""

from collections.abc import Iterable

from aiohttp import web

from monitor.web import events, query, reports
from monitor.web.answers import answer, assessment_of, stamped, table, world_of
from monitor.web.deps import DEPS
from monitor.web.plain import Json
from monitor.web.table import FORMS

_MOST = 1000

routes = web.RouteTableDef()


@routes.get("/api/v1/exchanges/{name}/events")
async def show_events(request: web.Request) -> web.Response:
    """The newest first."""
    asked = _Asked(request)
    page = await events.page_of(request.app[DEPS], asked.exchange, asked.cursor, asked.limit, asked.until)
    happened = [each for _, each in page.events]
    return await asked.answered("events", map(events.event, happened), events.csv_lines(happened), page.cursor)


@routes.get("/api/v1/exchanges/{name}/reports")
async def show_reports(request: web.Request) -> web.Response:
    """The newest first, each with what was proven of it."""
    asked = _Asked(request)
    record = await reports.known(request.app[DEPS], asked.exchange, asked.until)
    page = reports.page_of(record, asked.cursor, asked.limit)
    lines = reports.csv_lines(page.reports)
    return await asked.answered("reports", map(reports.told, page.reports), lines, page.cursor)


class _Asked:
    """Which page of a record, and in which form."""

    def __init__(self, request: web.Request) -> None:
        self._request, self._world = request, world_of(request)
        self.exchange = assessment_of(request, self._world).exchange
        asked = request.query
        query.check_names(asked, {"cursor", "limit", "until", "format"})
        self._form = query.one_of(asked, "format", FORMS, "json")
        self.limit = query.whole(asked, "limit", 100, least=1, most=_MOST)
        self.until = query.moment(asked, "until", request.app[DEPS].now()) if "until" in asked else None
        self.cursor = asked.get("cursor")

    async def answered(self, name: str, told: Iterable[Json], lines: Iterable[str], cursor: str | None) -> web.Response:
        """The page, as JSON under ``name`` or as a table; the next one begins at ``cursor``."""
        if self._form == "csv":
            return await table(lines, self._request.rel_url.update_query(cursor=cursor) if cursor else None)
        return answer(stamped(self._world) | {"exchange": self.exchange, name: [*told], "cursor": cursor})
