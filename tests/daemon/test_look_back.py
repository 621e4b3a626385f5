"""Between two snapshots: coins that leave after one and are back before the next are seen at some block between."""

import asyncio
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.chains import AtHeight, BlockChoice, ChainError, Reason, Tag
from monitor.daemon.look_back import moved
from monitor.daemon.network import NetworkWatch
from monitor.judgement import holdings
from monitor.judgement.between import away
from monitor.model import Address, BaseUnits, Block, Height, LookBack, Network, Reading, Token
from monitor.registry import load as load_registry
from monitor.settings import NetworkSettings
from tests.support.chains import ETH, ETHEREUM, USDT, account
from tests.support.judgement import VERIFIED, claim, state, verdict
from tests.support.readers import START, Reader

A, B = account(1), account(2)

At = Callable[[int, Address], int]


class History(Reader):
    """A chain whose accounts hold ``at`` of a height and an account; each reading of its newest is ten blocks on."""

    def __init__(self) -> None:
        super().__init__()
        self.height = 90
        self.at: At = lambda _, __: 100

    async def read(self, wanted: Mapping[Token, Collection[Address]], at: BlockChoice) -> Reading:
        if not isinstance(at, AtHeight):
            self.height += 10
        reading = await super().read(wanted, at)
        number = at.number if isinstance(at, AtHeight) else self.height
        held = {token: {each: BaseUnits(self.at(number, each)) for each in wanted[token]} for token in reading.balances}
        return replace(reading, block=Block(Height(number), f"0x{number:x}", START), balances=held)


class Situation:
    def __init__(self, network: Network = ETHEREUM, **settings: Any) -> None:
        self.chances = iter([0.0])
        self.reader = History()
        own = NetworkSettings.model_validate({"endpoints": [{"url": "http://node"}], **settings})
        self.watch = NetworkWatch(network, own, self.reader, lambda: START, chance=lambda: next(self.chances))
        self.wanted = {"okx": {ETH: frozenset({A, B})}}

    async def poll(self, chance: float = 0.5) -> LookBack | None:
        """Poll, and look back."""
        self.chances = iter([chance] * 9)
        await self.watch.poll(self.wanted)
        told = await self.watch.look_back()
        low = self.watch.state("okx", 1, START).low
        assert told is (low is not None)
        return low

    def looked_at(self) -> list[int]:
        return [choice.number for choice in self.reader.choices if isinstance(choice, AtHeight)]


async def test_coins_that_are_away_between_two_snapshots_are_seen() -> None:
    situation = Situation()
    situation.reader.at = lambda height, each: 0 if each == A and height == 105 else 100
    assert await situation.poll() is None, "nothing was read before"
    low = await situation.poll(0.5)
    assert low == LookBack(
        Block(Height(105), "0x69", START),
        before={ETH: {A: BaseUnits(100)}},
        then={ETH: {A: BaseUnits(0)}},
    ), "B, who held the same all the time, says nothing"


async def test_any_block_between_them_may_be_the_one_and_no_other() -> None:
    situation = Situation()
    await situation.poll()
    for tenth in range(100):
        await situation.poll(tenth / 100)
    distances = Counter(100 + 10 * number - height for number, height in enumerate(situation.looked_at(), 1))
    assert distances.keys() == set(range(1, 10))
    assert all(10 <= count <= 12 for count in distances.values())


async def test_where_no_block_lies_between_nothing_is_read() -> None:
    situation = Situation()
    await situation.poll()
    situation.reader.height -= 9
    assert await situation.poll() is None
    situation.reader.height -= 10
    assert await situation.poll() is None
    assert situation.looked_at() == []


async def test_another_failure_takes_back_what_was_seen_with_no_snapshot() -> None:
    situation = Situation()
    await situation.poll()
    low = await situation.poll()
    situation.reader.error = ChainError(Reason.REFUSED, "no connection")
    await situation.watch.poll(situation.wanted)
    assert not await situation.watch.look_back()
    assert situation.watch.state("okx", 1, START).low == low is not None


async def test_an_exchange_that_is_removed_while_it_is_looked_back_fails_nothing() -> None:
    situation = Situation()

    def removed(height: int, _account: str) -> int:
        if height == 105:
            situation.watch.forget(frozenset())
        return 100

    situation.reader.at = removed
    await situation.poll()
    assert await situation.poll(0.5) is None
    assert situation.looked_at() == [105]


@pytest.mark.parametrize("reason", [Reason.PRUNED, Reason.PAST_BLOCK, Reason.FALSE_PAST, Reason.TIMEOUT])
async def test_a_node_that_cannot_look_back_fails_nothing(reason: Reason) -> None:
    situation = Situation()
    await situation.poll()
    situation.reader.past_error = ChainError(reason, "no")
    assert await situation.poll() is None
    state = situation.watch.state("okx", 1, START)
    assert (state.failure, state.snapshot and state.snapshot.block.number) == ("", 110)


async def test_of_a_long_time_the_part_is_looked_at_that_a_node_still_has() -> None:
    situation = Situation()
    await situation.poll()
    situation.reader.height += 1000

    class Pruned(History):
        async def read(self, wanted: Mapping[Token, Collection[Address]], at: BlockChoice) -> Reading:
            if isinstance(at, AtHeight) and at.number < 1070:
                self.choices.append(at)
                raise ChainError(Reason.REFUSED, "nobody", causes=[ChainError(Reason.PRUNED, "state is gone")])
            return await super().read(wanted, at)

    situation.reader.__class__ = Pruned
    low = await situation.poll(0.5)
    assert low
    assert situation.looked_at() == [605, low.block.number]
    assert 1080 <= low.block.number < 1110


async def test_a_look_back_that_hangs_is_given_up_with_the_deadline() -> None:
    situation = Situation(deadline="10ms")
    await situation.poll()

    class Hanging(History):
        async def read(self, wanted: Mapping[Token, Collection[Address]], at: BlockChoice) -> Reading:
            if isinstance(at, AtHeight):
                await asyncio.Event().wait()
            return await super().read(wanted, at)

    situation.reader.__class__ = Hanging
    assert await situation.poll() is None


async def test_the_largest_accounts_of_either_snapshot_are_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("monitor.daemon.look_back._MOST", 2)
    situation = Situation()
    many = [account(number) for number in range(1, 9)]
    situation.wanted = {"okx": {ETH: frozenset(many)}}
    was = dict(zip(many, [9, 1, 1, 1, 1, 1, 1, 0], strict=True))
    now = dict(zip(many, [1, 1, 1, 1, 1, 1, 9, 0], strict=True))
    situation.reader.at = lambda height, each: (was if height < 105 else now)[each]
    await situation.poll()
    low = await situation.poll()
    assert low
    assert low.then[ETH].keys() == {many[0], many[6]}


async def test_accounts_that_one_of_the_snapshots_lacks_and_empty_ones_are_not() -> None:
    situation = Situation()
    situation.reader.at = lambda height, _: height
    await situation.poll()
    situation.wanted = {"okx": {ETH: frozenset({B, account(3)}), USDT: frozenset({A})}}
    low = await situation.poll()
    assert low
    assert {token: set(each) for token, each in low.then.items()} == {ETH: {B}}
    situation.reader.at = lambda _, __: 0
    await situation.poll()
    assert await situation.poll() is None


async def test_a_token_that_the_chain_refuses_there_is_left_out() -> None:
    situation = Situation()
    situation.wanted = {"okx": {ETH: frozenset({A}), USDT: frozenset({A})}}
    await situation.poll()
    await situation.watch.poll(situation.wanted)
    situation.chances = iter([0.5])
    situation.reader.refused = {USDT: "reverts"}
    assert await situation.watch.look_back()
    low = situation.watch.state("okx", 1, START).low
    assert low
    assert low.then.keys() == low.before.keys() == {ETH}


async def test_each_exchange_is_told_of_its_own_accounts() -> None:
    situation = Situation()
    situation.wanted = {"okx": {ETH: frozenset({A})}, "kraken": {ETH: frozenset({B})}}
    situation.reader.at = lambda height, each: height if each == A else -height
    await situation.poll()
    await situation.poll()
    lows = [situation.watch.state(name, 1, START).low for name in situation.wanted]
    assert [low and low.then for low in lows] == [{ETH: {A: 105}}, {ETH: {B: -105}}]
    assert len(situation.looked_at()) == 1, "for all at once"


async def test_the_block_lies_between_the_last_snapshots_of_each_exchange_whichever_was_read_last() -> None:
    situation = Situation()
    okx, kraken = {"okx": {ETH: frozenset({A})}}, {"kraken": {ETH: frozenset({B})}}
    for wanted in (okx | kraken, kraken, okx):  # at 100, 110, 120
        await situation.watch.poll(wanted)
    situation.chances = iter([0.999])
    assert await situation.watch.look_back()
    assert situation.looked_at() == [109]


@pytest.mark.parametrize(
    "situation",
    [
        pytest.param(Situation(look_back=False), id="switched off"),
        pytest.param(
            Situation(load_registry().networks["bitcoin"], endpoints=[{"url": "http://x", "protocol": "esplora"}]),
            id="esplora",
        ),
    ],
)
async def test_where_it_is_not_wanted_or_costs_too_much_nothing_is_looked_at(situation: Situation) -> None:
    await situation.poll()
    assert await situation.poll() is None
    assert situation.looked_at() == []
    assert situation.reader.choices == [Tag("finalized")] * 2


HELD = st.lists(st.integers(0, 3), min_size=3, max_size=3)


@given(HELD, HELD, HELD)
def test_who_held_the_same_all_three_times_changes_nothing_of_what_was_away(
    before: list[int], then: list[int], after: list[int]
) -> None:
    accounts = [account(number) for number in range(3)]
    held = [{ETH: {a: BaseUnits(n) for a, n in zip(accounts, each, strict=True)}} for each in (before, then, after)]
    first, last = (snapshot for each in (held[0], held[2]) if (snapshot := state(each).snapshot))
    reading = Reading(first.block, held[1], {}, ())
    low = moved(first, reading, last, {ETH: frozenset(accounts)})
    listed = holdings([claim(each, ETH) for each in accounts], [verdict(VERIFIED)] * 3)
    shown = [away(listed, replace(state(held[2]), low=each)) for each in (low, LookBack(first.block, held[0], held[1]))]
    assert shown[0] == shown[1]
    assert all(not before[n] == then[n] == after[n] for n, each in enumerate(accounts) if each in low.then[ETH])
