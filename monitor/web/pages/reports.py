"""``/exchanges/X/reports``: every report and root that is known, when it came, and what was proven of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from aiohttp import web

from monitor.formats import ForeseenError
from monitor.judgement import CIRCUIT, LISTED, REPORT, reports_of
from monitor.model import Publication
from monitor.web import query
from monitor.web.answers import assessment_of, world_of
from monitor.web.deps import DEPS
from monitor.web.pages.frame import Link, address, frame, respond

routes = web.RouteTableDef()


@dataclass(frozen=True, slots=True)
class Report:
    """A report with what is known of it."""

    of: Publication
    listed_at: datetime | None
    """When the exchange created it, by its own list of reports."""
    proofs: tuple[Publication, ...]
    """As they were first seen."""
    circuits: tuple[Publication, ...]

    @property
    def seen(self) -> bool:
        """Whether more was seen of it than a line of the exchange's list."""
        return self.of.kind == REPORT

    @property
    def delay(self) -> timedelta | None:
        """From the moment of its figures to its publication; None where that is not known."""
        if not self.seen or self.listed_at is None or self.listed_at <= self.of.as_of:
            return None
        return self.listed_at - self.of.as_of


@routes.get("/exchanges/{name}/reports", name="reports")
async def show(request: web.Request) -> web.Response:
    world = world_of(request)
    exchange = assessment_of(request, world)
    query.check_names(request.query, {"at"})
    own = frame(
        request,
        f"Reports of {exchange.title}",
        world,
        section="reports",
        exchange=exchange,
        trail=(Link("Reports", address("exchanges", exchange.exchange, "reports"), here=True),),
    )
    try:
        record = await request.app[DEPS].publications(exchange.exchange)
    except ForeseenError as error:
        raise web.HTTPServiceUnavailable(text=str(error)) from error
    known = [each for each in record if own.at is None or each.seen_at <= own.at]
    return await respond(
        "reports.html",
        own,
        exchange=exchange,
        reports=of_record(known),
        listed=any(each.kind == LISTED for each in known),
        regularity=exchange.regularity if own.at is None else None,
        max_age=exchange.liabilities_max_age,
    )


def of_record(record: Iterable[Publication]) -> list[Report]:
    """The reports of ``record``, the newest first, each with the proofs that were seen beside it."""
    known = list(record)
    created = {each.report_id: each.as_of for each in known if each.kind == LISTED}
    proofs = [each for each in known if each.kind not in {REPORT, LISTED}]
    reports = []
    for report in sorted(reports_of(known), key=lambda each: (each.as_of, each.seen_at), reverse=True):
        own = [each for each in proofs if report.kind == REPORT and _is_of(each, report)]
        reports.append(
            Report(
                report,
                created.get(report.report_id),
                tuple(each for each in own if not each.kind.endswith(CIRCUIT)),
                tuple(each for each in own if each.kind.endswith(CIRCUIT)),
            )
        )
    return reports


def _is_of(proof: Publication, report: Publication) -> bool:
    if proof.report_id and report.report_id:
        return proof.report_id == report.report_id
    return proof.as_of == report.as_of
