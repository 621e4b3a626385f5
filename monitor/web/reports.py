"""The reports of an exchange, each with the proofs that are of it: together, as JSON's types, and as a table."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from aiohttp import web

from monitor.formats import ForeseenError
from monitor.judgement import CIRCUIT, LISTED, REPORT, reports_of
from monitor.model import Publication
from monitor.web.deps import Deps
from monitor.web.plain import Json, from_microseconds, microseconds, time
from monitor.web.table import csv_line

_CURSOR = re.compile(r"([0-9]{1,17})-([0-9]{1,9})")
_COLUMNS = ("as_of", "report", "listed_at", "first_seen_at", "delay_seconds", "root", "sha256")
_PROOF = ("scheme", "status", "strength", "root", "seen_at", "sha256")


@dataclass(frozen=True, slots=True)
class Report:
    """A report with what is known of it."""

    of: Publication
    place: int
    """Of ``of`` in the record."""
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

    @property
    def order(self) -> tuple[datetime, int]:
        """The newest figures have the greatest, and of the same figures what was seen last."""
        return self.of.as_of, self.place


@dataclass(frozen=True, slots=True)
class Page:
    """Some of the reports, the newest first."""

    reports: Sequence[Report]
    cursor: str | None
    """Where the earlier ones begin; None where there are none."""


async def known(deps: Deps, exchange: str, until: datetime | None) -> list[Publication]:
    """Every report and root that was seen until then, in that order. Refused with 503."""
    try:
        record = await deps.publications(exchange)
    except ForeseenError as error:
        raise web.HTTPServiceUnavailable(text=str(error)) from error
    return [each for each in record if until is None or each.seen_at <= until]


def page_of(record: Sequence[Publication], cursor: str | None, most: int) -> Page:
    """The newest ``most`` reports of ``record`` behind ``cursor``. Refused with 400."""
    before = None if cursor is None else _place(cursor)
    found = [each for each in of_record(record) if before is None or each.order < before]
    shown = found[:most]
    last = shown[-1].order if len(found) > most else None
    return Page(shown, None if last is None else f"{microseconds(last[0])}-{last[1]}")


def _place(cursor: str) -> tuple[datetime, int]:
    parts = _CURSOR.fullmatch(cursor)
    try:
        at, place = map(int, parts.groups() if parts else ())
        return from_microseconds(at), place
    except (ValueError, OverflowError):
        raise web.HTTPBadRequest(text="cursor is what the page before gave as such") from None


def of_record(record: Sequence[Publication]) -> list[Report]:
    """The reports of ``record``, the newest first, each with the proofs that were seen beside it."""
    created = {each.report_id: each.as_of for each in record if each.kind == LISTED}
    proofs = [each for each in record if each.kind not in {REPORT, LISTED}]
    places = {id(each): place for place, each in enumerate(record)}
    reports = []
    for report in reports_of(record):
        own = [each for each in proofs if report.kind == REPORT and _is_of(each, report)]
        reports.append(
            Report(
                report,
                places[id(report)],
                created.get(report.report_id),
                tuple(each for each in own if not each.kind.endswith(CIRCUIT)),
                tuple(each for each in own if each.kind.endswith(CIRCUIT)),
            )
        )
    return sorted(reports, key=lambda each: each.order, reverse=True)


def _is_of(proof: Publication, report: Publication) -> bool:
    if proof.report_id and report.report_id:
        return proof.report_id == report.report_id
    return proof.as_of == report.as_of


def told(report: Report) -> Json:
    """The report as JSON's types."""
    return {
        "as_of": time(report.of.as_of),
        "report": report.of.report_id or None,
        "listed_at": time(report.listed_at),
        "first_seen_at": time(report.of.seen_at) if report.seen else None,
        "delay_seconds": None if report.delay is None else int(report.delay.total_seconds()),
        "root": report.of.root or None,
        "sha256": report.of.sha256 or None,
        "proofs": [_proof(each) for each in report.proofs],
        "circuits": [
            {"scheme": each.kind.removesuffix(CIRCUIT), "digest": each.root, "seen_at": time(each.seen_at)}
            for each in report.circuits
        ],
    }


def _proof(proof: Publication) -> Json:
    return {
        "scheme": proof.kind,
        "status": proof.status or None,
        "strength": proof.strength or None,
        "root": proof.root or None,
        "seen_at": time(proof.seen_at),
        "sha256": proof.sha256 or None,
    }


def csv_lines(reports: Iterable[Report]) -> Iterator[str]:
    """One line for each proof of a report, or for a report without any, below one of headings."""
    yield csv_line((*_COLUMNS, *(f"proof_{name}" for name in _PROOF)))
    for report in reports:
        own = told(report)
        for proof in [_proof(each) for each in report.proofs] or [dict.fromkeys(_PROOF)]:
            cells = (*(own[name] for name in _COLUMNS), *(proof[name] for name in _PROOF))
            yield csv_line("" if cell is None else str(cell) for cell in cells)
