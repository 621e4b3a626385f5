"""Heights of lists are block numbers of the execution layer: the slot is found that carries the block."""

from contextlib import AsyncExitStack

import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from monitor.chains import AtHeight, ChainError, Reason, Tag
from monitor.model import Height
from tests.chains.conftest import Opener
from tests.support import chains
from tests.support.beacon import BEACON, STAKED, BeaconStandIn, Staked, key


async def slot_of(node: BeaconStandIn, number: int) -> int:
    async with node.serving() as url:
        reader = chains.reader(BEACON, {"url": url})
        try:
            return (await reader.read({STAKED: [key(1)]}, AtHeight(Height(number)))).block.number
        finally:
            await reader.close()


def standin(empty: set[int] | frozenset[int] = frozenset()) -> BeaconStandIn:
    return BeaconStandIn(empty=set(empty), validators=[Staked(key(1), 1)])


async def test_the_slot_that_carries_the_block_is_read() -> None:
    assert await slot_of(standin(), 20) == 60


async def test_empty_slots_shift_what_follows_them() -> None:
    node = standin({61, 62, 90})
    assert node.number(63) == 21
    assert await slot_of(node, 21) == 63
    assert await slot_of(node, 20) == 60


@given(empty=st.sets(st.integers(41, 99)), data=st.data())
async def test_every_block_is_found_wherever_slots_are_empty(empty: set[int], data: st.DataObject) -> None:
    node = standin(empty)
    slot = data.draw(st.sampled_from([slot for slot in range(41, 101) if slot not in empty]))
    assert await slot_of(node, node.number(slot)) == slot


async def test_a_block_that_is_not_reached_yet_is_behind(stack: AsyncExitStack, open_reader: Opener) -> None:
    reader = open_reader(BEACON, {"url": await stack.enter_async_context(standin().serving())})
    with pytest.raises(ChainError, match="no block for block 61") as failure:
        await reader.read({STAKED: [key(1)]}, AtHeight(Height(61)))
    assert failure.value.reason is Reason.BEHIND


async def test_a_node_that_has_not_reached_a_block_yet_is_not_down(stack: AsyncExitStack, open_reader: Opener) -> None:
    reader = open_reader(BEACON, {"url": await stack.enter_async_context(standin().serving())})
    with capture_logs() as logged:
        for _ in range(2):  # as the daemon does where the execution layer is a slot ahead
            with pytest.raises(ChainError):
                await reader.read({STAKED: [key(1)]}, AtHeight(Height(61)))
            await reader.read({STAKED: [key(1)]}, Tag("finalized"))
    assert "endpoint down" not in [each["event"] for each in logged]
    assert reader.endpoints()[0].standing == "good"


async def test_a_node_without_the_old_blocks_is_pruned(stack: AsyncExitStack, open_reader: Opener) -> None:
    node = standin(set(range(300, 900)))
    node.tip = 1000
    reader = open_reader(BEACON, {"url": await stack.enter_async_context(node.serving())})
    with pytest.raises(ChainError, match="no block in the 128 slots up to") as failure:
        await reader.read({STAKED: [key(1)]}, AtHeight(Height(200)))
    assert failure.value.reason is Reason.PRUNED
