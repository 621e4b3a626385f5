"""An hour of faults every few seconds, judged every three: no status is contradicted by what the chains really hold."""

import asyncio
from collections.abc import Mapping

import pytest

from monitor.model import Basis, ReserveStatus
from tests.support import virtual_time
from tests.support.chains import account
from tests.support.simulated_chains import ETH, ETH_ARBITRUM, ETH_POLYGON, USDT, USDT_ARBITRUM
from tests.support.simulated_events import Faults, Moves
from tests.support.simulated_lists import Writer
from tests.support.simulated_truth import Truth
from tests.support.simulation import QUORUM, Simulation, simulated

HOUR = 3600
STEPS = 1000
HELD = {ETH: 600, ETH_ARBITRUM: 450, ETH_POLYGON: 20, USDT: 600, USDT_ARBITRUM: 450}
OWED: Mapping[str, int | str] = {"ETH": 700, "USDT": 700}
PLACES = [(token, account(number)) for token in HELD for number in range(1, 6)]


async def publish(simulation: Simulation, writer: Writer) -> None:
    while True:
        simulation.exchange.publish(
            writer.rows({(token, each): simulation.whole(token, [each]) for token, each in PLACES})
        )
        await asyncio.sleep(simulation.dice.uniform(20, 200))


async def judge(simulation: Simulation, truth: Truth) -> None:
    for _ in range(STEPS):
        await asyncio.sleep(HOUR / STEPS)
        truth.check(await simulation.world())


async def an_hour(seed: int, basis: Basis) -> Truth:
    async with simulated(seed, OWED, basis=basis) as simulation:
        for token, each in PLACES:
            simulation.chain(token).begin(token, each, HELD[token] * 10**token.decimals // 5)
        faults = {network: Faults(simulation, network) for network in QUORUM}
        truth = Truth(simulation, {network.name: each for network, each in faults.items()})
        moves = Moves(simulation, PLACES)
        async with asyncio.TaskGroup() as group:
            events = [
                publish(simulation, Writer(PLACES, simulation.dice)),
                moves.go_on(),
                *(moves.leave(asset) for asset in OWED),
                *(moves.refuse(token) for token in (USDT, USDT_ARBITRUM)),
                *(simulation.polls(network) for network in QUORUM),
                *(each.befall() for each in faults.values()),
            ]
            happening = [group.create_task(each) for each in events]
            await judge(simulation, truth)
            for task in happening:
                task.cancel()
        return truth


@pytest.mark.parametrize(("seed", "basis"), [(1, Basis.VERIFIED), (2, Basis.SIGNED), (7, Basis.LISTED)])
def test_no_status_of_an_hour_of_faults_is_contradicted_by_the_truth(seed: int, basis: Basis) -> None:
    truth = virtual_time.run(an_hour(seed, basis))
    judged = truth.statuses.total()
    some = judged // 30
    assert all(truth.statuses[status] > some for status in ReserveStatus), "all three are put to the test"
    assert some < truth.falls < judged - some
    assert truth.due > some
    assert truth.not_withstood < some
