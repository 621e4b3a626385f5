"""Which configured values are secret, and how they look to people."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit, urlunsplit

from monitor.settings.schema import Settings

MASK = "***"
_PLAIN_SEGMENT = 16
_SHORTEST = 4  # shorter values would mask half of every log line


def mask_url(url: str) -> str:
    """``url`` without user, password, query values, and path segments long enough to be an API key."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    netloc = f"{MASK}@{host}" if "@" in parts.netloc else host
    path = "/".join(MASK if _may_be_key(segment) else segment for segment in parts.path.split("/"))
    query = "&".join(f"{key}={MASK}" for key, _ in parse_qsl(parts.query, keep_blank_values=True))
    return urlunsplit((parts.scheme, netloc, path, query, ""))


def _may_be_key(segment: str) -> bool:
    return len(segment) >= _PLAIN_SEGMENT and "." not in segment


def _url_secrets(url: str) -> Iterator[str]:
    parts = urlsplit(url)
    if "@" in parts.netloc:
        credentials = parts.netloc.rpartition("@")[0]
        yield credentials
        yield from (unquote(part) for part in credentials.split(":", 1))
    yield from (value for _, value in parse_qsl(parts.query))
    yield from (segment for segment in parts.path.split("/") if _may_be_key(segment))


def secrets_of(settings: Settings) -> frozenset[str]:
    """Every configured value that must not appear in logs, metrics or pages."""
    found: set[str] = set(_url_secrets(settings.store.url))
    for network in settings.networks.values():
        for endpoint in network.endpoints:
            found.update(_url_secrets(endpoint.url))
            found.update(value for value in (endpoint.user, endpoint.password) if value)
            found.update(endpoint.headers.values())
    for exchange in settings.exchanges.values():
        for document in (exchange.wallets, exchange.liabilities):
            if document and "://" in document.source:
                found.update(_document_secrets(document.source))
    return frozenset(value for value in found if len(value) >= _SHORTEST)


def _document_secrets(source: str) -> Iterator[str]:
    parts = urlsplit(source)
    if "@" in parts.netloc:
        yield from parts.netloc.rpartition("@")[0].split(":", 1)
    yield from (value for _, value in parse_qsl(parts.query))


def masked(settings: Settings) -> dict[str, Any]:
    """The effective configuration for people: every value, defaults too, without its secrets."""
    shown: dict[str, Any] = settings.model_dump(mode="json", by_alias=True)
    shown["store"]["url"] = mask_url(settings.store.url) if "@" in settings.store.url else settings.store.url
    for network in shown["networks"].values():
        for endpoint in network["endpoints"]:
            endpoint["url"] = mask_url(endpoint["url"])
            endpoint["headers"] = dict.fromkeys(endpoint["headers"], MASK)
            for key in ("user", "password"):
                endpoint[key] = MASK if endpoint[key] else endpoint[key]
    for exchange in shown["exchanges"].values():
        for document in (exchange["wallets"], exchange["liabilities"]):
            if document and "://" in document["source"]:
                document["source"] = _mask_document(document["source"])
    return shown


def _mask_document(source: str) -> str:
    parts = urlsplit(source)
    host = parts.netloc.rpartition("@")[2]
    netloc = f"{MASK}@{host}" if "@" in parts.netloc else host
    query = "&".join(f"{key}={MASK}" for key, _ in parse_qsl(parts.query, keep_blank_values=True))
    return urlunsplit((parts.scheme, netloc, parts.path, query, ""))
