"""What one endpoint can and cannot do, found out by the very calls that readings need: what `doctor` tells."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from monitor.chains.block_choice import AtHeight
from monitor.chains.concurrency import now
from monitor.chains.errors import ChainError
from monitor.chains.node import Node
from monitor.model import Block, Height

Reading = Callable[[Node, Block], Awaitable[object]]
"""The very calls that a reading needs, for one account."""

_AGES = (timedelta(days=1), timedelta(days=30), timedelta(days=365))
"""How far back the past is tried; what is older than the oldest is rarely claimed."""
_PACE = 100
"""Blocks over which the time of one is measured."""


@dataclass(frozen=True, slots=True)
class Examination:
    """What was found out about one endpoint."""

    endpoint: str
    protocol: str
    party: str
    block: Block | None = None
    """The block that readings would be at now."""
    error: ChainError | None = None
    """Why it cannot be read from."""
    seconds: float | None = None
    """What one request took, on average."""
    past: timedelta | None = None
    """How old the oldest state is that it told, of those that were tried; None where none was told."""
    past_error: str = ""
    """Why it told no older one; empty where it told all that were tried, or none can be asked for."""
    abilities: Mapping[str, str] = field(default_factory=dict)
    """What else of its kind of endpoint differs, by what it is."""


async def past_of(node: Node, reading: Reading, block: Block) -> tuple[timedelta | None, str]:
    """Tell how old the oldest state is that ``node`` tells to ``reading``, and why no older one.

    Only a day, a month and a year are tried, each at the height that the pace of the newest blocks leads to.
    """
    oldest, pace = None, None
    for age in _AGES:
        try:
            if pace is None:
                near = await node.resolve(AtHeight(Height(max(block.number - _PACE, 0))))
                pace = (block.timestamp - near.timestamp) / max(block.number - near.number, 1)
            height = block.number - int(age / pace) if pace else -1
            if height < 0:
                break
            await reading(node, await node.resolve(AtHeight(Height(height))))
        except ChainError as error:
            return oldest, str(error)
        oldest = age
    return oldest, ""


async def measured(node: Node, reading: Reading, block: Block) -> tuple[float, Mapping[str, str]]:
    """Do ``reading`` once; return the seconds of a request, and what it can do besides.

    Raises:
        ChainError: it cannot be read from.

    """
    began, before = now(), node.link.requests
    await reading(node, block)
    seconds = (now() - began) / max(node.link.requests - before, 1)
    return seconds, await node.abilities(block)
