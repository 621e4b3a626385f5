"""Which block was the newest at a moment of the past: found by asking for the times of a few others."""

from dataclasses import dataclass
from datetime import datetime

from monitor.chains import AtHeight, BlockChoice, ChainError, ChainReader, Reason
from monitor.model import Block, Height

_FIRST_STEP = 1024
"""How many blocks under the newest one the search begins."""


@dataclass(frozen=True, slots=True)
class _Known:
    """A height, and the block there. On chains that count slots the block may name another number."""

    height: int
    block: Block

    @property
    def at(self) -> datetime:
        return self.block.timestamp


async def last_before(
    reader: ChainReader, moment: datetime, newest: BlockChoice, after: tuple[Height, Block] | None = None
) -> tuple[Height, Block]:
    """Return the height and the block after which none was made until ``moment``.

    Blocks are asked for one after the other, some 10 to 20 of them, between two whose times enclose the moment. Where
    times of blocks do not always rise (Bitcoin's family), it is one of those that the moment lies behind, and the block
    after it has a later time.

    Args:
        reader: Of the network.
        moment: Of which the newest block is asked for.
        newest: How the newest block is chosen that may be read.
        after: A height and its block from before ``moment``, where one is known.

    Raises:
        ChainError: the network cannot tell, or has no block that old, or none that is newer than ``moment`` (`behind`).

    """
    tip = (await reader.read({}, newest)).block
    if tip.timestamp < moment:
        when = f"{tip.timestamp:%Y-%m-%d %H:%M:%S}"
        raise ChainError(Reason.BEHIND, f"its newest block that may be read, {tip.number}, is of {when} UTC")
    high = _Known(tip.number, tip)
    low = _Known(*after) if after else await _below(reader, moment, high)
    halve = False
    while high.height - low.height > 1:
        middle = (low.height + high.height) // 2 if halve else _guess(low, high, moment)
        block = await _at(reader, middle)
        low, high = (low, block) if block.at >= moment else (block, high)
        halve = not halve
    return Height(low.height), low.block


async def _at(reader: ChainReader, height: int) -> _Known:
    return _Known(height, (await reader.read({}, AtHeight(Height(height)))).block)


async def _below(reader: ChainReader, moment: datetime, newest: _Known) -> _Known:
    """Some block from before ``moment``: each attempt is twice as far from the newest as the one before."""
    step, above = _FIRST_STEP, newest
    while above.height > 0:
        found = await _at(reader, max(newest.height - step, 0))
        if found.at < moment:
            return found
        above, step = found, 2 * step
    raise ChainError(Reason.PAST_BLOCK, f"its first block is of {above.at:%Y-%m-%d %H:%M:%S} UTC")


def _guess(low: _Known, high: _Known, moment: datetime) -> int:
    """Where the block would be if all came at the same pace."""
    share = (moment - low.at) / (high.at - low.at) if high.at > low.at else 0.5
    return min(max(low.height + int(share * (high.height - low.height)), low.height + 1), high.height - 1)
