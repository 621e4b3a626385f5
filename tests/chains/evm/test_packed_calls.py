"""Many balances in one call, by whichever method an endpoint supports, and whatever it makes of it."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from aiohttp import web
from eth_abi.abi import encode
from hypothesis import given
from hypothesis import strategies as st

from monitor.chains import ChainError, Reason, Tag
from monitor.chains.evm.call_size import CallSize
from monitor.chains.evm.methods import Deployless, Multicall3, NoBalanceError, Override
from monitor.chains.evm.multicall import results
from tests.chains.conftest import Opener
from tests.support.chains import ETH, ETHEREUM, USDC, USDT, account, happened
from tests.support.standins import EvmStandIn

Evm = Callable[..., Awaitable[EvmStandIn]]

ACCOUNTS = [account(number) for number in range(1, 3001)]
COINS = {name: number * 10**18 for number, name in enumerate(ACCOUNTS)}
DOLLARS = {name: number * 7 for number, name in enumerate(ACCOUNTS)}
WANTED = {ETH: ACCOUNTS, USDT: ACCOUNTS}
LATEST = Tag("latest")


async def able(evm: Evm, *runs: str) -> EvmStandIn:
    node = await evm()
    node.coins = dict(COINS)
    node.tokens[str(USDT.contract)] = dict(DOLLARS)
    node.runs = set(runs)
    return node


def accounts_in(body: Any) -> int:
    """How many accounts a large call asks for, more or less."""
    if isinstance(body, list) or body["method"] != "eth_call":
        return 0
    return len(body["params"][0]["data"]) // 40


def large_calls(node: EvmStandIn) -> int:
    return sum(accounts_in(body) > 0 for body in node.asked)


@pytest.mark.parametrize(
    ("runs", "method"),
    [({"override", "deployless"}, "override"), ({"deployless"}, "deployless"), (set(), "batch")],
)
async def test_the_best_method_that_an_endpoint_supports_is_found_used_and_shown(
    evm: Evm, open_reader: Opener, runs: set[str], method: str
) -> None:
    node = await able(evm, *runs)
    reader = open_reader(ETHEREUM, {"url": node.url})
    assert reader.endpoints()[0].method == ""
    reading = await reader.read(WANTED, LATEST)
    assert reading.balances == {ETH: COINS, USDT: DOLLARS}
    assert reader.endpoints()[0].method == method
    assert any(isinstance(body, list) for body in node.asked) == (method == "batch")


async def test_a_method_is_found_out_once(evm: Evm, open_reader: Opener) -> None:
    node = await able(evm, "deployless")
    reader = open_reader(ETHEREUM, {"url": node.url})
    await reader.read(WANTED, LATEST)
    node.asked.clear()
    await reader.read(WANTED, LATEST)
    assert "eth_getBalance" not in node.methods
    assert all(len(body["params"]) == 2 for body in node.asked if body["method"] == "eth_call")


async def test_a_method_that_tells_other_coins_than_the_node_itself_is_not_used(evm: Evm, open_reader: Opener) -> None:
    node = await able(evm, "override", "deployless")
    node.twist = lambda answer: (
        answer | {"result": f"0x{1:064x}{5:064x}"} if len(str(answer.get("result"))) == 130 else answer
    )
    reader = open_reader(ETHEREUM, {"url": node.url})
    assert (await reader.read({ETH: ACCOUNTS[:1]}, LATEST)).balances == {ETH: {ACCOUNTS[0]: 0}}
    assert reader.endpoints()[0].method == "batch"


async def test_a_method_that_fails_is_replaced_within_the_reading(evm: Evm, open_reader: Opener) -> None:
    node = await able(evm, "override", "deployless")
    reader = open_reader(ETHEREUM, {"url": node.url})
    await reader.read(WANTED, LATEST)
    node.runs.remove("override")
    reading = await reader.read(WANTED, LATEST)
    assert reading.balances == {ETH: COINS, USDT: DOLLARS}
    assert reader.endpoints()[0].method == "deployless"
    assert happened(reader.endpoints()[0]) == {}


async def test_after_a_failed_reading_the_method_is_found_out_anew(evm: Evm, open_reader: Opener) -> None:
    node = await able(evm)
    reader = open_reader(ETHEREUM, {"url": node.url})
    await reader.read(WANTED, LATEST)
    node.twist = lambda answer: answer[:-1] if isinstance(answer, list) else answer
    with pytest.raises(ChainError):
        await reader.read(WANTED, LATEST)
    node.runs.add("override")
    await reader.read(WANTED, LATEST)
    assert reader.endpoints()[0].method == "override"


# --- sizes ---


async def _status_413(body: Any) -> web.Response | None:
    return web.Response(status=413) if accounts_in(body) > 300 else None


async def _request_too_large(body: Any) -> web.Response | None:
    error = {"code": -32600, "message": "Invalid request"}
    return web.json_response({"id": None, "error": error}) if accounts_in(body) > 300 else None


@pytest.mark.parametrize("refusal", [_status_413, _request_too_large, None])
async def test_calls_that_are_too_large_are_halved_until_they_are_taken(
    evm: Evm, open_reader: Opener, refusal: Any
) -> None:
    node = await able(evm, "override")
    node.mischief = refusal
    node.at_once = 10**9 if refusal else 300
    reader = open_reader(ETHEREUM, {"url": node.url})
    for _ in range(2):
        assert (await reader.read(WANTED, LATEST)).balances == {ETH: COINS, USDT: DOLLARS}
    node.asked.clear()
    assert (await reader.read(WANTED, LATEST)).balances == {ETH: COINS, USDT: DOLLARS}
    assert max(accounts_in(body) for body in node.asked) < 300  # what was refused is not tried at every reading
    (state,) = reader.endpoints()
    assert (state.up, state.method, happened(state)) == (True, "override", {})


async def test_calls_that_are_not_finished_in_time_are_halved(evm: Evm, open_reader: Opener) -> None:
    node = await able(evm, "override")
    node.mischief = None
    released = asyncio.Event()

    async def slow(body: Any) -> None:
        if accounts_in(body) > 600:
            await released.wait()

    node.mischief = slow
    reader = open_reader(ETHEREUM, {"url": node.url, "timeout": "500ms"})
    assert (await reader.read(WANTED, LATEST)).balances == {ETH: COINS, USDT: DOLLARS}
    released.set()
    assert reader.endpoints()[0].method == "override"
    assert set(happened(reader.endpoints()[0])) == {"timeout"}


async def test_an_endpoint_that_hangs_costs_two_time_outs(evm: Evm, open_reader: Opener) -> None:
    node = await able(evm, "override")
    reader = open_reader(ETHEREUM, {"url": node.url, "timeout": "100ms", "concurrency": 1})
    await reader.read({ETH: ACCOUNTS[:5]}, LATEST)
    released = asyncio.Event()

    async def hang(body: Any) -> None:
        if accounts_in(body):
            await released.wait()

    node.mischief = hang
    with pytest.raises(ChainError) as failure:
        await reader.read(WANTED, LATEST)
    released.set()
    assert failure.value.reason is Reason.TIMEOUT
    assert happened(reader.endpoints()[0]) == {"timeout": 2}


def test_a_size_grows_with_quick_answers_and_keeps_under_what_was_refused_for_a_while() -> None:
    size = CallSize(8192)
    assert size.accounts == 1024
    size.fine(1024, 0.1)
    size.fine(1024, 0.1)  # the last of a pile, smaller than what may be asked
    assert size.accounts == 2048
    size.fine(2048, 0.5)
    assert size.accounts == 2048
    size.refused(2048)
    for _ in range(15):
        size.fine(1024, 0)
        size.ended()
    assert size.accounts == 1024
    size.ended()
    for _ in range(9):
        size.fine(size.accounts, 0)
    assert size.accounts == 8192


# --- tokens ---


@pytest.mark.parametrize("tells", [True, False])
@pytest.mark.parametrize("runs", ["override", "deployless"])
async def test_a_token_that_refuses_one_account_fails_as_a_whole_and_by_its_name(
    evm: Evm, open_reader: Opener, runs: str, tells: bool
) -> None:
    node = await able(evm, runs)
    node.refusing = {ACCOUNTS[1234]}
    node.tells_reverts = tells
    reading = await open_reader(ETHEREUM, {"url": node.url}).read(WANTED, LATEST)
    assert reading.balances == {ETH: COINS}
    reason = f"balanceOf({ACCOUNTS[1234]}) failed at block 100: execution reverted (3)"
    assert reading.failed == {USDT: reason}


async def test_a_token_without_code_fails_by_its_name(evm: Evm, open_reader: Opener) -> None:
    node = await able(evm, "override")
    reading = await open_reader(ETHEREUM, {"url": node.url}).read({**WANTED, USDC: ACCOUNTS}, LATEST)
    assert reading.failed == {USDC: f"there is no contract at {USDC.contract} at block 100"}
    assert reading.balances == {ETH: COINS, USDT: DOLLARS}


async def test_a_token_that_tells_single_calls_what_it_does_not_tell_a_program_is_read_by_single_calls(
    evm: Evm, open_reader: Opener
) -> None:
    node = await able(evm, "override")
    run, call = node._run, node.on_eth_call

    def only_alone(code: str, coins: bytes, token: bytes) -> str:
        node.refusing = set(ACCOUNTS)
        try:
            return run(code, coins, token)
        finally:
            node.refusing = set()

    node._run = only_alone  # type: ignore[method-assign]
    node.on_eth_call = call  # type: ignore[method-assign]
    reader = open_reader(ETHEREUM, {"url": node.url})
    reading = await reader.read({ETH: ACCOUNTS, USDT: ACCOUNTS[:400]}, LATEST)
    assert reading.balances == {ETH: COINS, USDT: {name: DOLLARS[name] for name in ACCOUNTS[:400]}}
    assert reading.failed == {}
    assert large_calls(node) < 60


# --- rubbish ---


@pytest.mark.parametrize(
    "result",
    [
        f"0x{3000:064x}" + "00" * 32 * 2999,
        f"0x{2999:064x}" + "00" * 32 * 3000,
        "0x" + "00" * 32 * 3001,
        "0x0",
        "0x 00",
        "0xzz",
        None,
        7,
    ],
)
async def test_an_answer_of_another_length_is_never_taken(evm: Evm, open_reader: Opener, result: Any) -> None:
    node = await able(evm, "override")
    reader = open_reader(ETHEREUM, {"url": node.url})
    await reader.read({ETH: ACCOUNTS[:2]}, LATEST)
    node.twist = lambda answer: answer | {"result": result} if len(answer.get("result", "")) > 100 else answer
    with pytest.raises(ChainError) as failure:
        await reader.read({ETH: ACCOUNTS}, LATEST)
    assert failure.value.reason is Reason.MALFORMED


def word(value: int) -> bytes:
    return value.to_bytes(32, "big")


@given(st.lists(st.integers(0, 2**256 - 1), max_size=50))
def test_amounts_are_read_back_exactly(amounts: list[int]) -> None:
    data = b"".join(map(word, [len(amounts), *amounts]))
    for method in (Override(), Deployless()):
        assert list(method.amounts(data, ACCOUNTS[: len(amounts)])) == amounts
        for other in (data[:-1], data + b"\0", data[:-32], data + bytes(32), b""):
            with pytest.raises(ValueError, match="were due"):
                method.amounts(other, ACCOUNTS[: len(amounts)])


def test_an_account_that_is_not_20_bytes_shifts_no_other() -> None:
    for account_ in ("0x12", "0x" + "1" * 41, ""):
        with pytest.raises(ValueError, match="not 20 bytes"):
            Override().params(ETH, [ACCOUNTS[0], account_], "latest")


@given(st.lists(st.tuples(st.booleans(), st.binary(max_size=70)), max_size=8), st.binary(min_size=1, max_size=40))
def test_multicalls_results_are_read_as_eth_abi_writes_them(answers: list[tuple[bool, bytes]], tail: bytes) -> None:

    data = encode(["(bool,bytes)[]"], [answers])
    assert results(data, len(answers)) == [returned if success else None for success, returned in answers]
    with pytest.raises(ValueError, match="cut short"):
        results(data[: -len(tail) - 32] if answers else b"", len(answers))
    with pytest.raises(ValueError, match="results"):
        results(data, len(answers) + 1)


def test_multicalls_calls_are_what_eth_abi_writes() -> None:

    contract = "0xca11bde05977b3631167028862be2a173976ca11"
    for token, target, selector in ((ETH, contract, "4d2301cc"), (USDT, str(USDT.contract), "70a08231")):
        calls = [(target, True, bytes.fromhex(selector) + encode(["address"], [each])) for each in ACCOUNTS[:7]]
        expected = bytes.fromhex("82ad56cb") + encode(["(address,bool,bytes)[]"], [calls])
        call, at = Multicall3().params(token, ACCOUNTS[:7], "latest")
        assert (call["to"], at) == (contract, "latest")
        assert bytes.fromhex(call["data"][2:]) == expected


def test_an_account_that_multicall_could_not_tell_is_named() -> None:

    for bad in ((False, word(5)), (True, b""), (True, bytes(31)), (True, bytes(64))):
        data = encode(["(bool,bytes)[]"], [[(True, word(1)), bad]])
        with pytest.raises(NoBalanceError) as doubt:
            Multicall3().amounts(data, ACCOUNTS[:2])
        assert doubt.value.account == ACCOUNTS[1]
