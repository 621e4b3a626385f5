"""Endpoints in time, on a clock that jumps: slow ones, rests, and what is waited for."""

import asyncio

import pytest

from monitor.chains.block_choice import AtHeight, Tag
from monitor.chains.endpoint import Standing
from monitor.chains.errors import ChainError, Reason
from monitor.chains.link import Breaker, Circuit
from monitor.model import Height
from tests.support import virtual_time
from tests.support.chains import ETH, account
from tests.support.fake_nodes import Fakes

WANTED = {ETH: [account(1)]}
LATEST = Tag("latest")


def now() -> float:
    return asyncio.get_running_loop().time()


async def read(fakes: Fakes) -> tuple[tuple[str, ...], float]:
    """Who answered, and after how many seconds, to the millisecond."""
    began = now()
    return (await fakes.reader.read(WANTED, LATEST)).endpoints, round(now() - began, 3)


def test_an_endpoint_that_hangs_costs_its_timeout_once_and_no_reading() -> None:
    async def scenario() -> None:
        fakes = Fakes(3, endpoint={"timeout": "10s"})
        assert await read(fakes) == (("node-1",), 0.1)
        fakes.nodes[0].hanging = True
        assert await read(fakes) == (("node-2",), 10.1)
        assert fakes.endpoints[0].state().standing == "down"
        assert await read(fakes) == (("node-2",), 0.1)
        assert [node.link.requests for node in fakes.nodes] == [2, 2, 0], "no more is asked than needed"
        await fakes.reader.close()

    virtual_time.run(scenario())


def test_what_takes_long_is_waited_for_and_nobody_else_is_asked() -> None:
    async def scenario() -> None:
        fakes = Fakes(2)
        fakes.nodes[0].reading = 100
        for _ in range(2):
            assert await read(fakes) == (("node-1",), 100)
        assert fakes.nodes[1].link.requests == 0
        assert fakes.endpoints[0].state().standing == "good"
        await fakes.reader.close()

    virtual_time.run(scenario())


@pytest.mark.parametrize(
    ("quick", "slow", "seconds", "agreed"), [(0.1, 0.9, 0.9, 3), (0.1, 100, 1.1, 2), (20, 39, 39, 3), (20, 41, 40, 2)]
)
def test_parties_that_are_only_compared_are_waited_for_as_long_again_as_it_took_to_decide(
    quick: float, slow: float, seconds: float, agreed: int
) -> None:
    async def scenario() -> None:
        fakes = Fakes(3, quorum=2, ask_all=1, chance=lambda: 0.0)
        for node, reading in zip(fakes.nodes, (quick, quick, slow), strict=True):
            node.reading = reading
        began = now()
        found = await fakes.reader.read(WANTED, LATEST)
        assert (found.agreed, found.asked, round(now() - began, 3)) == (agreed, 3, seconds)
        assert fakes.endpoints[2].state().failures == dict.fromkeys(Reason, 0), "slow is not failed"
        await fakes.reader.close()

    virtual_time.run(scenario())


def test_a_block_that_slips_away_until_the_deadline_is_held_against_nobody() -> None:
    async def scenario() -> None:
        fakes = Fakes(2, deadline="20s")
        for node in fakes.nodes:
            node.moving, node.reading = True, 9.8
        with pytest.raises(ChainError) as failure:
            await read(fakes)
        assert failure.value.reason is Reason.TIP_MOVED
        assert [endpoint.state().failures[Reason.TIMEOUT] for endpoint in fakes.endpoints] == [0, 0]
        assert Standing.DOWN not in [endpoint.standing for endpoint in fakes.endpoints]
        await fakes.reader.close()

    virtual_time.run(scenario())


def test_only_what_is_undone_block_by_block_may_outlive_the_deadline() -> None:
    async def scenario() -> None:
        wanted, past = {ETH: [account(1)]}, AtHeight(Height(100))
        fakes = Fakes(1, deadline="20s")
        fakes.nodes[0].reading = 100
        with pytest.raises(ChainError) as failure:
            await fakes.reader.read(wanted, past)
        assert (failure.value.reason, now() < 21) == (Reason.TIMEOUT, True)
        fakes = Fakes(1, undoes=[0], deadline="20s")
        fakes.nodes[0].reading = 100
        await fakes.reader.read(wanted, past)

    virtual_time.run(scenario())


def test_a_party_that_is_only_compared_and_tells_no_past_block_is_left_alone() -> None:
    async def scenario() -> None:
        fakes = Fakes(3, quorum=2, ask_all=1, chance=lambda: 0.0)
        fakes.nodes[2].naming = 1000
        found = await fakes.reader.read(WANTED, AtHeight(Height(100)))
        assert (found.agreed, found.endpoints) == (2, ("node-1", "node-2"))
        assert len(asyncio.all_tasks()) == 1, "nobody waits for its answer"
        await fakes.reader.close()

    virtual_time.run(scenario())


def test_an_endpoint_takes_over_from_one_of_its_party_that_fails_in_the_middle() -> None:
    async def scenario() -> None:
        fakes = Fakes(3, parties=["a", "a", "b"], quorum=2)
        fakes.nodes[0].failing = Reason.MALFORMED
        found = await fakes.reader.read(WANTED, LATEST)
        assert (found.agreed, found.asked, sorted(found.endpoints)) == (2, 2, ["node-2", "node-3"])
        await fakes.reader.close()

    virtual_time.run(scenario())


def test_an_endpoint_that_does_not_even_tell_its_block_is_not_waited_for_nor_asked_again_meanwhile() -> None:
    async def scenario() -> None:
        fakes = Fakes(2)
        fakes.nodes[0].naming = 1000
        assert await read(fakes) == (("node-2",), 2.1)
        assert await read(fakes) == (("node-2",), 0.1)
        missed: list[object] = []
        asyncio.get_running_loop().set_exception_handler(lambda _, context: missed.append(context))
        await fakes.reader.close()
        await asyncio.sleep(0)
        assert missed == []

    virtual_time.run(scenario())


# --- rests ---


def test_a_circuit_opens_for_longer_each_time_and_half_opens_after_each_rest() -> None:
    async def scenario() -> None:
        breaker = Breaker()

        def state() -> Circuit:
            return breaker.state

        assert state() is Circuit.CLOSED
        for rest in (2, 4, 8, 16, 32, 64, 128, 256, 300, 300):
            breaker.trip()
            await asyncio.sleep(rest - 0.001)
            assert state() is Circuit.OPEN
            await asyncio.sleep(0.002)
            assert state() is Circuit.HALF_OPEN
        breaker.reset()
        assert state() is Circuit.CLOSED
        breaker.trip(at_least=60)
        await asyncio.sleep(59)
        assert state() is Circuit.OPEN

    virtual_time.run(scenario())


def test_an_endpoint_that_failed_is_tried_in_the_background_once_it_has_rested() -> None:
    async def scenario() -> None:
        fakes = Fakes(2)
        fakes.nodes[0].failing = Reason.REFUSED
        assert (await read(fakes))[0] == ("node-2",)
        fakes.nodes[0].failing = None
        await read(fakes)
        await asyncio.sleep(1)
        assert fakes.endpoints[0].state().up is False, "its circuit is open"
        await asyncio.sleep(1)
        assert (await read(fakes))[0] == ("node-2",), "half open: a probe tries it, not the reading"
        await asyncio.sleep(1)
        assert fakes.endpoints[0].state().up is True
        assert (await read(fakes))[0] == ("node-1",)
        await fakes.reader.close()

    virtual_time.run(scenario())


def test_when_all_rest_they_are_asked_all_the_same() -> None:
    async def scenario() -> None:
        fakes = Fakes(2)
        for node in fakes.nodes:
            node.failing = Reason.REFUSED
        with pytest.raises(ChainError):
            await read(fakes)
        for node in fakes.nodes:
            node.failing = None
        assert (await read(fakes))[0] == ("node-1",)
        await fakes.reader.close()

    virtual_time.run(scenario())
