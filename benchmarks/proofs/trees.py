"""``python -m benchmarks.proofs.trees``: leaves per second of whole trees, beside a bare loop over the same hashes."""

import argparse
import multiprocessing
import os
import resource
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from statistics import median
from typing import NamedTuple

from benchmarks.proofs import lists
from monitor.model import ProofStatus
from monitor.proofs import bitmex, okx_v2, opened, tree_lines, verify

_SPAWN = multiprocessing.get_context("spawn")
_FORMATS = {"okx-merkle-v2": okx_v2.TREE, "bitmex-merkle": bitmex.TREE}
_AT_ONCE = 20_000
_PAGE = os.sysconf("SC_PAGE_SIZE")


class Taken(NamedTuple):
    """What one piece of work took."""

    wall: float
    """Seconds on the clock."""
    leaves: int
    memory: int
    """Bytes resident at most, of all its processes together; a page that two of them share counts twice."""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.proofs.trees", description=__doc__)
    parser.add_argument("--leaves", type=int, default=10_000_000, help="of each tree (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=3, help="medians are over so many rounds (default: %(default)s)")
    parser.add_argument("--tree", choices=lists.MAKERS, action="append", help="which trees (default: all)")
    cores = len(os.sched_getaffinity(0))
    parser.add_argument("--workers", type=int, action="append", help="how many (default: 1 and one for each core)")
    asked = parser.parse_args()
    print(f"{cores} cores, medians of {asked.rounds} rounds; load before: {os.getloadavg()[0]:.1f}")
    for kind in asked.tree or lists.MAKERS:
        print(f"{kind}: {lists.prepared(kind, asked.leaves).size / 2**30:.2f} GiB", flush=True)
        _report(kind, asked.leaves, asked.rounds, sorted(set(asked.workers or (1, cores))))


def _report(kind: str, leaves: int, rounds: int, counts: list[int]) -> None:
    """One tree. Each round measures everything once, so that what else the machine does falls on all alike."""
    ways = {f"{where} x {count}": (where, count) for count in counts for where in ("processes", "dask")}
    taken = [
        {"bare": _apart(_bare, kind, leaves)}
        | {name: _apart(_verified, kind, leaves, *way) for name, way in ways.items()}
        for _ in range(rounds)
    ]
    walls = {name: median(one[name].wall for one in taken) for name in taken[0]}
    print("where            leaves/s   of bare loop   memory MiB   as fast as on one")
    for name, wall in walls.items():
        share = median(one["bare"].wall / one[name].wall for one in taken)
        memory = max(one[name].memory for one in taken) / 2**20
        first = walls[f"{ways[name][0]} x {counts[0]}"] if name in ways else wall
        print(
            f"{name:13} {taken[0][name].leaves / wall:11,.0f} {share:14.1%} {memory:12.0f} {first / wall:19.2f}",
            flush=True,
        )


def _apart(work: object, *given: object) -> Taken:
    """In a new process, so that none inherits another's memory or warm caches."""
    with ProcessPoolExecutor(1, _SPAWN) as pool:
        return pool.submit(work, *given).result()  # type: ignore[arg-type]


def _bare(kind: str, leaves: int) -> Taken:
    """Nothing but SHA-256 over what every node is hashed from, in one loop; reading the file is not measured."""
    layout, file = _FORMATS[kind], lists.prepared(kind, leaves)
    wall, hashed = 0.0, 0
    for pairs in tree_lines.Walk(layout, file).pairs():
        parents = tree_lines.records(layout, file.name, pairs.parents, 1)
        children = tree_lines.records(layout, file.name, pairs.children, 1)
        firsts, seconds = children[0::2], children[1::2]
        lefts, rights = (firsts, seconds) if layout.left_first else (seconds, firsts)
        texts = [layout.node(*one) for one in zip(lefts, rights, parents, strict=True)]
        before = time.perf_counter()
        for text in texts:
            sha256(text).digest()
        wall += time.perf_counter() - before
        hashed += len(texts)
    return Taken(wall, hashed + 1, 0)


def _verified(kind: str, leaves: int, where: str, workers: int) -> Taken:
    file = lists.prepared(kind, leaves)
    with _scheduler(workers if where == "dask" else 0) as scheduler, opened(scheduler, workers) as executor:
        list(executor.map(abs, range(workers * 8)))  # workers start before the clock does
        with _Watch() as watch:
            before = time.perf_counter()
            found = verify([file], executor=executor)
            wall = time.perf_counter() - before
    if found.status is not ProofStatus.PROVEN or found.leaves is None:
        raise SystemExit(f"{file.name} is {found.status}: {found.reason}")
    return Taken(wall, found.leaves, watch.most)


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
    """Looks ten times a second how much memory this process and those it started hold."""

    def __init__(self) -> None:
        self.most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._look)

    def __enter__(self) -> "_Watch":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._done.wait(0.1):
            self.most = max(self.most, sum(map(_resident, _family(os.getpid()))))


def _family(process: int) -> list[int]:
    try:
        children = Path(f"/proc/{process}/task/{process}/children").read_text()
    except OSError:
        children = ""
    return [process, *(one for child in children.split() for one in _family(int(child)))]


def _resident(process: int) -> int:
    try:
        return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * _PAGE
    except OSError:
        return 0


if __name__ == "__main__":
    main()
