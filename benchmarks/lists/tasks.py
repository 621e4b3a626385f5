"""What is asked for of a list, as the daemon asks it."""

from datetime import UTC, datetime
from hashlib import sha256

from benchmarks.lists.archive import archive
from monitor.daemon.list_reading import ListTask, read_list
from monitor.model import Document
from monitor.model.packed import PackedClaims
from monitor.registry import load
from monitor.settings import WalletsSettings


def task_of(content: bytes, in_use: PackedClaims | None = None) -> ListTask:
    """To read and judge ``content``, and to compare it with the claims ``in_use``."""
    document = Document("okx.zip", sha256(content).hexdigest(), len(content), datetime.now(UTC))
    return ListTask(document, WalletsSettings(source="okx.zip"), load(), datetime.now(UTC), in_use)


def previous(rows: int) -> PackedClaims:
    """The claims of the list before, as the daemon has them."""
    content = archive("previous", rows)
    return PackedClaims(read_list(task_of(content), content).published.claims)
