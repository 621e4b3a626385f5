"""The window: two passes, of which the lower reading counts, so that nothing that moves once is counted twice."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from monitor.chains import ChainError, Reason
from monitor.chains.link import Link
from monitor.chains.node import Held
from monitor.chains.one_state import between_looks, by_named_states
from monitor.chains.window import Pass, lower_of, over, within
from monitor.model import Block, Height, PositionKind, Token
from monitor.settings import EndpointSettings
from tests.support.virtual_time import run

COIN = Token("SOL", "solana", None, 9)
ACCOUNTS = tuple("abcde")
HOUR = timedelta(hours=1)


def link() -> Link:
    return Link(EndpointSettings.model_validate({"url": "http://127.0.0.1:9", "name": "node"}))


def block(number: int) -> Block:
    return Block(Height(number), f"hash {number}", datetime(2026, 11, 30, tzinfo=UTC) + timedelta(seconds=number))


@dataclass
class Chain:
    """Coins in accounts, some of which move before each answer; every move is a block."""

    coins: list[str]
    """The account that has each coin, which is of as many units as its place says."""
    moves: list[list[tuple[int, str]]]
    """Before each answer: which coins move where."""
    height: int = 0
    moved: list[int] = field(default_factory=list)
    """How often each coin has moved to another account."""

    def __post_init__(self) -> None:
        self.moved = [0] * len(self.coins)

    def step(self, came: Callable[[], None] = lambda: None) -> None:
        for coin, account in self.moves.pop() if self.moves else []:
            if self.coins[coin] != account:
                self.coins[coin] = account
                self.moved[coin] += 1
                self.height += 1
                came()

    def held(self, account: str) -> int:
        return sum(units for units, owner in enumerate(self.coins, 1) if owner == account)

    @property
    def total(self) -> int:
        return sum(range(1, len(self.coins) + 1))

    @property
    def moved_twice(self) -> int:
        return sum(units for units, times in enumerate(self.moved, 1) if times > 1)


@st.composite
def chains(draw: st.DrawFn) -> Chain:
    coins = draw(st.lists(st.sampled_from(ACCOUNTS), min_size=1, max_size=6))
    move = st.tuples(st.integers(0, len(coins) - 1), st.sampled_from(ACCOUNTS))
    return Chain(coins, draw(st.lists(st.lists(move, max_size=2), max_size=2 * len(ACCOUNTS) + 4)))


orders = st.lists(st.permutations(ACCOUNTS), min_size=2, max_size=2)


async def answered(chain: Chain, order: list[str]) -> dict[str, tuple[int, int]]:
    """Of each account what it has, and the height at which that was told."""
    told = {}
    for account in order:
        chain.step()
        told[account] = chain.held(account), chain.height
    return told


@given(chains(), orders, st.lists(st.integers(0, 3), min_size=2 * len(ACCOUNTS), max_size=2 * len(ACCOUNTS)))
@example(Chain(["a"], [[], [], [], [], [], [(0, "b")], []]), [list(ACCOUNTS)] * 2, [0, 0, 0, 0, 1, 0, 0, 0, 0, 0])
def test_what_answers_name_adds_up_to_no_more_than_there_is_and_what_moved_twice_whoever_answers(
    chain: Chain, passes: list[list[str]], lags: list[int]
) -> None:
    """Nodes that are some blocks behind take turns: an answer is of the block that it names."""
    past = [{account: chain.held(account) for account in ACCOUNTS}]

    async def read(_: int) -> Pass:
        told: dict[str, tuple[int, int]] = {}
        for account in passes.pop():
            chain.step(lambda: past.append({each: chain.held(each) for each in ACCOUNTS}))
            height = max(0, chain.height - lags.pop())
            told[account] = past[height][account], height
        heights = [height for _, height in told.values()]
        return Pass(min(heights), max(heights), len(told), {COIN: {each: units for each, (units, _) in told.items()}})

    with suppress(ChainError):
        found = asyncio.run(named_states(read))
        assert_adds_up(chain, found)


def assert_adds_up(chain: Chain, found: Pass) -> None:
    counted = sum(found.balances[COIN].values())
    assert counted <= chain.total + chain.moved_twice
    if max(chain.moved) <= 1:
        assert counted <= chain.total, "one move was counted twice"
    if found.whole:
        assert counted == chain.total


async def named_states(read: Callable[[int], Awaitable[Pass]], least: int = 0) -> Pass:
    return await by_named_states(read, least, link(), state="slot", between=0, advice="nothing", window=HOUR)


@given(chains(), orders)
def test_what_is_read_between_looks_adds_up_to_no_more_than_there_is_and_what_moved_twice(
    chain: Chain, passes: list[list[str]]
) -> None:
    async def newest() -> Block:
        chain.step()
        return block(chain.height)

    async def read(at: Block) -> Held:
        told = await answered(chain, passes.pop())
        return Held(at, {COIN: {account: units for account, (units, _) in told.items()}})

    held = asyncio.run(between_looks(read, newest, link(), window=HOUR))
    counted = sum(held.balances[COIN].values())
    assert counted <= chain.total + chain.moved_twice
    if max(chain.moved) <= 1:
        assert counted <= chain.total, "one move was counted twice"
    if held.block.since is None:
        assert counted == chain.total
    else:
        assert held.block.since.number < held.block.number


def test_one_pass_alone_counts_a_move_twice_which_is_why_there_are_two() -> None:
    chain = Chain(["a"], [[], [(0, "b")], []])
    once = asyncio.run(answered(chain, ["a", "b"]))
    assert sum(units for units, _ in once.values()) == 2 * chain.total


def test_a_token_that_one_pass_could_not_tell_is_not_told() -> None:
    other = Token("USDC", "solana", "mint", 6)
    one = Held(block(1), {COIN: {"a": 5, "b": 1}, other: {"a": 7}})
    two = Held(block(2), {COIN: {"a": 3, "b": 2}}, {other: "no mint"})
    held = lower_of(one, two, block(1), block(3))
    assert (held.balances, held.failed) == ({COIN: {"a": 3, "b": 1}}, {other: "no mint"})
    assert (held.block, held.block.named) == (over(block(1), block(3)), "blocks 1 to 3")


def test_a_window_of_one_block_is_that_block() -> None:
    assert over(block(4), block(4)) == block(4)
    assert block(4).named == "block 4"


def test_the_lower_reading_of_each_part_of_a_coin_counts_since_coins_move_between_them() -> None:
    """One coin is staked before what is free is told, and another withdrawn after what is staked was, in two passes."""
    staked = COIN.part("staked", PositionKind.STAKED)
    one = Held(block(1), {COIN: {"a": 12, "b": 1}}, positions={staked: {"a": 7}})
    two = Held(block(2), {COIN: {"a": 12, "b": 2}}, positions={staked: {"a": 2, "b": 1}})
    held = lower_of(one, two, block(1), block(3))
    assert held.balances == {COIN: {"a": 5 + 2, "b": 1}}
    assert held.positions == {staked: {"a": 2}}


def test_what_was_frozen_in_either_pass_is_frozen_and_still_there() -> None:
    one = Held(block(1), {COIN: {"a": 12, "b": 1}}, positions={COIN.frozen: {"a": 12}})
    two = Held(block(2), {COIN: {"a": 11, "b": 2}}, positions={COIN.frozen: {"b": 2}})
    held = lower_of(one, two, block(1), block(3))
    assert held.balances == {COIN: {"a": 11, "b": 1}}
    assert held.positions == {COIN.frozen: {"a": 11, "b": 1}}
    none = Held(block(2), {COIN: {"a": 1}}, positions={COIN.frozen: {}})
    assert lower_of(none, none, block(1), block(3)).positions == {COIN.frozen: {}}, "asked, and nothing was"


@given(st.lists(st.integers(0, 4), min_size=3, max_size=3))
def test_looks_that_go_back_show_that_nodes_take_turns_and_nothing_is_believed(numbers: list[int]) -> None:
    looks = iter(numbers)

    async def newest() -> Block:
        return block(next(looks))

    async def read(at: Block) -> Held:
        return Held(at, {COIN: {}})

    backwards = numbers[1] < numbers[0] or numbers[2] < numbers[1] > numbers[0]
    reading = between_looks(read, newest, link(), window=HOUR)
    if backwards:
        with pytest.raises(ChainError, match=r"behind: node: .* it went back, or behind its URL nodes take turns"):
            asyncio.run(reading)
    else:
        held = asyncio.run(reading)
        assert held.block.number == (numbers[2] if numbers[1] > numbers[0] else numbers[0])


@pytest.mark.parametrize("which", [0, 1])
def test_a_node_that_is_behind_is_found_out_in_the_middle_of_a_pass_too(which: int) -> None:
    passes = 0

    async def newest() -> Block:
        now = asyncio.get_running_loop().time()
        return block(int(now) if not 600 * which + 100 < now < 600 * which + 250 else 7)

    async def read(at: Block) -> Held:
        nonlocal passes
        passes += 1
        await asyncio.sleep(600)
        return Held(at, {COIN: {}})

    with pytest.raises(ChainError, match=r"its newest block was \d+, and now is 7"):
        run(between_looks(read, newest, link(), window=HOUR))
    assert passes == which + 1


def test_a_pass_that_fails_fails_as_such_and_nothing_is_looked_at_any_more() -> None:
    looks = 0

    async def newest() -> Block:
        nonlocal looks
        looks += 1
        return block(looks)

    async def read(_: Block) -> Held:
        await asyncio.sleep(200)
        raise link().fault(Reason.MALFORMED, "rubbish")

    async def scenario() -> None:
        with pytest.raises(ChainError, match="rubbish"):
            await between_looks(read, newest, link(), window=HOUR)
        seen = looks
        await asyncio.sleep(600)
        assert seen == looks == 1 + 3, "one before, and one each sixtieth of the window"

    run(scenario())


async def test_passes_that_do_not_end_in_the_window_are_an_error_that_says_what_to_do() -> None:
    never = asyncio.Event()

    async def read() -> Any:
        await never.wait()

    with pytest.raises(ChainError, match="did not end within the `window` of 0 s; raise it, or `rate`") as caught:
        await within(timedelta(milliseconds=1), read, link())
    assert caught.value.reason is Reason.TIMEOUT


async def test_another_time_out_is_not_taken_for_the_windows() -> None:
    async def read() -> Any:
        raise TimeoutError

    with pytest.raises(TimeoutError):
        await within(HOUR, read, link())
