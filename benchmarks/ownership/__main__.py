"""``python -m benchmarks.ownership``: how fast lists of signed rows are judged, and the bare libraries beside that."""

import argparse
import os
from statistics import median

from benchmarks.ownership import lists, measure
from benchmarks.ownership.mix import MIXES


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.ownership", description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000, help="rows of each list (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=3, help="medians are over so many rounds (default: %(default)s)")
    parser.add_argument("--mix", choices=MIXES, action="append", help="which lists (default: all)")
    cores = len(os.sched_getaffinity(0))
    parser.add_argument("--workers", type=int, action="append", help="on how many cores (default: 1 and all)")
    asked = parser.parse_args()
    print(
        f"{asked.rows:,} rows, {cores} cores, medians of {asked.rounds} rounds; load before: {os.getloadavg()[0]:.1f}"
    )
    for mix in asked.mix or MIXES:
        lists.prepare(mix, asked.rows)
        _report(mix, asked.rows, asked.rounds, sorted(asked.workers or {1, cores}))


def _report(mix: str, rows: int, rounds: int, cores: list[int]) -> None:
    """One list. Each round measures everything once, so that what else the machine does falls on all alike."""
    taken = [
        {count: (measure.bare(mix, rows, count), measure.judged(mix, rows, count)) for count in cores}
        for _ in range(rounds)
    ]
    print(f"\n{mix}: {', '.join(f'{kind} {share} %' for kind, share in MIXES[mix].items())}")
    print("cores      rows/s   bare rows/s    share   CPU µs/row   bare µs/row    share by CPU")
    for count in cores:
        pairs = [one[count] for one in taken]
        wall = median(ours.first.wall for _, ours in pairs)
        bare_wall = median(bare.wall for bare, _ in pairs)
        cpu = median(ours.first.cpu for _, ours in pairs)
        bare_cpu = median(bare.cpu for bare, _ in pairs)
        share = median(bare.wall / ours.first.wall for bare, ours in pairs)
        cpu_share = median(bare.cpu / ours.first.cpu for bare, ours in pairs)
        print(
            f"{count:5} {rows / wall:11,.0f} {rows / bare_wall:13,.0f} {share:8.0%}"
            f" {cpu / rows * 1e6:12.1f} {bare_cpu / rows * 1e6:13.1f} {cpu_share:15.0%}"
        )
    if len(cores) > 1:
        scaling, bare_scaling = (
            median(one[cores[0]][1].first.wall / one[cores[-1]][1].first.wall for one in taken),
            median(one[cores[0]][0].wall / one[cores[-1]][0].wall for one in taken),
        )
        print(f"from {cores[0]} core to {cores[-1]}: {scaling:.2f} times as fast; bare {bare_scaling:.2f}")
    passes = [one[cores[-1]][1] for one in taken]
    again = median(one.second.wall for one in passes)
    print(f"second pass, every row known: {again:.2f} s, {again / rows * 1e6:.1f} µs/row")


if __name__ == "__main__":
    main()
