"""Reading an EVM network through one endpoint that behaves in every way that endpoints do."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import pytest
from aiohttp import web

from monitor.chains import AtHeight, ChainError, Depth, Reason, Tag
from monitor.model import Height
from tests.chains.conftest import Opener
from tests.support.chains import ETH, ETHEREUM, USDC, USDT, account, happened
from tests.support.standins import EvmStandIn

Evm = Callable[..., Awaitable[EvmStandIn]]

ACCOUNTS = [account(number) for number in range(1, 251)]
WANTED = {ETH: ACCOUNTS, USDT: ACCOUNTS[:120]}


def fill(node: EvmStandIn) -> EvmStandIn:
    node.coins = {name: number * 10**18 for number, name in enumerate(ACCOUNTS)}
    node.tokens[str(USDT.contract)] = {name: number * 7 for number, name in enumerate(ACCOUNTS)}
    return node


async def test_a_reading_tells_every_account_of_every_token_at_one_named_block(evm: Evm, open_reader: Opener) -> None:
    node = fill(await evm())
    reading = await open_reader(ETHEREUM, {"url": node.url}).read(WANTED, Tag("finalized"))
    assert reading.block.number == 90
    assert reading.block.hash == node.hash_of(90)
    assert reading.balances[ETH] == node.coins
    assert reading.balances[USDT] == {name: number * 7 for number, name in enumerate(ACCOUNTS[:120])}
    assert reading.failed == {}
    assert reading.endpoints == ("node-1",)
    positions = {json.dumps(call["params"][1]) for body in node.asked if isinstance(body, list) for call in body}
    assert positions == {json.dumps({"blockHash": node.hash_of(90)})}


@pytest.mark.parametrize(
    ("choice", "number"),
    [(Tag("latest"), 100), (Tag("safe"), 90), (Depth(0), 100), (Depth(12), 88), (AtHeight(Height(5)), 5)],
)
async def test_the_chosen_block_is_read(evm: Evm, open_reader: Opener, choice: Any, number: int) -> None:
    node = fill(await evm())
    assert (await open_reader(ETHEREUM, {"url": node.url}).read(WANTED, choice)).block.number == number


async def test_nothing_wanted_is_a_reading_of_nothing_at_a_block(evm: Evm, open_reader: Opener) -> None:
    reading = await open_reader(ETHEREUM, {"url": (await evm()).url}).read({}, Tag("latest"))
    assert (reading.block.number, reading.balances) == (100, {})


@pytest.mark.parametrize("batch", [1, 7, 100, 1000])
async def test_requests_hold_as_many_calls_as_configured(evm: Evm, open_reader: Opener, batch: int) -> None:
    node = fill(await evm())
    reading = await open_reader(ETHEREUM, {"url": node.url, "batch": batch}).read(WANTED, Tag("latest"))
    assert reading.balances[ETH] == node.coins
    assert all(len(body) <= batch if isinstance(body, list) else True for body in node.asked)
    assert max(len(body) if isinstance(body, list) else 1 for body in node.asked) == min(batch, 370)


async def test_replies_in_any_order_reach_their_own_accounts(evm: Evm, open_reader: Opener) -> None:
    node = fill(await evm())
    node.twist = lambda answer: answer[::-1] if isinstance(answer, list) else answer
    assert (await open_reader(ETHEREUM, {"url": node.url}).read(WANTED, Tag("latest"))).balances[ETH] == node.coins


async def _one_object(body: Any) -> web.Response | None:
    """anvil's and geth's way to say that a batch is too large."""
    if isinstance(body, list) and len(body) > 30:
        return web.json_response(
            {"jsonrpc": "2.0", "id": None, "error": {"code": -32600, "message": "Invalid request"}}
        )
    return None


async def _status_413(body: Any) -> web.Response | None:
    return web.Response(status=413, text="too large") if isinstance(body, list) and len(body) > 30 else None


@pytest.mark.parametrize("refusal", [_one_object, _status_413])
async def test_a_refused_batch_is_halved_until_it_is_taken(evm: Evm, open_reader: Opener, refusal: Any) -> None:
    node = fill(await evm())
    node.mischief = refusal
    reader = open_reader(ETHEREUM, {"url": node.url, "concurrency": 3})
    assert (await reader.read(WANTED, Tag("latest"))).balances[ETH] == node.coins
    taken = [len(body) for body in node.asked if isinstance(body, list) and len(body) <= 30]
    assert max(taken) == 25
    (state,) = reader.endpoints()
    assert state.up
    assert happened(state) == {}


async def test_after_a_refusal_larger_batches_are_tried_again(evm: Evm, open_reader: Opener) -> None:
    node = fill(await evm())
    node.mischief = _status_413
    reader = open_reader(ETHEREUM, {"url": node.url})
    await reader.read(WANTED, Tag("latest"))
    node.mischief = None
    largest = [30]
    for _ in range(4):
        node.asked.clear()
        await reader.read(WANTED, Tag("latest"))
        largest.append(max(len(body) for body in node.asked if isinstance(body, list)))
    assert largest == sorted(largest)
    assert largest[-1] == 100


async def test_a_connection_cut_while_a_large_batch_is_sent_is_a_refused_batch(evm: Evm, open_reader: Opener) -> None:
    node = fill(await evm())
    many = [account(number) for number in range(10_000)]
    real = node.handle

    async def cut(request: web.BaseRequest) -> web.StreamResponse:
        if request.content_length and request.content_length > 700_000 and request.transport:
            request.transport.abort()
        return await real(request)

    node.handle = cut  # type: ignore[method-assign]
    async with node.serving() as url:
        reader = open_reader(ETHEREUM, {"url": url, "batch": 10_000})
        assert (await reader.read({ETH: many}, Tag("latest"))).balances[ETH].keys() == set(many)
        assert reader.endpoints()[0].up


async def test_a_node_that_refuses_block_hashes_is_read_by_number_between_two_looks_at_the_hash(
    evm: Evm, open_reader: Opener
) -> None:
    node = fill(await evm())
    node.takes_hashes = False
    reading = await open_reader(ETHEREUM, {"url": node.url}).read(WANTED, Tag("finalized"))
    assert reading.balances[ETH] == node.coins
    by_number = [body for body in node.asked if json.dumps(node.hash_of(90)) not in json.dumps(body)]
    reads = [index for index, body in enumerate(by_number) if isinstance(body, list)]
    looks = [index for index, body in enumerate(by_number) if '["0x5a", false]' in json.dumps(body)]
    assert looks[0] < reads[0] < reads[-1] < looks[-1]


@pytest.mark.parametrize("takes_hashes", [True, False])
async def test_a_reorganisation_during_the_reading_is_noticed_and_read_again(
    evm: Evm, open_reader: Opener, takes_hashes: bool
) -> None:
    node = fill(await evm())
    node.takes_hashes = takes_hashes

    async def reorganise(body: Any) -> None:
        if isinstance(body, list) and node.fork == "main":
            node.fork = "other"

    node.mischief = reorganise
    reader = open_reader(ETHEREUM, {"url": node.url})
    reading = await reader.read(WANTED, Tag("latest"))
    assert reading.block.hash == node.hash_of(100)
    assert node.fork == "other"
    assert happened(reader.endpoints()[0]) == {"tip_moved": 1}
    assert reader.endpoints()[0].up
    (seen,) = reader.endpoints()[0].reorganisations
    assert (seen.number, seen.now, seen.depth) == (100, reading.block.hash, 1)


async def test_a_node_that_still_tells_balances_of_an_abandoned_block_is_not_believed(
    evm: Evm, open_reader: Opener
) -> None:
    node = fill(await evm())
    abandoned = {node.hash_of(number) for number in range(101)}
    known = node.known  # it keeps the state of both branches
    node.known = lambda at: None if at["blockHash"] in abandoned else known(at)  # type: ignore[method-assign]

    async def reorganise(body: Any) -> None:
        if isinstance(body, list):
            node.fork = "other"

    node.mischief = reorganise
    reader = open_reader(ETHEREUM, {"url": node.url})
    assert (await reader.read(WANTED, Tag("latest"))).block.hash == node.hash_of(100)
    assert node.fork == "other"
    assert happened(reader.endpoints()[0]) == {"tip_moved": 1}


# --- tokens ---


async def test_a_token_without_code_fails_by_its_name_and_is_never_zero(evm: Evm, open_reader: Opener) -> None:
    node = fill(await evm())
    reading = await open_reader(ETHEREUM, {"url": node.url}).read({**WANTED, USDC: ACCOUNTS}, Tag("latest"))
    assert USDC not in reading.balances
    assert reading.failed[USDC] == f"there is no contract at {USDC.contract} at block 100"
    assert reading.balances[ETH] == node.coins


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        ({"error": {"code": 3, "message": "execution reverted"}}, "failed at block 100: execution reverted (3)"),
        ({"result": "0x"}, "balanceOf returned nothing at block 100"),
        ({"result": "0x01"}, "returned 1 bytes where 32 were due"),
        ({"result": "0x" + "00" * 64}, "returned 64 bytes where 32 were due"),
    ],
)
async def test_a_token_that_refuses_one_account_fails_as_a_whole(
    evm: Evm, open_reader: Opener, reply: dict[str, Any], reason: str
) -> None:
    node = fill(await evm())

    def twist(answer: Any) -> Any:
        return [
            {"id": item["id"], **reply} if item["result"] == f"0x{7 * 60:064x}" else item
            for item in (answer if isinstance(answer, list) else [])
        ] or answer

    node.twist = twist
    reading = await open_reader(ETHEREUM, {"url": node.url}).read(WANTED, Tag("latest"))
    assert reason in reading.failed[USDT]
    assert USDT not in reading.balances
    assert reading.balances[ETH] == node.coins


# --- rubbish ---


def _first(change: dict[str, Any]) -> Callable[[Any], Any]:
    return lambda answer: [answer[0] | change, *answer[1:]] if isinstance(answer, list) else answer


@pytest.mark.parametrize(
    ("twist", "reason"),
    [
        (lambda answer: answer[:-1] if isinstance(answer, list) else answer, "malformed"),
        (lambda answer: [*answer, answer[0]] if isinstance(answer, list) else answer, "malformed"),
        (lambda answer: [] if isinstance(answer, list) else answer, "malformed"),
        (_first({"id": 10**9}), "malformed"),
        (_first({"result": None}), "malformed"),
        (_first({"result": "0x"}), "malformed"),
        (_first({"result": "0x00"}), "malformed"),
        (_first({"result": 5}), "malformed"),
        (_first({"result": "0x" + "f" * 65}), "malformed"),
        (_first({"error": {"code": -32000, "message": "execution aborted (timeout = 5s)"}}), "rpc_error"),
        (_first({"error": {"code": 3, "message": "execution reverted"}}), "rpc_error"),
        (_first({"error": {"code": -32000, "message": "missing trie node 12"}}), "pruned"),
        (_first({"error": {"code": -32000, "message": "too many requests"}}), "rate_limited"),
        (lambda answer: None, "malformed"),
        (lambda answer: {"error": "no"}, "malformed"),
        (lambda answer: answer if isinstance(answer, list) else answer | {"id": 77}, "malformed"),
        (lambda answer: answer if isinstance(answer, list) else answer | {"result": "rubbish"}, "malformed"),
    ],
)
async def test_no_part_of_a_rubbish_answer_becomes_a_balance(
    evm: Evm, open_reader: Opener, twist: Callable[[Any], Any], reason: str
) -> None:
    node = fill(await evm())
    node.twist = twist
    reader = open_reader(ETHEREUM, {"url": node.url})
    with pytest.raises(ChainError) as failure:
        await reader.read({ETH: ACCOUNTS}, Tag("latest"))
    assert failure.value.reason == reason
    assert "node-1" in str(failure.value)
    assert reader.endpoints()[0].failures[reason] >= 1


@pytest.mark.parametrize(
    ("response", "reason", "words"),
    [
        ({"text": "<html>hello</html>", "content_type": "text/html"}, "not_json", "<html>hello</html>"),
        ({"body": b"\xff\xfe\x00"}, "not_json", "not JSON"),
        ({"text": ""}, "not_json", "not JSON"),
        ({"status": 401, "text": "go away"}, "http_status", "check user, password"),
        ({"status": 404, "text": "{}"}, "http_status", "HTTP 404"),
        ({"status": 500, "text": "oops"}, "http_status", "HTTP 500: oops"),
        ({"status": 302, "headers": {"Location": "http://127.0.0.1:1/"}}, "http_status", "configure the final URL"),
        ({"status": 429, "text": "slow down"}, "rate_limited", "too many requests"),
    ],
)
async def test_every_refusal_of_a_request_has_its_reason(
    evm: Evm, open_reader: Opener, response: dict[str, Any], reason: str, words: str
) -> None:
    node = fill(await evm())

    async def mischief(_: Any) -> web.Response:
        return web.Response(**response)

    node.mischief = mischief
    reader = open_reader(ETHEREUM, {"url": node.url})
    with pytest.raises(ChainError, match=words) as failure:
        await reader.read(WANTED, Tag("latest"))
    assert failure.value.reason == reason
    assert reader.endpoints()[0].up is False


async def test_a_node_that_is_not_there_is_refused(open_reader: Opener, unused_tcp_port: int) -> None:
    reader = open_reader(ETHEREUM, {"url": f"http://127.0.0.1:{unused_tcp_port}/key-in-the-path"})
    with pytest.raises(ChainError) as failure:
        await reader.read(WANTED, Tag("latest"))
    assert failure.value.reason is Reason.REFUSED
    assert "key-in-the-path" not in str(failure.value)


async def test_a_node_that_hangs_is_given_up_after_its_timeout(evm: Evm, open_reader: Opener) -> None:
    node = fill(await evm())
    released = asyncio.Event()

    async def hang(_: Any) -> None:
        await released.wait()

    node.mischief = hang
    reader = open_reader(ETHEREUM, {"url": node.url, "timeout": "50ms"})
    with pytest.raises(ChainError) as failure:
        await reader.read(WANTED, Tag("latest"))
    released.set()
    assert failure.value.reason is Reason.TIMEOUT
    assert happened(reader.endpoints()[0]) == {"timeout": 1}


async def test_what_passes_is_asked_again(evm: Evm, open_reader: Opener) -> None:
    node = fill(await evm())
    answers = iter(
        [
            web.Response(status=503, text="busy"),
            web.Response(status=429, headers={"Retry-After": "0"}),
            web.json_response({"id": None, "error": {"code": -32005, "message": "limit exceeded"}}),
        ]
    )

    async def mischief(_: Any) -> web.Response | None:
        return next(answers, None)

    node.mischief = mischief
    reader = open_reader(ETHEREUM, {"url": node.url})
    assert (await reader.read(WANTED, Tag("latest"))).balances[ETH] == node.coins
    assert happened(reader.endpoints()[0]) == {"http_status": 1, "rate_limited": 2}
    assert reader.endpoints()[0].up


async def test_a_rate_limit_of_minutes_is_not_waited_for(evm: Evm, open_reader: Opener) -> None:
    node = fill(await evm())

    async def mischief(_: Any) -> web.Response:
        return web.Response(status=429, headers={"Retry-After": "3600"})

    node.mischief = mischief
    reader = open_reader(ETHEREUM, {"url": node.url})
    with pytest.raises(ChainError):
        await reader.read(WANTED, Tag("latest"))
    assert len(node.asked) == 1


@pytest.mark.parametrize("choice", [AtHeight(Height(101)), AtHeight(Height(10**9))])
async def test_a_block_that_is_not_there_yet_is_behind(evm: Evm, open_reader: Opener, choice: AtHeight) -> None:
    node = fill(await evm())
    with pytest.raises(ChainError, match=f"no {choice} yet") as failure:
        await open_reader(ETHEREUM, {"url": node.url}).read(WANTED, choice)
    assert failure.value.reason is Reason.BEHIND


async def test_a_node_whose_newest_block_is_hours_old_is_behind(evm: Evm, open_reader: Opener) -> None:
    node = fill(await evm())
    node.age = 3 * 3600
    with pytest.raises(ChainError, match="minutes old") as failure:
        await open_reader(ETHEREUM, {"url": node.url}).read(WANTED, Tag("latest"))
    assert failure.value.reason is Reason.BEHIND
    assert (await open_reader(ETHEREUM, {"url": node.url}).read(WANTED, AtHeight(Height(3)))).block.number == 3
    assert (await open_reader(ETHEREUM, {"url": node.url}, caip2="eip155:1").read(WANTED, Tag("latest"))).block.number
    fresh = open_reader(ETHEREUM, {"url": node.url}, behind_after="4h")
    assert (await fresh.read(WANTED, Tag("latest"))).block.number == 100


@pytest.mark.parametrize("age", [60, 3 * 3600, -3600])
async def test_how_old_its_newest_block_is_is_told_also_of_one_that_is_refused(
    evm: Evm, open_reader: Opener, age: int
) -> None:
    node = fill(await evm())
    node.age = age
    reader = open_reader(ETHEREUM, {"url": node.url})
    with suppress(ChainError):
        await reader.read(WANTED, AtHeight(Height(3)))
    assert reader.endpoints()[0].block_age is None, "a past block tells nothing of the clock"
    with suppress(ChainError):
        await reader.read(WANTED, Tag("latest"))
    told = reader.endpoints()[0].block_age
    newest = node.on_eth_getBlockByNumber("latest", False)
    assert told
    assert newest
    assert abs(told.total_seconds() - time.time() + int(newest["timestamp"], 16)) < 60


async def test_a_test_network_may_rest_and_tells_nothing_of_the_clock(evm: Evm, open_reader: Opener) -> None:
    node = fill(await evm())
    node.age = 3 * 3600
    reader = open_reader(ETHEREUM, {"url": node.url}, caip2="eip155:1")
    await reader.read(WANTED, Tag("latest"))
    assert reader.endpoints()[0].block_age is None


async def test_concurrency_is_never_exceeded(evm: Evm, open_reader: Opener) -> None:
    node = fill(await evm())
    under_way, most = 0, 0
    full = asyncio.Event()

    async def mischief(body: Any) -> None:
        nonlocal under_way, most
        if isinstance(body, list):
            under_way += 1
            most = max(most, under_way)
            if under_way == 3:
                full.set()
            await full.wait()
            under_way -= 1

    node.mischief = mischief
    await open_reader(ETHEREUM, {"url": node.url, "concurrency": 3, "batch": 10}).read(WANTED, Tag("latest"))
    assert most == 3
