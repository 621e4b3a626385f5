"""``python -m benchmarks.published``: how fast a list is read, checked and compared with the one before."""

import argparse
import os
from collections.abc import Sequence
from statistics import median

from benchmarks.published import lists, measure
from benchmarks.published.measure import Run, Taken

_MIB = 1024


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.published", description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000, help="rows of each list (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=3, help="medians are over so many rounds (default: %(default)s)")
    asked = parser.parse_args()
    lists.prepare(asked.rows)
    load = os.getloadavg()[0]
    cores = len(os.sched_getaffinity(0))
    print(f"{asked.rows:,} rows, {cores} cores, medians of {asked.rounds} rounds; load before: {load:.1f}")
    empty = measure.alone(measure.nothing, asked.rows).peak
    # By turns, so that what else the machine does falls on both alike.
    runs = [
        (measure.alone(measure.bare, asked.rows), measure.alone(measure.ours, asked.rows)) for _ in range(asked.rounds)
    ]
    bare, ours = zip(*runs, strict=True)
    print("\nwhat                                         clock, s   CPU, s   µs/row   memory, MiB")
    _print("bare: the list inflated, split, hashed", asked.rows, _all(bare), _peak(bare))
    _print("new list read and checked", asked.rows, _step(ours, 0))
    _print("packed and compared with the list before", asked.rows, _step(ours, 1))
    _print("ours, together", asked.rows, _all(ours), _peak(ours))
    print(f"a process that has read nothing: {empty / _MIB:.0f} MiB; archives: {_archives(asked.rows)}")


def _print(what: str, rows: int, taken: Taken, peak: str = "") -> None:
    each = taken.cpu / rows * 1e6
    print(f"{what:42} {taken.wall:10.2f} {taken.cpu:8.2f} {each:8.2f} {peak:>13}")


def _step(runs: Sequence[Run], step: int) -> Taken:
    return Taken(*map(median, zip(*(run.steps[step] for run in runs), strict=True)))


def _all(runs: Sequence[Run]) -> Taken:
    sums = [[sum(values) for values in zip(*run.steps, strict=True)] for run in runs]
    return Taken(*map(median, zip(*sums, strict=True)))


def _peak(runs: Sequence[Run]) -> str:
    return f"{max(run.peak for run in runs) / _MIB:.0f}"


def _archives(rows: int) -> str:
    return " and ".join(f"{len(lists.archive(month, rows)) / _MIB**2:.0f} MiB" for month in lists.MONTHS)


if __name__ == "__main__":
    main()
