"""A stand-in for every network of a configuration: the next one is a line of :data:`STANDS`."""

from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import replace
from typing import Any, Protocol

from monitor.chains.tron.accounts import to_hex
from monitor.model import Address, Network, Token
from monitor.registry.addresses.encodings import base58check
from monitor.settings import EndpointSettings, NetworkSettings
from tests.support import chains, solana, tron
from tests.support.bitcoin_standins import BlockbookStandIn, Chain, ElectrumStandIn, EsploraStandIn
from tests.support.evm_explorers import BlockscoutStandIn
from tests.support.networks.aelf import AelfStandIn
from tests.support.networks.algorand import AlgorandStandIn
from tests.support.networks.antelope import AntelopeStandIn
from tests.support.networks.aptos import AptosStandIn
from tests.support.networks.cardano import KoiosStandIn, OgmiosStandIn
from tests.support.networks.casper import CasperStandIn
from tests.support.networks.conflux import ConfluxStandIn
from tests.support.networks.cosmos import CosmosStandIn
from tests.support.networks.filecoin import FilecoinStandIn
from tests.support.networks.flow import FlowStandIn
from tests.support.networks.hedera import HederaStandIn
from tests.support.networks.icon import IconStandIn
from tests.support.networks.internet_computer import RosettaStandIn
from tests.support.networks.iota import IotaStandIn
from tests.support.networks.multiversx import MultiversxStandIn
from tests.support.networks.near import NearStandIn
from tests.support.networks.stacks import StacksStandIn
from tests.support.networks.standin import NetworkStandIn
from tests.support.networks.starknet import StarknetStandIn
from tests.support.networks.stellar import StellarStandIn
from tests.support.networks.substrate import SubstrateStandIn
from tests.support.networks.sui import SuiStandIn
from tests.support.networks.tezos import TezosStandIn
from tests.support.networks.ton import TonStandIn
from tests.support.networks.xrp import XrpStandIn
from tests.support.standins import EvmStandIn
from tests.support.tron import TronStandIn

_VERSIONS = {"bitcoin": 0x00, "bitcoin-cash": 0x00, "dogecoin": 0x1E, "litecoin": 0x30}
"""What addresses of keys begin with, as a byte."""


class Served(Protocol):
    """Any stand-in."""

    url: str

    def serving(self) -> AbstractAsyncContextManager[Any]: ...


class Stand:
    """One network, for all its endpoints."""

    caip2: str | None = None
    """The chain that its stand-ins are on, where that is not the network's."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self.fronts: dict[str, Served] = {}
        """By protocol."""

    def account(self, number: int) -> Address:
        raise NotImplementedError

    def give(self, token: Token, account: Address, units: int) -> None:
        raise NotImplementedError

    def front(self, protocol: str | None) -> Served:
        """The stand-in that speaks ``protocol``; None: the network's first."""
        return self.fronts[protocol or next(iter(self.fronts))]

    async def serve(self, settings: NetworkSettings, stack: AsyncExitStack) -> NetworkSettings:
        """Serve until ``stack`` is closed; gives the same settings with the URLs of stand-ins, and no pace."""
        endpoints = []
        for endpoint in settings.endpoints:
            front = self.front(endpoint.protocol)
            if not getattr(front, "url", ""):
                await stack.enter_async_context(front.serving())
            endpoints.append(self.endpoint(endpoint, front.url))
        return settings.model_copy(update={"endpoints": tuple(endpoints), "caip2": self.caip2})

    def endpoint(self, endpoint: EndpointSettings, url: str) -> EndpointSettings:
        return endpoint.model_copy(update={"url": url, "party": endpoint.voice, "rate": None})


class _Evm(Stand):
    def __init__(self, network: Network) -> None:
        super().__init__(network)
        number = int(network.caip2.partition(":")[2])
        node, explorer = EvmStandIn(number), BlockscoutStandIn(number)
        self.coins = node.coins = explorer.coins
        self.tokens = node.tokens = explorer.tokens
        self.fronts = {"evm": node, "blockscout": explorer}

    def account(self, number: int) -> Address:
        return chains.account(number)

    def give(self, token: Token, account: Address, units: int) -> None:
        (self.tokens.setdefault(token.contract, {}) if token.contract else self.coins)[account] = units


class _Bitcoin(Stand):
    caip2 = chains.REGTEST.caip2

    def __init__(self, network: Network) -> None:
        super().__init__(network)
        self.chain = Chain({}, network=replace(network, caip2=chains.REGTEST.caip2))
        kinds: tuple[type[Any], ...] = (EsploraStandIn, BlockbookStandIn, ElectrumStandIn)
        self.fronts = dict(zip(("esplora", "blockbook", "electrum"), (kind(self.chain) for kind in kinds), strict=True))

    def account(self, number: int) -> Address:
        return base58check.encode_check(bytes([_VERSIONS[self.network.name]]) + number.to_bytes(20, "big"))

    def give(self, token: Token, account: Address, units: int) -> None:
        if not token.contract:
            self.chain.amounts[account] = units


class _Tron(Stand):
    def __init__(self, network: Network) -> None:
        super().__init__(network)
        self.node = TronStandIn()
        self.fronts = {"tron": self.node}

    def account(self, number: int) -> Address:
        return tron.account(number)

    def give(self, token: Token, account: Address, units: int) -> None:
        contract = to_hex(self.network, token.contract) if token.contract else ""
        held = self.node.tokens.setdefault(contract, {}) if contract else self.node.coins
        held[to_hex(self.network, account)] = units


class _Solana(Stand):
    def __init__(self, network: Network) -> None:
        super().__init__(network)
        self.node = solana.SolanaStandIn()
        self.fronts = {"solana": self.node}

    def account(self, number: int) -> Address:
        return solana.key(number)

    def give(self, token: Token, account: Address, units: int) -> None:
        if token.contract:
            mint = solana.Lying(1, solana.TOKEN, solana.mint_data(token.decimals))
            self.node.accounts.setdefault(token.contract, mint)
            self.node.give(token, account, units)
        else:
            self.node.accounts[account] = solana.Lying(units)


class _Cardano(Stand):
    def __init__(self, network: Network) -> None:
        super().__init__(network)
        self.nodes = {"koios": KoiosStandIn(), "ogmios": OgmiosStandIn()}
        self.fronts = {**self.nodes}

    def account(self, number: int) -> Address:
        return KoiosStandIn.account(number)

    def give(self, token: Token, account: Address, units: int) -> None:
        for node in self.nodes.values():
            node.held[token.contract, account] = units


class _Recorded(Stand):
    """Of the stand-ins that have one form."""

    kind: type[NetworkStandIn]

    def __init__(self, network: Network) -> None:
        super().__init__(network)
        self.node = self.kind()
        self.fronts = {"": self.node}

    def account(self, number: int) -> Address:
        return self.node.account(number)

    def front(self, protocol: str | None) -> Served:
        return self.node

    def give(self, token: Token, account: Address, units: int) -> None:
        self.node.held[token.contract, account] = units


def _recorded(kind: type[NetworkStandIn]) -> Callable[[Network], Stand]:
    return type(kind.__name__, (_Recorded,), {"kind": kind})


STANDS: Mapping[str, Callable[[Network], Stand]] = {
    "aelf": _recorded(AelfStandIn),
    "algorand": _recorded(AlgorandStandIn),
    "aptos": _recorded(AptosStandIn),
    "bitcoin": _Bitcoin,
    "cardano": _Cardano,
    "casper": _recorded(CasperStandIn),
    "conflux": _recorded(ConfluxStandIn),
    "cosmos": _recorded(CosmosStandIn),
    "eos": _recorded(AntelopeStandIn),
    "evm": _Evm,
    "filecoin": _recorded(FilecoinStandIn),
    "hedera": _recorded(HederaStandIn),
    "iota": _recorded(IotaStandIn),
    "flow": _recorded(FlowStandIn),
    "icon": _recorded(IconStandIn),
    "internet-computer": _recorded(RosettaStandIn),
    "stacks": _recorded(StacksStandIn),
    "multiversx": _recorded(MultiversxStandIn),
    "near": _recorded(NearStandIn),
    "solana": _Solana,
    "starknet": _recorded(StarknetStandIn),
    "stellar": _recorded(StellarStandIn),
    "substrate": _recorded(SubstrateStandIn),
    "sui": _recorded(SuiStandIn),
    "tezos": _recorded(TezosStandIn),
    "ton": _recorded(TonStandIn),
    "tron": _Tron,
    "xrp": _recorded(XrpStandIn),
}
"""By family."""
