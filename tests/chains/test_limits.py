"""Where limits lie: what is at one, and what is just beyond."""

from datetime import UTC, datetime, timedelta

import pytest

from monitor.chains import AtHeight, ChainError, Reason
from monitor.chains.block_choice import BlockChoice
from monitor.model import Block, Height
from tests.chains.conftest import Opener
from tests.support import virtual_time
from tests.support.chains import ETH, ETHEREUM, account
from tests.support.crowds import ACCOUNTS, LATEST, WANTED, Evm, honest
from tests.support.fake_nodes import FakeNode, Fakes

NOW = datetime(2026, 6, 14, tzinfo=UTC)


class Placed(FakeNode):
    """Stands at a block that is told beforehand."""

    number = 100
    age = timedelta()

    async def resolve(self, choice: BlockChoice) -> Block:
        await super().resolve(choice)
        return Block(Height(self.number), hex(self.number), NOW - self.age)


def placed(*nodes: tuple[int, timedelta], quorum: int = 1) -> Fakes:
    fakes = Fakes(len(nodes), node=Placed, largest_lag=timedelta(minutes=15), quorum=quorum)
    for node, (number, age) in zip(fakes.nodes, nodes, strict=True):
        assert isinstance(node, Placed)
        node.number, node.age = number, age
    return fakes


@pytest.mark.parametrize(("seconds", "standing"), [(900, "good"), (901, "behind")])
def test_an_endpoint_is_behind_by_more_than_the_largest_lag(seconds: int, standing: str) -> None:
    async def scenario() -> None:
        fakes = placed((100, timedelta()), (25, timedelta(seconds=seconds)))
        await fakes.reader.read({ETH: [account(1)]}, LATEST)
        assert [(each.state().standing, each.state().lag) for each in fakes.endpoints] == [("good", 0), (standing, 75)]
        await fakes.reader.close()

    virtual_time.run(scenario())


@pytest.mark.parametrize(("seconds", "lag"), [(1.99, 1), (2.01, 0)])
def test_blocks_that_are_named_within_two_seconds_are_compared(seconds: float, lag: int) -> None:
    """A later answer may tell a block that nobody had when the others answered: it is no reproach to them."""

    async def scenario() -> None:
        fakes = placed((100, timedelta()), (101, timedelta()))
        fakes.nodes[0].reading, fakes.nodes[1].naming = 5, seconds
        await fakes.reader.read({ETH: [account(1)]}, LATEST)
        assert [each.state().lag for each in fakes.endpoints] == [lag, 0]
        await fakes.reader.close()

    virtual_time.run(scenario())


@pytest.mark.parametrize("height", [5, 6])
async def test_a_block_of_the_past_is_believed_only_of_those_who_tell_a_canary_at_or_under_it(
    evm: Evm, open_reader: Opener, height: int
) -> None:
    (node,) = await honest(evm, 1)
    canary = {"account": ACCOUNTS[3], "height": 5, "balance": 1}
    with pytest.raises(ChainError) as failure:
        await open_reader(ETHEREUM, {"url": node.url}, canary=canary).read(WANTED, AtHeight(Height(height)))
    assert failure.value.reason is Reason.FALSE_PAST


def test_one_answer_is_no_quorum_of_two_and_who_failed_is_told() -> None:
    async def scenario() -> None:
        fakes = Fakes(2, quorum=2)
        fakes.nodes[1].failing = Reason.MALFORMED
        with pytest.raises(ChainError, match="no 2 parties could read it: malformed: node-2") as failure:
            await fakes.reader.read({ETH: [account(1)]}, LATEST)
        assert failure.value.reason is Reason.MALFORMED
        await fakes.reader.close()

    virtual_time.run(scenario())


def test_a_roll_call_waits_for_those_who_come_first_and_for_a_height_at_which_enough_stand() -> None:
    async def scenario() -> None:
        fakes = placed((100, timedelta()), (100, timedelta()))
        fakes.nodes[0].naming = 0.5
        assert (await fakes.reader.read({ETH: [account(1)]}, LATEST)).endpoints == ("node-1",)
        await fakes.reader.close()
        fakes = placed((100, timedelta()), (101, timedelta()), (101, timedelta()), quorum=2)
        fakes.nodes[2].naming = 0.5
        found = await fakes.reader.read({ETH: [account(1)]}, LATEST)
        assert (found.block.number, found.endpoints) == (101, ("node-2", "node-3"))
        await fakes.reader.close()

    virtual_time.run(scenario())


def test_where_all_are_compared_all_are_waited_for_that_name_their_block_in_time() -> None:
    async def scenario() -> None:
        fakes = Fakes(3, quorum=2, ask_all=1, chance=lambda: 0.0)
        fakes.nodes[2].naming = 1.5
        assert (await fakes.reader.read({ETH: [account(1)]}, LATEST)).agreed == 3
        await fakes.reader.close()

    virtual_time.run(scenario())
