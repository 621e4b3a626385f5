"""A coin of Bitcoin's family is one entry of a registry file: judged, placed and read without anything else."""

from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from base58 import b58encode_check
from bitcoin.segwit_addr import encode as encode_segwit
from btclib.hashes import hash160
from coincurve import PrivateKey

from monitor.chains import ChainError, Reason, Tag, check_endpoint, is_readable
from monitor.model import Network, Token, VerdictStatus
from monitor.ownership import judge
from monitor.ownership.digests import bitcoin_message
from monitor.registry import Registry, load
from monitor.registry.addresses import AddressError, decode
from monitor.settings import EndpointSettings
from tests.chains.conftest import Opener
from tests.support.bitcoin_standins import BitcoindStandIn, BlockbookStandIn, Chain, ElectrumStandIn, EsploraStandIn
from tests.support.ownership import MESSAGE, claim, compact, multisig

GENESIS = "0f9188f13cb7b2c71f2a335e3a4fc328"
"""That of the stand-ins, which is regtest's."""
ENTRY = f"""
networks:
  groschen:
    caip2: "bip122:{GENESIS}"
    family: bitcoin
    title: Groschen
    native: {{asset: GRO, decimals: 8}}
    labels: [GRO20]
    parameters:
      addresses: {{p2pkh: "1b", p2sh: "4b", bech32: gro}}
      message_headers: ["Groschen Signed Message:\\n"]
      CHECKPOINT
"""
KEY, SECOND = PrivateKey((5).to_bytes(32, "big")), PrivateKey((6).to_bytes(32, "big"))
PUBLIC = KEY.public_key.format()
SCRIPT = multisig(2, PUBLIC, SECOND.public_key.format())
P2PKH = b58encode_check(b"\x1b" + hash160(PUBLIC)).decode()
P2SH = b58encode_check(b"\x4b" + hash160(SCRIPT)).decode()
P2WPKH = encode_segwit("gro", 0, hash160(PUBLIC))
AMOUNTS = {P2PKH: 5, P2SH: 7 * 10**8, P2WPKH: 9}


def registry(path: Path, checkpoint: str = "") -> Registry:
    file = path / "groschen.yaml"
    file.write_text(ENTRY.replace("CHECKPOINT", checkpoint))
    return load([file])


@pytest.fixture
def groschen(tmp_path: Path) -> Network:
    return registry(tmp_path).networks["groschen"]


def test_its_rows_are_placed(tmp_path: Path) -> None:
    known = registry(tmp_path)
    for coin, label in (("GRO", ""), ("GRO", "GRO20"), ("gro", "Groschen")):
        assert str(known.place(coin, label).token) == "GRO on groschen"


def test_its_addresses_are_decoded_and_those_of_others_called_by_name(groschen: Network) -> None:
    assert [decode(groschen, text).form for text in AMOUNTS] == ["p2pkh", "p2sh", "p2wpkh"]
    with pytest.raises(AddressError, match="is an address of litecoin"):
        decode(groschen, "LXTQdps2Pf83WdAXMinboiqLsEjSWrwJCD")
    with pytest.raises(AddressError, match=r"is an address of bitcoin$"):
        decode(groschen, "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4")


def test_other_coins_call_its_addresses_by_its_name(tmp_path: Path) -> None:
    networks = registry(tmp_path).networks
    for text in (P2PKH, P2WPKH):
        with pytest.raises(AddressError, match="is an address of groschen"):
            decode(networks["bitcoin"], text)


def test_its_signatures_are_judged_under_its_own_header(groschen: Network) -> None:
    digest = bitcoin_message("Groschen Signed Message:\n", MESSAGE.encode())
    first, second = compact(KEY, digest, 31), compact(SECOND, digest, 31)
    for row in (claim(groschen, P2PKH, first), claim(groschen, P2SH, first, second, key=SCRIPT.hex())):
        assert judge(row, groschen).status is VerdictStatus.VERIFIED
    foreign = compact(KEY, bitcoin_message("Bitcoin Signed Message:\n", MESSAGE.encode()), 31)
    assert judge(claim(groschen, P2PKH, foreign), groschen).status is VerdictStatus.INVALID


@pytest.mark.parametrize("protocol", [BitcoindStandIn, BlockbookStandIn, ElectrumStandIn, EsploraStandIn])
async def test_its_balances_are_read(
    stack: AsyncExitStack, open_reader: Opener, groschen: Network, protocol: type[Any]
) -> None:
    node = protocol(Chain(dict(AMOUNTS), network=groschen))
    await stack.enter_async_context(node.serving())
    kind = protocol.__name__.removesuffix("StandIn").lower()
    token = Token("GRO", "groschen", None, 8)
    reading = await open_reader(groschen, {"url": node.url, "protocol": kind}).read({token: [*AMOUNTS]}, Tag("latest"))
    assert reading.balances == {token: AMOUNTS}


@pytest.mark.parametrize("protocol", [BitcoindStandIn, BlockbookStandIn, ElectrumStandIn, EsploraStandIn])
async def test_a_chain_without_its_checkpoint_is_another_chain(
    stack: AsyncExitStack, open_reader: Opener, tmp_path: Path, protocol: type[Any]
) -> None:
    chain = Chain(dict(AMOUNTS))
    kind = protocol.__name__.removesuffix("StandIn").lower()
    for block, is_its_own in ((chain.hash_at(50), True), ("ab" * 32, False)):
        network = registry(tmp_path, f'checkpoint: {{height: 50, hash: "{block}"}}').networks["groschen"]
        chain.network = network
        node = protocol(chain)
        await stack.enter_async_context(node.serving())
        reading = open_reader(network, {"url": node.url, "protocol": kind}).read(
            {Token("GRO", "groschen", None, 8): [P2PKH]}, Tag("latest")
        )
        if is_its_own:
            assert (await reading).block.number == 100
        else:
            with pytest.raises(ChainError, match=f"it is on bip122:{chain.hash_at(50)[:32]}, but") as failure:
                await reading
            assert failure.value.reason is Reason.WRONG_CHAIN


def test_what_its_node_cannot_do_is_said_where_it_is_configured(tmp_path: Path) -> None:
    network = registry(tmp_path, 'unserved: {bitcoind: "groschend has no `scantxoutset`"}').networks["groschen"]
    assert is_readable(network)
    with pytest.raises(ValueError, match=r"does not serve Groschen \(groschend has no `scantxoutset`\); use esplora"):
        check_endpoint(network, EndpointSettings(url="http://127.0.0.1:1", protocol="bitcoind"))
