"""What was judged before, as the history keeps it."""

from collections.abc import Mapping, Sequence

import structlog

from monitor.daemon.written import written
from monitor.model import Verdict
from monitor.ownership import RULES_VERSION, VerdictsByPrint
from monitor.store import Store, StoreError

_log = structlog.get_logger(__name__)


class StoredVerdicts:
    """Verdicts under the present rules, of all exchanges: the same evidence proves the same for each of them."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def find(self, prints: Sequence[bytes]) -> Mapping[bytes, Verdict]:
        """Those of ``prints``, by fingerprint; none where the history cannot be read: then they are judged again."""
        try:
            return await self._store.verdicts(RULES_VERSION, prints)
        except StoreError as error:
            _log.error("the history was not read", error=str(error))
            return {}

    async def keep(self, verdicts: VerdictsByPrint) -> None:
        """Write ``verdicts``, if that is possible."""
        await written(self._store.save_verdicts(RULES_VERSION, verdicts))
