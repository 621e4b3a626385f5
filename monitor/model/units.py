"""Units as types: whole numbers and texts that look alike, and must not stand for one another.

They are told apart by mypy alone, and cost nothing while the program runs. A number becomes one of them where it is
read: from a list, a configuration, the history or a node.
"""

from collections.abc import Iterable
from typing import NewType

Height = NewType("Height", int)
"""The number of a block, by which the blocks of one chain follow each other."""

Slot = NewType("Slot", int)
"""The number of a moment at which a proof-of-stake chain may have a block, and may have none."""

BaseUnits = NewType("BaseUnits", int)
"""An amount in the smallest unit of a token: satoshis, wei. Whole coins are Decimals."""

Caip2 = NewType("Caip2", str)
"""The id of a chain (CAIP-2). The name of a network is another text, and may stand for another chain tomorrow."""


def total(amounts: Iterable[BaseUnits]) -> BaseUnits:
    """Return the sum of amounts of one token."""
    return BaseUnits(sum(amounts))
