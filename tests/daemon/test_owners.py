"""Control that lies on another network is confirmed there, or not at all; no question keeps others from an answer."""

import random
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, cast

import pytest

from monitor.chains import ChainError, ChainReader, Reason
from monitor.daemon.owners import Owners
from monitor.model import Block, Height, OwnerAnswer, OwnerOutcome, OwnerQuestion

BLOCK = Block(Height(7), "0x07", datetime(2026, 6, 14, 12, tzinfo=UTC))
LATER = replace(BLOCK, number=Height(900))
CONFIRMED, REFUTED, UNDECIDED = OwnerOutcome.CONFIRMED, OwnerOutcome.REFUTED, OwnerOutcome.UNDECIDED
DIRECT, PODDED, UNKNOWN = (OwnerQuestion("beacon", account, ("0xaa",)) for account in ("direct", "podded", "unknown"))
AT_POD = replace(PODDED, network="ethereum", account="pod")
ANSWERS = {
    DIRECT: OwnerAnswer(CONFIRMED, "names the signer", BLOCK),
    PODDED: OwnerAnswer(UNDECIDED, "names the pod", BLOCK, AT_POD),
    UNKNOWN: OwnerAnswer(UNDECIDED, "no such validator", BLOCK),
}


class Chain:
    """Answers what it was given, or fails: always, or where one of the ``poisoned`` is asked."""

    def __init__(
        self,
        answers: Mapping[OwnerQuestion, OwnerAnswer],
        error: ChainError | None = None,
        poisoned: Collection[OwnerQuestion] = (),
    ) -> None:
        self.answers = answers
        self.error = error
        self.poisoned = set(poisoned)
        self.asked: list[Sequence[OwnerQuestion]] = []

    async def confirm(self, questions: Sequence[OwnerQuestion]) -> list[OwnerAnswer]:
        self.asked.append(questions)
        if self.error:
            raise self.error
        if not self.poisoned.isdisjoint(questions):
            raise ChainError(Reason.TIMEOUT, "no whole answer in time")
        return [self.answers[question] for question in questions]


async def ask(**chains: Chain) -> list[Any]:
    return await Owners().ask("beacon", [DIRECT, PODDED, UNKNOWN], cast("Mapping[str, ChainReader]", chains))


def pod(outcome: OwnerOutcome) -> Chain:
    return Chain({AT_POD: OwnerAnswer(outcome, "podOwner() is told", LATER)})


@pytest.mark.parametrize("outcome", OwnerOutcome)
async def test_what_another_network_says_is_the_answer_at_the_accounts_own_block(outcome: OwnerOutcome) -> None:
    ethereum = pod(outcome)
    direct, podded, unknown = await ask(beacon=Chain(ANSWERS), ethereum=ethereum)
    assert (direct, unknown) == (ANSWERS[DIRECT], ANSWERS[UNKNOWN])
    assert podded == OwnerAnswer(outcome, "names the pod; ethereum at block 900: podOwner() is told", BLOCK)
    assert ethereum.asked == [[AT_POD]]


async def test_a_network_that_nobody_can_ask_says_nothing_and_is_named() -> None:
    direct, podded, _ = await ask(beacon=Chain(ANSWERS))
    assert direct.outcome is CONFIRMED
    assert isinstance(podded, ChainError)
    assert "names the pod; nobody could be asked" in str(podded)
    assert "ethereum is not configured" in str(podded)


async def test_a_network_that_does_not_answer_leaves_its_error_where_it_was_needed_and_nowhere_else() -> None:
    error = ChainError(Reason.TIMEOUT, "no answer")
    direct, podded, unknown = await ask(beacon=Chain(ANSWERS), ethereum=Chain({}, error))
    assert (direct.outcome, podded, unknown) == (CONFIRMED, error, ANSWERS[UNKNOWN])
    assert await ask(beacon=Chain({}, error), ethereum=pod(CONFIRMED)) == [error] * 3


# --- Questions that cannot be asked ---


@pytest.fixture(autouse=True)
def _the_same_order_each_time() -> None:
    random.seed(1)


MANY = [OwnerQuestion("ethereum", f"0x{number:040x}", ("0xaa",)) for number in range(2500)]
SAID = {question: OwnerAnswer(CONFIRMED, question.account, BLOCK) for question in MANY}


async def said(owners: Owners, chain: Chain, questions: Sequence[OwnerQuestion] = MANY) -> list[Any]:
    return await owners.ask("ethereum", questions, {"ethereum": cast("ChainReader", chain)})


def right(answers: Sequence[Any], poisoned: Collection[OwnerQuestion], questions: Sequence[OwnerQuestion]) -> bool:
    return all(
        isinstance(answer, ChainError) if question in poisoned else answer == SAID[question]
        for question, answer in zip(questions, answers, strict=True)
    )


@pytest.mark.parametrize("poisoned", [MANY[:1], MANY[:6], MANY[1203:1204], MANY[-1:], MANY[::500], MANY[::2]])
async def test_a_question_that_cannot_be_asked_fails_alone(poisoned: list[OwnerQuestion]) -> None:
    owners, chain = Owners(), Chain(SAID, poisoned=poisoned)
    assert right(await said(owners, chain), poisoned, MANY)
    if len(poisoned) == 1:
        assert len(chain.asked) < 50, "not one by one: thousands of rows may be there"


@pytest.mark.parametrize("count", [1, 2, 3, 4])
async def test_a_few_questions_are_told_apart_too(count: int) -> None:
    few = MANY[:count]
    assert right(await said(Owners(), Chain(SAID, poisoned=few[:1]), few), few[:1], few)
    assert right(await said(Owners(), Chain(SAID, poisoned=few), few), few, few)


async def test_what_failed_alone_is_asked_alone_from_then_on_and_comes_back_when_it_can_be_asked() -> None:
    owners, chain = Owners(), Chain(SAID, poisoned=MANY[3:4])
    await said(owners, chain)
    chain.asked.clear()
    assert right(await said(owners, chain), MANY[3:4], MANY)
    assert [len(each) for each in chain.asked] == [1000, 1000, 499, 1]
    chain.poisoned.clear()
    assert right(await said(owners, chain), (), MANY)
    chain.asked.clear()
    await said(owners, chain)
    assert [len(each) for each in chain.asked] == [1000, 1000, 500]


async def test_those_that_failed_alone_get_their_turns_a_few_in_each_round() -> None:
    owners, chain = Owners(), Chain(SAID, poisoned=MANY[:12])
    await said(owners, chain)
    chain.poisoned.clear()
    left = [sum(isinstance(answer, ChainError) for answer in await said(owners, chain)) for _ in range(4)]
    assert left == [7, 2, 0, 0]


async def test_a_network_that_is_away_is_not_asked_a_thousand_times() -> None:
    error = ChainError(Reason.REFUSED, "cannot connect")
    chain = Chain({}, error)
    assert await said(Owners(), chain) == [error] * len(MANY)
    assert len(chain.asked) == 7


async def test_a_network_that_goes_away_in_between_is_given_up() -> None:
    chain = Chain(SAID, poisoned=MANY[:500])

    async def leaving(questions: Sequence[OwnerQuestion]) -> list[OwnerAnswer]:
        if len(chain.asked) > 100:
            chain.error = ChainError(Reason.REFUSED, "cannot connect")
        return await Chain.confirm(chain, questions)

    class Leaving:
        confirm = staticmethod(leaving)

    answers = await said(Owners(), cast("Chain", Leaving()))
    assert {type(answer) for answer in answers} == {OwnerAnswer, ChainError}
    assert len(chain.asked) < 200


async def test_a_network_that_was_away_forgets_nobody_who_fails_alone() -> None:
    owners, chain = Owners(), Chain(SAID, poisoned=MANY[3:4])
    await said(owners, chain)
    chain.error = ChainError(Reason.REFUSED, "cannot connect")
    await said(owners, chain)
    chain.error = None
    chain.asked.clear()
    await said(owners, chain)
    assert [len(each) for each in chain.asked] == [1000, 1000, 499, 1]
