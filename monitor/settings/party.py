"""Whose node an endpoint is: as far as its URL tells, whoever runs its host."""

import ipaddress
import socket
from urllib.parse import unquote, urlsplit

_HERE = "localhost"
_NAMES_OF_HERE = frozenset({"localhost", "localhost.localdomain", "localhost6", "ip6-localhost", "ip6-loopback"})


def host_of(url: str) -> str:
    """The host of ``url`` in one spelling, whatever its port, user, case and final dot.

    International names are those of the domain name system (``xn--…``), addresses are written in their usual form
    (``127.1`` and ``0x7f000001`` are addresses too), and all that lead to this machine are ``localhost``.
    """
    host = unquote(urlsplit(url).hostname or "").rstrip(".")
    try:
        host = host.encode("idna").decode().rstrip(".")
    except UnicodeError:  # no name of the domain name system: an address, or nothing that can be reached
        host = host.casefold()
    if host.casefold() in _NAMES_OF_HERE or host.casefold().endswith(".localhost"):
        return _HERE
    address = _address(host)
    if address is None:
        return host.casefold()
    return _HERE if address.is_loopback or address.is_unspecified else str(address)


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """The address that ``host`` is, in any of the forms that the system takes for one; None for a name."""
    try:
        found = ipaddress.ip_address(host)
    except ValueError:
        try:
            return ipaddress.IPv4Address(socket.inet_aton(host))
        except OSError:
            return None
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return mapped or found
