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


@dataclass(frozen=True, slots=True)
class Clock:
    """How a chain's blocks are dated, where the settings do not say otherwise."""

    oldest: timedelta = timedelta(hours=2)
    """How old the newest usable block never is."""
    ahead: timedelta = timedelta(minutes=5)
    """How much later than this machine's clock a block may be dated."""
    lag: timedelta = timedelta(minutes=15)
    """How much older than others' an endpoint's block may be: two epochs of Ethereum, as ``finalized`` may differ."""


_PROOF_OF_WORK = Clock(timedelta(hours=12), timedelta(hours=2), timedelta(hours=2))
"""Blocks come when they come, and miners may date them so far ahead (``MAX_FUTURE_BLOCK_TIME``)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeProtocol:
    """How to speak to a node; what is text is for docs/nodes.md, whose table is made from it."""

    node: str
    """The class of its nodes, as ``module:name`` under ``monitor.chains``."""
    families: frozenset[str]
    """Of the addresses of the networks that it serves."""
    schemes: tuple[str, ...] = ("http", "https")
    path: str = ""
    """What is to follow in the URL, or is not."""
    reads: str
    """The balances that it tells."""
    past: str = ""
    """What it takes to tell those of past blocks; empty: it tells its newest state alone."""
    owners: str = ""
    """By what it confirms who controls an account; empty: by nothing."""
    clock: Clock = Clock()
    scans: bool = False
    """Whether it goes through the whole chain, for one account as for all: every part of a reading costs the whole."""
    undoes: bool = False
    """Whether it works out the past by undoing blocks, each by a request: thousands of them may take hours."""
    recalls: bool = False
    """Whether it tells what a few accounts had some blocks ago about as soon as what they have now."""
    windows: bool = False
    """Whether it may read all accounts twice, where they do not fit into one state and `window` allows it."""
    proves: bool = False
    """Whether it can prove balances."""

    def nodes(self) -> type[Node]:
        """Import the class of its nodes."""
        found: type[Node] = resolve_name(f"monitor.chains.{self.node}")
        return found


PROTOCOLS = {
    "evm": NodeProtocol(
        node="evm.node:EvmNode",
        families=frozenset({"evm", "harmony", "platon"}),
        reads="native coins and ERC-20 tokens",
        past="an archive node",
        owners="what a contract says (Safe, EIP-1271, EigenPod, ERC-173)",
        recalls=True,
        proves=True,
    ),
    "etherscan": NodeProtocol(
        node="evm.explorers.etherscan:EtherscanNode",
        families=frozenset({"evm"}),
        path="with `/v2/api?apikey=`",
        reads="native coins and ERC-20 tokens, by Multicall3",
        past="a node behind it that keeps states",
    ),
    "blockscout": NodeProtocol(
        node="evm.explorers.blockscout:BlockscoutNode",
        families=frozenset({"evm"}),
        path="with `/api/eth-rpc`",
        reads="native coins and ERC-20 tokens, by Multicall3",
        past="a node behind it that keeps states",
    ),
    "bitcoind": NodeProtocol(
        node="bitcoin.bitcoind:BitcoindNode",
        families=frozenset({"bitcoin"}),
        reads="native coins, one scan for all accounts, then each block",
        past="blocks that the node still holds",
        clock=_PROOF_OF_WORK,
        scans=True,
        undoes=True,
        recalls=True,
    ),
    "esplora": NodeProtocol(
        node="bitcoin.esplora:EsploraNode",
        families=frozenset({"bitcoin"}),
        reads="native coins, one request an account",
        past="histories",
        clock=_PROOF_OF_WORK,
    ),
    "electrum": NodeProtocol(
        node="bitcoin.electrum:ElectrumNode",
        families=frozenset({"bitcoin"}),
        schemes=("tcp", "ssl"),
        reads="native coins, many accounts a request",
        past="histories, as long as the server tells them",
        clock=_PROOF_OF_WORK,
    ),
    "blockbook": NodeProtocol(
        node="bitcoin.blockbook:BlockbookNode",
        families=frozenset({"bitcoin"}),
        path="without `/api`",
        reads="native coins, one request an account",
        past="histories",
        clock=_PROOF_OF_WORK,
    ),
    "tron": NodeProtocol(
        node="tron.http:TronNode",
        families=frozenset({"tron"}),
        path="without `/wallet`",
        reads="TRX and TRC-20 tokens, hundreds of accounts a request",
        windows=True,
    ),
    "tron-jsonrpc": NodeProtocol(
        node="tron.jsonrpc:TronJsonRpcNode",
        families=frozenset({"tron"}),
        path="with `/jsonrpc`",
        reads="TRX and TRC-20 tokens, where Multicall3 is deployed",
        windows=True,
    ),
    "solana": NodeProtocol(
        node="solana.node:SolanaNode",
        families=frozenset({"solana"}),
        reads="SOL, tokens of the Token and Token-2022 programs",
        windows=True,
    ),
    "beacon": NodeProtocol(
        node="beacon.node:BeaconNode",
        families=frozenset({"beacon"}),
        path="without `/eth/v1`",
        reads="what validators hold",
        past="a node that keeps states",
        owners="a validator's withdrawal address",
        scans=True,
    ),
    "aptos": NodeProtocol(
        node="aptos.node:AptosNode",
        families=frozenset({"aptos"}),
        path="with `/v1`",
        reads="APT and fungible assets, one request a balance",
        past="versions that the node still holds",
        owners="the present authentication key",
    ),
    "sui-graphql": NodeProtocol(
        node="sui.node:SuiGraphqlNode",
        families=frozenset({"sui"}),
        path="with `/graphql`",
        reads="SUI and other coins, tens of accounts a request",
        past="checkpoints of about the last hour",
    ),
    "iota-graphql": NodeProtocol(
        node="sui.iota:IotaGraphqlNode",
        families=frozenset({"iota"}),
        reads="IOTA, twenty accounts a request",
        windows=True,
    ),
    "algod": NodeProtocol(
        node="algorand.node:AlgodNode",
        families=frozenset({"algorand"}),
        path="without `/v2`",
        reads="ALGO and standard assets, one request an account",
        windows=True,
    ),
    "octez": NodeProtocol(
        node="tezos.node:OctezNode",
        families=frozenset({"tezos"}),
        path="without `/chains`",
        reads="XTZ with all that is staked, one request an account",
        past="an archive node",
    ),
    "hedera-mirror": NodeProtocol(
        node="hedera.mirror:HederaNode",
        families=frozenset({"hedera"}),
        path="without `/api/v1`",
        reads="HBAR, up to 99 accounts a request, as of the last snapshot",
        past="blocks after which it took a snapshot, one in 15 minutes",
        clock=Clock(lag=timedelta(minutes=45)),
    ),
    "horizon": NodeProtocol(
        node="stellar.horizon:HorizonNode",
        families=frozenset({"stellar"}),
        reads="XLM and PI, one request an account",
        past="for accounts that did not change since",
    ),
    "conflux": NodeProtocol(
        node="conflux.node:ConfluxNode",
        families=frozenset({"conflux"}),
        reads="CFX with what is staked or collateral, `batch` calls a request",
        past="epochs whose state the node still holds",
    ),
    "aelf": NodeProtocol(
        node="aelf.node:AelfNode",
        families=frozenset({"aelf"}),
        path="without `/api`",
        reads="ELF, one request an account",
        windows=True,
    ),
    "koios": NodeProtocol(
        node="cardano.koios:KoiosNode",
        families=frozenset({"cardano"}),
        path="with `/api/v1`",
        reads="ADA, up to seven addresses a request",
        windows=True,
    ),
    "ogmios": NodeProtocol(
        node="cardano.ogmios:OgmiosNode",
        families=frozenset({"cardano"}),
        reads="ADA, `batch` addresses a question",
    ),
    "stacks-api": NodeProtocol(
        node="stacks.api:StacksNode",
        families=frozenset({"stacks"}),
        path="without `/v2`",
        reads="STX with what is stacked, one request an account",
        past="all blocks",
    ),
    "icon": NodeProtocol(
        node="icon.node:IconNode",
        families=frozenset({"icon"}),
        path="with `/api/v3`",
        reads="ICX with what is staked, two requests an account",
        past="blocks since the one that the node began with",
    ),
    "flow-access": NodeProtocol(
        node="flow.access:FlowNode",
        families=frozenset({"flow"}),
        path="with `/v1`",
        reads="FLOW, one request an account",
        past="blocks since the last upgrade (spork)",
    ),
    "icp-rosetta": NodeProtocol(
        node="internet_computer.rosetta:RosettaNode",
        families=frozenset({"internet-computer"}),
        reads="ICP, one request an account",
        past="blocks that the server still holds",
    ),
    "casper": NodeProtocol(
        node="casper.node:CasperNode",
        families=frozenset({"casper"}),
        path="with `/rpc`",
        reads="CSPR, one request an account",
        past="blocks whose state the node still holds",
    ),
    "multiversx": NodeProtocol(
        node="multiversx.gateway:GatewayNode",
        families=frozenset({"multiversx"}),
        reads="EGLD, one request an account",
        past="a deep-history squad",
    ),
    "antelope": NodeProtocol(
        node="antelope.node:AntelopeNode",
        families=frozenset({"eos"}),
        path="without `/v1`",
        reads="EOS and WAX with all that is staked, and tokens, three or four requests an account",
        owners="the keys of `active` and `owner`",
        windows=True,
    ),
    "rippled": NodeProtocol(
        node="xrp.rippled:RippledNode",
        families=frozenset({"xrp"}),
        reads="XRP, one request an account",
        past="ledgers that the server still holds",
        owners="regular key and signer list",
    ),
    "toncenter": NodeProtocol(
        node="ton.toncenter:ToncenterNode",
        families=frozenset({"ton"}),
        path="with `/api/v2`",
        reads="TON, one request a balance, and jettons, three",
        past="blocks that its lite servers still hold",
        owners="the key of the wallet contract",
    ),
    "starknet": NodeProtocol(
        node="starknet.node:StarknetNode",
        families=frozenset({"starknet"}),
        reads="ERC-20 tokens, ETH and STRK among them, a call a balance",
        past="blocks that the node still holds",
        owners="the key of the account contract",
    ),
    "substrate": NodeProtocol(
        node="substrate.node:SubstrateNode",
        families=frozenset({"substrate"}),
        reads="native coins, assets of Asset Hub, `batch` calls a request",
        past="an archive node; others keep 256 blocks",
    ),
    "near": NodeProtocol(
        node="near.node:NearNode",
        families=frozenset({"near"}),
        reads="NEAR and fungible tokens, one request a balance",
        past="an archival node; others keep some two days",
        owners="access keys",
    ),
    "lotus": NodeProtocol(
        node="filecoin.node:LotusNode",
        families=frozenset({"filecoin"}),
        path="with `/rpc/v1`",
        reads="FIL, miners' with all that they have locked, one request an account",
        past="an archive node; gateways look back some hours",
    ),
    "cometbft": NodeProtocol(
        node="cosmos.node:CometNode",
        families=frozenset({"cosmos"}),
        reads="native coins with what is staked, other denominations, `batch` questions a request",
        past="an archive node; others keep hours to days",
        proves=True,
    ),
}
"""The first that serves a network's family is the family's default."""


def oldest_block(network: Network, settings: NetworkSettings) -> timedelta | None:
    """Return the age of a block that means that the node does not follow its chain any more; None: no limit.

    Such a node still answers, with the balances of the past. Test networks may rest as long as they like.
    """
    return settings.behind_after or (None if settings.caip2 else _clock(network).oldest)


def furthest_ahead(network: Network, settings: NetworkSettings) -> timedelta | None:
    """Tell how much later than this machine's clock a block may be dated; None: no limit, as on test networks."""
    return settings.ahead_after or (None if settings.caip2 else _clock(network).ahead)


def largest_lag(network: Network, settings: NetworkSettings) -> timedelta:
    """Tell how much older than that of others an endpoint's block may be before the others are asked first."""
    return settings.max_lag or _clock(network).lag


def _clock(network: Network) -> Clock:
    """That of the network's protocols, which all of a family have in common."""
    return next((PROTOCOLS[name].clock for name in _speaking(network)), Clock())


def is_readable(network: Network) -> bool:
    """Tell whether some protocol reads balances of the network."""
    return bool(readers_of(network))


def readers_of(network: Network) -> list[str]:
    """Return the names of the protocols that read balances of the network."""
    return list(serving(network))


def unreadable_because(network: Network) -> str:
    """Tell why no protocol reads balances of the network, as a sentence; empty where one does."""
    if is_readable(network):
        return ""
    reasons = "; ".join(f"{name}: {_obstacle(name, network)}" for name in _speaking(network))
    if not reasons:
        return f"balances of {network.family} networks cannot be read yet"
    return f"balances of {network.title} cannot be read ({reasons})"


def reads_in_parts(network: Network, settings: NetworkSettings) -> bool:
    """Tell whether reading a list part by part costs hardly more than reading it at once."""
    return not any(PROTOCOLS[protocol_of(network, endpoint)].scans for endpoint in settings.endpoints)


def keeps_past(network: Network, settings: NetworkSettings) -> bool:
    """Tell whether some endpoint speaks a protocol that tells past states; the node behind it may still have none."""
    return any(PROTOCOLS[protocol_of(network, endpoint)].past for endpoint in settings.endpoints)


def recalls(network: Network, settings: NetworkSettings) -> bool:
    """Tell whether all endpoints tell what a few accounts had some blocks ago about as soon as what they have now."""
    return all(PROTOCOLS[protocol_of(network, endpoint)].recalls for endpoint in settings.endpoints)


def is_provable(network: Network) -> bool:
    """Tell whether some protocol proves balances of the network's family."""
    return any(protocol.proves for protocol in serving(network).values())


def unknown_protocols(network: Network) -> list[str]:
    """Return protocols that the registry says cannot serve the network, and that there are not: typing errors."""
    return sorted(network.parameters.unserved.keys() - PROTOCOLS) if network.parameters else []


def serving(network: Network) -> dict[str, NodeProtocol]:
    """Return the protocols that serve the network, by name."""
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
    """Return the name of the protocol that ``settings`` choose, or the network's default one.

    Raises ValueError, saying what to write instead, where it does not fit the network or the URL.
    """
    served = list(serving(network))
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


def check_endpoint(network: Network, settings: EndpointSettings, window: timedelta | None = None) -> None:
    """Raise ValueError, saying what to write instead, where ``settings`` cannot be used for ``network``."""
    name = protocol_of(network, settings)
    if window and not PROTOCOLS[name].windows:
        raise ValueError(f"protocol {name} reads all accounts at one block: leave `window` of the network out")
    if settings.ca_file:
        tls.context_of(settings)
