"""Which configured values are secret, and how they look to people."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit, urlunsplit

from monitor.settings.schema import Settings

MASK = "***"
_KEY_LENGTH = 16  # a path segment this long may be an API key
_SHORTEST = 4  # shorter values would mask half of every log line


def mask_source(source: str) -> str:
    """A document's path as it is, or its URL without credentials and query values."""
    parts = urlsplit(source)
    if "://" not in source or not ("@" in parts.netloc or parts.query):
        return source
    host = parts.netloc.rpartition("@")[2]
    netloc = f"{MASK}@{host}" if "@" in parts.netloc else host
    query = "&".join(f"{key}={MASK}" for key, _ in parse_qsl(parts.query, keep_blank_values=True))
    return urlunsplit((parts.scheme, netloc, parts.path, query, ""))


def mask_url(url: str) -> str:
    """An endpoint's URL without credentials, query values, and path segments long enough to be an API key."""
    parts = urlsplit(mask_source(url))
    path = "/".join(MASK if _may_be_key(segment) else segment for segment in parts.path.split("/"))
    return urlunsplit(parts._replace(path=path))


def secrets_of(settings: Settings) -> frozenset[str]:
    """Every configured value that must not appear in logs, metrics or pages."""
    found = set(_in_url(settings.store.url))
    for network in settings.networks.values():
        for endpoint in network.endpoints:
            found.update(_in_url(endpoint.url), _in_path(endpoint.url), endpoint.headers.values())
            found.update(value for value in (endpoint.user, endpoint.password) if value)
    for exchange in settings.exchanges.values():
        owed = exchange.liabilities
        for document in (exchange.wallets, owed, owed and owed.proof):
            if document:
                found.update(_in_url(document.source))
    return frozenset(value for value in found if len(value) >= _SHORTEST)


def _in_url(url: str) -> Iterator[str]:
    parts = urlsplit(url)
    if "@" in parts.netloc:
        for part in parts.netloc.rpartition("@")[0].split(":", 1):
            yield part
            yield unquote(part)
    yield from (value for _, value in parse_qsl(parts.query))


def _in_path(url: str) -> Iterator[str]:
    yield from (segment for segment in urlsplit(url).path.split("/") if _may_be_key(segment))


def _may_be_key(segment: str) -> bool:
    return len(segment) >= _KEY_LENGTH and "." not in segment


def masked(settings: Settings) -> dict[str, Any]:
    """The effective configuration for people: every value, defaults too, without its secrets."""
    shown: dict[str, Any] = settings.model_dump(mode="json", by_alias=True)
    shown["store"]["url"] = mask_source(settings.store.url)
    for network in shown["networks"].values():
        for endpoint in network["endpoints"]:
            endpoint["url"] = mask_url(endpoint["url"])
            endpoint["headers"] = dict.fromkeys(endpoint["headers"], MASK)
            for key in ("user", "password"):
                endpoint[key] = MASK if endpoint[key] else endpoint[key]
    for exchange in shown["exchanges"].values():
        owed = exchange["liabilities"]
        for document in (exchange["wallets"], owed, owed and owed["proof"]):
            if document:
                document["source"] = mask_source(document["source"])
    return shown
