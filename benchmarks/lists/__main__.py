"""``python -m benchmarks.lists``: a new list read, compared with the one before and judged, as the daemon does it."""

import argparse
import asyncio
import gc
import multiprocessing
import os
import resource
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import NamedTuple

from benchmarks.lists.archive import EXCHANGED, MIX, archive, prepare
from benchmarks.lists.tasks import previous, task_of
from benchmarks.ownership import lists as signed
from benchmarks.ownership.measure import Taken, bare
from monitor.daemon.handing_over import NewList
from monitor.daemon.list_judge import ListJudge
from monitor.daemon.stored import StoredVerdicts
from monitor.model import VerdictStatus
from monitor.model.packed import PackedClaims
from monitor.store import Store

_EVERY = 0.005
_HEAD = (
    "| what | seconds | until judging begins | CPU of the list's processes, s | of the daemon, s "
    "| of the bare library's CPU | daemon resident, MB | loop late at most (p99), ms |\n"
    "|---|--:|--:|--:|--:|--:|--:|--:|"
)


class Run(NamedTuple):
    """What one list took."""

    begun: float
    """Seconds until it was read, and its known verdicts were asked for."""
    wall: float
    own: float
    """Seconds of CPU of this process."""
    children: float
    """The same of the one that judged, and those beside it."""
    late: float
    """How late the event loop was at most, in milliseconds."""
    late_p99: float
    resident: int
    """MB of this process, with the list."""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.lists", description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000, help="rows of each list (default: %(default)s)")
    rows = parser.parse_args().rows
    prepare(rows)
    cores = len(os.sched_getaffinity(0))
    print(f"{rows:,} rows, {cores} cores; load before: {os.getloadavg()[0]:.1f}\n\n{_HEAD}", flush=True)
    signed.prepare(MIX, rows)
    library = bare(MIX, rows, cores)
    print(f"| bare library | {library.wall:.1f} | | {library.cpu:.1f} | | 1 | | |")
    gc.collect()
    gc.freeze()  # what is imported, as the daemon does
    for what, run in asyncio.run(_runs(rows)).items():
        _print(what, run, library)


def _print(what: str, run: Run, library: Taken) -> None:
    share = (run.children + run.own) / library.cpu
    print(
        f"| {what} | {run.wall:.1f} | {run.begun:.1f} | {run.children:.1f} | {run.own:.1f} | {share:.1f} | "
        f"{run.resident} | {run.late:.0f} ({run.late_p99:.0f}) |"
    )


async def _runs(rows: int) -> dict[str, Run]:
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as another:
        in_use = another.submit(previous, rows).result()
    with tempfile.TemporaryDirectory() as folder:
        store = await Store.open(f"sqlite+aiosqlite:///{folder}/history.db")
        try:
            judging = ListJudge(StoredVerdicts(store))
            return {what: await _run(judging, in_use, rows) for what in ("every row new", "every row known")}
        finally:
            await store.close()


async def _run(judging: ListJudge, in_use: PackedClaims, rows: int) -> Run:
    content = archive("new", rows)
    task = task_of(content, in_use)
    begun: list[float] = []
    start, own, children = time.perf_counter(), time.process_time(), _children()
    late: list[float] = []
    ticking = asyncio.create_task(_tick(late))
    new = await judging.judge(task, content, lambda *_: begun.append(time.perf_counter() - start))
    wall, own, children = time.perf_counter() - start, time.process_time() - own, _children() - children
    ticking.cancel()
    _check(new, rows)
    del content
    late.sort()
    return Run(begun[0], wall, own, children, 1000 * late[-1], 1000 * late[int(len(late) * 0.99)], _resident())


async def _tick(late: list[float]) -> None:
    loop = asyncio.get_running_loop()
    while True:
        due = loop.time() + _EVERY
        await asyncio.sleep(_EVERY)
        late.append(loop.time() - due)


def _check(new: NewList, rows: int) -> None:
    """Every row is verified, and exactly the changes that were made are found."""
    counts = {status for _, status in new.judged.counts}
    changes = new.changes
    exchanged = rows // EXCHANGED
    if counts != {VerdictStatus.VERIFIED} or changes is None:
        raise SystemExit(f"not all rows are verified: {new.judged.counts}")
    if (len(changes.added), len(changes.removed), len(changes.altered)) != (exchanged, exchanged, 0):
        raise SystemExit("the lists were compared wrongly")


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _resident() -> int:
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return int(status["VmRSS"].removesuffix("kB")) // 1000


if __name__ == "__main__":
    main()
