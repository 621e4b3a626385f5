"""Bitcoin balances from a real node and a real Electrum server."""

import asyncio
import hashlib

import pytest
from base58 import b58encode_check

from monitor.chains import ChainError, Reason, Tag
from tests.chains.conftest import Opener
from tests.support.chains import BITCOIN_ACCOUNTS, BTC, REGTEST
from tests.support.nodes import BitcoinFactory, ElectrumFactory, by_rpc
from tests.support.waiting import eventually

pytestmark = pytest.mark.integration

LATEST = Tag("latest")
AMOUNTS = dict(zip(BITCOIN_ACCOUNTS, (546, 12_345_678_901, 123_456_789, 2_000), strict=True))
OTHERS = [
    b58encode_check(b"\0" + hashlib.sha256(number.to_bytes(2, "big")).digest()[:20]).decode() for number in range(1500)
]
WANTED = {BTC: [*BITCOIN_ACCOUNTS, *OTHERS]}
EXPECTED = AMOUNTS | dict.fromkeys(OTHERS, 0)


async def test_bitcoind_and_electrum_agree_on_accounts_of_every_form(
    bitcoin_node: BitcoinFactory, electrum_server: ElectrumFactory, open_reader: Opener
) -> None:
    node = bitcoin_node()
    node.fund(AMOUNTS)
    height = node.mine(2)
    electrum = electrum_server(node)
    endpoints = by_rpc(node), {"url": electrum.url, "protocol": "electrum"}
    reader = open_reader(REGTEST, *endpoints, quorum=2)
    reading = await reader.read(WANTED, LATEST)
    assert reading.balances == {BTC: EXPECTED}
    assert (reading.block.number, reading.block.hash) == (height, node.rpc("getbestblockhash"))
    assert reading.block.timestamp.timestamp() == node.rpc("getblockheader", reading.block.hash)["time"]
    assert set(reading.endpoints) == {"node-1", "node-2"}

    node.fund({BITCOIN_ACCOUNTS[0]: 1000})
    eventually(lambda: electrum.height() == height + 1)
    more = await reader.read(WANTED, LATEST)
    assert more.balances[BTC] == EXPECTED | {BITCOIN_ACCOUNTS[0]: 1546}
    assert more.block.number == height + 1


async def test_a_reorganisation_takes_back_what_it_undid(
    bitcoin_node: BitcoinFactory, electrum_server: ElectrumFactory, open_reader: Opener
) -> None:
    node = bitcoin_node()
    height = node.fund(AMOUNTS)
    electrum = electrum_server(node)
    reader = open_reader(REGTEST, by_rpc(node), {"url": electrum.url, "protocol": "electrum"}, quorum=2)
    assert (await reader.read(WANTED, LATEST)).balances == {BTC: EXPECTED}
    gone = node.rpc("getbestblockhash")
    node.rpc("invalidateblock", gone)
    for _ in range(2):
        node.rpc("generateblock", node.rpc("getnewaddress"), [])
    eventually(lambda: electrum.height() == height + 1)
    reading = await reader.read(WANTED, LATEST)
    assert reading.balances == {BTC: dict.fromkeys(EXPECTED, 0)}
    assert (reading.block.number, reading.block.hash) == (height + 1, node.rpc("getbestblockhash"))


async def test_a_node_that_is_killed_is_refused_and_read_again_when_it_is_back(
    bitcoin_node: BitcoinFactory, open_reader: Opener
) -> None:
    node = bitcoin_node()
    node.fund(AMOUNTS)
    reader = open_reader(REGTEST, by_rpc(node))
    assert (await reader.examine(WANTED))[0].error is None
    await asyncio.to_thread(node.stop)
    with pytest.raises(ChainError) as failure:
        await reader.read(WANTED, LATEST)
    assert failure.value.reason is Reason.REFUSED
    await asyncio.to_thread(node.start)
    assert (await reader.read(WANTED, LATEST)).balances == {BTC: EXPECTED}


async def test_a_wrong_password_says_so(bitcoin_node: BitcoinFactory, open_reader: Opener) -> None:
    node = bitcoin_node()
    with pytest.raises(ChainError, match="401; check user, password") as failure:
        await open_reader(REGTEST, by_rpc(node) | {"password": "wrong"}).read(WANTED, LATEST)
    assert failure.value.reason is Reason.HTTP_STATUS
    assert "wrong" not in str(failure.value)
