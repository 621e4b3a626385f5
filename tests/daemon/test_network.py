"""Snapshots of one network: whole or not there, each exchange's for itself, never younger than they are."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from msgspec import structs

from monitor.chains import AtHeight, ChainError, Reason, Tag
from monitor.daemon.network import NetworkWatch
from monitor.model import BaseUnits, Block, Caip2, Height, PositionKind, Rate, Snapshot, SnapshotAttempts
from monitor.settings import NetworkSettings
from tests.support.chains import ETH, ETHEREUM, USDC, USDT, account
from tests.support.positions import CUSDT
from tests.support.readers import START, Reader

A, B, C = account(1), account(2), account(3)


class Situation:
    """A watch of Ethereum for two exchanges, at a time that a test sets."""

    def __init__(self) -> None:
        self.now = START
        self.reader = Reader()
        self.watch = NetworkWatch(ETHEREUM, self.settings(), self.reader, lambda: self.now)
        self.wanted = {"okx": {ETH: frozenset({A, B}), USDT: frozenset({A})}, "kraken": {ETH: frozenset({B, C})}}

    @staticmethod
    def settings(**more: Any) -> NetworkSettings:
        ages = {"stale_after": "10m", "drop_after": "1h"}
        return NetworkSettings.model_validate({"endpoints": [{"url": "http://node"}], **ages, **more})

    async def poll(self) -> list[Snapshot]:
        return await self.watch.poll(self.wanted)

    def held(self, exchange: str = "okx") -> Snapshot | None:
        return self.watch.state(exchange, 1, self.now).snapshot

    def attempts(self, exchange: str = "okx") -> SnapshotAttempts:
        return self.watch.state(exchange, 1, self.now).attempts

    def failure(self, exchange: str = "okx") -> str:
        return self.watch.state(exchange, 1, self.now).failure


@pytest.fixture
def situation() -> Situation:
    return Situation()


async def test_all_exchanges_are_read_together_at_one_block(situation: Situation) -> None:
    okx, kraken = await situation.poll()
    (asked,) = situation.reader.asked
    assert {token: sorted(accounts) for token, accounts in asked.items()} == {ETH: [A, B, C], USDT: [A]}
    assert okx.block == kraken.block
    assert okx.balances == {ETH: {A: 1, B: 2}, USDT: {A: 1}}
    assert kraken.balances == {ETH: {B: 2, C: 3}}


async def test_the_configured_block_is_read(situation: Situation) -> None:
    await situation.poll()
    assert str(situation.reader.choices[0]) == "finalized"


async def test_nothing_is_asked_while_nothing_is_claimed(situation: Situation) -> None:
    assert await situation.watch.poll({"okx": {}}) == []
    assert situation.reader.asked == []
    assert not situation.watch.attempted("okx")


async def test_a_token_that_cannot_be_told_fails_itself_alone(situation: Situation) -> None:
    situation.reader.refused = {USDT: "balanceOf reverts", USDC: "claimed by nobody here"}
    okx, kraken = await situation.poll()
    assert (okx.exchange, kraken.exchange) == ("okx", "kraken")
    assert okx.balances.keys() == {ETH}
    assert situation.failure("okx") == f"USDT on ethereum ({USDT.contract}): balanceOf reverts"
    assert situation.failure("kraken") == ""
    assert situation.watch.state("okx", 1, situation.now).untold == {USDT: "balanceOf reverts"}
    assert (situation.attempts("okx").failures["token"], situation.attempts("okx").took.count) == (1, 1)
    assert (situation.attempts("kraken").failures["token"], situation.attempts("kraken").took.count) == (0, 1)


async def test_many_tokens_that_cannot_be_told_are_named_first_and_counted_then(situation: Situation) -> None:
    tokens = [structs.replace(USDT, contract=f"0x{number:040x}") for number in range(5)]
    situation.wanted = {"okx": {ETH: frozenset({A}), **dict.fromkeys(tokens, frozenset({A}))}}
    situation.reader.refused = dict.fromkeys(tokens, "no contract")
    await situation.poll()
    state = situation.watch.state("okx", 1, situation.now)
    assert state.failure.count("no contract") == 3
    assert state.failure.endswith("; and 2 more")
    assert state.untold == dict.fromkeys(tokens, "no contract")
    situation.reader.error = ChainError(Reason.TIMEOUT, "no answer")
    await situation.poll()
    assert situation.watch.state("okx", 1, situation.now).untold == {}, "that attempt failed for all of them"


async def test_what_was_last_read_of_a_token_that_cannot_be_told_now_stays_with_its_own_time(
    situation: Situation,
) -> None:
    await situation.poll()
    for minutes in (1, 2):
        situation.now = START + timedelta(minutes=minutes)
        situation.reader.refused = {USDT: "balanceOf reverts"}
        await situation.poll()
    state = situation.watch.state("okx", 1, situation.now)
    of_usdt = state.of(USDT)
    assert of_usdt is not None
    assert (of_usdt.taken_at, state.fresh(USDT, situation.now)) == (START, True)
    assert state.snapshot is not None
    assert state.snapshot.taken_at == START + timedelta(minutes=2)
    assert not state.fresh(USDT, START + timedelta(minutes=11))
    situation.reader.refused = {}
    await situation.poll()
    assert situation.watch.state("okx", 1, situation.now).earlier == {}


async def test_after_a_failure_the_last_whole_snapshot_stays_with_its_own_time_and_the_reason_beside_it(
    situation: Situation,
) -> None:
    await situation.poll()
    situation.now += timedelta(minutes=5)
    situation.reader.error = ChainError(Reason.TIMEOUT, "node-1: no answer within 30 s")
    assert await situation.poll() == []
    held = situation.held()
    assert held is not None
    assert (held.taken_at, held.balances[ETH]) == (START, {A: 1, B: 2})
    assert situation.failure() == "timeout: node-1: no answer within 30 s"
    attempts = situation.attempts()
    assert (attempts.begun, attempts.failures["timeout"], attempts.took.count) == (2, 1, 1)


async def test_a_success_ends_the_failure(situation: Situation) -> None:
    situation.reader.error = ChainError(Reason.REFUSED, "node-1: no connection")
    await situation.poll()
    assert situation.failure() == "refused: node-1: no connection"
    situation.reader.error = None
    situation.reader.height += 1
    await situation.poll()
    held = situation.held()
    assert (situation.failure(), held and held.block.number) == ("", 101)


@pytest.mark.parametrize(
    ("age", "stale", "kept"),
    [
        (timedelta(minutes=10), False, True),
        (timedelta(minutes=10, milliseconds=1), True, True),
        (timedelta(hours=1), True, True),
        (timedelta(hours=1, milliseconds=1), True, False),
    ],
)
async def test_a_snapshot_is_first_stale_and_then_gone(
    situation: Situation, age: timedelta, stale: bool, kept: bool
) -> None:
    await situation.poll()
    state = situation.watch.state("okx", 1, START + age)
    assert (state.stale, state.snapshot is not None) == (stale, kept)


async def test_without_any_snapshot_a_network_is_stale_and_says_what_is_wanted_there(situation: Situation) -> None:
    state = situation.watch.state("okx", 2, START)
    assert (state.stale, state.snapshot, state.wanted, state.stale_after) == (True, None, 2, timedelta(minutes=10))


async def test_an_attempt_counts_as_made_whether_it_succeeds_or_not(situation: Situation) -> None:
    assert not situation.watch.attempted("okx")
    situation.reader.error = ChainError(Reason.REFUSED, "node-1: no connection")
    await situation.poll()
    assert situation.watch.attempted("okx")


async def test_a_snapshot_of_an_earlier_run_counts_with_its_own_age(situation: Situation) -> None:
    (okx, _) = await situation.poll()
    restarted = Situation()
    restarted.watch.restore(okx, {})
    restarted.now += timedelta(minutes=11)
    state = restarted.watch.state("okx", 1, restarted.now)
    assert (state.snapshot, state.stale) == (okx, True)
    assert not restarted.watch.attempted("okx")


async def test_a_token_of_an_earlier_run_counts_with_its_own_age_while_its_contract_refuses(
    situation: Situation,
) -> None:
    (okx, _) = await situation.poll()
    restarted = Situation()
    restarted.watch.restore(replace(okx, balances={ETH: {A: BaseUnits(1), B: BaseUnits(2)}}), {USDT: okx})
    restarted.now += timedelta(minutes=9)
    restarted.reader.refused = {USDT: "balanceOf reverts"}
    await restarted.poll()
    state = restarted.watch.state("okx", 1, restarted.now)
    assert state.of(USDT) == okx
    assert state.fresh(USDT, restarted.now)
    assert not state.fresh(USDT, restarted.now + timedelta(minutes=2))


async def test_with_other_settings_the_watch_goes_on_from_its_snapshots(situation: Situation) -> None:
    (okx, _) = await situation.poll()
    heir = Situation()
    heir.watch.settings = situation.settings(stale_after="1m")
    heir.watch.succeed(situation.watch)
    state = heir.watch.state("okx", 1, START + timedelta(minutes=2))
    assert (state.snapshot, state.stale) == (okx, True)
    assert heir.watch.attempted("okx")


async def test_what_else_the_registry_says_of_a_chain_takes_no_snapshot_from_it(situation: Situation) -> None:
    (okx, _) = await situation.poll()
    heir = Situation()
    heir.watch.network = replace(ETHEREUM, title="Ethereum, by another name")
    heir.watch.succeed(situation.watch)
    assert heir.watch.state("okx", 1, START).snapshot == okx


async def test_a_watch_of_another_chain_begins_with_nothing(situation: Situation) -> None:
    await situation.poll()
    other = Situation()
    other.watch.network = replace(ETHEREUM, caip2=Caip2("eip155:31337"))
    other.watch.succeed(situation.watch)
    assert other.held("okx") is None
    assert not other.watch.attempted("okx")


async def test_exchanges_that_are_not_watched_any_more_are_forgotten(situation: Situation) -> None:
    await situation.poll()
    situation.watch.forget(frozenset({"kraken"}))
    assert situation.held("okx") is None
    assert situation.held("kraken") is not None


# --- Positions and staked coins --------------------------------------------------------------------------------------


async def test_a_snapshot_keeps_the_rates_of_its_own_tokens(situation: Situation) -> None:
    situation.wanted = {"okx": {CUSDT: frozenset({A})}, "kraken": {ETH: frozenset({B})}}
    situation.reader.rates = {CUSDT: Rate(BaseUnits(10**18), BaseUnits(7))}
    taken = {each.exchange: each.rates for each in await situation.poll()}
    assert taken == {"okx": {CUSDT: Rate(BaseUnits(10**18), BaseUnits(7))}, "kraken": {}}


async def test_a_snapshot_keeps_what_of_its_own_accounts_is_staked(situation: Situation) -> None:
    staked = ETH.part("staked", PositionKind.STAKED)
    one, two, three = map(BaseUnits, (1, 2, 3))
    situation.reader.positions = {staked: {A: one, B: two}, USDT.part("locked", PositionKind.LOCKED): {C: three}}
    taken = {each.exchange: each.positions for each in await situation.poll()}
    assert taken == {"okx": {staked: {A: 1, B: 2}}, "kraken": {staked: {B: 2}}}


async def test_what_an_exchange_claims_by_key_and_by_address_counts_once_for_it_alone(situation: Situation) -> None:
    """The accounts hold as many base units as their numbers say; the third one contains the first."""
    situation.wanted = {"okx": {ETH: frozenset({A, C})}, "kraken": {ETH: frozenset({C})}}
    situation.reader.within = {A: C}
    taken = {each.exchange: each.balances for each in await situation.poll()}
    assert taken == {"okx": {ETH: {A: 1, C: 2}}, "kraken": {ETH: {C: 3}}}


async def test_the_newest_block_is_told_while_it_is_fresh(situation: Situation) -> None:
    assert situation.watch.newest() is None
    await situation.poll()
    newest = situation.watch.newest()
    assert newest
    assert newest.number == 100
    situation.now += timedelta(minutes=11)
    assert situation.watch.newest() is None


async def test_staked_coins_are_read_beside_the_block_of_the_execution_layer(situation: Situation) -> None:
    beside = Block(Height(90), "0x90", START)
    await situation.watch.poll(situation.wanted, beside)
    assert situation.reader.choices == [AtHeight(Height(90))]


@pytest.mark.parametrize("reason", [Reason.PRUNED, Reason.BEHIND])
async def test_where_no_node_has_that_block_the_chosen_one_is_read(situation: Situation, reason: Reason) -> None:
    situation.reader.past_error = ChainError(reason, "not there")
    taken = await situation.watch.poll(situation.wanted, Block(Height(90), "0x90", START))
    assert [each.exchange for each in taken] == ["okx", "kraken"]
    assert situation.reader.choices == [AtHeight(Height(90)), Tag("finalized")]


async def test_a_dead_node_beside_one_that_lacks_the_block_does_not_cost_the_snapshot(situation: Situation) -> None:
    causes = [ChainError(Reason.BEHIND, "node-1: not there"), ChainError(Reason.REFUSED, "node-2: no connection")]
    situation.reader.past_error = ChainError(Reason.REFUSED, "nobody", causes=causes)
    taken = await situation.watch.poll(situation.wanted, Block(Height(90), "0x90", START))
    assert [each.exchange for each in taken] == ["okx", "kraken"]


async def test_another_failure_beside_that_block_is_one(situation: Situation) -> None:
    situation.reader.past_error = ChainError(Reason.DISAGREEMENT, "they contradict each other")
    assert await situation.watch.poll(situation.wanted, Block(Height(90), "0x90", START)) == []
    assert situation.failure() == "disagreement: they contradict each other"


async def test_every_reason_of_a_failure_is_counted_from_zero(situation: Situation) -> None:
    """A rate over a series that begins with its first failure would not see it."""
    assert situation.attempts().begun == 0
    assert situation.attempts().failures == dict.fromkeys([*(reason.value for reason in Reason), "token"], 0)
    assert set(situation.attempts().took.within.values()) == {0}


async def test_attempts_are_counted_on_by_a_watch_of_other_settings_and_of_another_network_of_the_name(
    situation: Situation,
) -> None:
    await situation.poll()
    before = situation.watch
    for network in (ETHEREUM, replace(ETHEREUM, caip2=Caip2("eip155:1337"))):
        situation.watch = NetworkWatch(network, situation.settings(), situation.reader, lambda: situation.now)
        situation.watch.succeed(before)
        assert situation.attempts().begun == 1, "counters never go backwards"
        assert (situation.held() is not None) == (network == ETHEREUM)
    situation.watch.forget(frozenset({"kraken"}))
    assert situation.attempts("okx").begun == 0
    assert situation.attempts("kraken").begun == 1


@pytest.mark.parametrize("error", [None, ChainError(Reason.TIMEOUT, "no answer")])
async def test_what_ends_for_an_exchange_that_was_removed_meanwhile_leaves_nothing_of_it(
    situation: Situation, error: ChainError | None
) -> None:
    situation.reader.error = error
    poll = asyncio.create_task(situation.poll())
    await asyncio.sleep(0)
    assert situation.attempts("okx").begun == 1
    situation.watch.forget(frozenset({"kraken"}))
    taken = await poll
    assert [each.exchange for each in taken] == ([] if error else ["kraken"])
    assert situation.attempts("kraken").begun == 1
    state = situation.watch.state("okx", 1, situation.now)
    assert (state.last, state.failure, state.attempted) == (None, "", False)
    assert state.attempts == situation.watch.state("nobody", 0, situation.now).attempts
