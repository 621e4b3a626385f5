"""``/api/v1/exchanges/{name}/claims``: the rows of a wallet list with what was made of them, a page at a time."""

import asyncio
import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aiohttp import web

from monitor.model import Assessment, Code, VerdictStatus
from monitor.web import lists, query
from monitor.web.answers import answer, assessment_of, stamped, table, world_of
from monitor.web.plain import Json
from monitor.web.table import FORMS
from monitor.web.wallet_search import Order, Wanted, find

MOST = 1000
"""Rows that a page has at the most."""
NARROWING = ("search", "network", "asset", "verdict", "code", "reason", "order")
"""Parameters that say which rows, and in which order."""
_FARTHEST = 10**9
_CURSOR = re.compile(r"([0-9a-f]{16})-([0-9a-f]{1,200})-([0-9]{1,9})")

routes = web.RouteTableDef()


@routes.get("/api/v1/exchanges/{name}/claims")
async def claims(request: web.Request) -> web.Response:
    """Page through the rows of the list; filters narrow them before ``offset`` and ``limit`` count."""
    world = world_of(request)
    assessment = assessment_of(request, world)
    query.check_names(request.query, {*NARROWING, "offset", "cursor", "limit", "format"})
    form = query.one_of(request.query, "format", FORMS, "json")
    limit = query.whole(request.query, "limit", 100, least=1, most=MOST)
    page = await page_of(assessment, request.query, limit)
    rows = await asyncio.to_thread(lambda: [lists.claim(assessment, row) for row in page.rows])
    if form == "csv":
        here = request.rel_url.without_query_params("offset")
        return await table(lists.claim_lines(rows), here.update_query(cursor=page.cursor) if page.cursor else None)
    told: Json = {
        "claims": rows,
        "total": page.total,
        "offset": page.offset,
        "next": page.following,
        "cursor": page.cursor,
    }
    return answer(stamped(world) | told)


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows of a list."""

    rows: Sequence[int]
    """Their positions in the list."""
    total: int
    """How many rows are asked for altogether."""
    offset: int
    """How many rows that are asked for come before."""
    cursor: str | None
    """Where the next page begins; None where there is none."""

    @property
    def following(self) -> int | None:
        return self.offset + len(self.rows) if self.cursor else None


async def page_of(assessment: Assessment, asked: Mapping[str, str], limit: int) -> Page:
    """The rows that ``asked`` narrows to, from its ``offset`` or ``cursor`` on. What cannot be asked for is refused."""
    offset = query.whole(asked, "offset", 0, least=0, most=_FARTHEST)
    cursor = asked.get("cursor")
    if cursor is not None and "offset" in asked:
        raise web.HTTPBadRequest(text="offset and cursor both say where the page begins: give one of them")
    if assessment.listed_at is None:
        raise web.HTTPNotFound(text=f"no wallet list of {assessment.exchange} has been read yet")
    # Hundreds of thousands of rows are gone through: not on the event loop.
    return await asyncio.to_thread(_page, assessment, wanted_of(asked), offset, cursor, limit)


def wanted_of(asked: Mapping[str, str]) -> Wanted:
    """What of a list a query asks for."""
    for name, words in (("verdict", VerdictStatus), ("code", Code)):
        if name in asked:
            query.one_of(asked, name, tuple(words), "")
    return Wanted(
        search=asked.get("search", ""),
        network=asked.get("network"),
        asset=asked.get("asset"),
        verdict=asked.get("verdict"),
        code=asked.get("code"),
        reason=asked.get("reason", ""),
        order=Order(query.one_of(asked, "order", tuple(Order), Order.LIST)),
    )


def _page(assessment: Assessment, wanted: Wanted, offset: int, cursor: str | None, limit: int) -> Page:
    if cursor is None:
        found = find(assessment, wanted, skip=offset, most=limit)
    else:
        after, offset = _place(cursor, assessment, wanted)
        found = find(assessment, wanted, after=after, most=limit)
    following = found.following
    more = f"{_mark(assessment, wanted)}-{following:x}-{offset + len(found.rows)}" if following is not None else None
    return Page(found.rows, found.total, offset, more)


def _place(cursor: str, assessment: Assessment, wanted: Wanted) -> tuple[int, int]:
    """The place that ``cursor`` names, and how many rows come before; refused where these may be other rows by now."""
    parts = _CURSOR.fullmatch(cursor)
    if parts is None:
        raise web.HTTPBadRequest(text="cursor is what the page before gave as such")
    mark, place, offset = parts.groups()
    if mark != _mark(assessment, wanted):
        raise web.HTTPGone(
            text=f"the list was replaced since the page before, or {', '.join(NARROWING)} are others: "
            "rows may have moved, so begin again without a cursor"
        )
    return int(place, 16), int(offset)


def _mark(assessment: Assessment, wanted: Wanted) -> str:
    """Stands for the rows of a list in their order, and for what narrows them."""
    state = assessment.documents.get("wallets")
    digest = state.current.sha256 if state is not None and state.current is not None else ""
    rows = (digest, len(assessment.claims), wanted)
    return hashlib.sha256(repr(rows).encode(errors="surrogatepass")).hexdigest()[:16]
