"""``/verify``: a visitor's own proof file, verified by the monitor. Nothing of it is kept, and nothing is logged."""

from aiohttp import web

from monitor.formats import ForeseenError
from monitor.judgement import conclusion, reservation, with_published
from monitor.web import query
from monitor.web.answers import world_of
from monitor.web.deps import DEPS
from monitor.web.pages.frame import Frame, frame, respond
from monitor.web.uploads import UPLOADS, Uploads

routes = web.RouteTableDef()


@routes.get("/verify", name="verify")
async def form(request: web.Request) -> web.Response:
    """The form; the exchange may be chosen already."""
    query.check_names(request.query, {"exchange"})
    world, uploads = world_of(request), _uploads(request)
    chosen = request.query.get("exchange", "")
    return await respond(
        "verify.html", _frame(request), exchanges=world.assessments, limits=uploads.limits, chosen=chosen
    )


@routes.post("/verify")
async def verify(request: web.Request) -> web.Response:
    """What the file of the form shows, beside what the monitor saw the exchange publish."""
    world, uploads, deps = world_of(request), _uploads(request), request.app[DEPS]
    with uploads.place():
        upload = await uploads.read(request)
        name = upload.fields.get("exchange", "")
        if name not in world.assessments:
            raise web.HTTPBadRequest(text="choose the exchange that the file is of")
        proof = await deps.verify(upload.name, upload.content, upload.fields.get("user", ""), uploads.limits)
    exchange = world.assessments[name]
    try:
        record = await deps.publications(name)
    except ForeseenError as error:
        raise web.HTTPServiceUnavailable(text=str(error)) from error
    root = with_published(proof, record, exchange.title)
    response = await respond(
        "verified.html",
        _frame(request),
        exchange=exchange,
        file=upload.name,
        proof=proof,
        root=root,
        conclusion=conclusion(proof, root),
        reservation=reservation(proof, root),
    )
    response.headers["Cache-Control"] = "no-store"
    return response


def _uploads(request: web.Request) -> Uploads:
    uploads = request.app[UPLOADS]
    if not uploads.offered:
        raise web.HTTPNotFound(
            text="files are not verified here: that is off unless the configuration says `web: {verify: true}`"
        )
    return uploads


def _frame(request: web.Request) -> Frame:
    return frame(request, "Check your own file", None, section="verify")
