"""The window: two passes, of which the lower reading counts, so that nothing that moves once is counted twice."""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.chains import ChainError, Reason
from monitor.chains.link import Link
from monitor.chains.node import Held
from monitor.chains.one_state import between_looks
from monitor.chains.window import Pass, in_passes, lower_of, over, within
from monitor.model import Block, Height, Token
from monitor.settings import EndpointSettings

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

    def step(self) -> None:
        for coin, account in self.moves.pop() if self.moves else []:
            if self.coins[coin] != account:
                self.coins[coin] = account
                self.moved[coin] += 1
                self.height += 1

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


@given(chains(), orders)
def test_what_answers_name_adds_up_to_no_more_than_there_is_and_what_moved_twice(
    chain: Chain, passes: list[list[str]]
) -> None:
    async def read(_: int) -> Pass:
        told = await answered(chain, passes.pop())
        heights = [height for _, height in told.values()]
        return Pass(min(heights), max(heights), len(told), {COIN: {each: units for each, (units, _) in told.items()}})

    found = asyncio.run(in_passes(HOUR, read, 0, link()))
    counted = sum(found.balances[COIN].values())
    assert counted <= chain.total + chain.moved_twice
    if max(chain.moved) <= 1:
        assert counted <= chain.total, "one move was counted twice"
    if found.whole:
        assert counted == chain.total


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
