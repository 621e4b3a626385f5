"""The history: what must outlive a restart, in SQLite (WAL) by default, or in PostgreSQL."""

from monitor.store.audits import ClaimReading, Source
from monitor.store.database import StoreError, obstacle, room
from monitor.store.documents import StoredDocument
from monitor.store.store import Store

__all__ = ["ClaimReading", "Source", "Store", "StoreError", "StoredDocument", "obstacle", "room"]
