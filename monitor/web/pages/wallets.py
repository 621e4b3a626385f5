"""``/exchanges/X/wallets``: every row of the wallet list, searched, narrowed, put in order, a page at a time."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from aiohttp import web
from yarl import URL

from monitor.model import Assessment, Claim, SnapshotState, Verdict
from monitor.web import lists, query
from monitor.web.answers import assessment_of, world_of
from monitor.web.claims_api import NARROWING, Page, page_of
from monitor.web.pages.frame import Link, address, frame, respond
from monitor.web.wallet_search import Order

_ROWS = 50
ORDERS = {
    Order.LIST: "as the list has them",
    Order.NETWORK: "by network",
    Order.VERDICT: "by verdict",
    Order.BALANCE: "by asset, the largest balance first",
}

routes = web.RouteTableDef()


@routes.get("/exchanges/{name}/wallets", name="wallets")
async def show(request: web.Request) -> web.Response:
    world = world_of(request)
    exchange = assessment_of(request, world)
    query.check_names(request.query, {*NARROWING, "cursor", "at"})
    own = frame(
        request,
        f"Wallets of {exchange.title}",
        world,
        section="wallets",
        exchange=exchange,
        trail=(Link("Wallets", address("exchanges", exchange.exchange, "wallets"), here=True),),
    )
    asked = {name: text.strip() for name, text in request.query.items() if text.strip()}  # forms send empty fields
    known = exchange.listed_at is not None and own.at is None
    page = await page_of(exchange, asked, _ROWS) if known else Page((), 0, 0, None)
    claims = address("api", "v1", "exchanges", exchange.exchange, "claims")
    narrowed = {name: text for name, text in asked.items() if name in NARROWING}
    return await respond(
        "wallets.html",
        own,
        exchange=exchange,
        refusal=_refused(exchange),
        asked=narrowed,
        networks=sorted({alike.network for alike in exchange.claims.alike if alike.network}),
        assets=sorted({alike.token.asset for alike in exchange.claims.alike if alike.token}),
        orders=ORDERS,
        page=page,
        rows=_rows(exchange, page),
        first=_link(own.path, narrowed),
        following=_link(own.path, narrowed | {"cursor": page.cursor}) if page.cursor else None,
        api=_link(claims, narrowed | {"limit": "1000"}),
        csv=_link(claims, narrowed | {"limit": "1000", "format": "csv"}),
    )


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the list, with what is known of its account."""

    claim: Claim
    verdict: Verdict
    balance: Decimal | None
    """Whole coins."""
    state: SnapshotState | None
    """Of its network."""
    explorer: str | None


def _rows(exchange: Assessment, page: Page) -> Iterator[Row]:
    for position in page.rows:
        claim = exchange.claims[position]
        yield Row(
            claim,
            exchange.claim_verdicts[position],
            lists.balance_of(claim, exchange.snapshots),
            exchange.snapshots.get(claim.network or ""),
            lists.explorer(claim, exchange.explorers),
        )


def _refused(exchange: Assessment) -> bool:
    """Whether the newest attempt to read the list was in vain."""
    state = exchange.documents.get("wallets")
    return state is not None and bool(state.refusal)


def _link(path: str, asked: Mapping[str, str]) -> str:
    return str(URL(path, encoded=True).with_query(asked))
