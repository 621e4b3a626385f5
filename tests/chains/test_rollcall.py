"""Roll calls by themselves, on a clock that jumps: who is waited for, and which block comes first."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from monitor.chains.block_choice import AtHeight, BlockChoice, Tag
from monitor.chains.concurrency import now
from monitor.chains.rollcall import RollCall
from monitor.model import Block, Height
from tests.support import virtual_time
from tests.support.fake_nodes import FakeNode, Fakes

LATEST = Tag("latest")
BLOCK = Block(Height(100), "0x64", datetime(2026, 11, 1, tzinfo=UTC))


def at(height: int, fork: str = "", *, late: timedelta = timedelta()) -> Block:
    return Block(Height(height), f"{height:#x}{fork}", BLOCK.timestamp - late)


class Named(FakeNode):
    """Names the block that it is given."""

    block = BLOCK

    async def resolve(self, choice: BlockChoice) -> Block:
        await super().resolve(choice)
        return self.block


def called(
    blocks: Sequence[Block],
    *,
    quorum: int = 1,
    everyone: bool = False,
    seconds: Mapping[int, float] | None = None,
    parties: Sequence[str] = (),
    largest_lag: timedelta = timedelta.max,
    choice: BlockChoice = LATEST,
) -> tuple[RollCall, Fakes, float]:
    """Hold a roll call of nodes that name ``blocks``, after so many ``seconds`` each; gives how long it took."""

    async def scenario() -> tuple[RollCall, Fakes, float]:
        fakes = Fakes(len(blocks), node=Named, parties=parties)
        for number, (node, block) in enumerate(zip(fakes.nodes, blocks, strict=True)):
            node.block, node.naming = block, (seconds or {}).get(number, 0.0)  # type: ignore[attr-defined]
        began = now()
        call = RollCall(fakes.endpoints, choice, quorum, largest_lag, everyone=everyone)
        rest = await call.take((), began + 600)
        took = round(now() - began, 3)
        for task in rest:
            task.cancel()
        await fakes.reader.close()
        return call, fakes, took

    return virtual_time.run(scenario())


def test_one_answer_by_the_first_is_enough_for_a_quorum_of_one() -> None:
    assert called([at(100), at(100)], seconds={0: 0.5, 1: 1.5})[2] == 0.5


def test_the_first_is_waited_for_up_to_two_seconds_though_others_have_answered() -> None:
    assert called([at(100), at(100)], seconds={0: 1.5, 1: 0.5})[2] == 1.5
    assert called([at(100), at(100)], seconds={0: 30, 1: 0.5})[2] == 2


def test_as_many_as_must_agree_are_waited_for_at_one_height() -> None:
    blocks = [at(100), at(101), at(101)]
    assert called(blocks, quorum=2, seconds={0: 0.1, 1: 0.2, 2: 1.5})[2] == 1.5
    assert called([at(101)] * 3, quorum=2, seconds={0: 0.1, 1: 0.2, 2: 1.5})[2] == 0.2
    assert called([at(101)] * 3, quorum=2, seconds={0: 0.1, 1: 5, 2: 7})[2] == 5


def test_where_all_are_compared_all_are_waited_for_but_not_for_ever() -> None:
    assert called([at(100)] * 3, quorum=2, everyone=True, seconds={2: 1.5})[2] == 1.5
    assert called([at(100)] * 3, quorum=2, everyone=True, seconds={2: 60})[2] == 2


def test_a_second_endpoint_of_a_party_is_not_waited_for() -> None:
    parties = ["one", "one", "other"]
    assert called([at(100)] * 3, quorum=2, parties=parties, seconds={0: 0.1, 1: 1.9, 2: 0.3})[2] == 0.3


def test_the_newest_block_comes_first_that_as_many_have_reached_and_then_the_one_that_more_name() -> None:
    call, _, _ = called([at(102), at(101, "a"), at(101, "b"), at(101, "b")], quorum=3)
    assert [call.next_block() for _ in range(3)] == [at(101, "b"), at(101, "a"), None]


def test_where_all_are_compared_the_block_is_one_that_all_have_but_those_far_behind() -> None:
    lag = timedelta(minutes=15)
    near = [at(102), at(102), at(101, late=lag)]
    call, _, _ = called(near, quorum=2, everyone=True, largest_lag=lag)
    assert call.next_block() == near[2]
    far = [at(102), at(102), at(101, late=lag + timedelta(seconds=1))]
    call, _, _ = called(far, quorum=2, everyone=True, largest_lag=lag)
    assert call.next_block() == far[0]


def test_those_are_asked_first_who_named_the_block_then_who_are_further_then_who_said_nothing() -> None:
    call, fakes, _ = called([at(101), at(100), at(100), at(99)], seconds={2: 30})
    first, second, silent, _ = fakes.endpoints
    assert call.candidates(at(100)) == [second, first, silent]


def test_endpoints_are_behind_what_as_many_as_must_agree_have_reached_and_not_behind_a_single_one() -> None:
    lag = timedelta(minutes=15)
    blocks = [at(103), at(102), at(100, late=lag), at(99, late=lag + timedelta(seconds=1))]
    _, fakes, _ = called(blocks, quorum=2, everyone=True, largest_lag=lag)
    assert [each.state().lag for each in fakes.endpoints] == [0, 0, 2, 3]
    assert [each.lags for each in fakes.endpoints] == [False, False, False, True]


def test_a_later_answer_is_of_a_later_moment_and_nobody_is_compared_with_it() -> None:
    _, fakes, took = called([at(101), at(101), at(90)], quorum=3, seconds={2: 3})
    assert took == 3
    assert [each.state().lag for each in fakes.endpoints] == [0, 0, 11]


def test_nobody_is_behind_by_what_a_past_block_tells() -> None:
    _, fakes, _ = called([at(50)] * 2, quorum=2, choice=AtHeight(Height(50)))
    assert [each.state().head for each in fakes.endpoints] == [None, None]
