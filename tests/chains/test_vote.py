"""What a vote counts: parties, for a block by its hash and its time, and everything that was found there."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from monitor.chains.errors import ChainError, Reason
from monitor.chains.node import Held
from monitor.chains.vote import Vote
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
