"""``/``: all exchanges at a glance, the worst first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from aiohttp import web

from monitor.formats import ForeseenError
from monitor.formats.phrases import counted, span
from monitor.model import AlertName, Assessment, AssetAssessment, HistoryStep, ReserveStatus, World
from monitor.web import words
from monitor.web.deps import DEPS, Deps
from monitor.web.pages import past
from monitor.web.pages.days import DAYS, Days, Statuses, Strip, strip, with_present
from monitor.web.pages.dollars import in_short
from monitor.web.pages.exchange import active_alerts, ages, proof
from monitor.web.pages.frame import frame, respond

_MAIN = 5
"""How many assets are seen of an exchange before it is unfolded."""
_SINCE = {
    ReserveStatus.BREACH: AlertName.RATIO_BELOW_LIMIT,
    ReserveStatus.UNKNOWN: AlertName.RESERVE_UNKNOWN,
}
"""The alerts whose beginnings are those of a status."""

routes = web.RouteTableDef()


@dataclass(frozen=True, slots=True)
class Held:
    """An asset in a row: its name, its status, its ratio."""

    asset: str
    status: ReserveStatus | None
    ratio: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One exchange in the list of all."""

    name: str
    title: str
    status: ReserveStatus | None
    answer: str
    held: Sequence[Held]
    """Every asset, the worst first."""
    margin: Decimal
    """The least by which a ratio is over its limit, negative under it."""
    since: str = ""
    proof: str = ""
    ages: Sequence[tuple[str, str]] = ()
    dollars: str = ""
    strip: Strip | None = None

    @property
    def main(self) -> Sequence[Held]:
        """The few that are seen first."""
        return self.held[:_MAIN]

    @property
    def groups(self) -> Mapping[ReserveStatus | None, list[Held]]:
        """Every asset, by its status."""
        groups: dict[ReserveStatus | None, list[Held]] = {}
        for each in self.held:
            groups.setdefault(each.status, []).append(each)
        return groups

    def matches(self, wanted: str) -> bool:
        """Whether ``wanted``, in small letters, is part of its name or the beginning of an asset's."""
        named = wanted in self.title.lower() or wanted in self.name.lower()
        return named or any(each.asset.lower().startswith(wanted) for each in self.held)


@routes.get("/", name="exchanges")
async def show(request: web.Request) -> web.Response:
    deps, days = request.app[DEPS], request.app[DAYS]
    world = deps.world()
    own = frame(request, "Do the coins cover what is owed?", world, section="exchanges")
    rows, fault = await _rows(deps, days, world, own.at) if world else ([], "")
    wanted = request.query.get("q", "").strip()
    found = [row for row in rows if row.matches(wanted.lower())]
    return await respond(
        "exchanges.html",
        own,
        world=world,
        unready="" if own.at else words.unready(world),
        alerts=active_alerts(world, "") if world and not own.at else (),
        rows=found,
        counts=counts([row.status for row in rows]),
        wanted=wanted,
        fault=fault,
        devnet=deps.devnet,
    )


async def _rows(deps: Deps, days: Days, world: World, at: datetime | None) -> tuple[list[Row], str]:
    """Return the rows of that moment, and why the history is missing where it is."""
    rows, fault = await (_present(deps, days, world) if at is None else _past(deps, world, at))
    return sorted(rows, key=lambda row: (words.rank(row.status), row.margin)), fault


async def _present(deps: Deps, days: Days, world: World) -> tuple[list[Row], str]:
    rows, fault = [], ""
    for each in world.assessments.values():
        try:
            before = await days.until(deps, each.exchange, world.at, world.at)
        except ForeseenError as error:
            before, fault = None, str(error)
        rows.append(row(world, each, before))
    return rows, fault


async def _past(deps: Deps, world: World, at: datetime) -> tuple[list[Row], str]:
    steps: Mapping[str, HistoryStep] = {}
    fault = ""
    try:
        steps = await deps.moment(at, list(world.assessments))
    except ForeseenError as error:
        fault = str(error)
    return [past_row(each, steps.get(each.exchange)) for each in world.assessments.values()], fault


def row(world: World, assessment: Assessment, before: Mapping[date, Statuses] | None) -> Row:
    """Return the row of an exchange as it is now; ``before`` are its days, None where they cannot be read."""
    assets = sorted(words.shown(assessment), key=lambda asset: (words.rank(asset.status), _margin(asset)))
    drawn = strip(with_present(before, assessment), world.at.date()) if before is not None else None
    status = words.worst(assessment)
    return Row(
        name=assessment.exchange,
        title=assessment.title,
        status=status,
        answer=words.answer(assessment),
        held=[Held(asset.asset, asset.status, _ratio(asset)) for asset in assets],
        margin=min(map(_margin, assets), default=Decimal()),
        since=_since(world, assessment.exchange, status, drawn),
        proof=proof(assessment),
        ages=ages(assessment, world.at),
        dollars=in_short(assessment, world.prices) if world.prices else "",
        strip=drawn,
    )


def past_row(assessment: Assessment, step: HistoryStep | None) -> Row:
    """Return the row of an exchange as it was in ``step``."""
    told = past.told(step) if step is not None else []
    return Row(
        name=assessment.exchange,
        title=assessment.title,
        status=past.status_of(step),
        answer=past.answer(step),
        held=[Held(each.asset, each.status, each.ratio or "no ratio") for each in told],
        margin=Decimal(),
        since=past.when(step) if step is not None else "",
    )


def _margin(asset: AssetAssessment) -> Decimal:
    """By how much a ratio is sure to be over its limit; one that has no ratio comes last."""
    return asset.lower_bounds.get(asset.basis, Decimal("Infinity")) - asset.breach_below


def _ratio(asset: AssetAssessment) -> str:
    return words.span_of(asset) if asset.basis in asset.lower_bounds else "no ratio"


def _since(world: World, exchange: str, status: ReserveStatus, drawn: Strip | None) -> str:
    """For how long the worst has been what it is: by its alerts, else by the days."""
    wanted = _SINCE.get(status)
    began = [
        alert.since for alert in world.alerts if alert.exchange == exchange and alert.name == wanted and alert.since
    ]
    if began:
        return f"for {span(world.at - min(began))}"
    if drawn is None:
        return ""
    if drawn.last is not status or drawn.unchanged == 1:
        return "since today"
    return f"{'for' if drawn.whole else 'for at least'} {counted(drawn.unchanged, 'day')}"


def counts(statuses: Sequence[ReserveStatus | None]) -> str:
    """``20 exchanges: 1 not covered, 3 unknown, 16 covered``."""
    parts = [
        f"{statuses.count(each)} {words.called(each).lower()}"
        for each in (*words.WORST_FIRST, None)
        if each in statuses
    ]
    return f"{counted(len(statuses), 'exchange')}: {', '.join(parts)}" if parts else ""
