"""A configuration and the registry that it is to be read with."""

from collections.abc import Collection, Iterator
from pathlib import Path

from monitor.chains import check_endpoint, is_provable, is_served
from monitor.daemon.proof import ANY_SCHEME, is_proof
from monitor.proofs import SCHEMES
from monitor.published import LIABILITIES_FORMATS, WALLETS_FORMATS
from monitor.registry import Registry
from monitor.registry import load as load_registry
from monitor.settings import ExchangeSettings, Fault, LiabilitiesSettings, NetworkSettings, Settings, load
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
    if settings.liabilities:
        for place, problem in _liabilities_faults(settings.liabilities):
            yield ("exchanges", name, "liabilities", *place), problem


def _liabilities_faults(settings: LiabilitiesSettings) -> Iterator[Fault]:
    proven = is_proof(settings)
    if not proven and settings.format not in LIABILITIES_FORMATS:
        known = (*LIABILITIES_FORMATS, ANY_SCHEME, *SCHEMES)
        yield ("format",), _choose("layout of liabilities or scheme of proofs", known)
    if settings.proof and settings.proof.format not in {"auto", *SCHEMES}:
        yield ("proof", "format"), _choose("scheme of proofs", ("auto", *SCHEMES))
    if settings.proof and proven:
        yield ("proof",), f"the source is a proof itself (format: {settings.format}); leave one of the two out"
    if settings.as_of and not proven:
        yield ("as_of",), "only a proof needs it; a report states its own moment"
    if settings.root and not proven:
        yield ("root",), "belongs under `proof`, unless the source is a proof itself (format: proof)"


def _network_faults(name: str, settings: NetworkSettings, registry: Registry) -> Iterator[Fault]:
    network = registry.networks.get(name)
    if network is None:
        served = [each.name for each in registry.networks.values() if is_served(each)]
        yield ("networks", name), _choose("network that nodes can be asked about", sorted(served))
        return
    if settings.verify == "proof" and not is_provable(network):
        yield ("networks", name, "verify"), f"nodes of {network.title} prove no balances; use `answers` and a quorum"
    for index, endpoint in enumerate(settings.endpoints):
        try:
            check_endpoint(network, endpoint)
        except ValueError as error:
            yield ("networks", name, "endpoints", index), str(error)


def _choose(what: str, names: Collection[str]) -> str:
    return f"no such {what}; there are {', '.join(names)}"
