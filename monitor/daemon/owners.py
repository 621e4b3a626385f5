"""Asking the chains who controls accounts, from one network to the next where control lies on another."""

import random
from collections import defaultdict
from collections.abc import Mapping, Sequence

from monitor.chains import ChainError, ChainReader, Reason
from monitor.model import OwnerAnswer, OwnerQuestion

Said = OwnerAnswer | ChainError
"""An answer, or why there is none: that says nothing either way."""

_PART = 1000
"""Questions that are asked together."""
_SOUNDED = 6
"""Questions, chosen at random, of which one must be answered by itself where a part was not: else nobody is there."""
_GIVEN_UP = 20
"""Questions, in random order, after which nobody is there any more if each failed by itself."""
_APART = 5
"""Questions of those known to fail that get another chance in a round."""


class Owners:
    """Asks for one exchange, and remembers which of its questions made every request fail that they were a part of.

    What is called is the code of strangers, and any row may name it. So where a part fails, smaller ones are asked,
    down to single questions; one that fails by itself is asked by itself from then on, after all others.
    """

    def __init__(self) -> None:
        self._apart: dict[tuple[str, str], dict[OwnerQuestion, ChainError]] = {}
        """By the network that the questions began on and the one that was asked."""

    async def ask(
        self, network: str, questions: Sequence[OwnerQuestion], readers: Mapping[str, ChainReader]
    ) -> list[Said]:
        """What the chains say to ``questions`` about accounts on ``network``, in their order.

        An answer that refers to an account of another network (a validator's withdrawal address) is followed there:
        what that network says of the account is the answer.
        """
        answers = await self._ask((network, network), readers[network], questions)
        referring: defaultdict[str, dict[int, OwnerAnswer]] = defaultdict(dict)
        for position, answer in enumerate(answers):
            if isinstance(answer, OwnerAnswer) and answer.referred:
                referring[answer.referred.network][position] = answer
        for other, first in referring.items():
            followed = await self._follow((network, other), list(first.values()), readers.get(other))
            for position, answer in zip(first, followed, strict=True):
                answers[position] = answer
        return answers

    async def _follow(
        self, way: tuple[str, str], answers: Sequence[OwnerAnswer], reader: ChainReader | None
    ) -> list[Said]:
        """``answers``, which refer to accounts of another network, with what that says of them."""
        other = way[1]
        if reader is None:
            why = f"nobody could be asked who controls that, because {other} is not configured"
            return [ChainError(Reason.UNSUPPORTED, f"{answer.reason}; {why}") for answer in answers]
        found = await self._ask(way, reader, [answer.referred for answer in answers if answer.referred])
        return [_joined(answer, other, last) for answer, last in zip(answers, found, strict=True)]

    async def _ask(self, way: tuple[str, str], reader: ChainReader, questions: Sequence[OwnerQuestion]) -> list[Said]:
        distinct, known = dict.fromkeys(questions), self._apart.get(way, {})
        asking = _Asking(reader)
        together = [question for question in distinct if question not in known]
        for start in range(0, len(together), _PART):
            await asking.ask(together[start : start + _PART])
        waiting = {question: error for question, error in known.items() if question in distinct}
        for question in list(waiting)[:_APART]:
            await asking.ask([question])
            del waiting[question]  # if it fails again, it is asked again after those that wait
        said = {**waiting, **asking.said}
        if not asking.away:
            self._apart[way] = waiting | asking.poisoned
        return [said[question] for question in questions]


class _Asking:
    """Questions to one network, asked until all are answered or nobody is there to answer."""

    def __init__(self, reader: ChainReader) -> None:
        self._reader = reader
        self._failed = 0
        """How many failed by themselves since the last answer."""
        self._away: ChainError | None = None
        """Why nobody is asked any more."""
        self.said: dict[OwnerQuestion, Said] = {}

    @property
    def away(self) -> bool:
        """Whether nobody seems to be there."""
        return self._away is not None

    @property
    def poisoned(self) -> dict[OwnerQuestion, ChainError]:
        """What failed by itself, while others were answered."""
        if not any(isinstance(each, OwnerAnswer) for each in self.said.values()):
            return {}
        return {question: each for question, each in self.said.items() if isinstance(each, ChainError)}

    async def ask(self, questions: Sequence[OwnerQuestion]) -> None:
        """Ask ``questions`` together, and what fails so in ever smaller parts."""
        if await self._settled(questions):
            return
        # In random order: who writes the list shall not choose who comes first.
        shuffled = random.sample(questions, len(questions))
        for question in shuffled[:_SOUNDED]:
            await self._settled([question])
        sounded = [self.said[question] for question in shuffled[:_SOUNDED]]
        if isinstance(sounded[-1], ChainError) and all(isinstance(each, ChainError) for each in sounded):
            self._away = sounded[-1]
        await self._halves(shuffled[_SOUNDED:])

    async def _halves(self, questions: Sequence[OwnerQuestion]) -> None:
        middle = len(questions) // 2
        for half in (questions[:middle], questions[middle:]):
            if half and not await self._settled(half):
                await self._halves(half)

    async def _settled(self, questions: Sequence[OwnerQuestion]) -> bool:
        """Whether no smaller part of ``questions`` is to be asked; what failed by itself is told so."""
        if self._away:
            self.said.update(dict.fromkeys(questions, self._away))
            return True
        try:
            answers = await self._reader.confirm(questions)
        except ChainError as error:
            if len(questions) > 1:
                return False
            self.said[questions[0]] = error
            self._failed += 1
            self._away = error if self._failed >= _GIVEN_UP else None
        else:
            self.said.update(zip(questions, answers, strict=True))
            self._failed = 0
        return True


def _joined(first: OwnerAnswer, other: str, last: Said) -> Said:
    if isinstance(last, ChainError):
        return last
    reason = f"{first.reason}; {other} at block {last.block.number}: {last.reason}"
    return OwnerAnswer(last.outcome, reason, first.block)
