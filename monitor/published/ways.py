"""Where a redirect, or a link on a page, may lead: a publisher's server must not send us into our own network.

What is checked is the address that is connected to, so that no name can be one thing when it is checked and another
when it is used.
"""

import ipaddress
import socket
from collections.abc import Iterator

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from monitor.published.errors import Cause, DocumentError

ANY = "any"
"""The setting ``redirects`` under which all that is http(s) is followed."""

_REMEDY = "name the final URL as the source, or set `redirects: any` if it is meant so"

IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_UNICAST = ipaddress.ip_network("2000::/3")
"""What IANA gives to hosts of the internet; the rest of IPv6 has local meanings, old ones and those to come."""


class Way:
    """The way to one document: from the configured source on, whatever leads further is judged by it."""

    def __init__(self, source: str, redirects: str) -> None:
        self._source = URL(source)
        self._open = redirects == ANY

    def check(self, url: URL) -> None:
        """Refuse a URL that must not be asked. Raises DocumentError."""
        allowed = {"http", "https"} if self._open or self._source.scheme == "http" else {"https"}
        if url.scheme not in allowed or not url.host:
            raise _refusal(f"{url.scheme or 'no'} URL", url.host or "")
        if not self._leads_anywhere(url) and (address := _literal(url.host)) and not is_public(address):
            raise _refusal("an address that is not public", url.host)

    def session(self, url: URL, headers: dict[str, str]) -> aiohttp.ClientSession:
        """A session for ``url``, which was checked; it connects to public addresses only, unless more is allowed."""
        resolver = None if self._leads_anywhere(url) else _PublicOnly()
        connector = aiohttp.TCPConnector(resolver=resolver, use_dns_cache=False, force_close=True)
        return aiohttp.ClientSession(connector=connector, headers=headers, cookie_jar=aiohttp.DummyCookieJar())

    def _leads_anywhere(self, url: URL) -> bool:
        """Whether the address does not matter: it is the operator's own choice, or where the source is itself."""
        return (
            self._open or url.host == self._source.host or (_is_loopback(url.host) and _is_loopback(self._source.host))
        )


def with_credentials(url: URL, before: URL) -> URL:
    """``url``, to which ``before`` leads, with the credentials of ``before`` if it is of the same origin, else none."""
    own = before.origin() == url.origin()
    return url.with_user(before.user).with_password(before.password) if own and before.user else url.with_user(None)


def is_public(address: IpAddress) -> bool:
    """Whether anybody on the internet would reach the same host there."""
    return all(
        each.is_global and not each.is_multicast and (each.version == 4 or each in _UNICAST) for each in _meant(address)
    )


def _meant(address: IpAddress) -> Iterator[IpAddress]:
    """The address, or the IPv4 addresses that it stands for."""
    if isinstance(address, ipaddress.IPv4Address):
        yield address
    elif address.ipv4_mapped:
        yield address.ipv4_mapped
    elif address in _NAT64 or int(address) >> 32 == 0:  # the latter: IPv4-compatible, given up long ago
        yield ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    else:
        yield address
        if address.sixtofour:
            yield address.sixtofour
        if address.teredo:
            yield from address.teredo


def _literal(host: str | None) -> IpAddress | None:
    try:
        return ipaddress.ip_address((host or "").partition("%")[0])
    except ValueError:
        return None


def _is_loopback(host: str | None) -> bool:
    address = _literal(host)
    return host == "localhost" or (address is not None and all(each.is_loopback for each in _meant(address)))


class _PublicOnly(AbstractResolver):
    """Resolves names as the system does, and refuses those of which any address is not public."""

    def __init__(self) -> None:
        self._system = aiohttp.ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = await self._system.resolve(host, port, family)
        for each in found:
            address = _literal(each["host"])
            if address is None or not is_public(address):
                raise _refusal("an address that is not public", host)
        return found

    async def close(self) -> None:
        await self._system.close()


def _refusal(what: str, host: str) -> DocumentError:
    return DocumentError(Cause.REDIRECT, f"led to {what} ({host!r}), which is not followed; {_REMEDY}")
