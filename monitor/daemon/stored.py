"""The history, where the present must go on without it: on a full disk, new numbers count from memory."""

import asyncio
from collections.abc import Coroutine, Mapping, Sequence
from typing import Any

import structlog

from monitor.daemon.list_reading import ListTask
from monitor.model import Verdict
from monitor.ownership import RULES_VERSION, VerdictsByPrint
from monitor.store import Store, StoreError

_log = structlog.get_logger(__name__)


async def written(writing: Coroutine[Any, Any, object]) -> bool:
    """Whether it was written. If not, the store's own record says so, and with it PorStoreFailing and the log.

    A job that is cancelled meanwhile ends after the write: what is known is in the history when the daemon stops.
    """
    task = asyncio.ensure_future(writing)
    try:
        await asyncio.shield(task)
    except StoreError:
        return False
    except asyncio.CancelledError:
        await asyncio.wait((task,))
        if not task.cancelled():
            task.exception()  # the store's own record says it
        raise
    return True


class StoredVerdicts:
    """Verdicts under the present rules, of all exchanges: the same evidence proves the same for each of them."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def find(self, prints: Sequence[bytes], task: ListTask) -> Mapping[bytes, Verdict]:
        """Those of ``prints``, by fingerprint; none where the history cannot be read: then they are judged again."""
        try:
            return await self._store.verdicts(RULES_VERSION, prints)
        except StoreError as error:
            _log.error("the history was not read", error=str(error))
            return {}

    async def need(self, prints: Sequence[bytes], task: ListTask) -> None:
        """Write that they are needed, if that is possible."""
        if prints:
            await written(self._store.need_verdicts(prints, task.exchange, task.accepted_at))

    async def keep(self, verdicts: VerdictsByPrint, task: ListTask) -> None:
        """Write ``verdicts``, if that is possible."""
        await written(self._store.save_verdicts(RULES_VERSION, verdicts, task.exchange, task.accepted_at))


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
