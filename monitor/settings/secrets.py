"""Which configured values are secret, and how a configuration looks to people.

Of every URL what :mod:`~monitor.settings.urls` says, every user and password, and the value of every header. It makes
no difference whether they stand in the file, in a variable or in a ``*_file``.
"""

import re
from base64 import b64decode
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel

from monitor.formats import MASK
from monitor.settings.notify import ChannelSettings
from monitor.settings.schema import Settings
from monitor.settings.urls import (
    COMMON,
    channel_secrets,
    host_of,
    mask_channel,
    mask_source,
    mask_url,
    secret_parts,
)

_OPEN_HEADERS = frozenset({"accept", "accept-encoding", "accept-language", "content-type", "user-agent"})
_CREDENTIAL = re.compile(r"[^\s,;=\"']{8,}")
_CHANNEL = "notify.url"
_OPEN = frozenset({"runbook_url", "external_url"})
"""What is shown to everybody, as links."""
_NAMES = frozenset({"name", "title", "protocol", "format"})

Leaf = tuple[str, str]
"""A text of the configuration, and the key that it stands under; of a header, ``headers.`` and its name."""


def secrets_of(settings: Settings) -> frozenset[str]:
    """Return every configured value that must not appear in logs, metrics or pages.

    What is also the name of something, as the test network's password is, is masked only where it stands in a URL or in
    credentials: else nothing could be called by its name.
    """
    leaves = list(_leaves("", settings))
    hosts = (host_of(text) for key, text in leaves if "://" in text and key != _CHANNEL)
    names = [name.lower() for name in (*_named(settings), *hosts)]
    found = {value for key, text in leaves for value in _secrets(key, text) if value}
    found |= set(_credentials(settings))
    return frozenset(value for value in found if value.startswith("/") or not _is_name(value, names))


def secrets_in(source: str) -> frozenset[str]:
    """Return those of a document's path or URL that stands in no configuration but on the command line."""
    return frozenset(filter(None, secret_parts(source, document=True)))


def masked(settings: Settings) -> dict[str, Any]:
    """Return the effective configuration for people: every value, defaults too, without its secrets."""
    shown = {name: _masked(name, item) for name, item in settings.model_dump(mode="json", by_alias=True).items()}
    return shown | {"notify": [_masked_channel(channel) for channel in settings.notify]}


def _masked_channel(channel: ChannelSettings) -> object:
    url = mask_channel(channel.url) if channel.url else None
    return _masked("", channel.model_dump(mode="json") | {"name": channel.label, "url": url})


def _masked(key: str, value: object) -> object:
    match value:
        case dict() if key == "headers":
            return dict.fromkeys(value, MASK)
        case dict():
            return {name: _masked(name, item) for name, item in value.items()}
        case list():
            return [_masked(key, item) for item in value]
        case str() if key in {"user", "password"}:
            return MASK
        case str() if key == "source":
            return mask_source(value)
        case str() if key not in _OPEN:
            return mask_url(value)
        case _:
            return value


def _leaves(key: str, value: object) -> Iterator[Leaf]:
    """Every text of a section."""
    match value:
        case str():
            yield key, value
        case BaseModel():
            for name, item in value:
                yield from _leaves(_CHANNEL if name == "url" and isinstance(value, ChannelSettings) else name, item)
        case Mapping():
            for name, item in value.items():
                yield from _leaves(f"headers.{name}" if key == "headers" else key, item)
        case tuple():
            for item in value:
                yield from _leaves(key, item)
        case _:
            return


def _secrets(key: str, text: str) -> Iterator[str]:
    if key in {"user", "password"}:
        yield text
    elif key == _CHANNEL:
        yield from channel_secrets(text)
    elif key.startswith("headers."):
        yield from _of_header(key.removeprefix("headers."), text)
    elif key not in _OPEN:
        yield from secret_parts(text, document=key == "source")


def _of_header(name: str, value: str) -> Iterator[str]:
    if name.lower() in _OPEN_HEADERS:
        return
    yield value
    yield from _CREDENTIAL.findall(value)
    scheme, _, rest = value.partition(" ")
    if scheme.lower() == "basic":
        try:
            credentials = b64decode(rest).decode()
        except ValueError:
            return
        yield from (credentials, *credentials.split(":", 1))


def _credentials(settings: Settings) -> Iterator[str]:
    """User and password as Basic authentication joins them (RFC 7617)."""
    for network in settings.networks.values():
        for endpoint in network.endpoints:
            if endpoint.user and endpoint.password:
                yield f"{endpoint.user}:{endpoint.password}"


def _named(settings: Settings) -> Iterator[str]:
    """What is shown everywhere."""
    yield from settings.exchanges
    yield from settings.networks
    yield from (text for key, text in _leaves("", settings) if key in _NAMES)
    yield from (f"reader {each.read_by}" for each in settings.networks.values() if each.read_by)
    yield from COMMON


def _is_name(value: str, names: list[str]) -> bool:
    whole = re.compile(rf"(?<![0-9a-z]){re.escape(value.lower())}(?![0-9a-z])")
    return any(map(whole.search, names))
