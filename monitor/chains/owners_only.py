"""Nodes of networks whose balances are not read yet, and which are asked only who controls an account."""

from collections.abc import Awaitable, Callable, Sequence

from monitor.chains.concurrency import together
from monitor.chains.errors import Reason
from monitor.chains.node import Confirmed, Held, Wanted
from monitor.chains.pinned import PinnedNode
from monitor.model import Block, OwnerAnswer, OwnerOutcome, OwnerQuestion

Control = tuple[OwnerOutcome, str]
"""Whether those who signed control an account, and why or why not, in words."""


class OwnersNode(PinnedNode):
    """A node that confirms owners and reads no balances."""

    async def balances(self, wanted: Wanted, block: Block) -> Held:
        raise self.link.fault(
            Reason.UNSUPPORTED,
            f"balances of {self.network.title} are not read yet; its endpoints only confirm owners",
        )

    async def probe(self, sample: Wanted, block: Block) -> None:
        """Nothing more: its chain and its block have been looked at, and there is no question to ask for an account."""


async def one_by_one(
    questions: Sequence[OwnerQuestion], block: Block, control: Callable[[OwnerQuestion], Awaitable[Control]]
) -> Confirmed:
    """Return the answers to ``questions`` at ``block`` where each takes requests of its own; the link sets the pace."""
    answers: dict[int, OwnerAnswer] = {}

    async def answer(position: int, question: OwnerQuestion) -> None:
        answers[position] = OwnerAnswer(*await control(question), block)

    await together(answer(position, question) for position, question in enumerate(questions))
    return Confirmed(block, tuple(answers[position] for position in range(len(questions))))
