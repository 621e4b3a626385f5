"""The processes beside the one in which a large list is read: they judge its rows, on all cores."""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.connection import Connection

from monitor.daemon.handing_over import SomeVerdicts, some_of
from monitor.daemon.list_reading import ListTask, judge_rows
from monitor.model import Claim, Network, Verdict
from monitor.model.packed import PackedVerdicts
from monitor.published import Cause, DocumentError

AFTER_A_KILL = "if memory ran out, the kernel's log says so. It is tried again"
_AHEAD = 10_000
"""Rows that are judged together while others are read, in a second: a fork takes milliseconds."""
_FORK = get_context("fork")


class Ahead:
    """What is done of rows while those behind them are still read, which takes one core: the others would wait for it.

    It is asked what is known of them. Some that are not known are judged, by processes that are forked as they are
    needed, and so have the rows without a copy. Only for a process that has no other threads. Nothing of it is told to
    the daemon before the list was read as a whole.
    """

    def __init__(self, task: ListTask, connection: Connection) -> None:
        """``connection`` is that to the daemon."""
        self.known: dict[bytes, Verdict] = {}
        """By fingerprint: what the daemon knows, and once that was given what was :meth:`found`."""
        self._source = task.document.source
        self._networks = task.registry.networks
        self._connection = connection
        self._asked: dict[bytes, Claim] = {}
        self._seen: set[bytes] = set()
        self._unknown: dict[bytes, Claim] = {}
        self._most = len(os.sched_getaffinity(0)) - 1
        self._judging: list[Connection] = []
        self._found: list[SomeVerdicts] = []

    def note(self, claims: Sequence[Claim], prints: Sequence[bytes]) -> None:
        """Ask about ``claims``, and hear what was answered about those before them."""
        self._hear()
        self._asked = dict(zip(prints, claims, strict=True))
        for mark in self._seen.intersection(self._asked):
            del self._asked[mark]
        if self._asked:
            self._seen.update(self._asked)
            self._connection.send(b"".join(self._asked))

    def _hear(self) -> None:
        if not self._asked:
            return
        known = self._connection.recv().by_print()
        self.known |= known
        for mark in known:
            del self._asked[mark]
        self._unknown |= self._asked
        self._asked = {}
        if len(self._unknown) >= _AHEAD:
            self._judge(self._unknown)
            self._unknown = {}

    def _judge(self, claims: Mapping[bytes, Claim]) -> None:
        """Have them judged by a process of their own, if there is a core for one; else they are judged later."""
        for answer in [each for each in self._judging if each.poll()]:
            self._take(answer)
        if len(self._judging) < self._most:
            answer, theirs = _FORK.Pipe(duplex=False)
            of = theirs, claims, self._networks, self._connection.close
            _FORK.Process(target=_judge_ahead, args=of, daemon=True).start()
            theirs.close()
            self._judging.append(answer)

    def _take(self, answer: Connection) -> None:
        self._judging.remove(answer)
        try:
            self._found.append(answer.recv())
        except EOFError as error:
            raise _killed(self._source) from error

    def end(self) -> None:
        """Hear the last answer, and say that the list was read."""
        self._hear()
        self._connection.send(b"")

    def found(self, total: int) -> Iterator[SomeVerdicts]:
        """Give what was judged, of ``total`` rows, once. Raises DocumentError where a process was killed."""
        for answer in [*self._judging]:
            self._take(answer)
        while self._found:
            verdicts = self._found.pop().by_print()
            self.known |= verdicts
            for some in some_of(verdicts.items()):
                yield SomeVerdicts.of(dict(some), len(self.known), total)


def _judge_ahead(
    answer: Connection, claims: Mapping[bytes, Claim], networks: Mapping[str, Network], begin: Callable[[], None]
) -> None:
    begin()
    rows = list(claims.values())
    answer.send(SomeVerdicts(b"".join(claims), judge_rows(rows, networks, range(len(rows)))))


class JudgingPool:
    """Processes that judge the rows of one list, on all cores.

    They are forked once the list was read, and so have it without a copy. Only for a process that has no other threads.
    """

    def __init__(self, task: ListTask, claims: Sequence[Claim], begin: Callable[[], None]) -> None:
        """``begin`` is called first in each of them."""
        self._source = task.document.source
        cores = len(os.sched_getaffinity(0))
        networks = task.registry.networks
        self._pool = ProcessPoolExecutor(cores, _FORK, _begin, (claims, networks, begin))

    def judge(self, chunks: Iterable[Sequence[int]]) -> Iterator[PackedVerdicts]:
        """Begin to judge the rows at some positions each; gives their verdicts, in their order.

        Raises DocumentError where one of them is killed, now or as they are asked for.
        """
        with self._refusing():
            found = self._pool.map(_judge_in_pool, chunks)
        return self._given(found)

    def _given(self, found: Iterator[PackedVerdicts]) -> Iterator[PackedVerdicts]:
        with self._refusing():
            yield from found

    @contextmanager
    def _refusing(self) -> Iterator[None]:
        try:
            yield
        except BrokenProcessPool as error:
            raise _killed(self._source) from error

    def close(self) -> None:
        """End them."""
        self._pool.shutdown(cancel_futures=True)


def _killed(source: str) -> DocumentError:
    problem = f"a process that judged its rows was killed; {AFTER_A_KILL}"
    return DocumentError(Cause.KILLED, f"{source}: {problem}")


_list: tuple[Sequence[Claim], Mapping[str, Network]]
"""What a process of a pool judges."""


def _begin(claims: Sequence[Claim], networks: Mapping[str, Network], begin: Callable[[], None]) -> None:
    global _list  # noqa: PLW0603 - of this process alone, set once
    _list = claims, networks
    begin()


def _judge_in_pool(rows: Sequence[int]) -> PackedVerdicts:
    return judge_rows(*_list, rows)
