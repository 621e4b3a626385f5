"""``/api/v1``: the World as JSON, for programs and for whoever wants every digit."""

import asyncio

from aiohttp import web

from monitor.web import dollars, serialise, snapshots
from monitor.web.answers import answer, assessment_of, stamped, world_of
from monitor.web.description import description

_ROUTES = {
    "exchanges": "/api/v1/exchanges",
    "exchange": "/api/v1/exchanges/{name}",
    "claims": "/api/v1/exchanges/{name}/claims?search=&network=&asset=&verdict=&reason=&order=&cursor=&limit=&format=",
    "history": "/api/v1/exchanges/{name}/history?asset=&step=&from=30d&to=now&format=json",
    "events": "/api/v1/exchanges/{name}/events?until=now&cursor=&limit=100&format=json",
    "reports": "/api/v1/exchanges/{name}/reports?until=now&cursor=&limit=100&format=json",
    "account": "/api/v1/exchanges/{name}/networks/{network}/accounts/{account}",
    "prices": "/api/v1/prices",
    "endpoints": "/api/v1/endpoints",
    "alerts": "/api/v1/alerts",
    "channels": "/api/v1/channels",
    "config": "/api/v1/config",
    "description": "/api/v1/openapi.json",
}

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
    assessments = world.assessments.values()
    listed = await asyncio.to_thread(lambda: [serialise.summary(each, world.prices) for each in assessments])
    return answer(stamped(world) | {"exchanges": listed})


@routes.get("/api/v1/exchanges/{name}")
async def exchange(request: web.Request) -> web.Response:
    world = world_of(request)
    told = await asyncio.to_thread(serialise.exchange, assessment_of(request, world), world.prices)
    return answer(stamped(world) | {"exchange": told})


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


@routes.get("/api/v1/prices")
async def prices(request: web.Request) -> web.Response:
    """What coins are worth, and why others are not known."""
    world = world_of(request)
    return answer(stamped(world) | dollars.prices(world.prices))


@routes.get("/api/v1/endpoints")
async def endpoints(request: web.Request) -> web.Response:
    world = world_of(request)
    return answer(stamped(world) | {"endpoints": [snapshots.endpoint(each) for each in world.endpoints]})


@routes.get("/api/v1/alerts")
async def alerts(request: web.Request) -> web.Response:
    world = world_of(request)
    return answer(stamped(world) | {"alerts": [serialise.alert(each) for each in world.alerts]})


@routes.get("/api/v1/channels")
async def channels(request: web.Request) -> web.Response:
    world = world_of(request)
    return answer(stamped(world) | {"channels": [serialise.channel(each) for each in world.channels]})


@routes.get("/api/v1/config")
async def config(request: web.Request) -> web.Response:
    return answer({"config": dict(world_of(request).configuration)})
