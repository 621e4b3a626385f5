"""Balances of validators, by their keys and by the address that they pay out to."""

from contextlib import AsyncExitStack
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.chains import AtHeight, ChainError, Depth, Reason, Tag, Wanted
from monitor.chains.network_reader import NetworkReader
from monitor.model import BaseUnits, Height, Reading, Token, disjoint
from tests.chains.conftest import Opener
from tests.support.beacon import BEACON, GWEI, STAKED, BeaconStandIn, Staked, credentials, key
from tests.support.chains import account, happened

WITHDRAWAL, POD = account(0xA1), account(0xB2)
FINALIZED = Tag("finalized")


class Watch:
    """A beacon node, and the reader of it."""

    def __init__(self, stack: AsyncExitStack, open_reader: Opener) -> None:
        self.node = BeaconStandIn()
        self.node.validators = [
            Staked(key(1), 32 * GWEI + 17, credentials(WITHDRAWAL)),
            Staked(key(2), 2048 * GWEI, credentials(WITHDRAWAL, "02")),
            Staked(key(3), 0, credentials(POD), status="withdrawal_done"),
            Staked(key(4), 31 * GWEI),
        ]
        self._stack = stack
        self._open = open_reader

    async def reader(
        self, *others: BeaconStandIn, batch: int = 100, concurrency: int = 4, quorum: int = 1
    ) -> NetworkReader:
        urls = [await self._stack.enter_async_context(node.serving()) for node in (self.node, *others)]
        endpoints = [{"url": url, "batch": batch, "concurrency": concurrency} for url in urls]
        return self._open(BEACON, *endpoints, quorum=quorum)

    async def read(self, *accounts: str, **settings: Any) -> Reading:
        return await (await self.reader(**settings)).read({STAKED: accounts}, FINALIZED)

    def asked_of_the_state(self) -> list[tuple[str, int]]:
        """Methods and numbers of ids, whether there is such a state included."""
        path = f"/eth/v1/beacon/states/{self.node.state_root(64)}/validators"
        return [(method, ids) for method, asked, ids in self.node.asked if asked == path]


@pytest.fixture
def watch(stack: AsyncExitStack, open_reader: Opener) -> Watch:
    return Watch(stack, open_reader)


async def test_validators_are_read_by_their_keys_at_a_named_slot(watch: Watch) -> None:
    reading = await watch.read(key(2), key(1), key(3))
    assert reading.balances == {STAKED: {key(1): 32 * GWEI + 17, key(2): 2048 * GWEI, key(3): 0}}
    assert (reading.block.number, reading.block.hash) == (64, watch.node.root(64))
    assert (reading.failed, reading.within) == ({}, {})


async def test_a_validator_that_is_not_known_fails_by_name_and_is_never_zero(watch: Watch) -> None:
    reading = await watch.read(key(1), key(99), key(98))
    assert reading.balances == {}
    assert reading.failed == {
        STAKED: f"the state of slot 64 knows no validator {key(98)} and 1 more: not deposited, or still queued"
    }


async def test_a_withdrawal_address_holds_all_validators_that_pay_out_to_it(watch: Watch) -> None:
    reading = await watch.read(WITHDRAWAL, POD, account(0xC3), batch=1)
    assert reading.balances == {STAKED: {WITHDRAWAL: 2080 * GWEI + 17, POD: 0, account(0xC3): 0}}


async def test_a_validator_claimed_by_key_and_by_address_counts_once(watch: Watch) -> None:
    other = Token("BETH", "ethereum-beacon", None, 9, STAKED.position)
    wanted: Wanted = {STAKED: [WITHDRAWAL, key(2)], other: [key(1)]}
    reading = await (await watch.reader()).read(wanted, FINALIZED)
    assert reading.balances[STAKED][WITHDRAWAL] == 2080 * GWEI + 17
    assert reading.within == {key(1): WITHDRAWAL, key(2): WITHDRAWAL}
    apart = disjoint(reading.balances, reading.within)
    assert apart == {STAKED: {WITHDRAWAL: 0, key(2): 2048 * GWEI}, other: {key(1): 32 * GWEI + 17}}


@given(balances=st.lists(st.integers(0, 1 << 63), min_size=1, max_size=6), by_key=st.sets(st.integers(0, 5)))
def test_whatever_is_claimed_twice_the_sum_stays_what_is_there(balances: list[int], by_key: set[int]) -> None:
    claimed = {key(number): BaseUnits(balances[number]) for number in by_key if number < len(balances)}
    held = {STAKED: {WITHDRAWAL: BaseUnits(sum(balances)), **claimed}}
    apart = disjoint(held, dict.fromkeys(claimed, WITHDRAWAL))
    assert sum(apart[STAKED].values()) == sum(balances)
    assert all(units >= 0 for units in apart[STAKED].values())
    assert disjoint(held, {}) == held


async def test_all_validators_are_gone_through_in_pages_of_their_indices(watch: Watch) -> None:
    watch.node.validators = [Staked(key(number), number, credentials(WITHDRAWAL)) for number in range(45)]
    reading = await watch.read(WITHDRAWAL, batch=1, concurrency=2)
    assert reading.balances[STAKED][WITHDRAWAL] == sum(range(45))
    assert {ids for method, path, ids in watch.node.asked if path.endswith("/validators")} == {10, 1}


@pytest.mark.parametrize("concurrency", [1, 3])
@pytest.mark.parametrize(("most", "match"), [(7, "validator 7 was left out"), (0, "there is no validator 0")])
async def test_a_node_that_cuts_its_answers_short_does_not_pass_for_a_short_chain(
    watch: Watch, concurrency: int, most: int, match: str
) -> None:
    """Nor does one that tells nobody, as Lodestar 0.34 does of indices."""
    watch.node.validators = [Staked(key(number), 1, credentials(WITHDRAWAL)) for number in range(40)]
    watch.node.most = most
    with pytest.raises(ChainError, match=match) as failure:
        await watch.read(WITHDRAWAL, batch=1, concurrency=concurrency)
    assert failure.value.reason is Reason.MALFORMED


async def test_a_node_that_takes_no_posts_is_asked_by_get_64_at_a_time(watch: Watch) -> None:
    watch.node.posts = False
    watch.node.validators = [Staked(key(number), number) for number in range(150)]
    reading = await watch.read(*map(key, range(150)), concurrency=1)
    assert sum(reading.balances[STAKED].values()) == sum(range(150))
    assert watch.asked_of_the_state() == [("POST", 1), ("GET", 1), ("GET", 64), ("GET", 64), ("GET", 22)]


async def test_a_state_that_is_gone_is_pruned(watch: Watch) -> None:
    watch.node.pruned_below = 65
    with pytest.raises(ChainError, match="no state of slot 64") as failure:
        await watch.read(key(1))
    assert failure.value.reason is Reason.PRUNED


async def test_a_quorum_names_who_tells_another_balance(watch: Watch) -> None:
    liar, honest = BeaconStandIn(validators=[Staked(key(1), 64 * GWEI)]), BeaconStandIn()
    honest.validators = watch.node.validators
    reader = await watch.reader(liar, honest, quorum=2)
    reading = await reader.read({STAKED: [key(1)]}, FINALIZED)
    assert reading.balances[STAKED][key(1)] == 32 * GWEI + 17
    assert [state.disagreements for state in reader.endpoints()] == [0, 1, 0]


async def test_a_node_on_another_chain_is_not_believed(watch: Watch) -> None:
    watch.node.genesis_root = "0x" + "9f" * 32
    with pytest.raises(ChainError, match="it is on beacon:9f9f") as failure:
        await watch.read(key(1))
    assert failure.value.reason is Reason.WRONG_CHAIN


async def test_a_slot_that_gets_another_block_meanwhile_is_read_again(watch: Watch) -> None:
    forked = iter(range(1))
    known = watch.node._known

    def reorganised(ids: list[str]) -> list[dict[str, object]]:
        if next(forked, None) is not None:
            watch.node.forks[64] = "another"
        return known(ids)

    watch.node._known = reorganised  # type: ignore[method-assign]
    reading = await watch.read(key(1))
    assert reading.block.hash == watch.node.root(64)


async def test_probing_a_backup_walks_through_no_chain(watch: Watch) -> None:
    reader = await watch.reader()
    (found,) = await reader.examine({STAKED: [WITHDRAWAL]})
    assert found.error is None
    assert watch.asked_of_the_state()[:2] == [("POST", 1), ("POST", 1)]


# --- nodes that do not look at what they are asked for ---


@pytest.mark.parametrize("node", [{"ignores": {"roots"}}, {"roots": False}])
async def test_a_node_that_finds_no_state_by_its_root_is_asked_for_the_slot(watch: Watch, node: dict[str, Any]) -> None:
    vars(watch.node).update(node)
    reading = await watch.read(key(1))
    assert reading.balances == {STAKED: {key(1): 32 * GWEI + 17}}
    assert ("POST", "/eth/v1/beacon/states/64/validators", 1) in watch.node.asked


@pytest.mark.parametrize("posts", [True, False])
@pytest.mark.parametrize("wanted", [key(1), WITHDRAWAL])
async def test_a_node_that_tells_of_states_that_nobody_has_is_not_read(watch: Watch, posts: bool, wanted: str) -> None:
    watch.node.ignores, watch.node.posts = {"roots", "slots"}, posts
    with pytest.raises(ChainError, match="state that does not exist") as failure:
        await watch.read(wanted)
    assert failure.value.reason is Reason.UNPINNED


async def test_a_node_that_begins_to_ignore_states_is_found_out_at_the_next_reading(watch: Watch) -> None:
    reader = await watch.reader()
    await reader.read({STAKED: [key(1)]}, FINALIZED)
    watch.node.ignores = {"roots", "slots"}
    with pytest.raises(ChainError) as failure:
        await reader.read({STAKED: [key(1)]}, FINALIZED)
    assert failure.value.reason is Reason.UNPINNED


async def test_an_unpinned_node_is_replaced_by_one_that_heeds_states(watch: Watch) -> None:
    honest = BeaconStandIn(validators=[Staked(key(1), 7)])
    watch.node.ignores = {"roots", "slots"}
    reader = await watch.reader(honest)
    assert (await reader.read({STAKED: [key(1)]}, FINALIZED)).balances == {STAKED: {key(1): 7}}
    assert happened(reader.endpoints()[0]) == {"unpinned": 1}


async def test_a_node_that_answers_of_the_head_for_any_slot_is_not_believed(watch: Watch) -> None:
    reader = await watch.reader()
    watch.node.ignores = {"ids"}
    with pytest.raises(ChainError, match="it is about slot 100") as failure:
        await reader.read({STAKED: [key(1)]}, AtHeight(Height(40)))
    assert failure.value.reason is Reason.MALFORMED
    with pytest.raises(ChainError, match="it is about slot 100"):
        await reader.read({STAKED: [key(1)]}, Depth(10))


async def test_a_slot_that_began_at_another_time_by_one_nodes_clock_is_contradicted(watch: Watch) -> None:
    early, honest = BeaconStandIn(tip=100), BeaconStandIn()
    early.validators = honest.validators = watch.node.validators
    early.late = 600
    reader = await watch.reader(early, honest, quorum=2)
    await reader.read({STAKED: [key(1)]}, FINALIZED)
    assert [state.disagreements for state in reader.endpoints()] == [0, 1, 0]
