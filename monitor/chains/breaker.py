"""A circuit breaker: what failed is left alone for a while, longer after each failure, and then tried once."""

import asyncio
from enum import Enum, auto

_FIRST_REST = 2.0
_LONGEST_REST = 300.0


class Circuit(Enum):
    """The states of a circuit breaker (M. Nygard, Release It!, chapter 5)."""

    CLOSED = auto()
    """Nothing speaks against it."""
    OPEN = auto()
    """It rests."""
    HALF_OPEN = auto()
    """It has rested: one trial will close the circuit, or open it for twice as long."""


class Breaker:
    """One thing that can go wrong with an endpoint, and how long the endpoint rests for it: 2 s to 5 minutes."""

    def __init__(self) -> None:
        self._rest = 0.0
        self._until = 0.0

    @property
    def state(self) -> Circuit:
        if not self._rest:
            return Circuit.CLOSED
        return Circuit.OPEN if asyncio.get_running_loop().time() < self._until else Circuit.HALF_OPEN

    def trip(self, at_least: float = 0) -> None:
        """It went wrong: rest for twice the last rest, or the seconds that the endpoint asked for if they are more."""
        self._rest = min(max(2 * self._rest, at_least, _FIRST_REST), _LONGEST_REST)
        self._until = asyncio.get_running_loop().time() + self._rest

    def reset(self) -> None:
        """It went well: the next rest is the first one again."""
        self._rest = 0.0
