"""Litecoin, Dogecoin, Bitcoin Cash and Dash by the protocols of Bitcoin: what differs, and that it is told.

No node of theirs is to be had here: stand-ins answer as their documentation and sources say.
"""

import hashlib
import json
from contextlib import AsyncExitStack
from dataclasses import replace
from typing import Any

import pytest

from monitor.chains import AtHeight, ChainError, Depth, Reason, Tag, check_endpoint, is_readable
from monitor.chains.protocols import PROTOCOLS
from monitor.model import Caip2, Height, Network, Token
from monitor.registry import load
from monitor.registry.addresses import AddressError, decode
from monitor.settings import EndpointSettings
from tests.chains.conftest import Opener
from tests.support.bitcoin_standins import (
    BitcoindStandIn,
    BlockbookStandIn,
    Chain,
    ElectrumStandIn,
    EsploraStandIn,
    sha256d,
)
from tests.support.standins import RefusedError

LATEST = Tag("latest")
NETWORKS = load().networks
BITCOIN_CASH = replace(NETWORKS["bitcoin-cash"], caip2=Caip2("bip122:0f9188f13cb7b2c71f2a335e3a4fc328"))
"""Its regtest, whose genesis is Bitcoin's."""

# Headers of genesis blocks, put together from src/chainparams.cpp of each coin.
LITECOIN_GENESIS = bytes.fromhex(
    "01000000" + "00" * 32 + "d9ced4ed1130f7b7faad9be25323ffafa33232a17c3edf6cfd97bee6bafbdd97b9aa8e4ef0ff0f1ecd513f7c"
)
DOGECOIN_GENESIS = bytes.fromhex(
    "01000000" + "00" * 32 + "696ad20e2dd4365c7459b4a4a5af743d5e92c6da3229e6532cd605f6533f2a5b24a6a152f0ff0f1e67860100"
)
DASH_GENESIS = bytes.fromhex(
    "01000000" + "00" * 32 + "c762a6567f3cc092f0684bb62b7e00a84890b990f07cc71a6bb58d64b98e02e0022ddb52f0ff0f1ec23fb901"
)
DASH_GENESIS_HASH = bytes.fromhex("00000ffd590b1485b3caadc19b22e6379c733355108f107a430458cdf3407ab6")
AUXPOW = b"\x01" * 500
"""Stands for the proof of merged mining behind Dogecoin's header."""

AMOUNTS = {
    "litecoin": {
        "LXTQdps2Pf83WdAXMinboiqLsEjSWrwJCD": 5,
        "MVEM6raMPCzMpBuogq9CDKyRaAhDMJ8YQK": 84_000_000 * 10**8,
        "ltc1qzvcgmntglcuv4smv3lzj6k8szcvsrmvk0phrr9wfq8w493r096ssm2fgsw": 7,
    },
    "dogecoin": {
        "A4pFXcvnZdCm7Z3iZR1u12NozWTHk1avAg": 150_000_000_000 * 10**7,
        "DH5yaieqoZN36fDVciNyRueRGvGLR3mr7L": 1,
    },
    "bitcoin-cash": {"bitcoincash:qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a": 9},
    "dash": {"7XswsaSt9HtGfrLvboEEzhsmPBSSky1mnu": 3, "XpESxaUmonkq8RaLLp46Brx2K39ggQe226": 4},
}


def x11(header: bytes) -> bytes:
    """Stands for X11, Dash's block hash, which nobody works out here. Only the genesis has its real one."""
    return DASH_GENESIS_HASH[::-1] if header == DASH_GENESIS else hashlib.sha3_256(header).digest()


def chain_of(name: str) -> Chain:
    amounts = dict(AMOUNTS[name])
    match name:
        case "litecoin":
            return Chain(amounts, network=NETWORKS[name], genesis=LITECOIN_GENESIS)
        case "dogecoin":
            return Chain(amounts, network=NETWORKS[name], genesis=DOGECOIN_GENESIS)
        case "dash":
            return Chain(amounts, network=NETWORKS[name], genesis=DASH_GENESIS, hashed=x11)
    return Chain(amounts, network=BITCOIN_CASH)


def coin(network: Network) -> Token:
    return Token("COIN", network.name, None, 8)


def merged_mining(asked: Any, link: bytes) -> bytes:
    """Headers as ElectrumX sends Dogecoin's on protocol 1.4: whole."""
    if "header" not in str(asked):
        return link
    return link.replace(b'"}', AUXPOW.hex().encode() + b'"}')


async def test_genesis_blocks_are_those_of_the_registry() -> None:
    for name, genesis in (("litecoin", LITECOIN_GENESIS), ("dogecoin", DOGECOIN_GENESIS)):
        assert NETWORKS[name].caip2 == f"bip122:{sha256d(genesis)[::-1].hex()[:32]}"
    assert NETWORKS["dash"].caip2 == f"bip122:{DASH_GENESIS_HASH.hex()[:32]}"
    assert sha256d(DASH_GENESIS)[::-1] != DASH_GENESIS_HASH, "Dash's blocks are not named by SHA-256"


@pytest.mark.parametrize(
    ("name", "protocol"),
    [
        (name, protocol)
        for name in AMOUNTS
        for protocol in (BitcoindStandIn, BlockbookStandIn, ElectrumStandIn, EsploraStandIn)
        if (name, protocol) != ("dogecoin", BitcoindStandIn)
    ],
)
async def test_every_form_of_account_is_read_at_the_tip_and_in_the_past(
    stack: AsyncExitStack, open_reader: Opener, name: str, protocol: type[Any]
) -> None:
    chain = chain_of(name)
    node = protocol(chain)
    if name == "dogecoin" and protocol is ElectrumStandIn:
        node.twist = merged_mining
    await stack.enter_async_context(node.serving())
    kind = protocol.__name__.removesuffix("StandIn").lower()
    network, first = chain.network, next(iter(AMOUNTS[name]))
    reader = open_reader(network, {"url": node.url, "protocol": kind})
    wanted = {coin(network): list(AMOUNTS[name])}
    tip = 99 if (name, kind) == ("dash", "electrum") else 100
    reading = await reader.read(wanted, LATEST)
    assert (reading.block.number, reading.block.hash) == (tip, chain.hash_at(tip))
    assert reading.block.timestamp.timestamp() == chain.time_at(tip)
    assert reading.balances == {coin(network): AMOUNTS[name]}
    chain.mine(3)
    chain.amounts[first] = 77
    for choice, amount in ((AtHeight(Height(102)), AMOUNTS[name][first]), (Depth(2), AMOUNTS[name][first])):
        assert (await reader.read(wanted, choice)).balances[coin(network)][first] == amount
    chain.mine()
    assert (await reader.read(wanted, LATEST)).balances[coin(network)][first] == 77


async def test_dashs_newest_block_on_electrum_is_the_one_whose_child_names_it(
    stack: AsyncExitStack, open_reader: Opener
) -> None:
    chain = chain_of("dash")
    servers = ElectrumStandIn(chain), BitcoindStandIn(chain)
    urls = [await stack.enter_async_context(server.serving()) for server in servers]
    network = chain.network
    endpoints = [{"url": url, "protocol": kind} for url, kind in zip(urls, ("electrum", "bitcoind"), strict=True)]
    chain.amounts["7XswsaSt9HtGfrLvboEEzhsmPBSSky1mnu"] = 50  # in the newest block
    reading = await open_reader(network, *endpoints, quorum=2).read({coin(network): list(AMOUNTS["dash"])}, LATEST)
    assert (reading.block.number, reading.block.hash) == (99, chain.hash_at(99))
    assert reading.balances == {coin(network): AMOUNTS["dash"]}


async def test_another_coin_behind_an_endpoint_is_another_chain(stack: AsyncExitStack, open_reader: Opener) -> None:
    server = ElectrumStandIn(chain_of("dogecoin"))
    await stack.enter_async_context(server.serving())
    network = NETWORKS["litecoin"]
    with pytest.raises(ChainError, match="it is on bip122:1a91e3dace36e2be3bf030a65679fe82") as failure:
        await open_reader(network, {"url": server.url, "protocol": "electrum"}).read({coin(network): []}, LATEST)
    assert failure.value.reason is Reason.WRONG_CHAIN


async def test_a_node_without_scans_says_what_to_use_instead(stack: AsyncExitStack, open_reader: Opener) -> None:
    """As one that is older than the coin's entry says."""
    node = BitcoindStandIn(chain_of("litecoin"))

    async def unknown(*_: object) -> None:
        raise RefusedError(-32601, "Method not found")

    node.on_scantxoutset = unknown  # type: ignore[method-assign,assignment]
    await stack.enter_async_context(node.serving())
    network = NETWORKS["litecoin"]
    reader = open_reader(network, {"url": node.url, "protocol": "bitcoind"})
    with pytest.raises(ChainError, match=r"lacks what bitcoind has .* use another protocol") as failure:
        await reader.read({coin(network): list(AMOUNTS["litecoin"])}, LATEST)
    assert failure.value.reason is Reason.UNSUPPORTED


class Ecash(BitcoindStandIn):
    """Bitcoin ABC, which writes amounts with two decimals."""

    def dumps(self, answer: Any) -> str:
        told = json.dumps(answer, default=lambda coins: f"<{coins.satoshi // 100}.{coins.satoshi % 100:02d}>")
        return told.replace('"<', "").replace('>"', "")


async def test_ecash_has_two_decimals(stack: AsyncExitStack, open_reader: Opener) -> None:
    account = "ecash:qq8d5lh8c78sraajk2ndeqvgqjhdu58zny7etakvlm"
    network = replace(NETWORKS["ecash"], caip2=BITCOIN_CASH.caip2)
    node = Ecash(Chain({account: 123_45}, network=network))
    await stack.enter_async_context(node.serving())
    token = Token("XEC", network.name, None, 2)
    reader = open_reader(network, {"url": node.url, "protocol": "bitcoind"})
    for _ in range(2):  # scanned, then followed
        assert (await reader.read({token: [account]}, LATEST)).balances == {
            token: {account: node.chain.amounts[account]}
        }
        node.chain.mine()
        node.chain.amounts[account] += 5


@pytest.mark.parametrize(
    ("name", "protocol", "reason"),
    [
        ("dogecoin", "bitcoind", r"Dogecoin Core 1\.14 has no `scantxoutset`\); use esplora or electrum or blockbook"),
        ("bitcoin-sv", "bitcoind", r"no `scantxoutset`\); use esplora or electrum or blockbook"),
        ("qtum", "electrum", r"headers have other fields than Bitcoin's.*\); use bitcoind"),
        ("bitcoin-gold", "esplora", r"have other headers\); use bitcoind"),
        ("bitcoin-diamond", "blockbook", r"have 7 decimals where lists have 8\); use bitcoind$"),
        ("zcash", "bitcoind", r"neither zcashd nor zebrad has `scantxoutset`\); use blockbook"),
        ("horizen", "bitcoind", r"zend has no `scantxoutset`\); use blockbook"),
        ("ravencoin", "bitcoind", r"Ravencoin Core has no `scantxoutset`\); use blockbook"),
        ("decred", "bitcoind", r"dcrd speaks another RPC, without `scantxoutset`\); use blockbook"),
    ],
)
def test_a_protocol_that_cannot_serve_a_coin_is_refused_with_what_is_in_the_way(
    name: str, protocol: str, reason: str
) -> None:
    settings = EndpointSettings(url="http://127.0.0.1:1", protocol=protocol)
    with pytest.raises(ValueError, match=rf"^protocol '{protocol}' does not serve {NETWORKS[name].title} \(.*{reason}"):
        check_endpoint(NETWORKS[name], settings)
    assert is_readable(NETWORKS[name])


def test_a_coin_that_no_protocol_can_serve_is_not_called_readable() -> None:
    zcash = NETWORKS["zcash"]
    assert zcash.parameters
    unserved = {name: f"no {name} of it" for name in ("bitcoind", "esplora", "electrum", "blockbook")}
    network = replace(zcash, parameters=replace(zcash.parameters, unserved=unserved))
    assert not is_readable(network)
    for protocol in (None, "bitcoind", "electrum"):
        with pytest.raises(ValueError, match=r"^balances of Zcash cannot be read \(bitcoind: no bitcoind of it; espl"):
            check_endpoint(network, EndpointSettings(url="http://127.0.0.1:1", protocol=protocol))


def test_what_no_protocol_serves_is_said_of_protocols_that_exist() -> None:
    for network in NETWORKS.values():
        assert network.parameters is None or network.parameters.unserved.keys() <= PROTOCOLS.keys()


def test_legacy_and_cash_spellings_are_one_account() -> None:
    cash = "bitcoincash:qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a"
    for spelling in (cash, cash.removeprefix("bitcoincash:"), cash.upper(), "1BpEi6DfDAUFd7GtittLSdBeYJvcoaVggu"):
        assert decode(BITCOIN_CASH, spelling).canonical == cash


def test_a_confidential_account_of_litecoin_is_refused_with_the_word() -> None:
    account = "ltcmweb1qqvz6a5zjh0rpc2lgnvrk9rl73qvzqz0q0t0u2m0q4vdl3g3mjxrz2q0"
    with pytest.raises(AddressError, match=r"confidential \(MWEB\) address: its balance cannot be read"):
        decode(NETWORKS["litecoin"], account)
