"""What endpoints want to know again after a restart, and who keeps it for them."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol


class Keeper(Protocol):
    """Keeps a journal for each endpoint of a network: entries whose meaning only their writer knows.

    What cannot be kept is its own matter: it never raises because of a full disk, for the present must be seen all
    the same. A reader of the journal finds out by itself whether entries are missing.
    """

    async def load(self, endpoint: str) -> Sequence[bytes]:
        """Return all entries, oldest first; none where nothing was kept."""
        ...

    async def begin(self, endpoint: str, entries: Sequence[bytes]) -> None:
        """Put ``entries`` in the place of all that was kept, at once."""
        ...

    async def append(self, endpoint: str, entries: Sequence[bytes]) -> None:
        """Add ``entries`` behind those that are kept, at once."""
        ...


class Forgetful:
    """Keeps nothing: for passes that end with their process."""

    async def load(self, endpoint: str) -> Sequence[bytes]:
        return ()

    async def begin(self, endpoint: str, entries: Sequence[bytes]) -> None:
        pass

    async def append(self, endpoint: str, entries: Sequence[bytes]) -> None:
        pass


@dataclass(frozen=True, slots=True)
class Following:
    """How a protocol that follows the chain, instead of reading everything anew, is to do that."""

    keeper: Keeper = field(default_factory=Forgetful)
    rescan: timedelta = timedelta(hours=24)
    """How often what was followed is checked against a reading of everything."""
    confirmations: int = 0
    """How far under the tip readings usually are."""
    blocks: list[Callable[[str], Awaitable[bytes]]] = field(default_factory=list)
    """Who hands on whole blocks by their hash, among all endpoints of the network; each adds itself."""
