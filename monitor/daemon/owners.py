"""Asking the chains who controls accounts, from one network to the next where control lies on another."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

from monitor.chains import ChainError, ChainReader
from monitor.model import OwnerAnswer, OwnerQuestion


async def ask_owners(
    network: str, questions: Sequence[OwnerQuestion], readers: Mapping[str, ChainReader]
) -> list[OwnerAnswer | ChainError]:
    """What the chains say to ``questions`` about accounts on ``network``, in their order.

    An answer that refers to an account of another network (a validator's withdrawal address) is followed there: it
    is confirmed if that account is. A network that does not answer leaves its error in the answers' place, for that
    says nothing either way.
    """
    answers = await _ask(readers[network], questions)
    referring: defaultdict[str, dict[int, OwnerAnswer]] = defaultdict(dict)
    for position, answer in enumerate(answers):
        if isinstance(answer, OwnerAnswer) and answer.referred:
            referring[answer.referred.network][position] = answer
    for other, first in referring.items():
        followed = await _follow(other, list(first.values()), readers.get(other))
        for position, answer in zip(first, followed, strict=True):
            answers[position] = answer
    return answers


async def _ask(reader: ChainReader, questions: Sequence[OwnerQuestion]) -> list[OwnerAnswer | ChainError]:
    try:
        return [*await reader.confirm(questions)]
    except ChainError as error:
        return [error] * len(questions)


async def _follow(
    other: str, answers: Sequence[OwnerAnswer], reader: ChainReader | None
) -> list[OwnerAnswer | ChainError]:
    """``answers``, which refer to accounts of the network ``other``, with what that says of them."""
    if reader is None:
        reason = f"nobody could be asked who controls that, because {other} is not configured"
        return [replace(answer, reason=f"{answer.reason}; {reason}", referred=None) for answer in answers]
    found = await _ask(reader, [answer.referred for answer in answers if answer.referred])
    return [_joined(answer, other, last) for answer, last in zip(answers, found, strict=True)]


def _joined(first: OwnerAnswer, other: str, last: OwnerAnswer | ChainError) -> OwnerAnswer | ChainError:
    if isinstance(last, ChainError):
        return last
    reason = f"{first.reason}; {other} at block {last.block.number}: {last.reason}"
    return OwnerAnswer(last.confirmed, reason, first.block)
