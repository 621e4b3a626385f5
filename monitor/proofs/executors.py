"""The places where work is done: this process, all cores of this machine, a Dask cluster."""

import multiprocessing
import os
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from itertools import islice
from typing import Protocol, TypeVar

from monitor.proofs.work import Done, Executor, Report, UnavailableError, silent
from monitor.proofs.workers import end_with_parent

T = TypeVar("T")
R = TypeVar("R")
R_co = TypeVar("R_co", covariant=True)

_AHEAD = 3
"""Parts that each worker has before it, so that it never waits; more would only be held in memory."""

_ALONE = 1.0
"""Seconds of work that one process does by itself: others take about as long to start."""

_TOGETHER = 4
"""Parts of one task on a cluster, which spends some milliseconds on each task, whatever its work."""


class InProcess(Executor):
    """Part after part, in the process that asks."""

    def map(self, work: Callable[[T], R], parts: Iterable[T]) -> Iterator[R]:
        return map(work, parts)


class Processes(Executor):
    """Processes of this machine, started once there is work for them and kept until :meth:`close`."""

    def __init__(
        self, workers: int | None = None, alone: float = 0, report: Report = silent, done: Done | None = None
    ) -> None:
        """``workers``: by default one for each core. What ``alone`` seconds do is done here before any starts."""
        super().__init__(report, done)
        self._workers = workers or len(os.sched_getaffinity(0))
        self._alone = alone
        self._pool: ProcessPoolExecutor | None = None

    def map(self, work: Callable[[T], R], parts: Iterable[T]) -> Iterator[R]:
        left = iter(parts)
        if self._alone > 0:
            for part in left:
                began = time.monotonic()
                done = work(part)
                self._alone -= time.monotonic() - began
                yield done
                if self._alone <= 0:
                    break
            else:
                return
        yield from self._shared(work, left)

    def _shared(self, work: Callable[[T], R], parts: Iterator[T]) -> Iterator[R]:
        if self._pool is None:
            # "spawn" gives processes that share nothing with the threads and event loop of the one that starts them.
            self._pool = ProcessPoolExecutor(self._workers, multiprocessing.get_context("spawn"), end_with_parent)
        pool = self._pool

        def send(part: T) -> Future[R]:
            return pool.submit(work, part)

        return _windowed(send, parts, self._workers * _AHEAD)

    def close(self) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)


@contextmanager
def opened(
    scheduler: str = "", workers: int | None = None, report: Report = silent, done: Done | None = None
) -> Iterator[Executor]:
    """The executor for one command or job: processes of this machine, or the cluster whose scheduler is named.

    ``scheduler`` is its address (``tcp://10.0.0.5:8786``); its workers need this package in the same version.
    ``workers`` 1 stays in this process, a larger number starts as many at once; without one, a process for each core is
    started when the work turns out to take long. ``report`` is told how far long work has come; what is in ``done`` is
    not done again. Raises :class:`UnavailableError`.
    """
    with ExitStack() as stack:
        if scheduler:
            yield stack.enter_context(_cluster(scheduler, report, done))
        elif workers == 1:
            yield InProcess(report, done)
        else:
            pool = Processes(workers, 0 if workers else _ALONE, report, done)
            stack.callback(pool.close)
            yield pool


@contextmanager
def _cluster(scheduler: str, report: Report, done: Done | None) -> Iterator[Executor]:
    try:
        from distributed import Client  # noqa: PLC0415 - an optional extra, and slow to import
    except ImportError as error:
        raise UnavailableError(
            "--scheduler needs Dask: `pip install '.[dask]'` in a checkout, here, on the scheduler and on its workers"
        ) from error
    try:
        client = Client(scheduler, timeout="10s", set_as_default=False)  # type: ignore[no-untyped-call]
    except (OSError, ValueError, TimeoutError) as error:
        raise UnavailableError(f"no Dask scheduler answers at {scheduler}: {error}") from error
    with client:
        cores = sum(client.nthreads().values())  # type: ignore[no-untyped-call]
        if not cores:
            raise UnavailableError(f"the Dask scheduler at {scheduler} has no workers; start one with: dask worker")

        class Cluster(Executor):
            def map(self, work: Callable[[T], R], parts: Iterable[T]) -> Iterator[R]:
                def send(some: list[T]) -> _Result[list[R]]:
                    # Parts are used once: the key need not be a hash of them.
                    return client.submit(_each, work, some, pure=False)

                for results in _windowed(send, _together(parts, cores * _AHEAD), cores * _AHEAD):
                    yield from results

        yield Cluster(report, done)


class _Result(Protocol[R_co]):
    def result(self) -> R_co: ...

    def cancel(self) -> object: ...


def _windowed(send: Callable[[T], _Result[R]], parts: Iterable[T], ahead: int) -> Iterator[R]:
    """The results in order, with at most ``ahead`` parts on their way."""
    away: deque[_Result[R]] = deque()
    try:
        for part in parts:
            away.append(send(part))
            if len(away) >= ahead:
                yield away.popleft().result()
        while away:
            yield away.popleft().result()
    finally:
        for left in away:
            left.cancel()


def _together(parts: Iterable[T], first: int) -> Iterator[list[T]]:
    """The ``first`` parts alone, so that every worker has one; then several at a time."""
    left = iter(parts)
    yield from ([part] for part in islice(left, first))
    while some := list(islice(left, _TOGETHER)):
        yield some


def _each(work: Callable[[T], R], parts: list[T]) -> list[R]:
    return [work(part) for part in parts]
