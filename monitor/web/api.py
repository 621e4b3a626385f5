"""``/api/v1``: the World as JSON, for programs and for whoever wants every digit."""

import asyncio
from collections.abc import Iterable
from itertools import islice

from aiohttp import web

from monitor.model import Assessment, Claim, Verdict, VerdictStatus
from monitor.web import lists, serialise, snapshots
from monitor.web.answers import answer, assessment_of, stamped, world_of
from monitor.web.description import description
from monitor.web.plain import Json

_ROUTES = {
    "exchanges": "/api/v1/exchanges",
    "exchange": "/api/v1/exchanges/{name}",
    "claims": "/api/v1/exchanges/{name}/claims?network=&asset=&verdict=&offset=0&limit=100",
    "history": "/api/v1/exchanges/{name}/history?asset=&step=&from=30d&to=now&format=json",
    "account": "/api/v1/exchanges/{name}/networks/{network}/accounts/{account}",
    "endpoints": "/api/v1/endpoints",
    "alerts": "/api/v1/alerts",
    "config": "/api/v1/config",
    "description": "/api/v1/openapi.json",
}
_MOST = 1000

routes = web.RouteTableDef()


@routes.get("/api/v1")
async def index(_request: web.Request) -> web.Response:
    return answer({"routes": _ROUTES})


@routes.get("/api/v1/openapi.json")
async def openapi(_request: web.Request) -> web.Response:
    return answer(await asyncio.to_thread(description))


@routes.get("/api/v1/exchanges")
async def exchanges(request: web.Request) -> web.Response:
    world = world_of(request)
    listed = [serialise.summary(each) for each in world.assessments.values()]
    return answer(stamped(world) | {"exchanges": listed})


@routes.get("/api/v1/exchanges/{name}")
async def exchange(request: web.Request) -> web.Response:
    world = world_of(request)
    return answer(stamped(world) | {"exchange": serialise.exchange(assessment_of(request, world))})


@routes.get("/api/v1/exchanges/{name}/claims")
async def claims(request: web.Request) -> web.Response:
    """Page through the rows of the list; filters narrow them before ``offset`` and ``limit`` count."""
    world = world_of(request)
    assessment = assessment_of(request, world)
    wanted = _Wanted(request)
    # Hundreds of thousands of rows may be gone through: not on the event loop.
    page = await asyncio.to_thread(_page, assessment, wanted)
    return answer(stamped(world) | page)


@routes.get("/api/v1/exchanges/{name}/networks/{network}/accounts/{account}")
async def account(request: web.Request) -> web.Response:
    """What one account held at the last whole snapshot, and what that consists of as far as it is followed."""
    world = world_of(request)
    assessment = assessment_of(request, world)
    network, name = request.match_info["network"], request.match_info["account"]
    state = assessment.snapshots.get(network)
    whole = state.snapshot if state else None
    held = {token: amounts[name] for token, amounts in whole.balances.items() if name in amounts} if whole else {}
    if state is None or whole is None or not held:
        raise web.HTTPNotFound(text=f"no whole snapshot of {assessment.exchange} on {network} has an account {name}")
    outputs = await asyncio.to_thread(snapshots.outputs, whole, name)  # many may have to be gone through
    found = snapshots.account(state, whole, held) | {"outputs": outputs}
    return answer(stamped(world) | {"account": name, "network": network} | found)


@routes.get("/api/v1/endpoints")
async def endpoints(request: web.Request) -> web.Response:
    world = world_of(request)
    return answer(stamped(world) | {"endpoints": [snapshots.endpoint(each) for each in world.endpoints]})


@routes.get("/api/v1/alerts")
async def alerts(request: web.Request) -> web.Response:
    world = world_of(request)
    return answer(stamped(world) | {"alerts": [serialise.alert(each) for each in world.alerts]})


@routes.get("/api/v1/config")
async def config(request: web.Request) -> web.Response:
    return answer({"config": dict(world_of(request).configuration)})


class _Wanted:
    """Which claims the query asks for."""

    def __init__(self, request: web.Request) -> None:
        query = request.query
        unknown = set(query) - {"network", "asset", "verdict", "offset", "limit"}
        if unknown:
            raise web.HTTPBadRequest(text=f"unknown parameter: {', '.join(sorted(unknown))}")
        self.network, self.asset, self.verdict = (query.get(key) for key in ("network", "asset", "verdict"))
        if self.verdict is not None and self.verdict not in set(VerdictStatus):
            raise web.HTTPBadRequest(text=f"verdict is one of {', '.join(VerdictStatus)}")
        self.offset = _whole(query.get("offset", "0"), "offset", 0, 10**9)
        self.limit = _whole(query.get("limit", "100"), "limit", 1, _MOST)

    def includes(self, claim: Claim, verdict: Verdict) -> bool:
        asset = claim.token.asset if claim.token is not None else None
        pairs = ((self.network, claim.network), (self.asset, asset), (self.verdict, verdict.status))
        return all(wanted is None or wanted == found for wanted, found in pairs)


def _whole(text: str, name: str, least: int, most: int) -> int:
    if not text.isascii() or not text.isdigit() or not least <= int(text[:12]) <= most:
        raise web.HTTPBadRequest(text=f"{name} is a whole number from {least} to {most}")
    return int(text)


def _page(assessment: Assessment, wanted: _Wanted) -> Json:
    if assessment.listed_at is None:
        raise web.HTTPNotFound(text=f"no wallet list of {assessment.exchange} has been read yet")
    judged = zip(assessment.claims, assessment.claim_verdicts, strict=True)
    found = (pair for pair in judged if wanted.includes(*pair))
    rows = list(islice(found, wanted.offset, wanted.offset + wanted.limit))
    more = _any(found)
    return {
        "claims": [lists.claim(claim, verdict, assessment.snapshots) for claim, verdict in rows],
        "offset": wanted.offset,
        "next": wanted.offset + len(rows) if more else None,
    }


def _any(rest: Iterable[object]) -> bool:
    return next(iter(rest), None) is not None
