"""The last block before a moment, among blocks that come at any pace."""

from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.chains import AtHeight, ChainError, ChainReader, Reason, Tag
from monitor.daemon.block_of_time import last_before
from monitor.model import Block, Height

START = datetime(2026, 1, 1, tzinfo=UTC)
SECOND = timedelta(seconds=1)


class Chain:
    """Tells blocks that were made so many seconds after :data:`START`."""

    def __init__(self, times: list[int]) -> None:
        self.times = times
        self.asked: list[int] = []

    async def read(self, _wanted: object, at: object) -> Any:
        height = at.number if isinstance(at, AtHeight) else len(self.times) - 1
        self.asked.append(height)
        return type("Reading", (), {"block": self.block(height)})

    def block(self, height: int) -> Block:
        return Block(Height(height), f"0x{height:x}", START + self.times[height] * SECOND)

    async def before(self, seconds: float, after: int | None = None) -> int:
        known = None if after is None else (Height(after), self.block(after))
        height, block = await last_before(cast("ChainReader", self), START + seconds * SECOND, Tag("latest"), known)
        assert block == self.block(height)
        return height


@given(st.data())
async def test_it_is_the_last_one_whatever_the_pace(data: st.DataObject) -> None:
    steps = data.draw(st.lists(st.integers(0, 10**6), min_size=1, max_size=60))
    times = [sum(steps[:count]) for count in range(len(steps) + 1)]
    seconds = data.draw(st.integers(1, max(1, times[-1])))
    if times[-1] >= seconds:
        right = max(height for height, at in enumerate(times) if at < seconds)
        chain = Chain(times)
        assert await chain.before(seconds) == right
        after = data.draw(st.integers(0, right))
        assert await chain.before(seconds, after) == right


async def test_a_long_chain_is_asked_for_few_blocks_and_fewer_from_an_earlier_day_on() -> None:
    chain = Chain([12 * height + height % 7 for height in range(300_000)])
    assert chain.times[await chain.before(1_000_000)] < 1_000_000
    assert len(chain.asked) < 25
    chain.asked.clear()
    assert chain.times[await chain.before(1_086_400, 83_000) + 1] >= 1_086_400
    assert len(chain.asked) < 10
    uneven = Chain([height * height for height in range(60_000)])
    assert await uneven.before(10_000) == 99
    assert len(uneven.asked) < 50


async def test_a_moment_before_the_first_block_or_after_the_newest_is_refused_with_what_there_is() -> None:
    with pytest.raises(ChainError, match="its first block is of 2026-01-01 00:00:05 UTC") as early:
        await Chain([5, 10, 15]).before(5)
    assert early.value.reason is Reason.PAST_BLOCK
    with pytest.raises(ChainError, match="its newest block that may be read, 2, is of 2026-01-01 00:00:15 UTC") as late:
        await Chain([5, 10, 15]).before(16)
    assert late.value.reason is Reason.BEHIND
