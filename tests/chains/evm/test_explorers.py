"""Etherscan and Blockscout: balances whose block the chain itself names, or none."""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from typing import Any

import pytest
from aiohttp import web

from monitor.chains import AtHeight, ChainError, Depth, Reason, Tag
from monitor.chains.evm.explorers.tied import Multicall, Sight, Tied
from monitor.chains.evm.multicall import MULTICALL3
from monitor.chains.jsonrpc import Reply
from monitor.chains.link import Link
from monitor.formats import SECRETS
from monitor.model import Height, OwnerQuestion
from monitor.settings import EndpointSettings, masked, parse, secrets_of
from tests.chains.conftest import Opener
from tests.support.chains import ETH, ETHEREUM, USDC, USDT, account, happened
from tests.support.evm_explorers import KEY, BlockscoutStandIn, EtherscanFront, MulticallStandIn, NodeBehind, refusal
from tests.support.standins import EvmStandIn

ACCOUNTS = [account(0x1000 + number) for number in range(250)]
WANTED = {ETH: ACCOUNTS, USDT: ACCOUNTS[:120]}
FINALIZED = Tag("finalized")


class Explorer:
    """An explorer of either kind, and the node behind it."""

    def __init__(self, protocol: str, node: MulticallStandIn, front: Any) -> None:
        self.protocol, self.node, self.front = protocol, node, front

    @property
    def endpoint(self) -> dict[str, Any]:
        return {"protocol": self.protocol, "url": self.front.url}


@pytest.fixture(params=["etherscan", "blockscout"])
async def explorer(request: pytest.FixtureRequest, stack: AsyncExitStack) -> Explorer:
    if request.param == "blockscout":
        node: MulticallStandIn = BlockscoutStandIn()
        front: Any = node
    else:
        node = NodeBehind()
        front = EtherscanFront(node)
    await stack.enter_async_context(front.serving())
    return Explorer(request.param, fill(node), front)


@pytest.fixture
async def etherscan(stack: AsyncExitStack) -> EtherscanFront:
    front = EtherscanFront(fill(NodeBehind()))
    await stack.enter_async_context(front.serving())
    return front


def fill(node: Any) -> Any:
    node.coins = {name: number * 10**18 for number, name in enumerate(ACCOUNTS)}
    node.tokens[str(USDT.contract)] = {name: number * 7 for number, name in enumerate(ACCOUNTS)}
    return node


# --- what is read ---


@pytest.mark.parametrize("count", [1, 100, 10_000])
async def test_all_accounts_are_read_at_the_block_that_was_chosen(
    explorer: Explorer, open_reader: Opener, count: int
) -> None:
    accounts = [account(number) for number in range(1, count + 1)]
    then = {name: number * 10**18 for number, name in enumerate(accounts)}
    explorer.node.coins, explorer.node.moved = then, {95: {}}
    explorer.node.tokens[str(USDT.contract)] = {name: number for number, name in enumerate(accounts)}
    reader = open_reader(ETHEREUM, explorer.endpoint)
    reading = await reader.read({ETH: accounts, USDT: accounts}, FINALIZED)
    assert (reading.block.number, reading.block.hash) == (90, explorer.node.hash_of(90))
    assert reading.balances == {ETH: then, USDT: {name: number for number, name in enumerate(accounts)}}
    (state,) = reader.endpoints()
    assert (state.up, state.method, happened(state)) == (True, "multicall3", {})
    assert state.requests <= 12 + 2 * -(-count // 1000)


@pytest.mark.parametrize(
    ("choice", "number"), [(Tag("latest"), 100), (Depth(0), 100), (Depth(12), 88), (AtHeight(Height(5)), 5)]
)
async def test_the_chosen_block_is_read(explorer: Explorer, open_reader: Opener, choice: Any, number: int) -> None:
    reading = await open_reader(ETHEREUM, explorer.endpoint).read(WANTED, choice)
    assert reading.block.number == number


async def test_nothing_wanted_is_a_reading_of_nothing_at_a_block(explorer: Explorer, open_reader: Opener) -> None:
    reading = await open_reader(ETHEREUM, explorer.endpoint).read({}, FINALIZED)
    assert (reading.block.number, reading.balances) == (90, {})


async def test_a_token_that_refuses_fails_by_name_and_nothing_else_does(
    explorer: Explorer, open_reader: Opener
) -> None:
    explorer.node.refusing = {ACCOUNTS[30]}
    reading = await open_reader(ETHEREUM, explorer.endpoint).read({**WANTED, USDC: ACCOUNTS[:3]}, FINALIZED)
    assert reading.balances == {ETH: explorer.node.coins}
    assert f"balanceOf({ACCOUNTS[30]}) failed at block 90" in reading.failed[USDT]
    assert f"there is no contract at {USDC.contract}" in reading.failed[USDC]


async def test_what_is_too_much_for_one_call_is_asked_in_parts(explorer: Explorer, open_reader: Opener) -> None:
    explorer.node.at_once = 40
    reader = open_reader(ETHEREUM, explorer.endpoint)
    assert (await reader.read(WANTED, FINALIZED)).balances[ETH] == explorer.node.coins
    assert happened(reader.endpoints()[0]) == {}


async def test_owners_are_not_asked_for_at_an_explorer(explorer: Explorer, open_reader: Opener) -> None:
    question = OwnerQuestion("ethereum", ACCOUNTS[0], (ACCOUNTS[1],))
    with pytest.raises(ChainError) as caught:
        await open_reader(ETHEREUM, explorer.endpoint).confirm([question])
    assert caught.value.reason is Reason.UNSUPPORTED


# --- what is refused ---


async def test_an_explorer_that_answers_of_another_block_is_refused(explorer: Explorer, open_reader: Opener) -> None:
    explorer.node.heeds = False
    reader = open_reader(ETHEREUM, explorer.endpoint)
    with pytest.raises(ChainError, match=r"it calls contracts in block 100 .*, not 90 ") as caught:
        await reader.read(WANTED, FINALIZED)
    assert caught.value.reason is Reason.UNPINNED
    assert reader.endpoints()[0].up is False


async def test_an_explorer_that_looks_at_no_block_is_read_at_its_newest(
    explorer: Explorer, open_reader: Opener
) -> None:
    explorer.node.heeds = False
    reading = await open_reader(ETHEREUM, explorer.endpoint).read(WANTED, Tag("latest"))
    assert (reading.block.number, reading.balances[ETH]) == (100, explorer.node.coins)


@pytest.mark.parametrize("told", [b"", b"\1", bytes(33)], ids=repr)
async def test_what_is_no_balance_is_not_zero(told: bytes) -> None:
    link = Link(EndpointSettings.model_validate({"url": "http://127.0.0.1:1"}))
    due = Sight(1, 90, "0x" + "ab" * 32)
    multicall = _Multicall((due, [told]), link)
    with pytest.raises(ChainError, match=f"getEthBalance of {ACCOUNTS[0]}: {len(told)} bytes are no balance") as caught:
        await Tied(multicall, due).call("eth_getBalance", [ACCOUNTS[0], "0x5a"])
    assert caught.value.reason is Reason.MALFORMED


class _Multicall(Multicall):
    """Whatever it is asked, it answers the same."""

    def __init__(self, told: tuple[Sight, Sequence[bytes]], link: Link) -> None:
        self.told, self.link, self.contract = told, link, MULTICALL3

    async def ask(self, at: str, *payload: tuple[str, str], divisible: bool = False) -> Reply:
        return {"result": "0x"}

    def read(self, reply: Reply, payload: int) -> tuple[Sight | None, Sequence[bytes | None]]:
        return self.told


async def test_one_call_of_many_in_another_block_fails_the_reading(explorer: Explorer, open_reader: Opener) -> None:
    real, calls = explorer.node.on_eth_call, iter(range(100))

    def once(call: dict[str, str], at: Any, overrides: Any = None) -> str:
        return real(call, "latest" if next(calls) == 5 else at, overrides)

    explorer.node.on_eth_call = once  # type: ignore[method-assign]
    accounts = [account(number) for number in range(1, 8_001)]
    with pytest.raises(ChainError) as caught:
        await open_reader(ETHEREUM, explorer.endpoint).read({ETH: accounts}, FINALIZED)
    assert caught.value.reason is Reason.UNPINNED


@pytest.mark.parametrize("chain", ["of another chain's numbers", "of other hashes"])
async def test_a_chain_whose_contracts_do_not_see_their_block_is_refused(
    explorer: Explorer, open_reader: Opener, chain: str
) -> None:
    if chain == "of other hashes":
        explorer.node.forgets_parents = True
    else:
        explorer.node.shift = 20_000_000
    with pytest.raises(ChainError) as caught:
        await open_reader(ETHEREUM, explorer.endpoint).read(WANTED, FINALIZED)
    assert caught.value.reason is Reason.UNPINNED


async def test_a_reorganisation_meanwhile_begins_the_reading_again(explorer: Explorer, open_reader: Opener) -> None:
    real, calls = explorer.node.on_eth_call, iter(range(100))

    def forking(call: dict[str, str], at: Any, overrides: Any = None) -> str:
        if next(calls) == 3:
            explorer.node.fork = "other"
        return real(call, at, overrides)

    explorer.node.on_eth_call = forking  # type: ignore[method-assign]
    reader = open_reader(ETHEREUM, explorer.endpoint)
    reading = await reader.read(WANTED, FINALIZED)
    assert reading.block.hash == explorer.node.hash_of(90)
    assert happened(reader.endpoints()[0]) == {"tip_moved": 1, "unpinned": 1}


async def test_another_chain_is_wrong_whatever_the_url_says(explorer: Explorer, open_reader: Opener) -> None:
    explorer.node.chain_id = 1
    real = explorer.node._multicall

    def elsewhere(data: str, number: int) -> bytes:
        explorer.node.chain_id = 10
        try:
            return real(data, number)
        finally:
            explorer.node.chain_id = 1

    explorer.node._multicall = elsewhere  # type: ignore[method-assign]
    with pytest.raises(ChainError, match="it is on eip155:10") as caught:
        await open_reader(ETHEREUM, explorer.endpoint).read(WANTED, FINALIZED)
    assert caught.value.reason is Reason.WRONG_CHAIN


async def test_without_multicall3_nothing_is_read(explorer: Explorer, open_reader: Opener) -> None:
    explorer.node.deployed = 1000
    with pytest.raises(ChainError, match=f"no Multicall3 at {MULTICALL3}") as caught:
        await open_reader(ETHEREUM, explorer.endpoint).read(WANTED, FINALIZED)
    assert caught.value.reason is Reason.UNSUPPORTED


async def test_a_block_from_before_multicall3_is_not_read(explorer: Explorer, open_reader: Opener) -> None:
    explorer.node.deployed = 95
    with pytest.raises(ChainError, match="there is no Multicall3 in block 90 yet") as caught:
        await open_reader(ETHEREUM, explorer.endpoint).read(WANTED, FINALIZED)
    assert caught.value.reason is Reason.PAST_BLOCK


async def test_a_block_that_is_not_there_yet_is_behind(explorer: Explorer, open_reader: Opener) -> None:
    with pytest.raises(ChainError) as caught:
        await open_reader(ETHEREUM, explorer.endpoint).read(WANTED, AtHeight(Height(101)))
    assert caught.value.reason is Reason.BEHIND


# --- beside nodes ---


async def test_an_explorer_and_a_node_are_a_quorum(
    explorer: Explorer, evm: Callable[..., Awaitable[EvmStandIn]], open_reader: Opener
) -> None:
    node = fill(await evm())
    reader = open_reader(ETHEREUM, {"url": node.url}, explorer.endpoint, quorum=2)
    reading = await reader.read(WANTED, FINALIZED)
    assert (sorted(reading.endpoints), reading.balances[ETH]) == (["node-1", "node-2"], node.coins)
    explorer.node.coins = {**explorer.node.coins, ACCOUNTS[7]: 1}
    with pytest.raises(ChainError) as caught:
        await reader.read(WANTED, FINALIZED)
    assert caught.value.reason is Reason.DISAGREEMENT


async def test_an_explorer_takes_over_from_a_node(
    explorer: Explorer, evm: Callable[..., Awaitable[EvmStandIn]], open_reader: Opener
) -> None:
    node = fill(await evm())

    async def gone(_: Any) -> web.Response:
        return web.Response(status=503)

    node.mischief = gone
    reading = await open_reader(ETHEREUM, {"url": node.url}, explorer.endpoint).read(WANTED, FINALIZED)
    assert (reading.endpoints, reading.balances[ETH]) == (("node-2",), explorer.node.coins)


# --- Etherscan's own words ---


def over(front: EtherscanFront) -> dict[str, Any]:
    return {"protocol": "etherscan", "url": front.url}


async def test_calls_go_as_forms_and_the_chain_is_named_in_every_request(
    etherscan: EtherscanFront, open_reader: Opener
) -> None:
    await open_reader(ETHEREUM, over(etherscan)).read(WANTED, FINALIZED)
    assert {asked["chainid"] for asked in etherscan.asked} == {"1"}
    sent = zip(etherscan.verbs, etherscan.asked, strict=True)
    assert {(verb, asked["action"]) for verb, asked in sent} == {("POST", "eth_call"), ("GET", "eth_getBlockByNumber")}


PER_SECOND = "Max calls per sec rate limit reached (3/sec)"
DAILY = "Max daily rate limit reached. 110000 (100%) of 100000 day/limit"


@pytest.mark.parametrize("said", [refusal(PER_SECOND), {"jsonrpc": "2.0", "id": 1, "result": "Max rate limit reached"}])
async def test_a_limit_by_the_second_is_waited_for(etherscan: EtherscanFront, open_reader: Opener, said: Any) -> None:
    etherscan.says = [said]
    reader = open_reader(ETHEREUM, over(etherscan))
    assert (await reader.read(WANTED, FINALIZED)).balances[ETH] == etherscan.node.coins
    assert happened(reader.endpoints()[0]) == {"rate_limited": 1}


async def test_a_used_up_day_is_left_to_the_others_at_once(etherscan: EtherscanFront, open_reader: Opener) -> None:
    etherscan.says = [refusal(DAILY)]
    reader = open_reader(ETHEREUM, over(etherscan))
    with pytest.raises(ChainError, match="Max daily rate limit") as caught:
        await reader.read(WANTED, FINALIZED)
    (cause,) = caught.value.causes or (caught.value,)
    assert (caught.value.reason, cause.retry_after) == (Reason.RATE_LIMITED, 3600.0)
    assert len(etherscan.asked) == 1


@pytest.mark.parametrize(
    ("said", "reason", "words"),
    [
        (refusal("Invalid API Key (#err2)|XXX-1"), Reason.RPC_ERROR, "is the key right"),
        (refusal("Free API access is not supported for this chain. Please upgrade"), Reason.RPC_ERROR, "upgrade"),
        ({"status": "0", "message": "NOTOK", "result": None}, Reason.RPC_ERROR, "NOTOK"),
        ({"jsonrpc": "2.0", "id": 1, "result": "Error! Invalid address format"}, Reason.RPC_ERROR, "address format"),
        ({"jsonrpc": "2.0", "id": 1}, Reason.MALFORMED, "neither result nor error"),
        ({"jsonrpc": "2.0", "id": 1, "result": None}, Reason.MALFORMED, "eth_call"),
        ({"jsonrpc": "2.0", "id": 1, "result": "0x12"}, Reason.MALFORMED, "eth_call"),
        ([], Reason.MALFORMED, "a reply without an id"),
        (web.Response(text="<html>Just a moment..."), Reason.NOT_JSON, "Just a moment"),
        (web.Response(status=403, text="no"), Reason.HTTP_STATUS, "403"),
    ],
)
async def test_what_is_no_answer_is_no_balance(
    etherscan: EtherscanFront, open_reader: Opener, said: Any, reason: Reason, words: str
) -> None:
    etherscan.says = [said]
    with pytest.raises(ChainError, match=words) as caught:
        await open_reader(ETHEREUM, over(etherscan)).read(WANTED, FINALIZED)
    assert caught.value.reason is reason


async def test_forms_that_are_too_long_are_halved(etherscan: EtherscanFront, open_reader: Opener) -> None:
    etherscan.longest = 30_000
    reader = open_reader(ETHEREUM, over(etherscan))
    assert (await reader.read(WANTED, FINALIZED)).balances[ETH] == etherscan.node.coins
    assert happened(reader.endpoints()[0]) == {}


async def test_the_key_is_never_shown(etherscan: EtherscanFront, open_reader: Opener) -> None:
    configuration = f"""
exchanges: {{okx: {{wallets: {{source: list.csv}}}}}}
networks: {{ethereum: {{endpoints: [{{protocol: etherscan, url: "https://api.etherscan.io/v2/api?apikey={KEY}"}}]}}}}
"""
    settings = parse(configuration, "test.yaml", {})
    assert KEY not in str(masked(settings))
    SECRETS.add(secrets_of(settings))
    etherscan.says = [refusal(f"Invalid API Key (#err2)|{KEY}-1")]
    reader = open_reader(ETHEREUM, over(etherscan))
    with pytest.raises(ChainError, match=r"Invalid API Key .*\*\*\*") as caught:
        await reader.read(WANTED, FINALIZED)
    assert KEY not in f"{caught.value} {reader.endpoints()}"


# --- Blockscout's own words ---


@pytest.mark.parametrize(
    ("said", "reason", "words"),
    [
        ({"error": "Block not found"}, Reason.RPC_ERROR, "Block not found"),
        ({"error": {"code": -32000, "message": "execution aborted (timeout)"}}, Reason.RPC_ERROR, "aborted"),
        ({"result": None}, Reason.MALFORMED, "eth_call"),
        ({}, Reason.MALFORMED, "neither result nor error"),
        ({"message": "Too Many Requests", "status": "0", "result": "0x"}, Reason.UNSUPPORTED, "Multicall3"),
        (429, Reason.RATE_LIMITED, "too many requests"),
        (402, Reason.HTTP_STATUS, "402"),
    ],
)
async def test_what_blockscout_says_in_place_of_an_answer_is_no_balance(
    stack: AsyncExitStack, open_reader: Opener, said: Any, reason: Reason, words: str
) -> None:
    """Errors are texts, with HTTP 200; its limits are statuses."""
    node = fill(BlockscoutStandIn())
    await stack.enter_async_context(node.serving())
    reader = open_reader(ETHEREUM, {"protocol": "blockscout", "url": node.url})
    await reader.read(WANTED, FINALIZED)

    async def instead(asked: Any) -> web.Response | None:
        if asked["method"] != "eth_call":
            return None
        if isinstance(said, int):
            return web.Response(status=said, headers={"Retry-After": "300"})
        return web.json_response({"jsonrpc": "2.0", "id": asked["id"], **said})

    node.mischief = instead
    with pytest.raises(ChainError, match=words) as caught:
        await reader.read(WANTED, FINALIZED)
    assert caught.value.reason is reason
