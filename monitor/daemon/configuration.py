"""A configuration and the registry that it is to be read with."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from monitor.chains import check_endpoint, is_provable, is_readable, unknown_protocols
from monitor.daemon.doubts import doubts
from monitor.daemon.proof_sources import ANY_SCHEME, is_proof
from monitor.evidence.errors import EvidenceError
from monitor.evidence.keys import load_signing_key
from monitor.evidence.stamp import load_roots
from monitor.formats import SECRETS
from monitor.notify import check_channel
from monitor.prices import PricesError, read_prices
from monitor.proofs import SCHEMES, UnreadableError, read_verifier_data
from monitor.published import LIABILITIES_FORMATS, WALLETS_FORMATS
from monitor.registry import Registry
from monitor.registry import load as load_registry
from monitor.settings import (
    ConfigurationError,
    ConfigurationFault,
    ExchangeSettings,
    Fault,
    LiabilitiesSettings,
    NetworkSettings,
    PricesSettings,
    Settings,
    Warned,
    examine,
    secrets_of,
)
from monitor.settings.complaints import did_you_mean
from monitor.settings.web_config import WebConfig, load_web_config


@dataclass(frozen=True, slots=True)
class Configuration:
    """Settings in which every name is known, their registry, and what is strange about them."""

    settings: Settings
    registry: Registry
    warnings: tuple[ConfigurationFault, ...]


def read_configuration(path: Path, environment: Mapping[str, str] | None = None) -> Configuration:
    """The configuration at ``path``, with the variables of the process or others. Raises ConfigurationError."""
    examined = examine(path, environment, check=_findings)
    return Configuration(examined.settings, load_registry(examined.settings.registry), examined.warnings)


def load_configuration(path: Path) -> tuple[Settings, Registry]:
    """The settings at ``path``, every name in them known, and their registry. Raises ConfigurationError.

    From here on, none of their secrets is shown.
    """
    configuration = read_configuration(path)
    return configuration.settings, configuration.registry


def check_reader(settings: Settings, reader: str, path: Path) -> None:
    """Raise ConfigurationError where no network of the file at ``path`` is read by ``reader``."""
    readers = sorted({each.read_by for each in settings.networks.values() if each.read_by})
    if reader not in readers:
        known = f"the readers are {', '.join(readers)}" if readers else "it names no reader at all"
        fault = f"no network says `read_by: {reader}`; {known}"
        raise ConfigurationError([ConfigurationFault(str(path), None, "networks", fault)])


def load_web(settings: Settings) -> WebConfig:
    """TLS and users of the page. Raises ConfigurationError."""
    return load_web_config(settings.web.config_file) if settings.web.config_file else WebConfig()


def _findings(settings: Settings) -> Iterator[Fault | Warned]:
    """Every name that means nothing: the registry, the layouts and the protocols know, the schema does not."""
    SECRETS.add(secrets_of(settings))
    registry = load_registry(settings.registry)
    for each in registry.networks.values():
        for protocol in unknown_protocols(each):
            yield ("registry",), f"networks.{each.name}.parameters.unserved: there is no protocol {protocol}"
    for name, exchange in settings.exchanges.items():
        yield from _exchange_faults(name, exchange, registry)
    for name, network in settings.networks.items():
        yield from _network_faults(name, network, registry)
        if network.read_by and settings.store.url.startswith("sqlite"):
            fault = "a reader answers over PostgreSQL: set `store.url` to one that both reach, or remove this"
            yield ("networks", name, "read_by"), fault
    if settings.prices:
        yield from _prices_faults(settings.prices, registry)
    yield from _channel_faults(settings)
    yield from _evidence_faults(settings)
    try:
        load_web(settings)
    except ConfigurationError as error:
        yield from ((("web", "config_file"), str(fault)) for fault in error.faults)
    yield from doubts(settings, registry)


def _exchange_faults(name: str, settings: ExchangeSettings, registry: Registry) -> Iterator[Fault]:
    wanted = settings.wallets.format
    if wanted not in WALLETS_FORMATS:
        problem = _unknown("layout of wallet lists", wanted, WALLETS_FORMATS, "docs/layouts.md")
        yield ("exchanges", name, "wallets", "format"), problem
    for asset in settings.assets:
        if registry.asset(asset) != asset:
            yield ("exchanges", name, "assets", asset), f"this asset is called {registry.asset(asset)} here: write that"
    if settings.own_token and registry.asset(settings.own_token) != settings.own_token:
        problem = f"this asset is called {registry.asset(settings.own_token)} here: write that"
        yield ("exchanges", name, "own_token"), problem
    if settings.liabilities:
        for place, problem in _liabilities_faults(settings.liabilities):
            yield ("exchanges", name, "liabilities", *place), problem


def _prices_faults(settings: PricesSettings, registry: Registry) -> Iterator[Fault]:
    if settings.file:
        try:
            read_prices(settings.file, registry)
        except PricesError as error:
            yield from ((("prices", "source"), fault) for fault in error.faults)


def _liabilities_faults(settings: LiabilitiesSettings) -> Iterator[Fault]:
    proven = is_proof(settings)
    if not proven and settings.format not in LIABILITIES_FORMATS:
        known = (*LIABILITIES_FORMATS, ANY_SCHEME, *SCHEMES)
        what = "layout of liabilities or scheme of proofs"
        yield ("format",), _unknown(what, settings.format, known, "docs/layouts.md")
    if settings.proof and settings.proof.format not in {"auto", *SCHEMES}:
        problem = _unknown("scheme of proofs", settings.proof.format, ("auto", *SCHEMES), "docs/liabilities.md")
        yield ("proof", "format"), problem
    if settings.proof and proven:
        yield ("proof",), f"the source is a proof itself (format: {settings.format}); leave one of the two out"
    if settings.as_of and not proven:
        yield ("as_of",), "only a proof needs it; a report states its own moment"
    if settings.root and not proven:
        yield ("root",), "belongs under `proof`, unless the source is a proof itself (format: proof)"
    if settings.verifier_data and not proven:
        yield ("verifier_data",), "belongs under `proof`, unless the source is a proof itself (format: proof)"
    if named := settings.verifier_data or (settings.proof.verifier_data if settings.proof else ""):
        try:
            read_verifier_data(Path(named))
        except UnreadableError as error:
            yield ("verifier_data",) if settings.verifier_data else ("proof", "verifier_data"), str(error)


def _network_faults(name: str, settings: NetworkSettings, registry: Registry) -> Iterator[Fault]:
    network = registry.networks.get(name)
    if network is None:
        meant = registry.network_by_label(name)
        served = sorted(each.name for each in registry.networks.values() if is_readable(each))
        unknown = _unknown("network that nodes can be asked about", name, served, "docs/nodes.md")
        yield ("networks", name), f"this network is called {meant.name} here: write that" if meant else unknown
        return
    if settings.verify == "proof" and not is_provable(network):
        yield ("networks", name, "verify"), f"nodes of {network.title} prove no balances; use `answers` and a quorum"
    for index, endpoint in enumerate(settings.endpoints):
        try:
            check_endpoint(network, endpoint, settings.window)
        except ValueError as error:
            yield ("networks", name, "endpoints", index), str(error)


def _channel_faults(settings: Settings) -> Iterator[Fault]:
    labels = [channel.label for channel in settings.notify]
    for index, channel in enumerate(settings.notify):
        if channel.label in labels[:index]:
            yield ("notify", index), f"another channel is called {channel.label} too: give one of them a `name`"
        for exchange in channel.exchanges:
            if exchange not in settings.exchanges:
                yield (
                    ("notify", index, "exchanges"),
                    _unknown("exchange", exchange, settings.exchanges, "under `exchanges`"),
                )
        try:
            check_channel(channel)
        except ValueError as error:
            yield ("notify", index, "url"), str(error)


def _unknown(what: str, wanted: str, names: Collection[str], where: str) -> str:
    return f"no such {what}; {did_you_mean(wanted, names, where)}"


def _evidence_faults(settings: Settings) -> Iterator[Fault]:
    own = settings.evidence
    for load, file, *place in (
        (load_signing_key, own.key_file, "key_file"),
        (load_roots, own.timestamp and own.timestamp.roots_file, "timestamp", "roots_file"),
    ):
        try:
            if file:
                load(file)
        except EvidenceError as error:
            yield ("evidence", *place), str(error)
