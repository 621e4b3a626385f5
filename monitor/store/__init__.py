"""The history: what must outlive a restart, in SQLite (WAL) by default or any database that SQLAlchemy speaks to."""

from monitor.store.claimed import ClaimReading, Source
from monitor.store.database import StoreError
from monitor.store.history import Store, StoredDocument

__all__ = ["ClaimReading", "Source", "Store", "StoreError", "StoredDocument"]
