"""A configuration and the registry that it is to be read with."""

from collections.abc import Collection, Iterator
from pathlib import Path

from monitor.chains import is_served, protocol_of
from monitor.published import LIABILITIES_FORMATS, WALLETS_FORMATS
from monitor.registry import Registry
from monitor.registry import load as load_registry
from monitor.settings import ExchangeSettings, Fault, NetworkSettings, Settings, load
from monitor.settings.web_config import WebConfig, load_web_config


def load_configuration(path: Path) -> tuple[Settings, Registry]:
    """The settings at ``path``, every name in them known, and their registry. Raises ConfigurationError."""
    settings = load(path, check=_faults)
    return settings, load_registry(settings.registry)


def load_web(settings: Settings) -> WebConfig:
    """TLS and users of the page. Raises ConfigurationError."""
    return load_web_config(settings.web.config_file) if settings.web.config_file else WebConfig()


def _faults(settings: Settings) -> Iterator[Fault]:
    """Every name that means nothing: the registry, the layouts and the protocols know, the schema does not."""
    registry = load_registry(settings.registry)
    for name, exchange in settings.exchanges.items():
        yield from _exchange_faults(name, exchange)
    for name, network in settings.networks.items():
        yield from _network_faults(name, network, registry)


def _exchange_faults(name: str, settings: ExchangeSettings) -> Iterator[Fault]:
    if settings.wallets.format not in WALLETS_FORMATS:
        yield ("exchanges", name, "wallets", "format"), _choose("layout of wallet lists", WALLETS_FORMATS)
    if settings.liabilities and settings.liabilities.format not in LIABILITIES_FORMATS:
        yield ("exchanges", name, "liabilities", "format"), _choose("layout of liabilities", LIABILITIES_FORMATS)


def _network_faults(name: str, settings: NetworkSettings, registry: Registry) -> Iterator[Fault]:
    network = registry.networks.get(name)
    if network is None:
        served = [each.name for each in registry.networks.values() if is_served(each)]
        yield ("networks", name), _choose("network that nodes can be asked about", sorted(served))
        return
    for index, endpoint in enumerate(settings.endpoints):
        try:
            protocol_of(network, endpoint)
        except ValueError as error:
            yield ("networks", name, "endpoints", index), str(error)


def _choose(what: str, names: Collection[str]) -> str:
    return f"no such {what}; there are {', '.join(names)}"
