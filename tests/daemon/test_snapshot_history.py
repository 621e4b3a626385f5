"""The last whole snapshots in the history are those that the World shows, of the chain that it says."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from msgspec import structs

from monitor.daemon.history import SnapshotKeeper
from monitor.model import BaseUnits, Caip2, Snapshot, SnapshotState, Token, World, frozen
from monitor.store import Store
from tests.support import worlds

MAINNET, TESTNET = "bip122:000000000019d6689c085ae165831e93", "bip122:000000000933ea01ad0ee984209779ba"


CLAIMED = "bc1qaurora1"
"""The account, as a list names it."""


def snapshot(number: int, exchange: str = "aurora") -> Snapshot:
    return worlds.snapshot(exchange, "bitcoin", number, {worlds.BTC: {CLAIMED: BaseUnits(number)}}, age=timedelta())


def showing(*snapshots: Snapshot, chain: str = MAINNET) -> World:
    """A World in which each exchange has its snapshot of Bitcoin."""
    assessments = {}
    for each in snapshots:
        states = {"bitcoin": SnapshotState("bitcoin", each, stale=False, wanted=1, chain=Caip2(chain))}
        assessments[each.exchange] = replace(worlds.aurora(), exchange=each.exchange, snapshots=frozen(states))
    return replace(worlds.world(), assessments=frozen(assessments))


async def kept(store: Store, chain: str = MAINNET) -> list[int]:
    return [each.block.number for each in await store.snapshots({"bitcoin": Caip2(chain)})]


async def loaded_by(keeper: SnapshotKeeper) -> list[tuple[Snapshot, Mapping[Token, Snapshot]]]:
    wanted = {worlds.BTC: (CLAIMED,)}
    return [each async for each in keeper.load({"bitcoin": Caip2(MAINNET)}, lambda _exchange, _network: wanted)]


async def test_what_the_world_shows_is_kept_by_the_chain_that_it_was_read_of(store: Store) -> None:
    keeper = SnapshotKeeper(store)
    await keeper.keep(showing(snapshot(1)), "bitcoin")
    assert await kept(store) == [1]
    await keeper.keep(showing(snapshot(2), chain=TESTNET), "bitcoin")
    assert await kept(store) == []
    assert await kept(store, TESTNET) == [2]


async def test_each_snapshot_is_written_once_also_when_the_clock_has_stepped(store: Store) -> None:
    keeper = SnapshotKeeper(store)
    old, other = snapshot(1), snapshot(1, "borealis")
    await keeper.keep(showing(old), "bitcoin")
    writes = store.state.writes
    stepped = replace(old, taken_at=old.taken_at + timedelta(hours=1))
    await keeper.keep(showing(stepped, other), "bitcoin")
    assert store.state.writes == writes + 1, "the other exchange's alone"
    await keeper.keep(showing(snapshot(2), other), "bitcoin")
    assert store.state.writes == writes + 2


async def test_what_an_earlier_run_has_written_is_not_written_again(store: Store) -> None:
    await SnapshotKeeper(store).keep(showing(snapshot(1)), "bitcoin")
    keeper = SnapshotKeeper(store)
    ((loaded, _),) = await loaded_by(keeper)
    writes = store.state.writes
    await keeper.keep(showing(loaded), "bitcoin")
    assert store.state.writes == writes


async def test_after_a_restart_no_account_is_in_memory_twice(store: Store) -> None:
    await SnapshotKeeper(store).keep(showing(snapshot(1)), "bitcoin")
    ((loaded, _),) = await loaded_by(SnapshotKeeper(store))
    ((account, units),) = loaded.balances[worlds.BTC].items()
    assert account is CLAIMED
    assert units == 1


async def test_what_was_last_read_of_a_token_that_its_contract_refuses_is_there_after_a_restart(store: Store) -> None:
    refused = structs.replace(worlds.BTC, asset="USDT", contract="omni")
    old = replace(
        snapshot(1), balances={worlds.BTC: {"bc1qaurora1": BaseUnits(1)}, refused: {"bc1qaurora1": BaseUnits(7)}}
    )
    world = showing(snapshot(2))
    states = {"bitcoin": replace(world.assessments["aurora"].snapshots["bitcoin"], earlier={refused: old})}
    world = replace(world, assessments={"aurora": replace(world.assessments["aurora"], snapshots=states)})
    await SnapshotKeeper(store).keep(world, "bitcoin")
    ((loaded, earlier),) = await loaded_by(SnapshotKeeper(store))
    assert loaded == snapshot(2)
    assert earlier == {refused: replace(old, balances={refused: {"bc1qaurora1": BaseUnits(7)}})}
