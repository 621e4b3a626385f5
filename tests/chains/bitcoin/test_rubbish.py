"""Whatever JSON a server answers with, the reading is right or fails as the endpoint's fault, and in no other way."""

import asyncio
import json
from collections.abc import AsyncGenerator, Callable, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.chains import ChainError, Reason
from monitor.chains.bitcoin import blockbook, esplora
from monitor.chains.bitcoin.electrum_connection import Connection, RefusedError
from monitor.chains.bitcoin.electrum_headers import Headers, Tip
from monitor.chains.bitcoin.electrum_history import Histories
from monitor.chains.bitcoin.explorer_history import Change, since
from monitor.chains.jsonrpc import Call, MalformedReplyError, Reply
from monitor.chains.link import Link
from monitor.settings import EndpointSettings
from tests.support.chains import REGTEST

NAMES = ("height", "hex", "tx_hash", "id", "result", "error", "code", "message", "method", "status", "confirmed")
MORE_NAMES = ("block_height", "txid", "vin", "vout", "value", "scriptpubkey", "prevout", "is_coinbase")
BLOCKBOOKS = ("addresses", "blockHeight")
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.just("ab" * 32) | st.just(7)
JSON = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(NAMES + MORE_NAMES + BLOCKBOOKS), inner, max_size=5)
    ),
    max_leaves=12,
)
REFUSALS = {Reason.MALFORMED, Reason.RPC_ERROR, Reason.BEHIND, Reason.TOO_LARGE}


def link() -> Link:
    return Link(EndpointSettings(url="tcp://127.0.0.1:1"))


def answering(results: list[Any]) -> Any:
    """Gives ``results`` in turn, as replies; some are errors."""

    async def ask(calls: Sequence[Call]) -> list[Reply]:
        found = [results[number % len(results)] for number in range(len(calls))]
        return [
            {"id": 1, "error": each} if isinstance(each, dict) and "code" in each else {"result": each}
            for each in found
        ]

    return ask


@given(st.lists(JSON, min_size=1, max_size=4))
def test_rubbish_in_place_of_headers_is_the_servers_fault(results: list[Any]) -> None:
    headers = Headers(REGTEST, link(), answering(results))

    async def look() -> None:
        for asking in (headers.tip, lambda: headers.at(5), lambda: headers.hash_at(5)):
            try:
                assert isinstance(await asking(), Tip | tuple | str | None)
            except ChainError as error:
                assert error.reason in REFUSALS  # noqa: PT017 - either is right

    asyncio.run(look())


@given(st.lists(JSON | st.lists(st.fixed_dictionaries({"tx_hash": JSON, "height": JSON})), min_size=1, max_size=4))
def test_rubbish_in_place_of_histories_is_the_servers_fault(results: list[Any]) -> None:
    histories = Histories(REGTEST, link(), answering(results))

    async def look() -> None:
        try:
            assert set(await histories.since({b"a": "aa", b"b": "bb"}, 5)) == {b"a", b"b"}
        except ChainError as error:
            assert error.reason in REFUSALS  # noqa: PT017

    asyncio.run(look())


@pytest.mark.parametrize("read", [esplora._change, blockbook._change])
@given(pages=st.lists(st.lists(JSON, max_size=3), min_size=1, max_size=3), transactions=st.integers(0, 5))
def test_rubbish_in_place_of_an_explorers_history_is_told_as_such(
    read: Callable[[Any, str], Change], pages: list[list[Any]], transactions: int
) -> None:
    async def history() -> AsyncGenerator[list[Change], None]:
        for page in pages:
            yield [read(entry, "61") for entry in page]

    try:
        assert isinstance(asyncio.run(since(5, transactions, history())), int)
    except (KeyError, TypeError, ValueError) as error:
        assert error.args  # noqa: PT017


@given(st.lists(JSON | st.binary(max_size=9), max_size=4), st.integers(1, 3))
def test_rubbish_on_the_wire_ends_every_request(lines: list[Any], calls: int) -> None:
    async def talk() -> None:
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readline()
            for each in lines:
                writer.write((each if isinstance(each, bytes) else json.dumps(each).encode()) + b"\n")
            writer.close()

        async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
            connection = Connection(*await asyncio.open_connection(*server.sockets[0].getsockname()))
            try:
                assert len(await connection.batch([("a", [])] * calls)) == calls
            except (MalformedReplyError, RefusedError, EOFError, OSError) as error:
                assert isinstance(error, Exception)  # noqa: PT017
            finally:
                await connection.close()

    asyncio.run(talk())
