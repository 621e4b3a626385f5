"""Which block is to be read."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal, get_args

from monitor.model import Height

TagName = Literal["finalized", "safe", "latest"]

PAST_TAKES = timedelta(hours=6)
"""At most, for a block where thousands of others may have to be undone, each by a request with its own limit."""


@dataclass(frozen=True, slots=True)
class Tag:
    """A block by what the network thinks of it.

    Proof-of-work chains know no finality: there every tag means the tip (docs/nodes.md).
    """

    name: TagName

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class Depth:
    """The block that lies ``confirmations`` under the tip; 0 is the tip itself."""

    confirmations: int

    def __str__(self) -> str:
        return f"{self.confirmations} under the tip"


@dataclass(frozen=True, slots=True)
class AtHeight:
    """One block of the past by its number, for claims at their own height."""

    number: Height

    def __str__(self) -> str:
        return f"block {self.number}"


@dataclass(frozen=True, slots=True)
class AtSlot(AtHeight):
    """One block of the past of a beacon chain, by its own slot: a height there is the execution layer's."""

    def __str__(self) -> str:
        return f"slot {self.number}"


BlockChoice = Tag | Depth | AtHeight


def choice_of(block: str | int) -> BlockChoice:
    """Return the choice that ``block:`` of a network's settings makes: a tag, or a number of confirmations."""
    if isinstance(block, int):
        return Depth(block)
    for name in get_args(TagName):
        if block == name:
            return Tag(name)
    raise ValueError(f"{block!r} names no block: use finalized, safe, latest or a number of confirmations")
