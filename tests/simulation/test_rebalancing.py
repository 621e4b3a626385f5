"""Coins that move between two networks while one of them is down: what the watch says until both are read again."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from decimal import Decimal

from hypothesis import example, given, settings
from hypothesis import strategies as st

from monitor.model import AlertName, Network, ReserveStatus
from tests.support import virtual_time
from tests.support.chains import account
from tests.support.judgement import VERIFIED, claim
from tests.support.simulated_chains import ARBITRUM, ETH, ETH_ARBITRUM, ETHEREUM, elapsed
from tests.support.simulation import DEADLINE, LONGEST_PAUSE, STALE_AFTER, Simulation, simulated

BREACH, COVERED = ReserveStatus.BREACH, ReserveStatus.COVERED
OWED = 100
TOKENS = {ETHEREUM: ETH, ARBITRUM: ETH_ARBITRUM}
STALE = STALE_AFTER.total_seconds()
READ = LONGEST_PAUSE + DEADLINE.total_seconds() + 10
"""Seconds until a network is read, by a block that has all that moved before."""


class Rebalancing:
    """100 ETH are owed; ``there`` on the network that goes ``down``, as listed, the others and a ``surplus`` read."""

    def __init__(self, simulation: Simulation, down: Network, there: int, surplus: int) -> None:
        self._simulation = simulation
        self._down = down
        self._read = next(network for network in TOKENS if network is not down)
        self.read, self.there = OWED + surplus - there, there
        held = {self._read: self.read, down: there}
        for network, coins in held.items():
            simulation.chains[network].begin(TOKENS[network], account(1), coins * 10**18)
        simulation.exchange.publish(
            [
                (replace(claim(account(1), TOKENS[network]), amount=Decimal(coins)), VERIFIED)
                for network, coins in held.items()
            ]
        )

    def move(self, coins: int) -> None:
        """Let ``coins`` go to the network that is down; negative: from there."""
        for network, more in ((self._read, -coins), (self._down, coins)):
            self._simulation.chains[network].add(TOKENS[network], account(1), more * 10**18)

    def become(self, vice: str) -> None:
        """What all endpoints of the network that goes down become."""
        for wire in self._simulation.wires[self._down]:
            wire.become(vice)

    async def statuses(self, seconds: float) -> list[ReserveStatus]:
        """Those of the next ``seconds``; a breach among them pages."""
        found, end = [], elapsed() + seconds
        while elapsed() < end:
            await asyncio.sleep(2)
            world = await self._simulation.world()
            found.append(world.assessments["okx"].assets["ETH"].status)
            if found[-1] is BREACH:
                assert any(each.active and each.name is AlertName.RATIO_BELOW_LIMIT for each in world.alerts)
        return found


@asynccontextmanager
async def rebalancing(down: Network, there: int, surplus: int) -> AsyncIterator[Rebalancing]:
    """Both networks read, again and again."""
    async with simulated(1, {"ETH": OWED}) as simulation:
        case = Rebalancing(simulation, down, there, surplus)
        polls = [asyncio.create_task(simulation.polls(network)) for network in TOKENS]
        await case.statuses(READ)
        assert set(await case.statuses(STALE)) == {COVERED}
        yield case
        for poll in polls:
            poll.cancel()
        await asyncio.gather(*polls, return_exceptions=True)


NETWORKS, COINS = st.sampled_from([ETHEREUM, ARBITRUM]), st.integers(0, 100)


@settings(max_examples=6)
@given(NETWORKS, st.integers(1, 100), st.integers(0, 50), st.floats(-1, 1), st.sampled_from(["is dead", "hangs"]))
@example(ARBITRUM, 30, 10, 40 / 80, "is dead")
@example(ARBITRUM, 30, 10, 41 / 80, "hangs")
@example(ETHEREUM, 70, 10, -1, "is dead")
def test_a_move_to_a_network_that_is_stale_pages_only_beyond_what_was_there_and_the_surplus(
    down: Network, there: int, surplus: int, share: float, vice: str
) -> None:
    """What docs/alerts/PorRatioBelowLimit.md says of growth 2; a move from there never pages."""

    async def scenario() -> None:
        async with rebalancing(down, there, surplus) as case:
            case.become(vice)
            await case.statuses(READ + STALE)
            moved = round(share * (case.read if share > 0 else case.there))
            told = []
            for part in (moved // 2, moved - moved // 2):
                case.move(part)
                told += await case.statuses(READ)
            if moved <= there + surplus:
                assert BREACH not in told
            else:
                assert told[-1] is BREACH
            assert (told[-1] is COVERED) == (case.read - moved >= OWED)
            case.become("")
            told = await case.statuses(2 * READ)
            assert told[-1] is COVERED
            assert BREACH not in told or moved > there + surplus

    virtual_time.run(scenario())


@settings(max_examples=3)
@given(NETWORKS, st.integers(1, 99), st.integers(1, 50), st.sampled_from(["is dead", "hangs"]))
def test_a_move_just_after_the_last_reading_is_a_hole_until_the_other_network_is_read_or_stale(
    down: Network, there: int, surplus: int, vice: str
) -> None:
    """At the blocks that were read the coins are on neither; a move within the surplus never pages."""

    async def scenario(moved: int) -> list[ReserveStatus]:
        async with rebalancing(down, there, surplus) as case:
            case.become(vice)
            await case.statuses(2)
            case.move(min(moved, case.read))
            return await case.statuses(READ + STALE)

    assert BREACH not in virtual_time.run(scenario(surplus))
    told = virtual_time.run(scenario(surplus + 1))
    assert BREACH in told
    assert told[-1] is not BREACH
