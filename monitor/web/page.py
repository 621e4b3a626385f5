"""``/``: the answer for people, rendered here so that it works without a script."""

import asyncio
import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from monitor import __version__
from monitor.formats import exact, figures, shown
from monitor.formats.phrases import counted, moment, span
from monitor.judgement.unread import rests_on_unread, unless
from monitor.model import AlertState, AssetAssessment, Basis, World
from monitor.web import lists, plain, words
from monitor.web.deps import DEPS, Deps

_HERE = Path(__file__).parent
_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
_WIDTH = 1000
_SCALE = 125
"""A bar's full width, in per cent."""

routes = web.RouteTableDef()


@routes.get("/")
async def show(request: web.Request) -> web.Response:
    deps = request.app[DEPS]
    # Twenty exchanges of 25 assets are a long page: not on the event loop.
    text = await asyncio.to_thread(render, deps.world(), deps)
    return web.Response(text=text, content_type="text/html")


@routes.get("/static/{name}")
async def static(request: web.Request) -> web.Response:
    """A file of the page. Its address changes with its content, so a browser may keep it."""
    name = request.match_info["name"]
    if name not in _STATIC:
        raise web.HTTPNotFound
    headers = {"Cache-Control": "public, max-age=31536000, immutable"}
    return web.Response(body=_STATIC[name], content_type=_TYPES[Path(name).suffix], charset="utf-8", headers=headers)


def render(world: World | None, deps: Deps) -> str:
    """The page for ``world``."""
    return _ENVIRONMENT.get_template("page.html").render(
        world=world,
        unready=words.unready(world),
        now=deps.now(),
        devnet=deps.devnet,
        runbook=_Runbooks(deps.runbook_url),
    )


@dataclass(frozen=True, slots=True)
class _Runbooks:
    """Where the page of an alert is."""

    pattern: str

    def url(self, alert: AlertState) -> str:
        return self.pattern.replace("{alert}", alert.name)

    def file(self, alert: AlertState) -> str:
        return f"docs/alerts/{alert.name}.md"


@dataclass(frozen=True, slots=True)
class Bar:
    """The part of a drawing that shows one basis."""

    basis: Basis
    width: int


def bars(asset: AssetAssessment) -> list[Bar]:
    """What is known on each basis, as nested bars, the widest first; widths of 1000 for 125 %."""
    return [
        Bar(basis, _place(float(asset.lower_bounds[basis]))) for basis in reversed(Basis) if basis in asset.lower_bounds
    ]


def limit_mark(asset: AssetAssessment) -> int:
    """Where the limit stands in the drawing."""
    return _place(float(asset.breach_below))


def _place(ratio: float) -> int:
    return max(0, min(_WIDTH, int(ratio * 100 / _SCALE * _WIDTH)))


def active_alerts(world: World, exchange: str) -> list[AlertState]:
    """Those that are up for ``exchange`` (empty: for the monitor as a whole), the worst first."""
    order = ("critical", "warning", "info")
    active = [alert for alert in world.alerts if alert.active and alert.exchange == exchange]
    return sorted(active, key=lambda alert: order.index(alert.severity))


def age(then: datetime, now: datetime) -> str:
    return span(max(now - then, timedelta()))


def _capital(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]


def _unbroken(text: str) -> Markup:
    """``text`` as it is shown, with each number on one line with its per cent sign."""
    return Markup(escape(shown(text)).replace(" %", "\N{NO-BREAK SPACE}%"))  # noqa: S704 - it is escaped


def _fit(value: object) -> object:
    """What the page shows of a value: of a text, what anybody may see. Markup is this page's own."""
    return shown(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _static_files() -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in (_HERE / "static").iterdir() if file.suffix in _TYPES}


def _address(name: str) -> str:
    return f"/static/{name}?{hashlib.sha256(_STATIC[name]).hexdigest()[:12]}"


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        finalize=_fit,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        amount=figures.amount,
        exact=exact.plain,
        percent=figures.percent,
        limit=figures.limit,
        moment=moment,
        isotime=plain.time,
        span=span,
        capital=_capital,
        unbroken=_unbroken,
    )
    environment.globals.update(
        answer=words.answer,
        shown=words.shown,
        aside=words.aside,
        headline=words.headline,
        worst=words.worst,
        gap=words.gap,
        span_of=words.span_of,
        rests_on_unread=rests_on_unread,
        unless=unless,
        only_claimed=words.only_claimed,
        on_its_word=words.on_its_word,
        BASES=words.BASES,
        POSITIONS=words.POSITIONS,
        PROOFS=words.PROOFS,
        STATUSES=words.STATUSES,
        VERDICTS=words.VERDICTS,
        verdict_table=lists.verdicts,
        bars=bars,
        limit_mark=limit_mark,
        active_alerts=active_alerts,
        age=age,
        counted=counted,
        address=_address,
        version=__version__,
    )
    return environment


_STATIC = _static_files()
_ENVIRONMENT = _environment()
