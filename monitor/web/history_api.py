"""``/api/v1/exchanges/{name}/history``: what was known over time, a page of steps at a time."""

from collections.abc import Callable
from datetime import datetime

from aiohttp import web

from monitor.formats import ForeseenError
from monitor.model import Step
from monitor.web import history as past
from monitor.web import plain, query
from monitor.web.answers import answer, assessment_of, stamped, table, world_of
from monitor.web.deps import DEPS
from monitor.web.table import FORMS

_MOST = 2000
"""Steps that a page is long."""

routes = web.RouteTableDef()


@routes.get("/api/v1/exchanges/{name}/history")
async def history(request: web.Request) -> web.Response:
    """Page through what was known over time, by the finest step that makes one page unless one is named."""
    deps, world = request.app[DEPS], world_of(request)
    exchange = assessment_of(request, world).exchange
    wanted = _Wanted(request, world.at, deps.finest)
    try:
        found = await deps.history(exchange, wanted.step, wanted.since, wanted.until, asset=wanted.asset)
    except ForeseenError as error:
        raise web.HTTPServiceUnavailable(text=str(error)) from error
    following = plain.time(wanted.until) if wanted.more else None
    if wanted.form == "csv":
        link = request.rel_url.update_query({"from": following}) if following else None
        return await table(past.csv_lines(found), link)
    page = {
        "exchange": exchange,
        "step": wanted.step,
        "from": plain.time(wanted.since),
        "to": plain.time(wanted.until),
        "steps": [past.step(each) for each in found],
        "next": following,
    }
    return answer(stamped(world) | page)


class _Wanted:
    """Which steps the query asks for; ``until`` is where the page ends, and ``more`` whether that is too early."""

    def __init__(self, request: web.Request, now: datetime, finest: Callable[[datetime, datetime, int], Step]) -> None:
        asked = {"from": "30d", "to": "now", **request.query}
        query.check_names(asked, {"asset", "step", "from", "to", "format"})
        self.asset = asked.get("asset")
        self.form = query.one_of(asked, "format", FORMS, "json")
        self.since, until = (query.moment(asked, name, now) for name in ("from", "to"))
        named = query.one_of(asked, "step", tuple(Step), "") if "step" in asked else None
        self.step = Step(named) if named else finest(self.since, until, _MOST)
        longest = _MOST * self.step.length
        self.more = until - self.step.begins(self.since) > longest
        self.until = self.step.begins(self.since) + longest if self.more else until
