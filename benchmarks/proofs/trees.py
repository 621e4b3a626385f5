"""``python -m benchmarks.proofs.trees``: leaves per second of whole trees, beside a bare loop over the same hashes."""

import argparse
import multiprocessing
import os
import resource
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple
from unittest.mock import patch

from benchmarks.proofs import lists
from monitor.model import LiabilitiesProof, ProofStatus
from monitor.proofs import Executor, bitmex_lines, network_firm_leaves, network_firm_tree, okx_v2_lines, opened, verify

_SPAWN = multiprocessing.get_context("spawn")
_HASHING = (okx_v2_lines, bitmex_lines, network_firm_leaves, network_firm_tree)
_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")


class Taken(NamedTuple):
    """What one piece of work took."""

    wall: float
    """Seconds on the clock."""
    busiest: float
    """Seconds that the busiest of its processes was on a core: what the clock would show on a machine left alone."""
    cpu: float
    """Seconds that all of its processes were on cores."""
    leaves: int
    memory: int
    """Bytes resident at most, of all its processes together; a page that two of them share counts twice."""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.proofs.trees", description=__doc__)
    parser.add_argument("--leaves", type=int, default=1_000_000, help="of each tree (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=3, help="medians are over so many rounds (default: %(default)s)")
    parser.add_argument("--tree", choices=lists.MAKERS, action="append", help="which trees (default: all)")
    cores = len(os.sched_getaffinity(0))
    asked = parser.parse_args()
    print(f"{cores} cores, medians of {asked.rounds} rounds; load before: {os.getloadavg()[0]:.1f}")
    for kind in asked.tree or lists.MAKERS:
        before = time.perf_counter()
        size = sum(file.size for file in lists.prepared(kind, asked.leaves)) / 2**30
        print(f"{kind}: {size:.2f} GiB, at hand after {time.perf_counter() - before:.0f} s", flush=True)
        _report(kind, asked.leaves, asked.rounds, {"1 core": 1, f"{cores} cores": cores, "2 Dask workers": 2})


def _report(kind: str, leaves: int, rounds: int, ways: dict[str, int]) -> None:
    """One tree. Each round measures everything once, so that what else the machine does falls on all alike."""
    taken = [
        {"bare loop": _apart(_bare, kind, leaves)}
        | {way: _apart(_verified, kind, leaves, workers, "Dask" in way) for way, workers in ways.items()}
        for _ in range(rounds)
    ]
    print("where             leaves/s   of bare loop   gain   CPU us/leaf   busiest process   memory MiB")
    for way in taken[0]:
        own = [one[way] for one in taken]
        rate = median(one.leaves / one.wall for one in own)
        share = median(one["bare loop"].wall / one[way].wall for one in taken)
        gain = median(one["1 core"].wall / one[way].wall for one in taken)
        cpu, busiest = (
            median(each) / own[0].leaves * 1e6 for each in zip(*((o.cpu, o.busiest) for o in own), strict=True)
        )
        memory = max(one.memory for one in own) / 2**20
        print(
            f"{way:15} {rate:11,.0f} {share:14.1%} {gain:6.2f} {cpu:13.2f} {busiest:17.2f} {memory:12.0f}", flush=True
        )


def _apart(work: object, *given: object) -> Taken:
    """In a new process, so that none inherits another's memory or warm caches."""
    with ProcessPoolExecutor(1, _SPAWN) as pool:
        return pool.submit(work, *given).result()  # type: ignore[arg-type]


class _Bare(Executor):
    """Takes down what is hashed while a tree is verified, and hashes it again part by part in one loop on the clock."""

    def __init__(self) -> None:
        super().__init__()
        self.wall = self.cpu = 0.0
        self._texts: list[bytes] = []

    def sha256(self, text: bytes) -> object:
        self._texts.append(text)
        return sha256(text)

    def map(self, work: Callable[[Any], Any], parts: Iterable[Any]) -> Iterator[Any]:
        for part in parts:
            done = work(part)
            texts, self._texts = self._texts, []
            before, busy = time.perf_counter(), time.process_time()
            for text in texts:
                sha256(text).digest()
            self.wall += time.perf_counter() - before
            self.cpu += time.process_time() - busy
            yield done


def _bare(kind: str, leaves: int) -> Taken:
    """Nothing but SHA-256 over the very same texts; what is above the parts, less than a thousandth, is left out."""
    bare = _Bare()
    with ExitStack() as stack:
        for module in _HASHING:
            stack.enter_context(patch.object(module, "sha256", bare.sha256))
        found = verify(lists.prepared(kind, leaves), executor=bare)
    return Taken(bare.wall, bare.cpu, bare.cpu, _proven(found), 0)


def _verified(kind: str, leaves: int, workers: int, dask: bool) -> Taken:  # noqa: FBT001 - called in another process
    files = lists.prepared(kind, leaves)
    with _scheduler(workers if dask else 0) as scheduler, opened(scheduler, workers) as executor:
        list(executor.map(_started, range(workers * 8)))  # workers start before the clock does
        with _Watch() as watch:
            before = time.perf_counter()
            found = verify(files, executor=executor)
            wall = time.perf_counter() - before
    return Taken(wall, max(watch.busy), sum(watch.busy), _proven(found), watch.most)


def _started(_: int) -> None:
    """Long enough for each worker to get one, and to import what it needs."""
    time.sleep(0.05)


def _proven(found: LiabilitiesProof) -> int:
    if found.status is not ProofStatus.PROVEN or found.leaves is None:
        raise SystemExit(f"{found.scheme} is {found.status}: {found.reason}")
    return found.leaves


@contextmanager
def _scheduler(workers: int) -> Iterator[str]:
    if not workers:
        yield ""
        return
    from distributed import LocalCluster  # noqa: PLC0415 - only where it is measured

    with LocalCluster(  # type: ignore[no-untyped-call]
        n_workers=workers, threads_per_worker=1, dashboard_address=None, host="127.0.0.1", silence_logs=40
    ) as cluster:
        yield cluster.scheduler_address


class _Watch:
    """Looks ten times a second how much memory this process and those it started hold; and how long they work."""

    def __init__(self) -> None:
        self.most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        self.busy: list[float] = []
        """Seconds on a core, of each process."""
        self._before: dict[int, float] = {}
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._look)

    def __enter__(self) -> "_Watch":
        self._before = {process: _on_core(process) for process in _family(os.getpid())}
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.busy = [_on_core(process) - before for process, before in self._before.items()]
        self._done.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._done.wait(0.1):
            self.most = max(self.most, sum(map(_resident, _family(os.getpid()))))


def _family(process: int) -> list[int]:
    children: list[str] = []
    with suppress(OSError):
        for thread in Path(f"/proc/{process}/task").iterdir():
            children += (thread / "children").read_text().split()
    return [process, *(one for child in children for one in _family(int(child)))]


def _on_core(process: int) -> float:
    user, system = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / _TICKS


def _resident(process: int) -> int:
    try:
        return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * _PAGE
    except OSError:
        return 0


if __name__ == "__main__":
    main()
