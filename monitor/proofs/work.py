"""Where the heavy part of a proof is worked off, how far it has come, and what of it was done before."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")

Report = Callable[[str, int, int], None]
"""Told what is worked off, how much of it is done, and how much there is."""

DIGEST_SIZE = 32


class UnavailableError(Exception):
    """The cluster, or the file of what is done, cannot be used; the sentence says what to do."""


def silent(_what: str, _done: int, _total: int) -> None:
    """Tell nobody."""


class Done:
    """Digests of pieces of work that are done and were found well: whoever begins anew need not do them again.

    In a file, where one is named, so that work that was cut goes on: a digest is there once the work behind it is done.
    """

    def __init__(self, path: Path | None = None) -> None:
        """What ``path`` holds, if it is there. Raises :class:`UnavailableError`."""
        self._path = path
        self._digests: set[bytes] = set()
        if path is None:
            return
        with self._usable(path), suppress(FileNotFoundError):
            data = path.read_bytes()
            whole = len(data) // DIGEST_SIZE * DIGEST_SIZE  # of a write that was cut, a piece of a digest is left
            self._digests = {data[i : i + DIGEST_SIZE] for i in range(0, whole, DIGEST_SIZE)}
            if len(data) > whole:
                path.write_bytes(data[:whole])

    def __contains__(self, digest: bytes) -> bool:
        return digest in self._digests

    def add(self, digests: Iterable[bytes]) -> None:
        """Note more of them. Raises :class:`UnavailableError`."""
        new = list(digests)
        self._digests.update(new)
        if self._path is not None:
            with self._usable(self._path):
                self._path.parent.mkdir(parents=True, exist_ok=True)
                with self._path.open("ab") as file:
                    file.write(b"".join(new))

    def clear(self) -> None:
        """Forget all: the whole is done, or is to be done anew."""
        self._digests.clear()
        if self._path is not None:
            with self._usable(self._path):
                self._path.unlink(missing_ok=True)

    @contextmanager
    def _usable(self, path: Path) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            problem = f"what was verified cannot be noted: {error}; name another file than {path}"
            raise UnavailableError(problem) from error


class Executor(ABC):
    """Does the same work on many parts."""

    def __init__(self, report: Report = silent, done: Done | None = None) -> None:
        self.report = report
        self.done = done or Done()

    @abstractmethod
    def map(self, work: Callable[[T], R], parts: Iterable[T]) -> Iterator[R]:
        """``work`` of every part, in their order; ``work`` and parts can be pickled.

        Parts are taken as they are needed, so that a long source is never held whole.
        """
