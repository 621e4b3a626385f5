"""Who may make this server do something: not the page of another site, under whatever name it comes here."""

import ipaddress
from collections.abc import Collection
from urllib.parse import urlsplit

from aiohttp import hdrs, web
from aiohttp.typedefs import Handler, Middleware

LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})

_NOBODY = frozenset({"", "0.0.0.0", "::"})  # noqa: S104 - no name to be called by, but "every address" to listen on
_READING = frozenset({hdrs.METH_GET, hdrs.METH_HEAD, hdrs.METH_OPTIONS})
_OWN = frozenset({"same-origin", "none"})
"""Values of Sec-Fetch-Site (Fetch Metadata): our own page, or somebody who typed the address."""


class Hosts:
    """The names of this server: ``localhost``, what it listens on, and what ``web.hosts`` lists."""

    def __init__(self) -> None:
        self._names = LOCAL

    def replace(self, names: Collection[str]) -> None:
        """From now on, these names besides those of the loopback."""
        self._names = LOCAL | ({_plain(name) for name in names} - _NOBODY)

    def include(self, request: web.Request) -> bool:
        """Whether the request was sent to one of the names, or to the very address that it came in at."""
        sent_to = request.headers.getall(hdrs.HOST, [])
        if len(sent_to) != 1:
            return False
        came_in_at = request.transport.get_extra_info("sockname") if request.transport else None
        own = {_plain(str(came_in_at[0]))} if isinstance(came_in_at, tuple) else set()
        return host_of(sent_to[0]) in self._names | own


def host_of(authority: str) -> str:
    """The host of ``HOST:PORT`` or ``[IPv6]:PORT`` in the form that is compared; empty where it is none."""
    try:
        return _plain(urlsplit(f"//{authority}").hostname or "")
    except ValueError:
        return ""


def _plain(host: str) -> str:
    text = host.lower().strip("[]").removesuffix(".")
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return text
    mapped = getattr(address, "ipv4_mapped", None)
    return str(mapped or address)


def from_here(hosts: Hosts) -> Middleware:
    """A middleware that refuses whatever would change something and was asked for by another site's page.

    A browser sends such a request, with the passwords that it knows, to any address. It tells whose page it was
    (Origin, Sec-Fetch-Site), unless the page came under a name that only now leads here (DNS rebinding): then the name
    itself (Host) tells.
    """

    @web.middleware
    async def check(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.method not in _READING:
            _check(request, hosts)
        return await handler(request)

    return check


def _check(request: web.Request, hosts: Hosts) -> None:
    if not hosts.include(request):
        raise web.HTTPForbidden(
            text="the Host header is no name of this server; list it under `web.hosts` if it is one\n"
        )
    if request.headers.get("Sec-Fetch-Site", "none") not in _OWN:
        raise web.HTTPForbidden(text="a page of another site must not change anything here\n")
    origin = request.headers.get(hdrs.ORIGIN)
    if origin is not None and _authority(origin) != request.headers[hdrs.HOST].lower():
        raise web.HTTPForbidden(text="a page of another site must not change anything here\n")


def _authority(origin: str) -> str:
    try:
        return urlsplit(origin).netloc.lower()
    except ValueError:
        return ""
