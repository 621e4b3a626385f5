"""Bringing a history of an earlier version up to date."""

from pathlib import Path

import structlog
from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Connection

from monitor.store.database import NEWEST, StoreError

_log = structlog.get_logger(__name__)


def migrate(connection: Connection, before: str, shown: str) -> None:
    """Bring the database ``shown``, which is of the revision ``before``, to the newest. Raises StoreError."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    _log.info("the history is brought up to date, which may take minutes", revision=before, newest=NEWEST)
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        whose = "was it made by a newer version of reserve-monitor, or before 0.1.0?"
        raise StoreError(f"{shown}: {error}; {whose}") from error
