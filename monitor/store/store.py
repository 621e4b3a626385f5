"""The whole of what outlives a restart.

Every write is one transaction: after a crash either all of it is there or nothing.
"""

from datetime import datetime

from sqlalchemy import delete

from monitor.store import tables
from monitor.store.audits import Audits
from monitor.store.documents import Documents
from monitor.store.journals import Journals
from monitor.store.ledgers import Ledgers
from monitor.store.ownership import Ownership
from monitor.store.proofs import Proofs
from monitor.store.ratios import Ratios
from monitor.store.snapshots import Snapshots


class Store(Audits, Documents, Journals, Ledgers, Ownership, Proofs, Ratios, Snapshots):
    """The history of all exchanges. Not for use by two daemons at once: each opens it ``alone``."""

    async def prune(self, before: datetime) -> None:
        """Forget ratios and what was told of owners before; documents, changes and verdicts are kept for good."""
        async with self._transaction() as connection:
            await connection.execute(delete(tables.ratios).where(tables.ratios.c.at < before))
            await connection.execute(delete(tables.confirmations).where(tables.confirmations.c.told_at < before))
