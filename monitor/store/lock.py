"""One daemon for each history: a lock that ends with the process that holds it, however that ends."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


class TakenError(Exception):
    """Another process holds the lock; the text names it."""


@contextmanager
def locked(database: Path) -> Iterator[None]:
    """Hold the lock of the file ``database``, which lies beside it and stays there.

    Raises:
        TakenError: another process holds it.
        OSError: the lock file cannot be opened, or its file system knows no locks.

    """
    path = database.resolve().with_name(f"{database.resolve().name}.lock")
    with path.open("a+", encoding="ascii") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise TakenError(f"process {file.read().strip() or 'unknown'} holds {path}") from None
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        yield
        with suppress(OSError):
            file.truncate(0)
