"""A keeper of journals in memory, for what must go on after a restart."""

from collections.abc import Sequence


class Journals:
    """What endpoints have kept, by their name."""

    def __init__(self) -> None:
        self.entries: dict[str, list[bytes]] = {}
        self.begun = 0
        """How often a journal was begun, which is after every scan of everything."""
        self.full = False
        """Nothing can be written."""

    async def load(self, endpoint: str) -> Sequence[bytes]:
        return list(self.entries.get(endpoint, ()))

    async def begin(self, endpoint: str, entries: Sequence[bytes]) -> None:
        self.begun += 1
        if not self.full:
            self.entries[endpoint] = list(entries)

    async def append(self, endpoint: str, entries: Sequence[bytes]) -> None:
        if not self.full:
            self.entries.setdefault(endpoint, []).extend(entries)
