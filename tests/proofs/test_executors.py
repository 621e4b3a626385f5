"""The same proof in this process, on further processes and on a Dask cluster."""

import multiprocessing
import os
import sys
from collections.abc import Iterator
from contextlib import nullcontext
from decimal import Decimal
from functools import partial
from typing import NoReturn

import pytest
from distributed import LocalCluster

from monitor.model import ProofStatus
from monitor.proofs import ProofError, UnavailableError, opened, verify
from monitor.proofs.executors import Processes
from tests.support import trees

WHOLE = trees.okx_v2([[(Decimal(at), Decimal(0), Decimal(at))] for at in range(40)])


@pytest.fixture(scope="module")
def cluster() -> Iterator[str]:
    with LocalCluster(  # type: ignore[no-untyped-call]
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, host="127.0.0.1"
    ) as started:
        yield started.scheduler_address


def doubled(number: int) -> int:
    return 2 * number


def own_process(_: int) -> int:
    return os.getpid()


def refused(number: int, limit: int) -> int:
    if number == limit:
        raise ProofError(f"line {number}")
    return number


def endless(taken: list[int]) -> Iterator[int]:
    number = 0
    while True:
        taken.append(number)
        yield number
        number += 1


def check(scheduler: str, workers: int | None) -> None:
    with opened(scheduler, workers) as executor:
        assert list(executor.map(doubled, range(50))) == [2 * number for number in range(50)]
        taken: list[int] = []
        results = executor.map(doubled, endless(taken))
        assert [next(results) for _ in range(5)] == [0, 2, 4, 6, 8]
        del results
        assert len(taken) < 50  # parts of an endless source are taken only as they are needed
        with pytest.raises(ProofError, match="line 7"):
            list(executor.map(partial(refused, limit=7), range(50)))
        found = verify(trees.files(WHOLE), executor=executor)
        assert (found.status, found.leaves) == (ProofStatus.PROVEN, 40)
        wrong = WHOLE["tree.txt"].replace(b'"BTC":"17"', b'"BTC":"18"')
        assert verify([trees.file("tree.txt", wrong)], executor=executor).status is ProofStatus.INVALID


def test_in_this_process() -> None:
    check("", 1)
    with opened("", 1) as executor:
        assert list(executor.map(own_process, range(2))) == [os.getpid()] * 2


def test_on_two_processes() -> None:
    check("", 2)


def test_work_that_is_soon_done_starts_no_process() -> None:
    with opened() as executor:
        assert list(executor.map(own_process, range(50))) == [os.getpid()] * 50
        assert not multiprocessing.active_children()


def test_work_that_takes_long_is_shared_from_then_on() -> None:
    processes = Processes(2, alone=1e-9)
    try:
        here, *others = processes.map(own_process, range(5))
        assert here == os.getpid()
        assert os.getpid() not in others
        assert list(processes.map(doubled, range(3))) == [0, 2, 4]
    finally:
        processes.close()


def test_on_a_cluster_of_two_workers(cluster: str) -> None:
    check(cluster, None)


def test_a_scheduler_that_does_not_answer_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def silent(*_: object, **__: object) -> NoReturn:
        raise TimeoutError("no answer")

    monkeypatch.setattr("distributed.Client", silent)
    with pytest.raises(UnavailableError, match=r"tcp://127\.0\.0\.1:1"), opened("tcp://127.0.0.1:1"):
        pass


def test_a_scheduler_without_workers_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    class Idle(nullcontext[None]):
        def nthreads(self) -> dict[str, int]:
            return {}

    monkeypatch.setattr("distributed.Client", lambda *_, **__: Idle())
    with pytest.raises(UnavailableError, match="has no workers"), opened("tcp://127.0.0.1:1"):
        pass


def test_without_dask_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(UnavailableError, match=r"pip install '\.\[dask\]'"), opened("tcp://127.0.0.1:8786"):
        pass
