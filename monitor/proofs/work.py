"""Where the heavy part of a proof is worked off: here, on all cores, or on a cluster."""

from collections.abc import Callable, Iterable, Iterator
from typing import Protocol, TypeVar

T = TypeVar("T")
R = TypeVar("R")


class Executor(Protocol):
    """Does the same work on many parts."""

    def map(self, work: Callable[[T], R], parts: Iterable[T]) -> Iterator[R]:
        """``work`` of every part, in their order; ``work`` and parts can be pickled.

        Parts are taken as they are needed, so that a long source is never held whole.
        """
        ...
