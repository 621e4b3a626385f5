"""Crowds of endpoints, some of which lie, fail, hang, lag or change their minds: the honest ones decide.

On a clock that jumps, with a chain that goes on while it is read.
"""

import asyncio
from datetime import UTC, datetime
from random import Random
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from monitor.chains.block_choice import BlockChoice, Tag
from monitor.chains.endpoint import Standing
from monitor.chains.errors import Reason
from monitor.chains.node import Held, Wanted
from monitor.model import Block, Height
from tests.support import virtual_time
from tests.support.chains import ETH, account
from tests.support.fake_nodes import FakeNode, Fakes

WANTED = {ETH: [account(1), account(2)]}
LATEST = Tag("latest")
SPEED = 4
"""Blocks a second."""
KEPT = 400
"""Blocks whose state nodes keep: for longer than a reading may take."""


def truth(number: int) -> dict[str, int]:
    return {account(1): number, account(2): 10**6 - number}


class Member(FakeNode):
    """One of the crowd: ``lag`` blocks behind the chain, with one vice at the most."""

    vice = ""
    lag = 0
    pace = 0.05
    told = 0

    def _tip(self) -> int:
        return 1000 + int(asyncio.get_running_loop().time() * SPEED) - self.lag

    async def resolve(self, choice: BlockChoice) -> Block:
        await self._spend(self.pace)
        ahead = 50 if self.vice == "boasts" else 0
        number = self._tip() + ahead
        return Block(Height(number), hex(number), datetime.now(UTC))

    async def balances(self, wanted: Wanted, block: Block) -> Held:
        await self._spend(2 * self.pace)
        if self.vice == "fails after telling its block":
            raise self.link.fault(Reason.MALFORMED, "rubbish")
        if block.number > self._tip() + (50 if self.vice == "boasts" else 0):
            raise self.link.fault(Reason.BEHIND, f"it has no block {block.number}")
        if block.number <= self._tip() - KEPT:
            raise self.link.fault(Reason.PRUNED, f"it has let go of {block.number}")
        amounts = truth(block.number)
        if self.vice == "lies":
            amounts[account(1)] += 7
        if self.vice == "lies otherwise each time":
            self.told += 1
            amounts[account(1)] += 100 + self.told
        return Held(block, {token: {each: amounts[each] for each in accounts} for token, accounts in wanted.items()})

    async def _spend(self, seconds: float) -> None:
        if self.vice == "is dead":
            raise self.link.fault(Reason.REFUSED, "no connection")
        if self.vice == "hangs":
            await asyncio.sleep(10)
            raise self.link.fault(Reason.TIMEOUT, "no whole answer in time")
        await asyncio.sleep(seconds)


Traits = tuple[str, int, float]
"""Vice, lag in blocks, and pace in seconds."""

FAILINGS = ["is dead", "hangs", "fails after telling its block"]
VICES = [*FAILINGS, "lies", "lies otherwise each time", "boasts"]
LAGS, PACES = st.integers(0, 3), st.floats(0.01, 0.5)
HONEST = st.tuples(st.just(""), LAGS, PACES)
WICKED = st.tuples(st.sampled_from(VICES), LAGS, PACES)


@st.composite
def crowds(draw: st.DrawFn) -> list[Traits]:
    """Two or three honest members, and fewer others, no two of whom tell the same lie."""
    honest = draw(st.lists(HONEST, min_size=2, max_size=3))
    others = draw(st.lists(WICKED, max_size=len(honest) - 1, unique_by=lambda member: member[0]))
    return draw(st.permutations(honest + others))


MOST_OF_THEM = [("", 0, 0.5), ("", 0, 0.25), ("", 0, 0.25), ("lies", 0, 0.5)]
"""When the slowest of the honest has named its block, only the liar stands there too."""


@settings(max_examples=100, deadline=None)
@given(crowds(), st.randoms(use_true_random=False))
@example(MOST_OF_THEM, Random(1))
@example([*MOST_OF_THEM, ("hangs", 0, 0.5)], Random(1))
@example(
    [("", 0, 0.0625), ("lies", 0, 0.125), ("", 3, 0.5), ("", 3, 0.5), ("lies otherwise each time", 1, 0.375)], Random(1)
)
@example([("", 0, 0.5), ("", 0, 0.25), ("fails after telling its block", 0, 0.5)], Random(1))
def test_the_honest_majority_makes_every_snapshot_and_each_is_right(crowd: list[Traits], dice: Random) -> None:
    """Whether a reading asks as many as must agree, or, half of the time, everyone."""

    async def scenario() -> None:
        fakes = crowded(crowd, quorum=2, ask_all=0.5, chance=dice.random)
        await read_often(fakes)
        for endpoint, (vice, _, _) in zip(fakes.endpoints, crowd, strict=True):
            if not vice:
                assert endpoint.state().disagreements == 0, "the honest are never called liars"
                assert endpoint.standing is Standing.GOOD, "nor down"
        await fakes.reader.close()
        assert len(asyncio.all_tasks()) == 1, "nothing is left behind"

    virtual_time.run(scenario())


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(FAILINGS), LAGS, PACES), max_size=3), HONEST, st.integers(0, 3))
@example([("fails after telling its block", 0, 0.05)], ("", 1, 0.05), 1)
@example(
    [("hangs", 0, 0.5), ("fails after telling its block", 1, 0.5), ("fails after telling its block", 0, 0.5)],
    ("", 0, 0.125),
    3,
)
def test_without_a_quorum_a_single_endpoint_that_works_is_enough(
    failing: list[Traits], honest: Traits, place: int
) -> None:
    async def scenario() -> None:
        fakes = crowded([*failing[:place], honest, *failing[place:]])
        await read_often(fakes)
        await fakes.reader.close()

    virtual_time.run(scenario())


def crowded(crowd: list[Traits], **settings: Any) -> Fakes:
    fakes = Fakes(len(crowd), node=Member, deadline="60s", **settings)
    for node, (vice, lag, pace) in zip(fakes.nodes, crowd, strict=True):
        assert isinstance(node, Member)
        node.vice, node.lag, node.pace = vice, lag, pace
    return fakes


async def read_often(fakes: Fakes) -> None:
    for _ in range(6):
        reading = await fakes.reader.read(WANTED, LATEST)
        assert reading.balances[ETH] == truth(reading.block.number)
        await asyncio.sleep(10)
