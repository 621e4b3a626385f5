"""What a vote counts: parties, for a block by its hash and its time, and everything that was found there."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from monitor.chains.endpoint import Endpoint, Standing
from monitor.chains.errors import ChainError, Reason
from monitor.chains.node import Held
from monitor.chains.vote import ContestedError, Group, Vote, settle
from monitor.model import Block, Height
from tests.support.chains import ETH, account
from tests.support.fake_nodes import Fakes

BLOCK = Block(Height(100), "0x64", datetime(2026, 11, 1, tzinfo=UTC))


def found(units: int = 1, block: Block = BLOCK) -> Held:
    return Held(block, {ETH: {account(1): units}})


def voted(needed: int, findings: Sequence[Held], parties: Sequence[str] = ()) -> Vote[Held]:
    vote: Vote[Held] = Vote(needed)
    for endpoint, finding in zip(Fakes(len(findings), parties=parties).endpoints, findings, strict=True):
        vote.add(endpoint, finding)
    return vote


def reason(vote: Vote[Held]) -> Reason:
    with pytest.raises(ChainError) as failure:
        vote.winner()
    return failure.value.reason


async def test_findings_at_two_blocks_of_one_height_do_not_agree() -> None:
    vote = voted(2, [found(), found(block=replace(BLOCK, hash="0x65"))])
    assert vote.missing(1) == 1
    assert reason(vote) is Reason.TIP_MOVED


async def test_another_time_of_the_same_block_contradicts_like_another_balance() -> None:
    ahead = found(block=replace(BLOCK, timestamp=BLOCK.timestamp + timedelta(days=700)))
    vote = voted(2, [found(), ahead])
    assert vote.missing(1) == 1
    assert reason(vote) is Reason.DISAGREEMENT
    vote = voted(2, [ahead, found(), found()])
    assert vote.winner().finding.block == BLOCK
    first = vote.groups[0].endpoints[0]
    assert first.state().disagreements == 1
    assert "the time of the block: 2026-11-01T00:00:00+00:00 and 2028-10-01" in first.state().last_error


async def test_one_party_has_one_vote() -> None:
    vote = voted(2, [found(7), found(7), found()], ["liars", "liars", "other"])
    assert [group.parties for group in vote.groups] == [1, 1]
    assert vote.missing(0) > 0
    assert reason(vote) is Reason.DISAGREEMENT
    assert voted(2, [found(7), found(7)], ["liars", "liars"]).missing(5) == 1


async def test_what_a_party_tells_second_is_not_counted() -> None:
    vote = voted(2, [found(), found(7), found()], ["torn", "torn", "other"])
    assert vote.winner().finding == found()
    assert reason(voted(2, [found(7), found(), found()], ["torn", "torn", "other"])) is Reason.DISAGREEMENT


def contested(*sides: Sequence[Endpoint]) -> ContestedError:
    """Parties that contradict each other, each of one mind within itself."""
    return ContestedError(
        "they contradict each other",
        [(Group(found(number), list(side), len(sides)), f"side {number}") for number, side in enumerate(sides)],
    )


def disagreements(endpoints: Sequence[Endpoint]) -> list[int]:
    return [endpoint.state().disagreements for endpoint in endpoints]


async def test_those_of_one_mind_with_who_is_trusted_are_told_nothing_and_the_others_once() -> None:
    one, same, other = endpoints = Fakes(3).endpoints
    contest = contested((one, same), (other,))
    contest.settle([same])
    contest.settle([same])
    assert disagreements(endpoints) == [0, 0, 1]
    assert other.state().last_error == "disagreement: side 1"


async def test_where_nobody_is_trusted_those_are_told_who_are_in_doubt_already_or_else_all() -> None:
    one, same, other = endpoints = Fakes(3).endpoints
    contested((one, same), (other,)).settle([])
    assert disagreements(endpoints) == [1, 1, 1]
    one, same, other = endpoints = Fakes(3).endpoints
    same.disagreed("of something else")
    contested((one, same), (other,)).settle([])
    assert disagreements(endpoints) == [1, 2, 0]


async def test_where_all_are_trusted_nobody_is_right_and_those_in_doubt_are_told() -> None:
    one, other = endpoints = Fakes(2).endpoints
    other.disagreed("of something else")
    contested((one,), (other,)).settle(endpoints)
    assert disagreements(endpoints) == [1, 2]


async def test_what_is_clearest_is_settled_first_wherever_it_stands_among_the_causes() -> None:
    """Who contradicts the trusted is in doubt from then on, and alone blamed where nobody trusted took part."""
    trusted, liar, third = endpoints = Fakes(3).endpoints
    unclear, clear = contested((third,), (liar,)), contested((trusted,), (liar,))
    settle([ChainError(Reason.DISAGREEMENT, "all of it", causes=[unclear, clear])], [trusted])
    assert disagreements(endpoints) == [0, 2, 0]


async def test_a_majority_of_two_clears_those_who_won_and_one_party_alone_clears_nobody() -> None:
    first, second = Fakes(2).endpoints
    first.disagreed("of something else")
    vote: Vote[Held] = Vote(2)
    vote.add(first, found())
    vote.add(second, found())
    vote.winner()
    assert first.standing is Standing.GOOD
    alone = Fakes(1).endpoints[0]
    alone.disagreed("of something else")
    single: Vote[Held] = Vote(1)
    single.add(alone, found())
    single.winner()
    assert alone.standing is Standing.DOUBTED
