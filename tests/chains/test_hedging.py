"""Endpoints in time, on a clock that jumps: slow ones, rests, and what is waited for."""

import asyncio

import pytest

from monitor.chains.breaker import Breaker, Circuit
from monitor.chains.choice import Height, Tag
from monitor.chains.endpoint import Standing
from monitor.chains.errors import ChainError, Reason
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


def test_a_slow_endpoint_costs_a_little_time_once_and_no_reading() -> None:
    async def scenario() -> None:
        fakes = Fakes(3)
        assert await read(fakes) == (("node-1",), 0.1)
        fakes.nodes[0].reading = 100
        assert await read(fakes) == (("node-2",), 1.1), "the next one is asked after a second"
        assert fakes.endpoints[0].state().standing == "slow"
        assert await read(fakes) == (("node-2",), 0.1)
        assert [node.line.requests for node in fakes.nodes] == [2, 2, 0], "no more is asked than needed"
        assert [endpoint.state().late for endpoint in fakes.endpoints] == [1, 0, 0]
        assert fakes.endpoints[0].state().failures == dict.fromkeys(Reason, 0), "slow is not failed"
        await fakes.reader.close()

    virtual_time.run(scenario())


def test_a_slow_endpoint_has_its_place_again_after_its_rest() -> None:
    async def scenario() -> None:
        fakes = Fakes(2, hedge_after="500ms")
        fakes.nodes[0].reading = 100
        assert await read(fakes) == (("node-2",), 0.6)
        fakes.nodes[0].reading = 0.2
        await asyncio.sleep(2)
        assert await read(fakes) == (("node-1",), 0.2)
        assert fakes.endpoints[0].state().standing == "good"
        await fakes.reader.close()

    virtual_time.run(scenario())


def test_whichever_of_two_comes_first_counts() -> None:
    async def scenario() -> None:
        fakes = Fakes(2, hedge_after="500ms")
        fakes.nodes[0].reading, fakes.nodes[1].reading = 0.8, 5
        assert await read(fakes) == (("node-1",), 0.8)
        await fakes.reader.close()

    virtual_time.run(scenario())


def test_what_always_takes_long_is_not_late() -> None:
    async def scenario() -> None:
        fakes = Fakes(2)
        for node in fakes.nodes:
            node.reading = 20
        for _ in range(3):
            assert await read(fakes) == (("node-1",), 20)
        assert fakes.nodes[1].line.requests == 0
        await fakes.reader.close()

    virtual_time.run(scenario())


def test_a_quorum_does_not_wait_for_a_slow_endpoint_either() -> None:
    async def scenario() -> None:
        fakes = Fakes(4, quorum=2)
        await read(fakes)
        fakes.nodes[0].reading = 100
        assert await read(fakes) == (("node-2", "node-3"), 1.1)
        assert fakes.nodes[3].line.requests == 0
        await fakes.reader.close()

    virtual_time.run(scenario())


def test_a_block_that_slips_away_until_the_deadline_is_held_against_nobody() -> None:
    async def scenario() -> None:
        fakes = Fakes(2, deadline="20s", hedge_after="1m")
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
        wanted, past = {ETH: [account(1)]}, Height(100)
        fakes = Fakes(1, scans=[0], deadline="20s")
        fakes.nodes[0].reading = 100
        with pytest.raises(ChainError) as failure:
            await fakes.reader.read(wanted, past)
        assert (failure.value.reason, now() < 21) == (Reason.TIMEOUT, True)
        fakes = Fakes(1, scans=[0], undoes=[0], deadline="20s")
        fakes.nodes[0].reading = 100
        await fakes.reader.read(wanted, past)

    virtual_time.run(scenario())


def test_where_a_node_scans_nobody_is_asked_twice() -> None:
    async def scenario() -> None:
        fakes = Fakes(2, scans=[0], hedge_after="500ms")
        fakes.nodes[0].reading = 100
        assert await read(fakes) == (("node-1",), 100)
        assert fakes.nodes[1].line.requests == 0
        await fakes.reader.close()

    virtual_time.run(scenario())


def test_an_endpoint_that_does_not_even_tell_its_block_is_not_waited_for_nor_asked_again_meanwhile() -> None:
    async def scenario() -> None:
        fakes = Fakes(2)
        fakes.nodes[0].naming = 1000
        for _ in range(2):
            endpoints, seconds = await read(fakes)
            assert (endpoints, seconds < 3) == (("node-2",), True)
        assert fakes.endpoints[0].state().late == 1
        await fakes.reader.close()

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
