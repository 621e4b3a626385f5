"""Reading coins of Bitcoin's family through Blockbook: what its answers are held to, and coins without a node."""

from contextlib import AsyncExitStack
from typing import Any

import pytest
from aiohttp import web

from monitor.chains import AtHeight, ChainError, Reason, Tag, check_endpoint, is_readable, protocol_of
from monitor.chains.bitcoin.blockbook import BlockbookNode
from monitor.chains.link import Link
from monitor.model import Height, Token
from monitor.registry import load
from monitor.settings import EndpointSettings
from tests.chains.bitcoin.conftest import AMOUNTS
from tests.chains.conftest import Opener
from tests.support.bitcoin_standins import BlockbookStandIn, Chain
from tests.support.chains import BITCOIN_ACCOUNTS, BTC, REGTEST

WANTED = {BTC: BITCOIN_ACCOUNTS}
LATEST = Tag("latest")
NETWORKS = load().networks

# From the examples of Blockbook's docs/api.md.
STATUS = {
    "blockbook": {"coin": "Dogecoin", "inSync": True, "bestHeight": 2648059, "decimals": 8},
    "backend": {"chain": "main", "blocks": 2648059, "headers": 2648059, "bestBlockHash": "00" * 32},
}
HASH = "760f8ed32894ccce9c1ea11c8a019cadaa82bcb434b25c30102dd7e43f326217"
BLOCK = {
    "page": 1,
    "totalPages": 1,
    "itemsOnPage": 1000,
    "hash": HASH,
    "previousBlockHash": "786a1f9f38493d32fd9f9c104d748490a070bc74a83809103bcadd93ae98288f",
    "height": 2648059,
    "confirmations": 47,
    "time": 1553096617,
    "txCount": 2,
    "txs": [],
}
ACCOUNT = "D5Z7XrtJNg7hAtznSDMXvfiFmMYphwuWz7"
ADDRESS = {
    "page": 1,
    "totalPages": 1,
    "itemsOnPage": 1000,
    "address": ACCOUNT,
    "balance": "2432468097999991",
    "totalReceived": "3992283916999979",
    "totalSent": "1559815818999988",
    "unconfirmedBalance": "0",
    "unconfirmedTxs": 0,
    "txs": 3,
}
GENESIS = "1a91e3dace36e2be3bf030a65679fe821aa1d6ef92e7c9902eb318182c355691"
CHECKPOINT = "77e3f4a4bcb4a2c15e8015525e3d15b466f6c022f6ca82698f329edef7d9777e"
RECORDED = {
    "/api/status": STATUS,
    "/api/v2/block-index/0": {"blockHash": GENESIS},
    "/api/v2/block-index/2510150": {"blockHash": CHECKPOINT},
    "/api/v2/block-index/2648059": {"blockHash": HASH},
    f"/api/v2/block/{HASH}": BLOCK,
    f"/api/v2/address/{ACCOUNT}": ADDRESS,
}


class Recorded(BlockbookStandIn):
    """One that says what the documentation has it say."""

    def _answer(self, request: web.BaseRequest) -> Any:
        return RECORDED[request.path]


async def test_the_answers_of_its_own_documentation_are_read(stack: AsyncExitStack, open_reader: Opener) -> None:
    node = Recorded(Chain({}))
    await stack.enter_async_context(node.serving())
    doge = Token("DOGE", "dogecoin", None, 8)
    reader = open_reader(NETWORKS["dogecoin"], {"url": node.url, "protocol": "blockbook"}, behind_after="99999d")
    reading = await reader.read({doge: [ACCOUNT]}, LATEST)
    assert (reading.block.number, reading.block.hash) == (2648059, HASH)
    assert reading.balances == {doge: {ACCOUNT: 2432468097999991}}


@pytest.mark.parametrize("name", ["zcash", "ravencoin", "decred", "horizen"])
def test_coins_that_no_node_serves_are_readable_by_it(name: str) -> None:
    settings = EndpointSettings(url="http://127.0.0.1:1")
    check_endpoint(NETWORKS[name], settings)
    assert is_readable(NETWORKS[name])
    assert protocol_of(NETWORKS[name], settings) == "blockbook"


async def test_what_it_has_in_its_mempool_is_not_counted(blockbook: BlockbookStandIn, open_reader: Opener) -> None:
    reading = await open_reader(REGTEST, {"url": blockbook.url, "protocol": "blockbook"}).read(WANTED, LATEST)
    assert reading.balances == {BTC: AMOUNTS}


TRUE = {"address": BITCOIN_ACCOUNTS[0], "balance": "1", "txs": 1}


@pytest.mark.parametrize(
    ("path", "answer", "reason"),
    [
        ("/api/status", {}, "malformed"),
        ("/api/status", {"blockbook": {"bestHeight": "100"}}, "malformed"),
        ("/api/status", {"blockbook": {"bestHeight": 100, "initialSync": True}}, "behind"),
        ("/api/status", {"blockbook": {"bestHeight": 101}}, "tip_moved"),
        ("/api/v2/block-index/100", {}, "malformed"),
        ("/api/v2/block-index/100", {"blockHash": "ab"}, "malformed"),
        ("/api/v2/block-index/100", {"blockHash": 7}, "malformed"),
        ("/api/v2/block-index/0", {"blockHash": "ab" * 32}, "wrong_chain"),
        ("/api/v2/block/", [], "malformed"),
        ("/api/v2/block/", {"hash": "ab" * 32, "height": 100, "time": 1}, "malformed"),
        ("/api/v2/address/", {}, "malformed"),
        ("/api/v2/address/", TRUE | {"address": BITCOIN_ACCOUNTS[1]}, "malformed"),
        ("/api/v2/address/", {"address": BITCOIN_ACCOUNTS[0], "balance": "1"}, "malformed"),
        ("/api/v2/address/", {"address": BITCOIN_ACCOUNTS[0], "txs": 3}, "malformed"),
        ("/api/v2/address/", TRUE | {"balance": 1}, "malformed"),
        ("/api/v2/address/", TRUE | {"balance": "-1"}, "malformed"),
        ("/api/v2/address/", TRUE | {"balance": "1.0"}, "malformed"),
        ("/api/v2/address/", TRUE | {"balance": None}, "malformed"),
        ("/api/v2/address/", {"error": "Invalid address, checksum mismatch"}, "malformed"),
        ("/api/v2/address/", 400, "http_status"),
        ("/api/v2/address/", 429, "rate_limited"),
    ],
)
async def test_what_is_no_answer_is_refused(
    blockbook: BlockbookStandIn, open_reader: Opener, path: str, answer: Any, reason: str
) -> None:
    def twist(asked: str, true: Any) -> Any:
        if not asked.startswith(path):
            return true
        if isinstance(answer, int):
            return web.json_response({"error": "no"}, status=answer, headers={"Retry-After": "300"})
        return answer

    blockbook.twist = twist
    reader = open_reader(REGTEST, {"url": blockbook.url, "protocol": "blockbook"})
    with pytest.raises(ChainError) as failure:
        await reader.read({BTC: BITCOIN_ACCOUNTS[:1]}, LATEST)
    assert failure.value.reason == reason


async def test_an_account_without_a_balance_is_zero_only_where_it_has_no_transaction(
    blockbook: BlockbookStandIn, open_reader: Opener
) -> None:
    """Fields that are empty are left out."""
    account = BITCOIN_ACCOUNTS[3]
    asked = {"address": account, "txs": 0}
    blockbook.twist = lambda path, answer: asked if "/address/" in path else answer
    reader = open_reader(REGTEST, {"url": blockbook.url, "protocol": "blockbook"})
    assert (await reader.read({BTC: [account]}, LATEST)).balances == {BTC: {account: 0}}


def _changed(**changes: Any) -> Any:
    return lambda told: told | {"transactions": [entry | changes for entry in told["transactions"]]}


@pytest.mark.parametrize(
    "alter",
    [
        lambda told: told | {"transactions": []},
        lambda told: told | {"transactions": [None]},
        lambda told: told | {"transactions": told["transactions"] + told["transactions"][1:]},
        lambda told: told | {"transactions": told["transactions"][::-1]},
        lambda told: {key: value for key, value in told.items() if key != "totalPages"},
        _changed(confirmations=1, txid="zz"),
        _changed(vin=None),
        _changed(vout=[{"addresses": [BITCOIN_ACCOUNTS[0]]}]),
        _changed(confirmations=7, blockHeight=-1),
    ],
)
async def test_a_history_that_is_none_is_malformed(
    blockbook: BlockbookStandIn, open_reader: Opener, alter: Any
) -> None:
    for number in range(10):
        blockbook.chain.mine()
        blockbook.chain.amounts[BITCOIN_ACCOUNTS[0]] = number + 10
    blockbook.twist = lambda _, answer: alter(answer) if "transactions" in answer else answer
    with pytest.raises(ChainError) as failure:
        await open_reader(REGTEST, {"url": blockbook.url, "protocol": "blockbook"}).read(WANTED, AtHeight(Height(104)))
    assert failure.value.reason is Reason.MALFORMED


@pytest.mark.parametrize("page", [[], [{"txid": "ab" * 32, "vin": [], "vout": []}]], ids=["empty", "the first again"])
async def test_pages_of_a_block_that_do_not_end_are_refused(blockbook: BlockbookStandIn, page: list[Any]) -> None:
    """Who reads blocks in the background has no deadline, and others wait for it."""
    node = BlockbookNode(REGTEST, Link(EndpointSettings.model_validate({"url": blockbook.url})))
    told = {"txs": page, "totalPages": 10**9, "txCount": 10**12}
    blockbook.twist = lambda _, answer: answer | told
    try:
        with pytest.raises(ChainError, match=r"page [12] has nothing, or what was on another") as caught:
            await node.moved(blockbook.chain.hash_at(5), {BITCOIN_ACCOUNTS[0]})
    finally:
        await node.link.close()
    assert caught.value.reason is Reason.MALFORMED
