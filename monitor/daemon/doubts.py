"""What in a configuration is probably not meant, and yet may be: told, never refused."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit

from monitor.daemon.proof_sources import is_proof
from monitor.model import Document
from monitor.published import DocumentError, is_url, read_liabilities, unpack
from monitor.registry import Registry
from monitor.settings import (
    DocumentSettings,
    ExchangeSettings,
    LiabilitiesSettings,
    NetworkSettings,
    Section,
    Settings,
    Warned,
)
from monitor.settings.complaints import did_you_mean

_SMALL = 64 * 1024
"""Bytes of liabilities that are read to look for an asset: nobody waits for the check of a configuration."""


def doubts(settings: Settings, registry: Registry) -> Iterator[Warned]:
    """Every one of them, each with its place."""
    for name, exchange in settings.exchanges.items():
        yield from _absent_sources(name, exchange)
        yield from _limits_of_nothing(name, exchange, registry)
    for name, network in settings.networks.items():
        yield from _shared_hosts(name, network)
    yield from _no_feeds(settings, registry)
    yield from _without_effect(settings, ())


def _without_effect(value: object, place: tuple[str | int, ...]) -> Iterator[Warned]:
    """Keys of earlier versions, which files of theirs may still hold."""
    match value:
        case Section():
            for name, field in type(value).model_fields.items():
                if field.deprecated and name in value.model_fields_set:
                    yield Warned((*place, name), str(field.deprecated))
                elif not field.deprecated:
                    yield from _without_effect(getattr(value, name), (*place, name))
        case Mapping():
            for key, each in value.items():
                yield from _without_effect(each, (*place, key))
        case tuple():
            for index, each in enumerate(value):
                yield from _without_effect(each, (*place, index))


def _absent_sources(name: str, settings: ExchangeSettings) -> Iterator[Warned]:
    owed = settings.liabilities
    documents: dict[tuple[str, ...], DocumentSettings | None] = {
        ("wallets",): settings.wallets,
        ("liabilities",): owed,
        ("liabilities", "proof"): owed and owed.proof,
    }
    for place, document in documents.items():
        if document and not is_url(document.source) and not Path(document.source).exists():
            yield Warned(
                ("exchanges", name, *place, "source"),
                "there is no such file yet, seen from the working directory; a URL begins with http:// or https://",
            )


def _limits_of_nothing(name: str, settings: ExchangeSettings, registry: Registry) -> Iterator[Warned]:
    owed = _owed(settings.liabilities, registry) if settings.assets and settings.liabilities else None
    for asset in settings.assets:
        if owed is not None and asset not in owed:
            message, known = "the liabilities do not name this asset, so its limits judge nothing", owed
        elif owed is None and registry.known_asset(asset) is None:
            message = "no asset is known by this name: its limits hold where list and liabilities call it just so"
            known = registry.assets
        else:
            continue
        meant = did_you_mean(asset, known)
        yield Warned(("exchanges", name, "assets", asset), f"{message}; {meant}" if meant else message)


def _owed(settings: LiabilitiesSettings, registry: Registry) -> frozenset[str] | None:
    """The assets of liabilities that are at hand; None where they are not, or cannot be read: the watch will say so."""
    path = Path(settings.source)
    try:
        if is_proof(settings) or is_url(settings.source) or not path.is_file() or path.stat().st_size > _SMALL:
            return None
        raw = path.read_bytes()
        document = Document(settings.source, sha256(raw).hexdigest(), len(raw), datetime.now(UTC))
        found = read_liabilities(unpack(raw, document, settings), document, settings.format, registry)
    except (DocumentError, OSError):
        return None
    return frozenset(found.owed)


def _no_feeds(settings: Settings, registry: Registry) -> Iterator[Warned]:
    if settings.prices and settings.prices.feeds and registry.feed_networks.isdisjoint(settings.networks):
        known = ", ".join(sorted(registry.feed_networks))
        yield Warned(("prices", "source"), f"no network is configured on which feeds are known: {known}")


def _shared_hosts(name: str, settings: NetworkSettings) -> Iterator[Warned]:
    """One host under several names is one party: it agrees with itself, and fails as a whole."""
    hosts: defaultdict[str, list[int]] = defaultdict(list)
    for index, endpoint in enumerate(settings.endpoints):
        hosts[urlsplit(endpoint.url).hostname or ""].append(index)
    for host, indexes in hosts.items():
        endpoints = [settings.endpoints[index] for index in indexes]
        if len(endpoints) > 1 and (settings.quorum > 1 or not all(getattr(each, "party", "") for each in endpoints)):
            names = ", ".join(endpoint.label for endpoint in endpoints)
            yield Warned(
                ("networks", name, "endpoints", indexes[1]),
                f"{names} are one host, {host}: one party with one vote, unless `party` says who else runs one",
            )
