"""``/exchanges/X``: the answer for one exchange, and what it rests on."""

from dataclasses import dataclass

from aiohttp import web

from monitor.model import AlertState, Assessment, AssetAssessment, Basis, EndpointState, World
from monitor.web.answers import assessment_of, world_of
from monitor.web.pages.frame import frame, respond

_WIDTH = 1000
_SCALE = 125
"""A bar's full width, in per cent."""

routes = web.RouteTableDef()


@routes.get("/exchanges/{name}", name="exchange")
async def show(request: web.Request) -> web.Response:
    world = world_of(request)
    assessment = assessment_of(request, world)
    return await respond(
        "exchange.html",
        frame(request, assessment.title, world, section="exchange", exchange=assessment),
        exchange=assessment,
        alerts=active_alerts(world, assessment.exchange),
        endpoints=asked_for(world, assessment),
        bars=bars,
        limit_mark=limit_mark,
    )


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


def asked_for(world: World, assessment: Assessment) -> list[EndpointState]:
    """The endpoints of the networks on which the exchange's list claims anything."""
    return [each for each in world.endpoints if each.network in assessment.snapshots]
