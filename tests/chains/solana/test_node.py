"""Solana: all balances at one slot, or none."""

import itertools
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

import pytest
from aiohttp import web
from base58 import b58encode
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.chains import AtHeight, ChainError, Depth, Reason, Tag
from monitor.chains.solana.questions import Questions
from monitor.model import Height, Slot, Token
from tests.chains.conftest import Opener
from tests.support.chains import happened
from tests.support.owner_standins import OwnerStandIn, places, spoilt
from tests.support.solana import ANSWERS, SOL, SOLANA, TOKEN, USDC, USDG, Lying, SolanaStandIn, key, mint_data

Nodes = Callable[[], Awaitable[SolanaStandIn]]

FINALIZED = Tag("finalized")
WALLETS = [key(number) for number in range(250)]
"""More than two calls hold."""


@pytest.fixture
def solana(stack: AsyncExitStack) -> Nodes:
    """``await solana()``: another node, with coins and two tokens in some accounts."""

    async def started() -> SolanaStandIn:
        node = SolanaStandIn()
        for number, wallet in enumerate(WALLETS[1:], 1):
            node.accounts[wallet] = Lying(number * 10**9 + 1)
        for part in (5, 6, 7):
            node.give(USDC, WALLETS[3], 10**part)
        node.give(USDG, WALLETS[3], 2**63 + 11, extensions=b"\7" * 20)
        node.give(USDC, key("a stranger"), 10**12)
        await stack.enter_async_context(node.serving())
        return node

    return started


async def test_coins_and_all_token_accounts_of_an_owner_are_read_at_one_slot(
    solana: Nodes, open_reader: Opener
) -> None:
    node = await solana()
    reader = open_reader(SOLANA, {"url": node.url})
    reading = await reader.read({SOL: WALLETS, USDC: WALLETS[:5], USDG: WALLETS[:5]}, FINALIZED)
    assert reading.balances[SOL] == {wallet: n and n * 10**9 + 1 for n, wallet in enumerate(WALLETS)}
    assert reading.balances[USDC] == dict.fromkeys(WALLETS[:5], 0) | {WALLETS[3]: 11_100_000}
    assert reading.balances[USDG] == dict.fromkeys(WALLETS[:5], 0) | {WALLETS[3]: 2**63 + 11}
    assert (reading.block.number, reading.block.hash) == (node.slot, key(f"block {node.slot}"))
    assert not reading.failed


async def test_a_published_token_account_counts_by_itself_and_not_once_more_with_its_owner(
    solana: Nodes, open_reader: Opener
) -> None:
    node = await solana()
    named = node.give(USDC, WALLETS[3], 500)
    itself = node.give(USDC, key("own"), 77, address=key("own"))
    wanted = {SOL: [named], USDC: [WALLETS[3], named, itself], USDG: [named]}
    reading = await open_reader(SOLANA, {"url": node.url}).read(wanted, FINALIZED)
    assert reading.balances[USDC] == {WALLETS[3]: 11_100_000, named: 500, itself: 77}
    assert reading.balances[SOL] == {named: 2039280}
    assert reading.balances[USDG] == {named: 0}


async def test_answers_of_different_slots_are_asked_for_anew_until_they_share_one(
    solana: Nodes, open_reader: Opener
) -> None:
    node = await solana()
    steps = itertools.chain((0, 0, 1, 0, 1), itertools.repeat(0))
    node.moves = lambda: next(steps)
    reader = open_reader(SOLANA, {"url": node.url})
    first = node.slot
    reading = await reader.read({SOL: WALLETS}, FINALIZED)
    assert reading.block.number == first + 2
    (state,) = reader.endpoints()
    assert happened(state) == {"tip_moved": 2}
    asked = [
        call["params"][1]
        for body in node.asked
        for call in (body if isinstance(body, list) else [body])
        if call["method"] == "getMultipleAccounts"
    ]
    assert [at["minContextSlot"] for at in asked] == [first] * 3 + [first + 1] * 3 + [first + 2] * 3


async def test_where_a_window_is_allowed_two_passes_over_many_slots_count_with_the_lower_reading(
    solana: Nodes, open_reader: Opener
) -> None:
    node = await solana()
    node.moves = lambda: 1
    first = node.slot
    reading = await open_reader(SOLANA, {"url": node.url}, window="20s").read({SOL: WALLETS}, FINALIZED)
    assert reading.block.since is not None
    assert first < reading.block.since.number < reading.block.number
    assert reading.block.since.hash == key(f"block {reading.block.since.number}")
    assert reading.balances[SOL] == {wallet: n and n * 10**9 + 1 for n, wallet in enumerate(WALLETS)}


async def test_slots_that_never_agree_are_an_error_that_says_what_to_do(solana: Nodes, open_reader: Opener) -> None:
    node = await solana()
    node.moves = lambda: 1
    reader = open_reader(SOLANA, {"url": node.url})
    with pytest.raises(ChainError, match=r"3 answers are of slots \d+ to \d+ and not of one: .*batch.*fewer"):
        await reader.read({SOL: WALLETS}, FINALIZED)
    (state,) = reader.endpoints()
    assert state.up is not False, "it is no fault of the endpoint"


async def test_an_answer_from_before_the_slot_that_was_asked_for_is_behind(solana: Nodes, open_reader: Opener) -> None:
    node = await solana()
    node.twist = lambda answer: _older(answer, node.slot)
    with pytest.raises(ChainError, match=r"behind: node-1: it answers of slot \d+ where it had \d+"):
        await open_reader(SOLANA, {"url": node.url}).read({SOL: WALLETS[:1]}, FINALIZED)


def _older(answer: Any, slot: int) -> Any:
    result = answer["result"] if isinstance(answer, dict) else None
    if isinstance(result, dict) and "context" in result:
        result["context"]["slot"] = slot - 1
    return answer


async def test_a_node_that_has_not_reached_the_slot_is_behind_and_another_is_asked(
    solana: Nodes, open_reader: Opener
) -> None:
    nodes = [await solana(), await solana()]
    nodes[0].moves = lambda: -1
    reader = open_reader(SOLANA, *({"url": node.url} for node in nodes))
    reading = await reader.read({SOL: WALLETS[:2]}, FINALIZED)
    assert reading.endpoints == ("node-2",)
    assert "behind" in happened(reader.endpoints()[0])


async def test_a_node_that_tells_the_newest_block_for_any_slot_is_not_believed(
    solana: Nodes, open_reader: Opener
) -> None:
    node = await solana()
    node.tells_newest = True
    with pytest.raises(ChainError, match="its parent is of slot") as failure:
        await open_reader(SOLANA, {"url": node.url}).read({SOL: WALLETS[:5]}, FINALIZED)
    assert failure.value.reason is Reason.MALFORMED


async def test_tags_are_commitments(solana: Nodes, open_reader: Opener) -> None:
    node = await solana()
    reader = open_reader(SOLANA, {"url": node.url})
    for choice, ahead, commitment in (
        (FINALIZED, 0, "finalized"),
        (Tag("safe"), 31, "confirmed"),
        (Tag("latest"), 31, "confirmed"),
        (Depth(0), 31, "confirmed"),
    ):
        node.asked.clear()
        reading = await reader.read({SOL: WALLETS[:1]}, choice)
        assert reading.block.number == node.slot + ahead
        configs = [call["params"][-1] for call in node.asked if call["params"]]
        assert {config["commitment"] for config in configs} == {commitment}


@pytest.mark.parametrize("choice", [AtHeight(Height(341197900)), Depth(3)])
async def test_past_slots_are_refused(solana: Nodes, open_reader: Opener, choice: Any) -> None:
    node = await solana()
    with pytest.raises(ChainError, match=r"past_block: .*only its newest state, that of 3411979\d\d, "):
        await open_reader(SOLANA, {"url": node.url}).read({SOL: WALLETS[:1]}, choice)


async def test_the_newest_slot_by_its_number_is_read_and_a_later_one_waited_for(
    solana: Nodes, open_reader: Opener
) -> None:
    node = await solana()
    reader = open_reader(SOLANA, {"url": node.url})
    assert (await reader.read({SOL: WALLETS[:1]}, AtHeight(Height(node.slot)))).block.number == node.slot
    with pytest.raises(ChainError, match="behind"):
        await reader.read({SOL: WALLETS[:1]}, AtHeight(Height(node.slot + 1)))


async def test_a_block_that_is_not_stored_yet_is_waited_for(solana: Nodes, open_reader: Opener) -> None:
    node = await solana()
    node.unstored = 2
    reading = await open_reader(SOLANA, {"url": node.url}).read({SOL: WALLETS[:1]}, FINALIZED)
    assert reading.block.number == node.slot


async def test_another_cluster_is_another_chain(solana: Nodes, open_reader: Opener) -> None:
    node = await solana()
    node.genesis = "EtWTRABZaYq6iMfeYKouRu166VU2xqa1wcaWoxPkrZBG"
    with pytest.raises(ChainError, match=r"wrong_chain: .*solana:EtWTRABZaYq6iMfeYKouRu166VU2xqa1"):
        await open_reader(SOLANA, {"url": node.url}).read({SOL: WALLETS[:1]}, FINALIZED)


async def test_a_token_that_is_not_what_the_registry_says_fails_by_name_and_alone(
    solana: Nodes, open_reader: Opener
) -> None:
    node = await solana()
    del node.accounts[str(USDG.contract)]
    nine = Token("NINE", "solana", key("nine"), 6)
    node.accounts[key("nine")] = Lying(1, TOKEN, mint_data(9))
    wallet = Token("WALLET", "solana", WALLETS[3], 6)
    rubbish = Token("RUBBISH", "solana", "0x00", 6)
    wanted = {SOL: WALLETS[:2], USDC: WALLETS[:4], USDG: WALLETS[:4], nine: WALLETS, wallet: WALLETS, rubbish: WALLETS}
    reading = await open_reader(SOLANA, {"url": node.url}).read(wanted, FINALIZED)
    assert reading.balances[USDC][WALLETS[3]] == 11_100_000
    assert {token.asset: reason for token, reason in reading.failed.items()} == {
        "USDG": f"there is no mint at {USDG.contract} at slot {node.slot}",
        "NINE": "its mint says 9 decimals, the registry 6",
        "WALLET": f"there is no mint at {WALLETS[3]} at slot {node.slot}",
        "RUBBISH": "0x00 is no mint: it is not base58: it holds a character outside the alphabet",
    }


async def test_requests_that_are_too_large_are_halved(solana: Nodes, open_reader: Opener) -> None:
    node = await solana()
    sizes: list[int] = []

    async def refuse(body: Any) -> web.Response | None:
        sizes.append(len(body) if isinstance(body, list) else 1)
        return web.Response(status=413, text="too large") if sizes[-1] > 4 else None

    node.mischief = refuse
    wanted = {SOL: WALLETS, USDC: WALLETS[:20]}
    reading = await open_reader(SOLANA, {"url": node.url, "concurrency": 1}).read(wanted, FINALIZED)
    assert reading.balances[USDC][WALLETS[3]] == 11_100_000
    assert 23 in sizes
    assert max(size for size in sizes if size <= 4) > 1


async def test_an_endpoint_without_batches_is_asked_call_by_call(solana: Nodes, open_reader: Opener) -> None:
    node = await solana()
    reading = await open_reader(SOLANA, {"url": node.url, "batch": 1}).read({SOL: WALLETS}, FINALIZED)
    assert len(reading.balances[SOL]) == len(WALLETS)
    assert all(isinstance(body, dict) for body in node.asked)


# --- several endpoints ---


async def test_endpoints_at_the_same_slot_outvote_one_that_lies(solana: Nodes, open_reader: Opener) -> None:
    nodes = [await solana() for _ in range(3)]
    nodes[0].accounts[WALLETS[4]] = Lying(10**18)
    reader = open_reader(SOLANA, *({"url": node.url} for node in nodes), quorum=2)
    reading = await reader.read({SOL: WALLETS[:5]}, FINALIZED)
    assert (reading.balances[SOL][WALLETS[4]], reading.endpoints) == (4 * 10**9 + 1, ("node-2", "node-3"))
    assert [state.disagreements for state in reader.endpoints()] == [1, 0, 0]


async def test_a_time_that_is_told_wrong_is_contradicted_whoever_named_the_slot(
    solana: Nodes, open_reader: Opener
) -> None:
    nodes = [await solana() for _ in range(3)]
    nodes[1].late = 60
    reader = open_reader(SOLANA, *({"url": node.url} for node in nodes), quorum=2)
    reading = await reader.read({SOL: WALLETS[:5]}, FINALIZED)
    assert reading.endpoints == ("node-1", "node-3")
    assert [state.disagreements for state in reader.endpoints()] == [0, 1, 0]


async def test_endpoints_at_different_slots_make_no_quorum(solana: Nodes, open_reader: Opener) -> None:
    nodes = [await solana() for _ in range(2)]
    nodes[1].moves = lambda: 1
    reader = open_reader(SOLANA, *({"url": node.url} for node in nodes), quorum=2)
    with pytest.raises(ChainError, match="the endpoints stand at different blocks") as caught:
        await reader.read({SOL: WALLETS[:5]}, FINALIZED)
    assert caught.value.reason is Reason.TIP_MOVED


# --- as documented ---

OWNER = "A1TMhSGzQxMr1TboBKtgixKz1sS6REASMxPo1qsyTSJd"
DOCUMENTED = Token("DOC", "solana", "2cHr7QS3xfuSV8wdxo3ztuF4xbiarF6Nrgx3qpx3HzXR", 6)
ADDRESSES = [key("nothing"), OWNER]
METHODS = ("getGenesisHash", "getSlot", "getBlock", "getMultipleAccounts", "getTokenAccountsByOwner")


def documented(answers: dict[str, Any]) -> dict[str, Any]:
    """``answers``, of which that about a mint is given to those who ask for the mint."""

    def accounts(body: dict[str, Any]) -> Any:
        return answers["mint" if body["params"][0] == [DOCUMENTED.contract] else "getMultipleAccounts"]

    return {**answers, "getMultipleAccounts": accounts}


async def read_documented(open_reader: Opener, answers: dict[str, Any]) -> Any:
    node = OwnerStandIn(documented(answers))
    async with node.serving() as url:
        reader = open_reader(SOLANA, {"url": url, "batch": 1}, behind_after="100000d")
        return await reader.read({SOL: ADDRESSES, DOCUMENTED: [OWNER]}, FINALIZED)


async def test_documented_answers_are_understood(open_reader: Opener) -> None:
    reading = await read_documented(open_reader, ANSWERS)
    assert reading.balances == {
        SOL: {key("nothing"): 0, OWNER: 2_000_000},
        DOCUMENTED: {OWNER: 420_000_000_000_000},
    }
    assert (reading.block.number, reading.block.hash) == (341197933, "3Eq21vXNB5s86c62bVuUfTeaMif1N2kUqRPBmGRJhyTA")


IRRELEVANT = {"apiVersion", "executable", "rentEpoch", "blockHeight", "parentSlot", "previousBlockhash"}
PLACES = [
    (method, path)
    for method in METHODS
    for path in places(ANSWERS[method])
    if path != ("value", 0) and not IRRELEVANT & set(path) and path[:3] != ("value", 0, "account")
]


@pytest.mark.parametrize(("method", "path"), PLACES, ids=str)
@pytest.mark.parametrize("value", [{"x": 1}, -1, "rubbish"], ids=str)
async def test_anything_but_the_documented_kind_is_malformed(
    open_reader: Opener, method: str, path: tuple[Any, ...], value: Any
) -> None:
    answers = ANSWERS | {method: spoilt(ANSWERS[method], path, value)}
    with pytest.raises(ChainError) as caught:
        await read_documented(open_reader, answers)
    assert caught.value.reason in (Reason.MALFORMED, Reason.WRONG_CHAIN)


@pytest.mark.parametrize(
    "value",
    [
        ANSWERS["getTokenAccountsByOwner"]["value"] * 2,
        [{**ANSWERS["getTokenAccountsByOwner"]["value"][0], "account": ANSWERS["mint"]["value"][0]}],
        [{**ANSWERS["getTokenAccountsByOwner"]["value"][0], "account": Lying(1).told({"offset": 0, "length": 9})}],
        None,
    ],
    ids=["twice", "a mint", "coins", "nothing"],
)
async def test_token_accounts_that_were_not_asked_for_are_malformed(open_reader: Opener, value: Any) -> None:
    answers = ANSWERS | {"getTokenAccountsByOwner": {**ANSWERS["getTokenAccountsByOwner"], "value": value}}
    with pytest.raises(ChainError, match="malformed"):
        await read_documented(open_reader, answers)


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (-32001, Reason.PRUNED),
        (-32016, Reason.BEHIND),
        (-32011, Reason.RPC_ERROR),
        (-32005, Reason.RATE_LIMITED),
    ],
)
async def test_a_nodes_own_errors_keep_their_meaning(open_reader: Opener, code: int, reason: Reason) -> None:
    answers = ANSWERS | {"getBlock": {"error": {"code": code, "message": "as agave says it"}}}
    with pytest.raises(ChainError, match="as agave says it") as caught:
        await read_documented(open_reader, answers)
    assert caught.value.reason is reason


# --- sums ---


@given(st.data())
@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=60, deadline=None)
def test_no_unit_is_lost_or_counted_twice_whoever_is_named(data: st.DataObject) -> None:
    node = SolanaStandIn()
    owners = [key(number) for number in range(4)]
    held = {
        node.give(USDC, data.draw(st.sampled_from(owners)), units)
        for units in data.draw(st.lists(st.integers(0, 2**64 - 1), max_size=8))
    }
    names = [*owners, *sorted(held)]
    wanted = data.draw(st.lists(st.sampled_from(names), unique=True))
    questions = Questions({USDC: wanted})
    answers = [
        getattr(node, f"on_{method}")(*params)["value"] for method, params in questions.calls("finalized", Slot(0))
    ]
    found = questions.balances(answers)[USDC]
    everything = {
        address: (int.from_bytes(lying.data[64:72], "little"), b58encode(lying.data[32:64]).decode())
        for address, lying in node.accounts.items()
        if address in held
    }
    counted = [units for each, (units, owner) in everything.items() if {each, owner} & set(wanted)]
    assert sum(found.values()) == sum(counted)
    assert set(found) == set(wanted)
