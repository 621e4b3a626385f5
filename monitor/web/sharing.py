"""Pages of which other sites may read the API in a browser (CORS, in the Fetch standard). Nobody's, unless configured.

A browser lets any page ask a server, one on its user's own machine too, and gives the answer only to pages of an origin
that the server names. Passwords that the browser knows are never sent along: credentials are not allowed.
"""

from collections.abc import Collection

from aiohttp import hdrs, web
from aiohttp.typedefs import Handler, Middleware

from monitor.web.answers import of_api

_READING = frozenset({hdrs.METH_GET, hdrs.METH_HEAD, hdrs.METH_OPTIONS})
_GOOD_FOR = 600
"""Seconds that a browser remembers the answer."""


class Sharing:
    """The origins whose pages may read, ``*`` for all."""

    def __init__(self) -> None:
        self._origins: frozenset[str] = frozenset()

    def replace(self, origins: Collection[str]) -> None:
        """From now on, these and no others."""
        self._origins = frozenset(origins)

    def allows(self, request: web.Request) -> bool:
        """Whether the page that asks may read what is answered."""
        reads = request.method in _READING and of_api(request)
        return reads and not self._origins.isdisjoint({"*", request.headers.get(hdrs.ORIGIN, "")})

    def set_headers(self, request: web.Request, response: web.StreamResponse) -> None:
        """Tell the browser whether to give the page the answer, and caches what that depends on."""
        if self.allows(request):
            origin = "*" if "*" in self._origins else request.headers[hdrs.ORIGIN]
            response.headers[hdrs.ACCESS_CONTROL_ALLOW_ORIGIN] = origin
            response.headers[hdrs.ACCESS_CONTROL_EXPOSE_HEADERS] = f"{hdrs.ETAG}, {hdrs.LINK}, {hdrs.RETRY_AFTER}"
        if self._origins and "*" not in self._origins and of_api(request):
            response.headers.add(hdrs.VARY, hdrs.ORIGIN)


def preflighted(sharing: Sharing) -> Middleware:
    """A middleware that answers a browser's question whether a page may ask with headers of its own.

    It is asked without password, and the answer tells nothing.
    """

    @web.middleware
    async def check(request: web.Request, handler: Handler) -> web.StreamResponse:
        asks = request.method == hdrs.METH_OPTIONS and hdrs.ACCESS_CONTROL_REQUEST_METHOD in request.headers
        if not asks or not sharing.allows(request):
            return await handler(request)
        allowed = {
            hdrs.ACCESS_CONTROL_ALLOW_METHODS: f"{hdrs.METH_GET}, {hdrs.METH_HEAD}",
            hdrs.ACCESS_CONTROL_ALLOW_HEADERS: f"{hdrs.AUTHORIZATION}, {hdrs.IF_NONE_MATCH}",
            hdrs.ACCESS_CONTROL_MAX_AGE: str(_GOOD_FOR),
        }
        return web.Response(status=web.HTTPNoContent.status_code, headers=allowed)

    return check
