"""Reading Bitcoin through an explorer."""

from typing import Any

import pytest
from aiohttp import web

from monitor.chains import AtHeight, ChainError, Reason, Tag
from monitor.model import Height
from tests.chains.bitcoin.conftest import AMOUNTS
from tests.chains.conftest import Opener
from tests.support.bitcoin_standins import Chain, EsploraStandIn
from tests.support.chains import BITCOIN_ACCOUNTS, BTC, REGTEST, happened

WANTED = {BTC: BITCOIN_ACCOUNTS}
LATEST = Tag("latest")


async def test_what_an_explorer_has_in_its_mempool_is_not_counted(esplora: EsploraStandIn, open_reader: Opener) -> None:
    reading = await open_reader(REGTEST, {"url": esplora.url, "protocol": "esplora"}).read(WANTED, LATEST)
    assert reading.balances == {BTC: AMOUNTS}


@pytest.mark.parametrize(
    ("path", "answer", "reason"),
    [
        ("/blocks/tip/hash", "<html>", "malformed"),
        ("/block-height/0", "", "malformed"),
        ("/block/", {"id": "00"}, "malformed"),
        ("/block/", "rubbish", "not_json"),
        ("/address/", [], "malformed"),
        (
            "/address/",
            {"address": BITCOIN_ACCOUNTS[1], "chain_stats": {"funded_txo_sum": 2, "spent_txo_sum": 1}},
            "malformed",
        ),
        ("/address/", {}, "malformed"),
        (
            "/address/",
            {"address": BITCOIN_ACCOUNTS[0], "chain_stats": {"funded_txo_sum": 1, "spent_txo_sum": 2}},
            "malformed",
        ),
        (
            "/address/",
            {"address": BITCOIN_ACCOUNTS[0], "chain_stats": {"funded_txo_sum": 1.5, "spent_txo_sum": 0}},
            "malformed",
        ),
        ("/address/", web.Response, "http_status"),
    ],
)
async def test_rubbish_from_an_explorer_is_refused(
    esplora: EsploraStandIn, open_reader: Opener, path: str, answer: Any, reason: str
) -> None:
    def twist(asked: str, true: Any) -> Any:
        if not asked.startswith(path):
            return true
        return web.Response(status=400, text="Too many history entries") if answer is web.Response else answer

    esplora.twist = twist
    reader = open_reader(REGTEST, {"url": esplora.url, "protocol": "esplora"})
    with pytest.raises(ChainError) as failure:
        await reader.read({BTC: BITCOIN_ACCOUNTS[:1]}, LATEST)
    assert failure.value.reason == reason


@pytest.fixture
def busy(esplora: EsploraStandIn) -> EsploraStandIn:
    """The first account changes in each of ten blocks."""
    for number in range(10):
        esplora.chain.mine()
        esplora.chain.amounts[BITCOIN_ACCOUNTS[0]] = number + 10
    return esplora


async def test_no_more_pages_of_a_history_are_asked_for_than_lie_above_the_block(
    busy: EsploraStandIn, open_reader: Opener
) -> None:
    reader = open_reader(REGTEST, {"url": busy.url, "protocol": "esplora"})
    reading = await reader.read({BTC: BITCOIN_ACCOUNTS[:1]}, AtHeight(Height(105)))
    assert reading.balances[BTC] == {BITCOIN_ACCOUNTS[0]: 14}
    assert sum("/txs/chain" in path for path in busy.asked) == 3  # two of the five above it a page


def _changed(**changes: Any) -> Any:
    return lambda page: [{**entry, **changes} for entry in page]


@pytest.mark.parametrize(
    "alter",
    [
        lambda page: [],
        lambda page: {},
        lambda page: page + page[:1],
        lambda page: page[::-1],
        lambda page: [None],
        lambda page: [{}],
        _changed(txid="zz"),
        _changed(txid=7),
        _changed(status={"confirmed": False}),
        _changed(status={"confirmed": True, "block_height": -1}),
        _changed(vin=None),
        _changed(vin=[{"is_coinbase": False, "prevout": None}]),
        _changed(vout=[{"scriptpubkey": "6a"}, {}]),
    ],
)
async def test_a_history_that_is_none_is_malformed(busy: EsploraStandIn, open_reader: Opener, alter: Any) -> None:
    busy.twist = lambda path, answer: alter(answer) if "/txs/chain" in path else answer
    with pytest.raises(ChainError) as failure:
        await open_reader(REGTEST, {"url": busy.url, "protocol": "esplora"}).read(WANTED, AtHeight(Height(104)))
    assert failure.value.reason is Reason.MALFORMED


async def test_an_explorer_that_wants_to_be_left_alone_is_left_alone_so_long(
    esplora: EsploraStandIn, open_reader: Opener
) -> None:
    refused = iter([True])

    def refuse(path: str, answer: Any) -> Any:
        if "/address/" in path and next(refused, False):
            return web.Response(status=429, headers={"Retry-After": "0"})
        return answer

    esplora.twist = refuse
    reader = open_reader(REGTEST, {"url": esplora.url, "protocol": "esplora"})
    assert (await reader.read(WANTED, LATEST)).balances == {BTC: AMOUNTS}
    assert happened(reader.endpoints()[0]) == {"rate_limited": 1}


async def test_an_explorer_that_wants_to_be_left_alone_for_an_hour_is_given_up(
    esplora: EsploraStandIn, open_reader: Opener
) -> None:
    esplora.twist = lambda path, answer: (
        web.Response(status=429, headers={"Retry-After": "3600"}) if "/address/" in path else answer
    )
    reader = open_reader(REGTEST, {"url": esplora.url, "protocol": "esplora", "concurrency": 1})
    with pytest.raises(ChainError) as failure:
        await reader.read(WANTED, LATEST)
    assert failure.value.reason is Reason.RATE_LIMITED
    assert sum("/address/" in path for path in esplora.asked) == 1


async def test_its_chain_is_looked_at_once_a_reading_and_known_again_by_its_last_tip(
    esplora: EsploraStandIn, open_reader: Opener
) -> None:
    reader = open_reader(REGTEST, {"url": esplora.url, "protocol": "esplora"})
    await reader.read(WANTED, LATEST)
    assert esplora.asked.count("/block-height/0") == 1
    esplora.chain.mine()
    await reader.read(WANTED, LATEST)
    assert esplora.asked.count("/block-height/0") == 1
    esplora.chain = esplora.chain.fork(depth=3)  # its last tip has left the chain
    esplora.chain.amounts.update(AMOUNTS)
    esplora.chain.mine(5)
    await reader.read(WANTED, LATEST)
    assert esplora.asked.count("/block-height/0") == 2


async def test_another_chain_behind_the_same_url_is_found_out(esplora: EsploraStandIn, open_reader: Opener) -> None:
    reader = open_reader(REGTEST, {"url": esplora.url, "protocol": "esplora"})
    await reader.read(WANTED, LATEST)
    esplora.chain = Chain(AMOUNTS, salt=7, genesis=bytes(80))
    with pytest.raises(ChainError) as failure:
        await reader.read(WANTED, LATEST)
    assert failure.value.reason is Reason.WRONG_CHAIN
