"""Pictures for other pages: a badge with one ratio, and what is shown where a link is shared. SVG, drawn here."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from aiohttp import hdrs, web

from monitor.formats import ForeseenError
from monitor.formats.phrases import moment
from monitor.model import Assessment, AssetAssessment, ReserveStatus, World
from monitor.web import words
from monitor.web.answers import assessment_of, world_of
from monitor.web.deps import DEPS
from monitor.web.pages.days import DAYS, Strip, strip, with_present
from monitor.web.pages.environment import render

_LETTER, _ROOM = 6.8, 12
"""Pixels that a letter of a badge is wide, and that a half of it has besides."""
_LINES = 4

routes = web.RouteTableDef()


@dataclass(frozen=True, slots=True)
class Badge:
    """Two halves: whose reserves, and how they stand."""

    left: str
    right: str
    status: ReserveStatus
    at: str

    @property
    def widths(self) -> tuple[int, int]:
        """Of the halves, in pixels."""
        left, right = (round(len(text) * _LETTER) + _ROOM for text in (self.left, self.right))
        return left, right


@routes.get("/exchanges/{name}/badge.svg")
async def badge_of_exchange(request: web.Request) -> web.Response:
    world = world_of(request)
    assessment = assessment_of(request, world)
    return await _drawn("badge.svg", badge=exchange_badge(assessment))


@routes.get("/exchanges/{name}/assets/{asset}/badge.svg")
async def badge_of_asset(request: web.Request) -> web.Response:
    world = world_of(request)
    assessment = assessment_of(request, world)
    return await _drawn("badge.svg", badge=asset_badge(assessment, _asset(request, assessment)))


@routes.get("/picture.svg")
async def picture_of_all(request: web.Request) -> web.Response:
    world = world_of(request)
    worst = sorted(world.assessments.values(), key=lambda each: words.rank(words.worst(each)))
    lines = [(words.worst(each), words.headline(each)) for each in worst]
    status = words.worst_of(words.worst(each) for each in worst)
    return await _picture(world, "Do the coins cover what is owed?", status, lines)


@routes.get("/exchanges/{name}/picture.svg")
async def picture_of_exchange(request: web.Request) -> web.Response:
    world = world_of(request)
    assessment = assessment_of(request, world)
    assets = sorted(words.shown(assessment), key=lambda asset: words.rank(asset.status))
    lines = [(asset.status, f"{asset.asset}  {_ratio(asset)}") for asset in assets]
    drawn = await _strip(request, world, assessment)
    return await _picture(world, assessment.title, words.worst(assessment), lines, drawn)


@routes.get("/exchanges/{name}/assets/{asset}/picture.svg")
async def picture_of_asset(request: web.Request) -> web.Response:
    world = world_of(request)
    assessment = assessment_of(request, world)
    asset = _asset(request, assessment)
    title = f"{asset.asset} of {assessment.title}"
    drawn = await _strip(request, world, assessment, asset.asset)
    return await _picture(world, title, asset.status, [(asset.status, _ratio(asset))], drawn)


def exchange_badge(assessment: Assessment) -> Badge:
    """Return the badge of an exchange: the worst, and of how many assets."""
    weighed, status = words.weighed(assessment), words.worst(assessment)
    count = sum(asset.status is status for asset in weighed)
    right = f"{count} of {len(weighed)} {words.called(status).lower()}" if weighed else words.called(status).lower()
    return Badge(f"{assessment.title} reserves", right, status, moment(assessment.at))


def asset_badge(assessment: Assessment, asset: AssetAssessment) -> Badge:
    """Return the badge of one asset: its ratio; of an unknown one, that it is."""
    called = "unknown, " if asset.status is ReserveStatus.UNKNOWN else ""
    return Badge(f"{assessment.title} {asset.asset}", called + _ratio(asset), asset.status, moment(assessment.at))


def _ratio(asset: AssetAssessment) -> str:
    return words.span_of(asset) if asset.basis in asset.lower_bounds else "no ratio"


def _asset(request: web.Request, assessment: Assessment) -> AssetAssessment:
    name = request.match_info["asset"]
    if name not in assessment.assets:
        raise web.HTTPNotFound(text=f"nothing is known of {name} at {assessment.exchange}")
    return assessment.assets[name]


async def _strip(request: web.Request, world: World, assessment: Assessment, asset: str | None = None) -> Strip | None:
    try:
        days = await request.app[DAYS].until(request.app[DEPS], assessment.exchange, world.at, world.at)
    except ForeseenError:
        return None  # the page says why
    return strip(with_present(days, assessment), world.at.date(), asset)


async def _picture(
    world: World,
    title: str,
    status: ReserveStatus,
    lines: Sequence[tuple[ReserveStatus, str]],
    drawn: Strip | None = None,
) -> web.Response:
    more = len(lines) - _LINES
    return await _drawn(
        "picture.svg",
        title=title,
        status=status,
        lines=lines[:_LINES],
        more=f"and {more} more" if more > 0 else "",
        strip=drawn,
        at=moment(world.at),
    )


async def _drawn(template: str, **values: object) -> web.Response:
    text = await asyncio.to_thread(render, template, **values)
    headers = {hdrs.CACHE_CONTROL: "public, max-age=60", "Cross-Origin-Resource-Policy": "cross-origin"}
    return web.Response(text=text, content_type="image/svg+xml", charset="utf-8", headers=headers)
