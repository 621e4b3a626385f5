"""``/exchanges/X/assets/A``: all that is known of one asset, now and over time."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from aiohttp import web

from monitor.formats import ForeseenError
from monitor.formats.phrases import span
from monitor.model import Assessment, AssetAssessment, HistoryStep, ReserveStatus
from monitor.web import lists
from monitor.web.answers import assessment_of, world_of
from monitor.web.deps import DEPS, Deps
from monitor.web.pages import dollars, past
from monitor.web.pages.chart import HEIGHT, WIDTH, Chart, draw
from monitor.web.pages.exchange import active_alerts, bars, limit_mark, proof
from monitor.web.pages.frame import Frame, Link, frame, respond

_RANGES = {
    "6h": timedelta(hours=6),
    "7d": timedelta(days=7),
    "90d": timedelta(days=90),
    "1y": timedelta(days=365),
    "5y": timedelta(days=1826),
}
_USUAL = "90d"
_MOST = 400
"""Steps of a picture."""

routes = web.RouteTableDef()


@dataclass(frozen=True, slots=True)
class Line:
    """One step in the table beneath the picture."""

    at: datetime
    status: ReserveStatus | None
    ratio: str
    known: str
    owed: str
    breach: str
    """For how long it was not covered; empty if never."""


@dataclass(frozen=True, slots=True)
class Course:
    """What was known of an asset over time: the picture, and the same as a table."""

    ranges: Sequence[Link]
    step: str
    chart: Chart | None
    lines: Sequence[Line]
    fault: str = ""


@routes.get("/exchanges/{name}/assets/{asset}", name="asset")
async def show(request: web.Request) -> web.Response:
    world = world_of(request)
    assessment = assessment_of(request, world)
    name = request.match_info["asset"]
    asset = assessment.assets.get(name)
    trail = (Link(name, "", here=True),)
    own = frame(request, f"{name} of {assessment.title}", world, section="asset", exchange=assessment, trail=trail)
    if asset is None and own.at is None:
        raise web.HTTPNotFound(text=f"nothing is known of {name} at {assessment.exchange}")
    course = await _course(request, own, assessment, name, asset)
    values = {"exchange": assessment, "course": course, "WIDTH": WIDTH, "HEIGHT": HEIGHT}
    if own.at is not None or asset is None:
        told = await _told(request.app[DEPS], assessment, name, own.at or own.now)
        return await respond("asset_past.html", own, name=name, **told, **values)
    return await respond(
        "asset.html",
        own,
        asset=asset,
        proof=proof(assessment),
        custody=await asyncio.to_thread(lists.custody, assessment, name),
        proven=_proven(assessment, name),
        alerts=active_alerts(world, assessment.exchange, name),
        bars=bars,
        limit_mark=limit_mark,
        dollars=dollars.row(asset, world.prices) if world.prices else None,
        **values,
    )


async def _told(deps: Deps, assessment: Assessment, name: str, at: datetime) -> dict[str, object]:
    """What the history keeps of the asset at that moment."""
    try:
        step = (await deps.moment(at, [assessment.exchange])).get(assessment.exchange)
    except ForeseenError as error:
        raise web.HTTPServiceUnavailable(text=str(error)) from error
    if step is None:
        return {"told": None, "when": "", "unwatched": ""}
    told = next((each for each in past.told(step) if each.asset == name), None)
    return {"told": told, "when": past.when(step), "unwatched": past.watched(step)}


def _proven(assessment: Assessment, name: str) -> Decimal | None:
    """What is owed by the published proof, in whole coins; None where it does not say."""
    state = assessment.proof
    return state.proof.totals.get(name) if state is not None and state.proof.in_coins else None


async def _course(
    request: web.Request, own: Frame, assessment: Assessment, name: str, asset: AssetAssessment | None
) -> Course:
    deps = request.app[DEPS]
    wanted = request.query.get("range", _USUAL)
    if wanted not in _RANGES:
        raise web.HTTPBadRequest(text=f"range is one of {', '.join(_RANGES)}")
    here = own.to("exchanges", assessment.exchange, "assets", name)
    more = "&" if "?" in here else "?"
    ranges = [Link(each, f"{here}{more}range={each}", each == wanted) for each in _RANGES]
    until = own.at or own.now
    since = until - _RANGES[wanted]
    step = deps.finest(since, until, _MOST)
    try:
        steps = await deps.history(assessment.exchange, step, since, until, asset=name)
    except ForeseenError as error:
        return Course(ranges, step, None, (), str(error))
    limit = asset.breach_below if asset is not None else Decimal(1)
    since = max(since, steps[0].at) if steps and wanted == "5y" else since
    return Course(ranges, step, draw(steps, name, since, until, limit), [line(each, name) for each in reversed(steps)])


def line(step: HistoryStep, asset: str) -> Line:
    """Return the line of the table that tells of ``asset`` within ``step``."""
    told = step.assets[asset]
    breach = told.spent.get(ReserveStatus.BREACH)
    return Line(
        step.at,
        told.worst,
        past.ratio(told),
        past.amounts(told.known),
        past.amounts(told.owed),
        "" if breach is None else span(breach) if breach >= timedelta(seconds=1) else "less than 1 s",
    )
