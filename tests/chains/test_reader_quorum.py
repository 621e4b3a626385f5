"""Several endpoints of one network that must agree: quorum and majority."""

from dataclasses import dataclass, replace
from typing import Any, cast

import pytest
from aiohttp import web

from monitor.chains import ChainError, Reason
from monitor.chains.node import Held, Wanted
from monitor.model import Address, BaseUnits, Block, Height, UnspentOutput
from tests.chains.conftest import Opener
from tests.support.chains import ETH, ETHEREUM, happened
from tests.support.crowds import ACCOUNTS, COINS, LATEST, WANTED, Evm, dead, hang, honest, lying, settled, urls
from tests.support.fake_nodes import FakeNode, Fakes


async def test_a_quorum_asks_as_many_endpoints_as_must_agree_and_names_them(evm: Evm, open_reader: Opener) -> None:
    nodes = await honest(evm, 3)
    reading = await open_reader(ETHEREUM, *urls(nodes), quorum=2).read(WANTED, LATEST)
    assert reading.endpoints == ("node-1", "node-2")
    assert reading.balances[ETH] == COINS


@pytest.mark.parametrize("liar", [0, 1, 2])
async def test_a_liar_is_outvoted_counted_and_named(evm: Evm, open_reader: Opener, liar: int) -> None:
    nodes = await honest(evm, 3)
    lying(nodes[liar])
    reader = open_reader(ETHEREUM, *urls(nodes), quorum=2)
    reading = await reader.read(WANTED, LATEST)
    assert reading.balances[ETH] == COINS
    assert f"node-{liar + 1}" not in reading.endpoints
    if liar < 2:  # the third is asked only when the first two disagree
        states = reader.endpoints()
        assert [state.disagreements for state in states] == [int(number == liar) for number in range(3)]
        assert ACCOUNTS[4] in states[liar].last_error


async def test_without_a_majority_nothing_is_believed_and_both_values_are_told(evm: Evm, open_reader: Opener) -> None:
    nodes = await honest(evm, 2)
    lying(nodes[1])
    reader = open_reader(ETHEREUM, *urls(nodes), quorum=2)
    with pytest.raises(ChainError) as failure:
        await reader.read(WANTED, LATEST)
    assert failure.value.reason is Reason.DISAGREEMENT
    for word in ("node-1", "node-2", ACCOUNTS[4], str(4 * 10**18), str(10**30)):
        assert word in str(failure.value)
    assert [state.disagreements for state in reader.endpoints()] == [1, 1]


async def test_a_lying_slow_limited_lagging_and_dead_endpoint_cost_no_snapshot(evm: Evm, open_reader: Opener) -> None:
    liar, slow, limited, lagging, gone, *_ = nodes = await honest(evm, 7)
    lying(liar)
    slow.mischief = hang
    lagging.tip = 99
    gone.mischief = dead

    async def limit(_: Any) -> web.Response:
        return web.Response(status=429)

    limited.mischief = limit
    endpoints = [each | {"timeout": "300ms"} for each in urls(nodes)]
    reader = open_reader(ETHEREUM, *endpoints, quorum=2)
    for _ in range(2):
        reading = await reader.read(WANTED, LATEST)
        assert reading.balances[ETH] == COINS
        assert reading.endpoints == ("node-6", "node-7")
    states = reader.endpoints()
    assert states[0].disagreements == 1, "who was outvoted is not asked again as long as it rests"
    assert states[3].lag == 1
    assert [set(happened(state)) for state in states] == [
        set(),
        {"timeout"},
        {"rate_limited"},
        set(),
        {"http_status"},
        set(),
        set(),
    ]
    assert [state.standing for state in states] == ["doubted", "down", "down", "good", "down", "good", "good"]


async def test_a_lie_does_not_win_by_being_told_first(evm: Evm, open_reader: Opener) -> None:
    nodes = await honest(evm, 5)
    for liar in (nodes[0], nodes[2]):
        lying(liar)  # the same lie
    reader = open_reader(ETHEREUM, *urls(nodes), quorum=2)
    reading = await reader.read(WANTED, LATEST)
    assert reading.balances[ETH] == COINS
    assert reading.endpoints == ("node-2", "node-4", "node-5")
    assert [state.disagreements for state in reader.endpoints()] == [1, 0, 1, 0, 0]


async def test_as_many_liars_as_honest_endpoints_make_no_snapshot(evm: Evm, open_reader: Opener) -> None:
    nodes = await honest(evm, 4)
    for liar in (nodes[0], nodes[2]):
        lying(liar)
    reader = open_reader(ETHEREUM, *urls(nodes), quorum=2)
    with pytest.raises(ChainError) as failure:
        await reader.read(WANTED, LATEST)
    assert failure.value.reason is Reason.DISAGREEMENT


async def test_who_was_outvoted_is_asked_last_and_only_when_it_is_needed(evm: Evm, open_reader: Opener) -> None:
    nodes = await honest(evm, 3)
    lying(nodes[0])
    reader = open_reader(ETHEREUM, *urls(nodes), quorum=2)
    for _ in range(3):
        assert (await reader.read(WANTED, LATEST)).endpoints == ("node-2", "node-3")
    assert reader.endpoints()[0].disagreements == 1
    nodes[1].mischief = dead
    with pytest.raises(ChainError) as failure:
        await reader.read(WANTED, LATEST)
    assert failure.value.reason is Reason.DISAGREEMENT


async def test_endpoints_that_disagree_at_the_newest_block_are_joined_by_those_that_are_a_block_behind(
    evm: Evm, open_reader: Opener
) -> None:
    liar, honest_one, lagging = await honest(evm, 3)
    lying(liar)
    lagging.tip = 99
    reader = open_reader(ETHEREUM, *urls([liar, honest_one, lagging]), quorum=2)
    reading = await reader.read(WANTED, LATEST)
    assert (reading.block.number, reading.balances[ETH]) == (99, COINS)
    assert set(reading.endpoints) == {"node-2", "node-3"}


async def test_an_endpoint_far_ahead_of_all_others_does_not_put_them_last(evm: Evm, open_reader: Opener) -> None:
    nodes = await honest(evm, 3)
    nodes[2].tip = 5000
    reader = open_reader(ETHEREUM, *urls(nodes), quorum=2)
    assert (await reader.read(WANTED, LATEST)).endpoints == ("node-1", "node-2")
    await settled()
    assert [state.lag for state in reader.endpoints()] == [0, 0, 0]
    assert {state.standing for state in reader.endpoints()} == {"good"}


async def test_an_endpoint_that_stands_still_is_asked_last_until_it_has_caught_up(
    evm: Evm, open_reader: Opener
) -> None:
    nodes = await honest(evm, 2)
    nodes[0].tip, nodes[0].age = 0, 1200
    reader = open_reader(ETHEREUM, *urls(nodes))
    assert (await reader.read(WANTED, LATEST)).endpoints == ("node-1",)
    await settled()
    assert (reader.endpoints()[0].standing, reader.endpoints()[0].lag) == ("behind", 100)
    assert (await reader.read(WANTED, LATEST)).endpoints == ("node-2",)
    nodes[0].tip, nodes[0].age = 100, 12
    await reader.read(WANTED, LATEST)
    await settled()
    assert (await reader.read(WANTED, LATEST)).endpoints == ("node-1",)


# --- the failures of a vote ---


async def test_too_few_answers_are_no_quorum(evm: Evm, open_reader: Opener) -> None:
    nodes = await honest(evm, 3)
    nodes[0].mischief = nodes[2].mischief = dead
    with pytest.raises(ChainError, match="no 2 parties could read it") as failure:
        await open_reader(ETHEREUM, *urls(nodes), quorum=2).read(WANTED, LATEST)
    assert failure.value.reason is Reason.HTTP_STATUS


class Following(FakeNode):
    """One of several that follows outputs."""

    follows = ""
    """Its name; empty: of none."""
    units = 1

    async def balances(self, wanted: Wanted, block: Block) -> Held:
        found = await super().balances(wanted, block)
        for held in found.balances.values():
            held.update(dict.fromkeys(held, self.units))
        return replace(found, outputs=Traced(self.follows)) if self.follows else found


@dataclass(frozen=True)
class Traced:
    by: str

    def of(self, account: Address) -> tuple[UnspentOutput, ...]:
        return (UnspentOutput(f"{self.by} traced {account}", 0, BaseUnits(1), Height(100)),)


async def test_outputs_are_told_by_whoever_follows_them_among_those_that_agreed() -> None:
    fakes = Fakes(3, node=Following, quorum=2)
    liar, _, honest = cast("list[Following]", fakes.nodes)
    liar.units, liar.follows = 7, "a liar"
    honest.follows = "node-3"
    reading = await fakes.reader.read(WANTED, LATEST)
    assert reading.endpoints == ("node-2", "node-3")
    assert reading.outputs == Traced("node-3")
    await fakes.reader.close()
