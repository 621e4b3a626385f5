"""The history: what must outlive a restart, in SQLite (WAL) by default, or in PostgreSQL."""

from monitor.store.audits import ClaimReading, Source
from monitor.store.bell import rung_or_late
from monitor.store.database import StoreError, obstacle, room
from monitor.store.documents import StoredDocument
from monitor.store.lease import Lease, LeaseLostError
from monitor.store.reading_jobs import NoReaderError, ReadingJob, ReadingJobs, answering_readers
from monitor.store.store import Store

__all__ = [
    "ClaimReading",
    "Lease",
    "LeaseLostError",
    "NoReaderError",
    "ReadingJob",
    "ReadingJobs",
    "Source",
    "Store",
    "StoreError",
    "StoredDocument",
    "answering_readers",
    "obstacle",
    "room",
    "rung_or_late",
]
