"""What is common to protocols that are asked who controls an account."""

from collections.abc import Awaitable, Callable, Sequence

from monitor.chains.concurrency import together
from monitor.chains.node import Confirmed
from monitor.model import Block, OwnerAnswer, OwnerOutcome, OwnerQuestion

Control = tuple[OwnerOutcome, str]
"""Whether those who signed control an account, and why or why not, in words."""


async def one_by_one(
    questions: Sequence[OwnerQuestion], block: Block, control: Callable[[OwnerQuestion], Awaitable[Control]]
) -> Confirmed:
    """Return the answers to ``questions`` at ``block`` where each takes requests of its own; the link sets the pace."""
    answers: dict[int, OwnerAnswer] = {}

    async def answer(position: int, question: OwnerQuestion) -> None:
        answers[position] = OwnerAnswer(*await control(question), block)

    await together(answer(position, question) for position, question in enumerate(questions))
    return Confirmed(block, tuple(answers[position] for position in range(len(questions))))
