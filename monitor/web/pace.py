"""How often one client may ask the API: who pages through millions of rows must not keep the monitor from watching."""

import asyncio
import ipaddress
import math
from collections import OrderedDict
from collections.abc import Sequence

from aiohttp import hdrs, web
from aiohttp.typedefs import Handler, Middleware

from monitor.web.answers import of_api
from monitor.web.origin import host_of

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_AT_ONCE = 10.0
"""Seconds whose requests may be made at once, after as long without any."""
_REMEMBERED = 10_000
"""Clients; whoever has not asked for longest is forgotten."""
_HOUSEHOLD = 64
"""Bits of an IPv6 address that are one client's: it has all addresses that begin with them."""


class Pace:
    """Counts the requests of each client (the generic cell rate algorithm). No rate: no limit."""

    def __init__(self) -> None:
        self._rate: float | None = None
        self._proxies: Sequence[Network] = ()
        self._paid_until: OrderedDict[str, float] = OrderedDict()
        """By client: when it will have waited for all that it has asked, at the rate."""

    def replace(self, rate: float | None, proxies: Sequence[Network]) -> None:
        """From now on, so many requests a second; ``proxies`` are believed whom they ask for."""
        self._rate, self._proxies = rate, proxies
        self._paid_until.clear()

    def wait(self, client: str, now: float) -> float:
        """Count a request of ``client`` at ``now``; if it is one too many, return the seconds until another may be."""
        if self._rate is None:
            return 0
        paid_until = max(self._paid_until.pop(client, now), now)
        early = max(paid_until - now - _AT_ONCE, 0)
        self._paid_until[client] = paid_until if early else paid_until + 1 / self._rate
        if len(self._paid_until) > _REMEMBERED:
            self._paid_until.popitem(last=False)
        return early

    def client(self, request: web.Request) -> str:
        """Who asks: the address of the connection, or what a proxy of ours says of it in X-Forwarded-For.

        The header is read from its end: what stands before the first address that is no proxy's, anybody wrote.
        """
        hops = [hop for value in request.headers.getall(hdrs.X_FORWARDED_FOR, ()) for hop in value.split(",")]
        address = _address(request.remote or "")
        while hops and address is not None and any(address in network for network in self._proxies):
            address = _address(hops.pop().strip())
        if isinstance(address, ipaddress.IPv6Address):
            return str(ipaddress.ip_network((address, _HOUSEHOLD), strict=False))
        return str(address)


def _address(text: str) -> Address | None:
    for spelling in (text, host_of(text)):  # some proxies write the port too
        try:
            address = ipaddress.ip_address(spelling)
        except ValueError:
            continue
        return getattr(address, "ipv4_mapped", None) or address
    return None


def limited(pace: Pace) -> Middleware:
    """A middleware that refuses, with 429, what is asked too often of the API, to be verified, or to be painted."""

    @web.middleware
    async def check(request: web.Request, handler: Handler) -> web.StreamResponse:
        verified = request.method == hdrs.METH_POST and request.path == "/verify"
        if of_api(request) or verified or request.path.endswith(".png"):
            early = pace.wait(pace.client(request), asyncio.get_running_loop().time())
            if early:
                seconds = math.ceil(early)
                raise web.HTTPTooManyRequests(
                    headers={hdrs.RETRY_AFTER: str(seconds)}, text=f"too many requests: ask again in {seconds} s"
                )
        return await handler(request)

    return check
