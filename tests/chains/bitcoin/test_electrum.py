"""Reading Bitcoin through an Electrum server."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from monitor.chains import AtHeight, ChainError, Reason, Tag
from monitor.model import Height
from tests.chains.bitcoin.conftest import AMOUNTS
from tests.chains.conftest import Opener
from tests.support.bitcoin_standins import ElectrumStandIn
from tests.support.chains import BITCOIN_ACCOUNTS, BTC, REGTEST, happened

WANTED = {BTC: BITCOIN_ACCOUNTS}
LATEST = Tag("latest")


async def test_electrum_accounts_travel_in_batches_on_one_connection(
    electrum: ElectrumStandIn, open_reader: Opener
) -> None:
    reader = open_reader(REGTEST, {"url": electrum.url, "protocol": "electrum", "batch": 3})
    assert (await reader.read(WANTED, LATEST)).balances == {BTC: AMOUNTS}
    await reader.read(WANTED, LATEST)
    batches = [len(asked) if isinstance(asked, list) else 0 for asked in electrum.asked if "get_balance" in str(asked)]
    assert batches == [3, 0, 3, 0], "a single call is no batch: some servers know none"
    assert electrum.connections == 1
    assert electrum.asked[0]["method"] == "server.version"


async def test_a_cut_connection_is_opened_again(electrum: ElectrumStandIn, open_reader: Opener) -> None:
    cut = iter([None])
    electrum.twist = lambda asked, line: next(cut, line) if "get_balance" in str(asked) else line
    reader = open_reader(REGTEST, {"url": electrum.url, "protocol": "electrum"})
    assert (await reader.read(WANTED, LATEST)).balances == {BTC: AMOUNTS}
    assert electrum.connections == 2
    assert happened(reader.endpoints()[0]) == {"refused": 1}


async def test_the_chain_of_an_electrum_server_is_asked_once_on_each_connection(
    electrum: ElectrumStandIn, open_reader: Opener
) -> None:
    def asked() -> int:
        return sum("'blockchain.block.header', 'params': [0]" in str(request) for request in electrum.asked)

    reader = open_reader(REGTEST, {"url": electrum.url, "protocol": "electrum"})
    await reader.read(WANTED, LATEST)
    await reader.read(WANTED, LATEST)
    assert asked() == 1
    electrum.twist = lambda request, line: None if "get_balance" in str(request) and electrum.connections == 1 else line
    await reader.read(WANTED, LATEST)  # the balances are cut off and asked for again on a second connection
    electrum.chain.headers[0] = electrum.chain.headers[1]
    with pytest.raises(ChainError) as failure:
        await reader.read(WANTED, LATEST)
    assert failure.value.reason is Reason.WRONG_CHAIN
    assert asked() == 2


async def test_notifications_between_the_answers_are_passed_over(
    electrum: ElectrumStandIn, open_reader: Opener
) -> None:
    note = b'{"jsonrpc": "2.0", "method": "blockchain.headers.subscribe", "params": [{"height": 101, "hex": "00"}]}\n'
    electrum.twist = lambda _, line: note + line
    reading = await open_reader(REGTEST, {"url": electrum.url, "protocol": "electrum"}).read(WANTED, LATEST)
    assert reading.balances == {BTC: AMOUNTS}


REFUSED = b'{"jsonrpc": "2.0", "id": null, "error": {"code": -32600, "message": "batch too large"}}\n'


@pytest.mark.parametrize(
    ("method", "line", "reason"),
    [
        (
            "server.version",
            b'{"id": 0, "error": {"code": 1, "message": "unsupported protocol version"}}\n',
            "rpc_error",
        ),
        ("get_balance", b"<html>\n", "malformed"),
        ("get_balance", b"[]\n", "malformed"),
        ("get_balance", b"7\n", "malformed"),
        ("get_balance", b'{"id": ID}\n', "malformed"),
        ("get_balance", REFUSED, "rpc_error"),
        ("headers.subscribe", b'{"id": ID, "result": {"height": 100, "hex": "00"}}\n', "malformed"),
        ("headers.subscribe", b'{"id": ID, "result": {"height": -1, "hex": "HEADER"}}\n', "malformed"),
        ("headers.subscribe", b'{"id": ID, "result": null}\n', "malformed"),
        ("headers.subscribe", b'{"id": ID, "error": {"code": 1, "message": "still catching up"}}\n', "rpc_error"),
        ("get_balance", b'{"id": ID, "result": {"confirmed": -1}}\n', "malformed"),
        ("get_balance", b'{"id": ID, "result": {"confirmed": 1.0}}\n', "malformed"),
        ("get_balance", b'{"id": ID, "result": null}\n', "malformed"),
        ("get_balance", b'{"id": ID, "error": {"code": -101, "message": "excessive usage"}}\n', "rate_limited"),
        ("get_balance", b'{"id": ID, "error": {"code": -102, "message": "server busy"}}\n', "busy"),
    ],
)
async def test_rubbish_and_refusals_of_an_electrum_server_have_their_reason(
    electrum: ElectrumStandIn, open_reader: Opener, method: str, line: bytes, reason: str
) -> None:
    header = electrum.chain.headers[-1].hex().encode()

    def twist(asked: Any, true: bytes) -> bytes:
        if method not in str(asked):
            return true
        return line.replace(b"ID", str(asked["id"]).encode()).replace(b"HEADER", header)

    electrum.twist = twist
    reader = open_reader(REGTEST, {"url": electrum.url, "protocol": "electrum", "batch": 1})
    with pytest.raises(ChainError) as failure:
        await reader.read({BTC: BITCOIN_ACCOUNTS[:1]}, LATEST)
    assert failure.value.reason == reason


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b'{"jsonrpc":"2.0","id":ID,"error":{"code":1,"message":"history too large"}}', Reason.RPC_ERROR),
        (b'{"jsonrpc":"2.0","id":ID,"result":{"confirmed":1e18}}', Reason.MALFORMED),
    ],
)
async def test_a_balance_that_is_not_told_is_refused_by_the_name_of_its_script(
    electrum: ElectrumStandIn, open_reader: Opener, line: bytes, reason: Reason
) -> None:
    def twist(asked: Any, true: bytes) -> bytes:
        return line.replace(b"ID", str(asked["id"]).encode()) + b"\n" if "get_balance" in str(asked) else true

    electrum.twist = twist
    reader = open_reader(REGTEST, {"url": electrum.url, "protocol": "electrum", "batch": 1})
    with pytest.raises(ChainError, match=r"the balance of script [0-9a-f]{64}: ") as failure:
        await reader.read({BTC: BITCOIN_ACCOUNTS[:1]}, LATEST)
    assert failure.value.reason is reason


async def test_a_batch_that_is_refused_as_a_whole_says_how_many_calls_it_was(
    electrum: ElectrumStandIn, open_reader: Opener
) -> None:
    electrum.twist = lambda asked, line: REFUSED if "get_balance" in str(asked) and isinstance(asked, list) else line
    with pytest.raises(ChainError, match=r"refuses 4 call\(s\) at once: batch too large") as failure:
        await open_reader(REGTEST, {"url": electrum.url, "protocol": "electrum"}).read(WANTED, LATEST)
    assert failure.value.reason is Reason.RPC_ERROR
    reader = open_reader(REGTEST, {"url": electrum.url, "protocol": "electrum", "batch": 1})
    for choice in (LATEST, AtHeight(Height(50))):
        assert (await reader.read(WANTED, choice)).balances == {BTC: AMOUNTS}


async def test_an_electrum_server_that_says_nothing_is_given_up(electrum: ElectrumStandIn, open_reader: Opener) -> None:
    electrum.twist = lambda asked, line: b"" if "get_balance" in str(asked) else line
    reader = open_reader(REGTEST, {"url": electrum.url, "protocol": "electrum", "timeout": "50ms"})
    with pytest.raises(ChainError) as failure:
        await reader.read(WANTED, LATEST)
    assert failure.value.reason is Reason.TIMEOUT


# --- the past ---


def told(electrum: ElectrumStandIn, method: str, alter: Callable[[Any], Any]) -> None:
    """Let ``alter`` change each result of ``method``, or put an ``error`` in its place."""

    def twist(asked: Any, line: bytes) -> bytes:
        if method not in str(asked):
            return line
        answers = json.loads(line)
        for answer in answers if isinstance(answers, list) else [answers]:
            altered = alter(answer.pop("result"))
            answer.update(altered if isinstance(altered, dict) and "error" in altered else {"result": altered})
        return json.dumps(answers).encode() + b"\n"

    electrum.twist = twist


@pytest.fixture
def busy(electrum: ElectrumStandIn) -> ElectrumStandIn:
    """The first account changed in the last two blocks."""
    for number in range(2):
        electrum.chain.mine()
        electrum.chain.amounts[BITCOIN_ACCOUNTS[0]] = number + 10
    return electrum


@pytest.mark.parametrize(
    ("method", "message"),
    [
        ("get_history", "history too large"),
        ("get_history", "History for scripthash ab exceeds max history 125000 with 200000 items!"),
        ("transaction.get", "response too large (over 1,000,000 bytes)"),
    ],
)
async def test_a_history_that_a_server_finds_too_long_is_named_and_the_server_stays_up(
    busy: ElectrumStandIn, open_reader: Opener, method: str, message: str
) -> None:
    told(busy, method, lambda _: {"error": {"code": 1, "message": message}})
    reader = open_reader(REGTEST, {"url": busy.url, "protocol": "electrum"})
    with pytest.raises(ChainError, match="use bitcoind for blocks of the past") as failure:
        await reader.read(WANTED, AtHeight(Height(90)))
    assert failure.value.reason is Reason.TOO_LARGE
    assert reader.endpoints()[0].up is None
    assert (await reader.read(WANTED, LATEST)).balances[BTC][BITCOIN_ACCOUNTS[0]] == 11


@pytest.mark.parametrize(
    ("method", "alter", "reason"),
    [
        ("get_history", lambda history: {"error": {"code": 2, "message": "daemon error"}}, "rpc_error"),
        ("get_history", lambda history: None, "malformed"),
        ("get_history", lambda history: [{"height": 101}], "malformed"),
        ("get_history", lambda history: [{"height": -2, "tx_hash": "ab" * 32}], "malformed"),
        ("get_history", lambda history: [{"height": 101, "tx_hash": "zz" * 32}], "malformed"),
        ("get_history", lambda history: [{"height": 101, "tx_hash": 5}], "malformed"),
        ("transaction.get", lambda raw: None, "malformed"),
        ("transaction.get", lambda raw: "zz", "malformed"),
        ("transaction.get", lambda raw: raw[:-2], "malformed"),
        ("transaction.get", lambda raw: raw[:-8] + "01000000", "malformed"),
        ("transaction.get", lambda raw: {"error": {"code": 2, "message": "no such transaction"}}, "rpc_error"),
        ("get_balance", lambda balance: {"confirmed": 0}, "malformed"),
    ],
)
async def test_a_history_that_is_none_has_its_reason(
    busy: ElectrumStandIn, open_reader: Opener, method: str, alter: Callable[[Any], Any], reason: str
) -> None:
    told(busy, method, alter)
    with pytest.raises(ChainError) as failure:
        await open_reader(REGTEST, {"url": busy.url, "protocol": "electrum"}).read(WANTED, AtHeight(Height(90)))
    assert failure.value.reason == reason


async def test_transactions_of_the_past_are_fetched_in_small_batches(
    electrum: ElectrumStandIn, open_reader: Opener
) -> None:
    for number in range(50):
        electrum.chain.mine()
        electrum.chain.amounts[BITCOIN_ACCOUNTS[0]] = number + 10
    reader = open_reader(REGTEST, {"url": electrum.url, "protocol": "electrum"})
    assert (await reader.read(WANTED, AtHeight(Height(100)))).balances == {BTC: AMOUNTS}
    sizes = [len(asked) for asked in electrum.asked if "transaction.get" in str(asked) and isinstance(asked, list)]
    assert sizes == [20, 20, 10]


async def test_a_server_that_counts_a_block_before_it_tells_of_it_is_read_at_that_block(
    electrum: ElectrumStandIn, open_reader: Opener
) -> None:
    """ElectrumX tells of a block once its mempool is up to it."""
    reader = open_reader(REGTEST, {"url": electrum.url, "protocol": "electrum"})
    chain = electrum.chain
    chain.mine()
    chain.amounts[BITCOIN_ACCOUNTS[0]] = 77

    def late(request: Any, line: bytes) -> bytes:
        answers = json.loads(line)
        for call, answer in zip(request, answers, strict=True) if isinstance(answers, list) else ():
            if call["method"] == "blockchain.headers.subscribe":
                answer["result"] = {"height": 100, "hex": chain.headers[100].hex()}
        return json.dumps(answers).encode() + b"\n"

    electrum.twist = late
    reading = await reader.read(WANTED, LATEST)
    assert (reading.block.number, reading.block.hash) == (101, chain.hash_at(101))
    assert reading.balances[BTC][BITCOIN_ACCOUNTS[0]] == 77
