"""``/api/v1/exchanges/{name}/claims``: the rows of a wallet list with what was made of them, a page at a time."""

import asyncio
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from aiohttp import web

from monitor.model import Assessment, Claim, VerdictStatus
from monitor.web import lists, query
from monitor.web.answers import answer, assessment_of, stamped, table, world_of
from monitor.web.plain import Json
from monitor.web.table import FORMS

_MOST = 1000
_FARTHEST = 10**9
_FILTERS = ("network", "asset", "verdict")
_CURSOR = re.compile(r"([0-9a-f]{16})-([0-9]{1,9})-([0-9]{1,9})")

routes = web.RouteTableDef()


@routes.get("/api/v1/exchanges/{name}/claims")
async def claims(request: web.Request) -> web.Response:
    """Page through the rows of the list; filters narrow them before ``offset`` and ``limit`` count."""
    world = world_of(request)
    assessment = assessment_of(request, world)
    wanted = _Wanted(request)
    # Hundreds of thousands of rows may be gone through: not on the event loop.
    page = await asyncio.to_thread(_page, assessment, wanted)
    if wanted.form == "csv":
        here = request.rel_url.without_query_params("offset")
        return await table(lists.claim_lines(page.rows), here.update_query(cursor=page.cursor) if page.cursor else None)
    told: Json = {"claims": page.rows, "offset": page.offset, "next": page.following, "cursor": page.cursor}
    return answer(stamped(world) | told)


class _Wanted:
    """Which claims the query asks for."""

    def __init__(self, request: web.Request) -> None:
        asked = request.query
        query.check_names(asked, {*_FILTERS, "offset", "cursor", "limit", "format"})
        self.network, self.asset, self.verdict = (asked.get(name) for name in _FILTERS)
        if self.verdict is not None:
            query.one_of(asked, "verdict", tuple(VerdictStatus), "")
        self.form = query.one_of(asked, "format", FORMS, "json")
        self.offset = query.whole(asked, "offset", 0, least=0, most=_FARTHEST)
        self.limit = query.whole(asked, "limit", 100, least=1, most=_MOST)
        self.cursor = asked.get("cursor")
        if self.cursor is not None and "offset" in asked:
            raise web.HTTPBadRequest(text="offset and cursor both say where the page begins: give one of them")

    def rows(self, assessment: Assessment, first: int) -> Iterator[int]:
        """The positions in the list, from ``first`` on, of the rows that are asked for."""
        rows = iter(range(first, len(assessment.claims)))
        if self.verdict is not None:
            rows = (row for row in rows if assessment.claim_verdicts[row].status == self.verdict)
        if self.network is not None or self.asset is not None:  # for this alone, rows have to be unpacked
            rows = (row for row in rows if self._names(assessment.claims[row]))
        return rows

    def _names(self, claim: Claim) -> bool:
        asset = claim.token.asset if claim.token is not None else None
        return self.network in {None, claim.network} and self.asset in {None, asset}


@dataclass(frozen=True, slots=True)
class _Page:
    rows: list[Json]
    offset: int
    """How many rows that are asked for come before."""
    cursor: str | None
    """Where the next page begins; None where there is none."""

    @property
    def following(self) -> int | None:
        return self.offset + len(self.rows) if self.cursor else None


def _page(assessment: Assessment, wanted: _Wanted) -> _Page:
    if assessment.listed_at is None:
        raise web.HTTPNotFound(text=f"no wallet list of {assessment.exchange} has been read yet")
    first, offset, passed = 0, wanted.offset, wanted.offset
    if wanted.cursor is not None:
        (first, offset), passed = _place(wanted.cursor, assessment, wanted), 0
    found = wanted.rows(assessment, first)
    rows = list(islice(found, passed, passed + wanted.limit))
    more = next(found, None)
    return _Page(
        [lists.claim(assessment.claims[row], assessment.claim_verdicts[row], assessment.snapshots) for row in rows],
        offset,
        f"{_mark(assessment, wanted)}-{more}-{offset + len(rows)}" if more is not None else None,
    )


def _place(cursor: str, assessment: Assessment, wanted: _Wanted) -> tuple[int, int]:
    """The row that ``cursor`` names, and how many come before; refused where these may be other rows by now."""
    parts = _CURSOR.fullmatch(cursor)
    if parts is None:
        raise web.HTTPBadRequest(text="cursor is what the page before gave as such")
    mark, row, offset = parts.groups()
    if mark != _mark(assessment, wanted):
        raise web.HTTPGone(
            text="the list was replaced since the page before, or network, asset or verdict are others: "
            "rows may have moved, so begin again without a cursor"
        )
    return int(row), int(offset)


def _mark(assessment: Assessment, wanted: _Wanted) -> str:
    """Stands for the rows of a list in their order, and for what narrows them."""
    state = assessment.documents.get("wallets")
    digest = state.current.sha256 if state is not None and state.current is not None else ""
    rows = (digest, len(assessment.claims), wanted.network, wanted.asset, wanted.verdict)
    return hashlib.sha256(repr(rows).encode(errors="surrogatepass")).hexdigest()[:16]
