"""The node protocols, each with the families it serves: a new one is a file and a line here."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from monitor.chains.bitcoin.bitcoind import BitcoindNode
from monitor.chains.bitcoin.electrum import ElectrumNode
from monitor.chains.bitcoin.esplora import EsploraNode
from monitor.chains.endpoint import Endpoint
from monitor.chains.evm.node import EvmNode
from monitor.chains.line import Line
from monitor.chains.node import Node
from monitor.chains.owners.antelope import AntelopeNode
from monitor.chains.owners.aptos import AptosNode
from monitor.chains.owners.beacon import BeaconNode
from monitor.chains.owners.near import NearNode
from monitor.chains.owners.rippled import RippledNode
from monitor.chains.owners.starknet import StarknetNode
from monitor.chains.owners.toncenter import ToncenterNode
from monitor.model import Network
from monitor.settings import EndpointSettings, NetworkSettings

_HTTP = ("http", "https")
_TCP = ("tcp", "ssl")


@dataclass(frozen=True, slots=True)
class NodeProtocol:
    """How to speak to a node, for which address families, over which URL schemes."""

    open: Callable[[Network, Line], Node]
    families: frozenset[str]
    schemes: tuple[str, ...]
    reads: bool = True
    """Whether it reads balances; else it only confirms owners."""


PROTOCOLS = {
    "evm": NodeProtocol(EvmNode, frozenset({"evm"}), _HTTP),
    "bitcoind": NodeProtocol(BitcoindNode, frozenset({"bitcoin"}), _HTTP),
    "esplora": NodeProtocol(EsploraNode, frozenset({"bitcoin"}), _HTTP),
    "electrum": NodeProtocol(ElectrumNode, frozenset({"bitcoin"}), _TCP),
    "beacon": NodeProtocol(BeaconNode, frozenset({"beacon"}), _HTTP, reads=False),
    "aptos": NodeProtocol(AptosNode, frozenset({"aptos"}), _HTTP, reads=False),
    "antelope": NodeProtocol(AntelopeNode, frozenset({"eos"}), _HTTP, reads=False),
    "rippled": NodeProtocol(RippledNode, frozenset({"xrp"}), _HTTP, reads=False),
    "toncenter": NodeProtocol(ToncenterNode, frozenset({"ton"}), _HTTP, reads=False),
    "starknet": NodeProtocol(StarknetNode, frozenset({"starknet"}), _HTTP, reads=False),
    "near": NodeProtocol(NearNode, frozenset({"near"}), _HTTP, reads=False),
}
"""The first that serves a network's family is the family's default."""


_OLDEST = {"bitcoin": timedelta(hours=12)}
_OLDEST_ELSEWHERE = timedelta(hours=2)
"""How old the newest usable block of a family's networks never is."""


def oldest_block(network: Network, settings: NetworkSettings) -> timedelta | None:
    """The age of a block that means that the node does not follow its chain any more; None: no limit.

    Such a node still answers, with the balances of the past. Test networks may rest as long as they like.
    """
    return settings.behind_after or (None if settings.caip2 else _OLDEST.get(network.family, _OLDEST_ELSEWHERE))


def is_readable(network: Network) -> bool:
    """Whether some protocol reads balances of the network's family."""
    return any(protocol.reads for protocol in _serving(network).values())


def is_served(network: Network) -> bool:
    """Whether some protocol speaks to nodes of the network's family, be it only to confirm owners."""
    return bool(_serving(network))


def _serving(network: Network) -> dict[str, NodeProtocol]:
    return {name: protocol for name, protocol in PROTOCOLS.items() if network.family in protocol.families}


def protocol_of(network: Network, settings: EndpointSettings) -> str:
    """The name of the protocol that ``settings`` choose, or the network's default one.

    Raises ValueError, saying what to write instead, where it does not fit the network or the URL.
    """
    served = list(_serving(network))
    if not served:
        raise ValueError(f"balances of {network.family} networks cannot be read yet")
    name = settings.protocol or served[0]
    if name not in served:
        raise ValueError(f"protocol {name!r} does not serve {network.title}; use {' or '.join(served)}")
    schemes = PROTOCOLS[name].schemes
    if settings.url.partition("://")[0] not in schemes:
        begins = " or ".join(f"{scheme}://" for scheme in schemes)
        raise ValueError(f"protocol {name} needs a URL that begins with {begins}")
    return name


def open_endpoint(network: Network, settings: EndpointSettings, oldest: timedelta | None = None) -> Endpoint:
    """The endpoint that ``settings`` describe; raises ValueError, naming it, when they do not fit the network."""
    line = Line(settings)
    try:
        name = protocol_of(network, settings)
        return Endpoint(network, name, PROTOCOLS[name].open(network, line), line, oldest=oldest)
    except ValueError as error:
        raise ValueError(f"networks.{network.name}, endpoint {settings.label}: {error}") from None
