"""``/exchanges/X``: the answer for one exchange, and what it rests on."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from aiohttp import web

from monitor.formats import ForeseenError
from monitor.formats.phrases import span
from monitor.model import AlertState, Assessment, AssetAssessment, Basis, EndpointState, World
from monitor.web import words
from monitor.web.answers import assessment_of, world_of
from monitor.web.deps import DEPS
from monitor.web.pages import past
from monitor.web.pages.days import DAYS, Statuses, Strip, strip, with_present
from monitor.web.pages.dollars import rows, sums
from monitor.web.pages.frame import Frame, frame, respond

_WIDTH = 1000
_SCALE = 125
"""A bar's full width, in per cent."""

routes = web.RouteTableDef()


@routes.get("/exchanges/{name}", name="exchange")
async def show(request: web.Request) -> web.Response:
    world = world_of(request)
    assessment = assessment_of(request, world)
    own = frame(request, assessment.title, world, section="exchange", exchange=assessment)
    if own.at is not None:
        return await _show_past(request, own, assessment, own.at)
    fault, strips = "", {}
    try:
        days = await request.app[DAYS].until(request.app[DEPS], assessment.exchange, world.at, world.at)
        strips = strips_of(with_present(days, assessment), assessment, world.at.date())
    except ForeseenError as error:
        fault = str(error)
    return await respond(
        "exchange.html",
        own,
        exchange=assessment,
        alerts=active_alerts(world, assessment.exchange),
        endpoints=asked_for(world, assessment),
        proof=proof(assessment),
        ages=ages(assessment, world.at),
        strips=strips,
        fault=fault,
        bundle=await _bundle(request, assessment.exchange, world.at),
        bars=bars,
        limit_mark=limit_mark,
        prices=world.prices,
        dollar_sums=sums,
        dollar_rows=rows,
    )


async def _show_past(request: web.Request, own: Frame, assessment: Assessment, at: datetime) -> web.Response:
    deps = request.app[DEPS]
    try:
        step = (await deps.moment(at, [assessment.exchange])).get(assessment.exchange)
        days = await request.app[DAYS].until(deps, assessment.exchange, at, own.now)
    except ForeseenError as error:
        raise web.HTTPServiceUnavailable(text=str(error)) from error
    return await respond(
        "exchange_past.html",
        own,
        exchange=assessment,
        step=step,
        answer=past.answer(step),
        assets=past.told(step) if step is not None else (),
        status=past.status_of(step),
        when=past.when(step) if step is not None else "",
        unwatched=past.watched(step) if step is not None else "",
        strip=strip(days, at.date()),
        bundle=await _bundle(request, assessment.exchange, at),
    )


async def _bundle(request: web.Request, exchange: str, until: datetime) -> datetime | None:
    """The moment of the last bundle of evidence that is not after ``until``; None where none can be had."""
    try:
        found = await request.app[DEPS].evidence(exchange, until)
    except OSError:
        return None
    return found[0] if found else None


@dataclass(frozen=True, slots=True)
class Bar:
    """The part of a drawing that shows one basis."""

    basis: Basis
    width: int


def bars(asset: AssetAssessment) -> list[Bar]:
    """What is known on each basis, as nested bars, the widest first; widths of 1000 for 125 %."""
    return [Bar(basis, place(asset.lower_bounds[basis])) for basis in reversed(Basis) if basis in asset.lower_bounds]


def limit_mark(asset: AssetAssessment) -> int:
    """Where the limit stands in the drawing."""
    return place(asset.breach_below)


def place(ratio: Decimal) -> int:
    """Where ``ratio`` is in a drawing; what is over its scale, or unlimited, is at its end."""
    return int(max(Decimal(), min(ratio * 100 / _SCALE, Decimal(1))) * _WIDTH)


def strips_of(days: Mapping[date, Statuses], assessment: Assessment, today: date) -> dict[str, Strip]:
    """Return the days of the exchange's worst (under no name), and of each asset that is shown."""
    return {"": strip(days, today)} | {
        asset.asset: strip(days, today, asset.asset) for asset in words.shown(assessment)
    }


def active_alerts(world: World, exchange: str, asset: str | None = None) -> list[AlertState]:
    """Those that are up for ``exchange`` (empty: for the monitor as a whole), or one asset of it, the worst first."""
    order = ("critical", "warning", "info")
    active = [alert for alert in world.alerts if alert.active and alert.exchange == exchange]
    wanted = [alert for alert in active if asset is None or alert.asset == asset]
    return sorted(wanted, key=lambda alert: order.index(alert.severity))


def asked_for(world: World, assessment: Assessment) -> list[EndpointState]:
    """The endpoints of the networks on which the exchange's list claims anything."""
    return [each for each in world.endpoints if each.network in assessment.snapshots]


def proof(assessment: Assessment) -> str:
    """What proves the liabilities, and how strongly."""
    state = assessment.proof
    if assessment.liabilities is None and state is None:
        return "what is owed is not known"
    if state is None:
        return "the exchange's own word, without a proof"
    if not state.proof.holds:
        return f"the proof is {words.PROOFS[state.proof.status]}"
    return f"{words.PROOFS[state.proof.status]}; of {state.proof.strength} strength"


def ages(assessment: Assessment, now: datetime) -> list[tuple[str, str]]:
    """How old each part of an answer is: the list, what is owed, its proof, the readings from the chains."""
    document = assessment.documents.get("wallets")
    listed = document.current.fetched_at if document and document.current else assessment.listed_at
    owed = assessment.liabilities.as_of if assessment.liabilities else None
    told = {
        "wallet list": listed,
        "what is owed": owed,
        "proof": assessment.proof.verified_at if assessment.proof else None,
    }
    parts = [(name, span(max(now - at, timedelta()))) for name, at in told.items() if at is not None]
    read = sorted(
        ((now - state.snapshot.taken_at, name) for name, state in assessment.snapshots.items() if state.snapshot),
    )
    if read:
        oldest, network = read[-1]
        newest = span(read[0][0])
        far = f" to {span(oldest)} ({network})" if span(oldest) != newest else ""
        parts.append(("readings", f"{newest}{far}"))
    return parts
