"""The whole of what outlives a restart.

Every write is one transaction: after a crash either all of it is there or nothing.
"""

from datetime import timedelta

from monitor.store.audits import Audits
from monitor.store.controls import Controls
from monitor.store.documents import Documents
from monitor.store.events import Events
from monitor.store.history import History
from monitor.store.journals import Journals
from monitor.store.ledgers import Ledgers
from monitor.store.notices import Notices
from monitor.store.ownership import Ownership
from monitor.store.proofs import Proofs
from monitor.store.ratios import Ratios
from monitor.store.reading_jobs import ReadingJobs
from monitor.store.snapshots import Snapshots


class Store(
    Audits, Controls, Documents, Events, History, Journals, Ledgers, Notices, Ownership, Proofs, Ratios, Snapshots
):
    """The history of all exchanges. Not for use by two daemons at once: each opens it ``alone``."""

    def reading_jobs(self, lease: timedelta) -> ReadingJobs:
        """What is asked of readers on other machines, which PostgreSQL alone reaches; ``lease`` is that of readers."""
        return ReadingJobs(self._engine, lease)
