"""Now and then all parties are compared: liars who come first do not stay unseen because nobody else was asked."""

from collections.abc import Iterator
from itertools import cycle

from monitor.chains import AtHeight, ChainReader
from monitor.model import Height
from tests.chains.conftest import Opener
from tests.support.chains import ETH, ETHEREUM
from tests.support.crowds import COINS, LATEST, WANTED, Evm, dead, honest, lying, urls


def dissenters(reader: ChainReader) -> list[str]:
    return [state.name for state in reader.endpoints() if state.disagreements]


async def test_whoever_stands_alone_is_named_and_the_result_tells_how_many_agreed(
    evm: Evm, open_reader: Opener
) -> None:
    """Two against one: who lies cannot be known, so that what shows is that they contradict each other."""
    nodes = await honest(evm, 3)
    for node in nodes[:2]:
        lying(node)
    chances: Iterator[float] = cycle([0.5, 0.5, 0.05])
    reader = open_reader(ETHEREUM, *urls(nodes), quorum=2, ask_all=0.1, chance=lambda: next(chances))
    for _ in range(2):
        reading = await reader.read(WANTED, LATEST)
        assert (reading.agreed, reading.asked) == (2, 2)
    assert dissenters(reader) == []
    reading = await reader.read(WANTED, LATEST)
    assert (reading.agreed, reading.asked) == (2, 3)
    assert dissenters(reader) == ["node-3"]


async def test_two_liars_are_not_believed_against_as_many(evm: Evm, open_reader: Opener) -> None:
    nodes = await honest(evm, 5)
    for node in nodes[:2]:
        lying(node)
    reader = open_reader(ETHEREUM, *urls(nodes), quorum=2, ask_all=1, chance=lambda: 0.9)
    for at in (LATEST, AtHeight(Height(5))):
        reading = await reader.read(WANTED, at)
        assert reading.balances[ETH] == COINS
        assert (reading.agreed, reading.asked) == (3, 5)
    assert dissenters(reader) == ["node-1", "node-2"]


async def test_those_a_block_behind_are_heard_and_those_far_behind_do_not_hold_it_up(
    evm: Evm, open_reader: Opener
) -> None:
    nodes = await honest(evm, 4)
    nodes[2].tip = 99
    nodes[3].tip, nodes[3].age = 10, 3600
    reader = open_reader(ETHEREUM, *urls(nodes), quorum=2, ask_all=1, chance=lambda: 0.0)
    reading = await reader.read(WANTED, LATEST)
    assert (reading.block.number, reading.agreed, reading.asked) == (99, 3, 3)


async def test_who_is_down_is_not_waited_for(evm: Evm, open_reader: Opener) -> None:
    nodes = await honest(evm, 4)
    nodes[2].mischief = dead
    reader = open_reader(ETHEREUM, *urls(nodes), quorum=2, ask_all=1, chance=lambda: 0.0)
    reading = await reader.read(WANTED, LATEST)
    assert (reading.agreed, reading.asked) == (3, 3)


async def test_where_those_that_are_there_contradict_each_other_the_others_are_asked_too(
    evm: Evm, open_reader: Opener
) -> None:
    nodes = await honest(evm, 3)
    nodes[2].mischief = dead
    reader = open_reader(ETHEREUM, *urls(nodes), quorum=2, ask_all=1, chance=lambda: 0.0)
    await reader.read(WANTED, LATEST)
    lying(nodes[0])
    nodes[2].mischief = None  # it still rests, and comes when it is needed
    assert (await reader.read(WANTED, LATEST)).endpoints == ("node-2", "node-3")


async def test_without_a_quorum_nobody_is_asked_beside_the_first(evm: Evm, open_reader: Opener) -> None:
    nodes = await honest(evm, 2)
    reader = open_reader(ETHEREUM, *urls(nodes), ask_all=1, chance=lambda: 0.0)
    reading = await reader.read(WANTED, AtHeight(Height(5)))
    assert (reading.agreed, reading.asked) == (1, 1)
    assert nodes[1].asked == []
