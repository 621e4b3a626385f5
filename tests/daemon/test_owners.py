"""Control that lies on another network is confirmed there, or not at all."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, cast

from monitor.chains import ChainError, ChainReader, Reason
from monitor.daemon.owners import ask_owners
from monitor.model import Block, OwnerAnswer, OwnerQuestion

BLOCK = Block(7, "0x07", datetime(2026, 6, 14, 12, tzinfo=UTC))
LATER = replace(BLOCK, number=900)
DIRECT, PODDED, UNKNOWN = (OwnerQuestion("beacon", account, ("0xaa",)) for account in ("direct", "podded", "unknown"))
AT_POD = replace(PODDED, network="ethereum", account="pod")
ANSWERS = {
    DIRECT: OwnerAnswer(confirmed=True, reason="names the signer", block=BLOCK),
    PODDED: OwnerAnswer(confirmed=False, reason="names the pod", block=BLOCK, referred=AT_POD),
    UNKNOWN: OwnerAnswer(confirmed=False, reason="no such validator", block=BLOCK),
}


class Chain:
    """Answers what it was given, or fails."""

    def __init__(self, answers: Mapping[OwnerQuestion, OwnerAnswer], error: ChainError | None = None) -> None:
        self.answers = answers
        self.error = error
        self.asked: list[OwnerQuestion] = []

    async def confirm(self, questions: Sequence[OwnerQuestion]) -> list[OwnerAnswer]:
        self.asked += questions
        if self.error:
            raise self.error
        return [self.answers[question] for question in questions]


async def ask(**chains: Chain) -> list[Any]:
    return await ask_owners("beacon", [DIRECT, PODDED, UNKNOWN], cast("Mapping[str, ChainReader]", chains))


def pod(*, confirmed: bool) -> Chain:
    return Chain({AT_POD: OwnerAnswer(confirmed=confirmed, reason="podOwner() is told", block=LATER)})


async def test_what_another_network_confirms_is_confirmed_at_the_accounts_own_block() -> None:
    ethereum = pod(confirmed=True)
    direct, podded, unknown = await ask(beacon=Chain(ANSWERS), ethereum=ethereum)
    assert (direct, unknown) == (ANSWERS[DIRECT], ANSWERS[UNKNOWN])
    reason = "names the pod; ethereum at block 900: podOwner() is told"
    assert podded == OwnerAnswer(confirmed=True, reason=reason, block=BLOCK)
    assert ethereum.asked == [AT_POD]


async def test_what_another_network_denies_is_not_confirmed() -> None:
    _, podded, _ = await ask(beacon=Chain(ANSWERS), ethereum=pod(confirmed=False))
    assert (podded.confirmed, podded.referred) == (False, None)


async def test_a_network_that_nobody_can_ask_confirms_nothing_and_is_named() -> None:
    direct, podded, _ = await ask(beacon=Chain(ANSWERS))
    assert direct.confirmed
    assert (podded.confirmed, podded.referred) == (False, None)
    assert "ethereum is not configured" in podded.reason


async def test_a_network_that_does_not_answer_leaves_its_error_where_it_was_needed_and_nowhere_else() -> None:
    error = ChainError(Reason.TIMEOUT, "no answer")
    direct, podded, unknown = await ask(beacon=Chain(ANSWERS), ethereum=Chain({}, error))
    assert (direct.confirmed, podded, unknown) == (True, error, ANSWERS[UNKNOWN])
    assert await ask(beacon=Chain({}, error), ethereum=pod(confirmed=True)) == [error] * 3
