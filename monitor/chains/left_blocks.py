"""Blocks of which an endpoint said that they are its chain's, and that are not any more."""

from collections import OrderedDict, deque
from dataclasses import replace

from monitor.model import Block, Reorganisation

_NAMED = 64
"""Blocks that are remembered: what left the chain is noticed within a few of them."""
_TOLD = 20


class LeftBlocks:
    """What one endpoint has named, and the reorganisations that this shows. Another endpoint's chain may be another."""

    def __init__(self) -> None:
        self._named: OrderedDict[int, str] = OrderedDict()
        self._seen: deque[Reorganisation] = deque(maxlen=_TOLD)

    @property
    def seen(self) -> tuple[Reorganisation, ...]:
        """The last reorganisations, the newest at the end."""
        return tuple(self._seen)

    def named(self, block: Block) -> None:
        """Note that ``block`` is the endpoint's chain's."""
        before = self._named.pop(block.number, block.hash)
        if before != block.hash:
            self._note(Reorganisation(block.number, before, block.hash, 1))
        self._named[block.number] = block.hash
        if len(self._named) > _NAMED:
            self._named.popitem(last=False)

    def slipped(self, block: Block, found: Block) -> None:
        """Note that ``found`` is where ``block`` was, if it is this endpoint that has named that."""
        if self._named.get(block.number) == block.hash:
            self.named(found)

    def undone(self, block: Block, depth: int, now: str = "") -> None:
        """Note that ``block`` and those before it, ``depth`` all together, left a chain that is followed by blocks.

        ``now`` is the hash of the block in its place; empty where there is none yet.
        """
        for number in range(block.number - depth + 1, block.number + 1):
            self._named.pop(number, None)
        self._note(Reorganisation(block.number, block.hash, now, depth))

    def _note(self, seen: Reorganisation) -> None:
        """Keep ``seen``, once: what is known of it later says how deep it was."""
        for place, each in enumerate(self._seen):
            if (each.number, each.was) == (seen.number, seen.was):
                self._seen[place] = replace(each, now=each.now or seen.now, depth=max(each.depth, seen.depth))
                return
        self._seen.append(seen)
