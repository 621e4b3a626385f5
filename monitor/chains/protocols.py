"""The node protocols, each with the families it serves: a new one is a file and a line here.

A protocol's node is only imported when an endpoint is opened: who checks a configuration needs none of them.
"""

from dataclasses import dataclass
from datetime import timedelta
from pkgutil import resolve_name

from monitor.chains import tls
from monitor.chains.node import Node
from monitor.model import Network
from monitor.settings import EndpointSettings, NetworkSettings

_HTTP = ("http", "https")
_TCP = ("tcp", "ssl")


@dataclass(frozen=True, slots=True)
class NodeProtocol:
    """How to speak to a node, for which address families, over which URL schemes."""

    node: str
    """The class of its nodes, as ``module:name`` under ``monitor.chains``."""
    families: frozenset[str]
    schemes: tuple[str, ...]
    reads: bool = True
    """Whether it reads balances; else it only confirms owners."""
    scans: bool = False
    """Whether it goes through the whole chain, for one account as for all: every part of a reading costs the whole."""
    undoes: bool = False
    """Whether it works out the past by undoing blocks, each by a request: thousands of them may take hours."""
    recalls: bool = False
    """Whether it tells what a few accounts had some blocks ago about as soon as what they have now."""
    proves: bool = False
    """Whether it can prove balances."""

    def nodes(self) -> type[Node]:
        """Import the class of its nodes."""
        found: type[Node] = resolve_name(f"monitor.chains.{self.node}")
        return found


PROTOCOLS = {
    "evm": NodeProtocol("evm.node:EvmNode", frozenset({"evm"}), _HTTP, recalls=True, proves=True),
    "bitcoind": NodeProtocol(
        "bitcoin.bitcoind:BitcoindNode", frozenset({"bitcoin"}), _HTTP, scans=True, undoes=True, recalls=True
    ),
    "esplora": NodeProtocol("bitcoin.esplora:EsploraNode", frozenset({"bitcoin"}), _HTTP),
    "electrum": NodeProtocol("bitcoin.electrum:ElectrumNode", frozenset({"bitcoin"}), _TCP),
    "blockbook": NodeProtocol("bitcoin.blockbook:BlockbookNode", frozenset({"bitcoin"}), _HTTP),
    "tron": NodeProtocol("tron.http:TronNode", frozenset({"tron"}), _HTTP),
    "tron-jsonrpc": NodeProtocol("tron.jsonrpc:TronJsonRpcNode", frozenset({"tron"}), _HTTP),
    "solana": NodeProtocol("solana.node:SolanaNode", frozenset({"solana"}), _HTTP),
    "beacon": NodeProtocol("beacon.node:BeaconNode", frozenset({"beacon"}), _HTTP, scans=True),
    "aptos": NodeProtocol("aptos.node:AptosNode", frozenset({"aptos"}), _HTTP, reads=False),
    "antelope": NodeProtocol("antelope.node:AntelopeNode", frozenset({"eos"}), _HTTP, reads=False),
    "rippled": NodeProtocol("xrp.rippled:RippledNode", frozenset({"xrp"}), _HTTP, reads=False),
    "toncenter": NodeProtocol("ton.toncenter:ToncenterNode", frozenset({"ton"}), _HTTP, reads=False),
    "starknet": NodeProtocol("starknet.node:StarknetNode", frozenset({"starknet"}), _HTTP, reads=False),
    "near": NodeProtocol("near.node:NearNode", frozenset({"near"}), _HTTP, reads=False),
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


_FURTHEST_AHEAD = {"bitcoin": timedelta(hours=2)}  # MAX_FUTURE_BLOCK_TIME: miners may date blocks so far ahead
_FURTHEST_AHEAD_ELSEWHERE = timedelta(minutes=5)


def furthest_ahead(network: Network, settings: NetworkSettings) -> timedelta | None:
    """How much later than this machine's clock a block may be dated; None: no limit, as test networks have none."""
    if settings.ahead_after or settings.caip2:
        return settings.ahead_after
    return _FURTHEST_AHEAD.get(network.family, _FURTHEST_AHEAD_ELSEWHERE)


_LARGEST_LAG = {"bitcoin": timedelta(hours=2)}
_LARGEST_LAG_ELSEWHERE = timedelta(minutes=15)
"""Two epochs of Ethereum, so that ``finalized`` may differ by one; a few blocks of Bitcoin."""


def largest_lag(network: Network, settings: NetworkSettings) -> timedelta:
    """How much older than that of others an endpoint's block may be before the others are asked first."""
    return settings.max_lag or _LARGEST_LAG.get(network.family, _LARGEST_LAG_ELSEWHERE)


def is_readable(network: Network) -> bool:
    """Whether some protocol reads balances of the network."""
    return any(protocol.reads for protocol in _serving(network).values())


def unreadable_because(network: Network) -> str:
    """Why no protocol reads balances of the network, as a sentence; empty where one does."""
    if is_readable(network):
        return ""
    reasons = "; ".join(f"{name}: {_obstacle(name, network)}" for name in _speaking(network) if PROTOCOLS[name].reads)
    if not reasons:
        return f"balances of {network.family} networks cannot be read yet"
    return f"balances of {network.title} cannot be read ({reasons})"


def reads_in_parts(network: Network, settings: NetworkSettings) -> bool:
    """Whether reading a list part by part costs hardly more than reading it at once."""
    return not any(PROTOCOLS[protocol_of(network, endpoint)].scans for endpoint in settings.endpoints)


def recalls(network: Network, settings: NetworkSettings) -> bool:
    """Whether all endpoints tell what a few accounts had some blocks ago about as soon as what they have now."""
    return all(PROTOCOLS[protocol_of(network, endpoint)].recalls for endpoint in settings.endpoints)


def is_provable(network: Network) -> bool:
    """Whether some protocol proves balances of the network's family."""
    return any(protocol.proves for protocol in _serving(network).values())


def is_served(network: Network) -> bool:
    """Whether some protocol speaks to nodes of the network, be it only to confirm owners."""
    return bool(_serving(network))


def unknown_protocols(network: Network) -> list[str]:
    """Protocols that the registry says cannot serve the network, and that there are not: typing errors."""
    return sorted(network.parameters.unserved.keys() - PROTOCOLS) if network.parameters else []


def _serving(network: Network) -> dict[str, NodeProtocol]:
    return {name: PROTOCOLS[name] for name in _speaking(network) if not _obstacle(name, network)}


def _speaking(network: Network) -> list[str]:
    """The protocols of the network's family, whether its nodes can do all that they ask for or not."""
    return [name for name, protocol in PROTOCOLS.items() if network.family in protocol.families]


def _obstacle(protocol: str, network: Network) -> str:
    """What is in the way of reading a network by a protocol of its family; empty: nothing."""
    if network.family != "bitcoin":
        return ""
    if network.parameters is None:
        return "the registry does not say what its addresses and blocks look like (`parameters`)"
    return network.parameters.unserved.get(protocol, "")


def protocol_of(network: Network, settings: EndpointSettings) -> str:
    """The name of the protocol that ``settings`` choose, or the network's default one.

    Raises ValueError, saying what to write instead, where it does not fit the network or the URL.
    """
    served = list(_serving(network))
    if not served:
        raise ValueError(unreadable_because(network))
    name = settings.protocol or served[0]
    if name not in served:
        why = f" ({reason})" if name in PROTOCOLS and (reason := _obstacle(name, network)) else ""
        raise ValueError(f"protocol {name!r} does not serve {network.title}{why}; use {' or '.join(served)}")
    schemes = PROTOCOLS[name].schemes
    if settings.url.partition("://")[0] not in schemes:
        begins = " or ".join(f"{scheme}://" for scheme in schemes)
        raise ValueError(f"protocol {name} needs a URL that begins with {begins}")
    return name


def check_endpoint(network: Network, settings: EndpointSettings) -> None:
    """Raises ValueError, saying what to write instead, where ``settings`` cannot be used for ``network``."""
    protocol_of(network, settings)
    if settings.ca_file:
        tls.context_of(settings)
