"""Pictures for other pages: a badge with one ratio (SVG), and what is shown where a link is shared.

Social networks and messengers show no SVG: what they are given is PNG, painted from one with fonts of our own, since a
server may have none.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import resvg_py
from aiohttp import hdrs, web

from monitor.formats import ForeseenError
from monitor.formats.figures import amount
from monitor.formats.phrases import moment
from monitor.model import Assessment, AssetAssessment, ReserveStatus, World
from monitor.web import words
from monitor.web.answers import assessment_of, world_of
from monitor.web.deps import DEPS
from monitor.web.pages.days import DAYS, Strip, strip, with_present
from monitor.web.pages.environment import render
from monitor.web.pages.exchange import limit_mark, place
from monitor.web.pages.exchanges import counts

_LETTER, _ROOM = 6.8, 12
"""Pixels that a letter of a badge is wide, and that a half of it has besides."""
_LINES = 4
_KEPT = 64
"""PNGs that are kept, of some 20 KiB each."""
_FONTS = [str(file) for file in sorted((Path(__file__).parents[1] / "fonts").glob("*.ttf"))]

PAINTING = web.AppKey("painting", asyncio.Lock)
"""Held by who paints: it takes the interpreter for a twentieth of a second, and nobody may take it for long."""

routes = web.RouteTableDef()


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a picture, with a bar where it has a limit; places of 1000 for 125 %."""

    status: ReserveStatus
    text: str
    least: int = 0
    most: int = 0
    limit: int | None = None


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


@routes.get("/picture.png")
async def picture_of_all(request: web.Request) -> web.Response:
    world = world_of(request)
    worst = sorted(world.assessments.values(), key=lambda each: words.rank(words.worst(each)))
    statuses = [words.worst(each) for each in worst]
    lines = [Line(words.worst(each), f"{each.title}: {exchange_badge(each).right}") for each in worst]
    title, status = "Do the coins cover what is owed?", words.worst_of(statuses)
    return await _picture(request, world, title, Line(status, counts(statuses)), lines)


@routes.get("/exchanges/{name}/picture.png")
async def picture_of_exchange(request: web.Request) -> web.Response:
    world = world_of(request)
    assessment = assessment_of(request, world)
    lines = [_line(asset) for asset in sorted(words.shown(assessment), key=lambda asset: words.rank(asset.status))]
    days = await _strip(request, world, assessment)
    title, status = f"Reserves of {assessment.title}", words.worst(assessment)
    return await _picture(request, world, title, Line(status, words.called(status)), lines, days=days)


@routes.get("/exchanges/{name}/assets/{asset}/picture.png")
async def picture_of_asset(request: web.Request) -> web.Response:
    world = world_of(request)
    assessment = assessment_of(request, world)
    asset = _asset(request, assessment)
    title = f"{asset.asset} of {assessment.title}"
    days = await _strip(request, world, assessment, asset.asset)
    lines = [_line(asset)]
    if asset.basis in asset.totals and asset.owed is not None:
        held = f"{amount(asset.totals[asset.basis])} held{' for certain' if asset.gaps else ''}"
        lines.append(Line(asset.status, f"{held}, {amount(asset.owed)} owed"))
    return await _picture(request, world, title, Line(asset.status, words.called(asset.status)), lines, days=days)


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


def _line(asset: AssetAssessment) -> Line:
    text = f"{asset.asset}  {_ratio(asset)}"
    if asset.basis not in asset.lower_bounds:
        return Line(asset.status, text)
    least = asset.lower_bounds[asset.basis]
    most = asset.upper_bounds.get(asset.basis, least)
    return Line(asset.status, text, place(least), place(most), limit_mark(asset))


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
    request: web.Request, world: World, title: str, answer: Line, lines: Sequence[Line], *, days: Strip | None = None
) -> web.Response:
    more = len(lines) - _LINES
    text = render(
        "picture.svg",
        title=title,
        answer=answer,
        lines=lines[:_LINES],
        more=f"and {more} more" if more > 0 else "",
        strip=days,
        at=f"{world.at:%Y-%m-%d %H:%M} UTC",  # so that one picture serves for a minute
    )
    async with request.app[PAINTING]:
        painted = await asyncio.to_thread(paint, text)
    return _for_others(web.Response(body=painted, content_type="image/png"))


@lru_cache(maxsize=_KEPT)
def paint(svg: str) -> bytes:
    """Return ``svg`` as PNG. Best in a thread."""
    return bytes(resvg_py.svg_to_bytes(svg_string=svg, skip_system_fonts=True, font_files=_FONTS))


async def _drawn(template: str, **values: object) -> web.Response:
    text = await asyncio.to_thread(render, template, **values)
    return _for_others(web.Response(text=text, content_type="image/svg+xml", charset="utf-8"))


def _for_others(response: web.Response) -> web.Response:
    """``response`` as pages of other sites may show it."""
    response.headers[hdrs.CACHE_CONTROL] = "public, max-age=60"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response
