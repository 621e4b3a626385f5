"""Reading what a list claims at the heights that it claims."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping

from monitor.chains import ChainError, ChainReader, Height, Reason
from monitor.judgement import questions as audit_questions
from monitor.model import Address, Balances, Claim, Token

Place = tuple[str, int]
"""A network's short name and a height."""

_FINAL = frozenset({Reason.PAST_BLOCK, Reason.PRUNED, Reason.UNSUPPORTED})
"""Failures that asking again will not cure."""


class Readings:
    """Balances found at claimed heights, and why others were not."""

    def __init__(self) -> None:
        self.found: dict[Place, Balances] = {}
        self.failures: dict[Place, str] = {}
        self.settled = True
        """Whether asking again would find no more."""

    def failed(self, place: Place, error: ChainError) -> None:
        self.failures[place] = str(error)
        self.settled = self.settled and error.reason in _FINAL


async def read_claimed(
    claims: Iterable[Claim],
    readers: Mapping[str, ChainReader],
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Readings:
    """Read every claimed account at its own height: networks side by side, the heights of one in turn.

    ``progress`` is told how many of how many heights are done. A token that a chain refuses to tell is not among what
    was found; nothing else is missing from a height that was.
    """
    by_network: defaultdict[str, list[tuple[Place, Mapping[Token, frozenset[Address]]]]] = defaultdict(list)
    questions = audit_questions(claims)
    for place, wanted in questions.items():
        by_network[place[0]].append((place, wanted))
    readings = Readings()

    async def read(network: str) -> None:
        for place, wanted in by_network[network]:
            reader = readers.get(network)
            if reader is None:
                readings.failures[place] = "not configured: no endpoint to read it from"
            else:
                try:
                    readings.found[place] = (await reader.read(wanted, Height(place[1]))).balances
                except ChainError as error:
                    readings.failed(place, error)
            progress(len(readings.found) + len(readings.failures), len(questions))

    await asyncio.gather(*(read(network) for network in by_network))
    return readings
