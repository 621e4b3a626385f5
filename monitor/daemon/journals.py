"""What endpoints want to know again after a restart, kept in the history."""

from collections.abc import Sequence

import structlog

from monitor.daemon.written import written
from monitor.store import Store, StoreError

_log = structlog.get_logger(__name__)


class StoredJournals:
    """The journals of one network's endpoints (:class:`monitor.chains.Keeper`)."""

    def __init__(self, store: Store, network: str) -> None:
        self._store = store
        self._network = network

    async def load(self, endpoint: str) -> Sequence[bytes]:
        try:
            return await self._store.journal(self._network, endpoint)
        except StoreError as error:
            _log.error("the history was not read", error=str(error))
            return ()

    async def begin(self, endpoint: str, entries: Sequence[bytes]) -> None:
        await written(self._store.begin_journal(self._network, endpoint, entries))

    async def append(self, endpoint: str, entries: Sequence[bytes]) -> None:
        await written(self._store.append_journal(self._network, endpoint, entries))
