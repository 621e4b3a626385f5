"""All ways to read balances, on real anvil nodes, in one run. See docs/performance.md."""

import argparse
import json
import os
import platform
import signal
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks.balances import tables
from benchmarks.balances.runs import Result, all_ways, nodes, turns

_PARTS = {
    "coins": "{:,} accounts, native coins",
    "tokens": "{:,} accounts, three tokens each",
    "growth": "native coins, from few accounts to many",
}
_ROUNDS = {"coins": 2, "tokens": 1, "growth": 1}
_GROWTH = (1_000, 10_000, 100_000, 1_000_000)
_RESULTS = Path(".cache/benchmarks/balances.json")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.balances", description=__doc__)
    parser.add_argument("--accounts", type=int, default=200_000, help="of coins and tokens; default: 200000")
    parser.add_argument("--growth", type=int, nargs="+", default=_GROWTH, help="sizes; default: 1000 to 1000000")
    parser.add_argument("--parts", nargs="+", choices=_PARTS, default=_PARTS, help="default: all")
    parser.add_argument("--json", type=Path, default=_RESULTS, help=f"where the figures go; default: {_RESULTS}")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the nodes end with it
    machine = {"cpus": os.cpu_count(), "cpu": _cpu(), "python": platform.python_version(), "system": platform.system()}
    print(f"{machine['cpus']} CPUs, {machine['cpu']}, Python {machine['python']}, {machine['system']}")
    told: dict[str, Any] = {"machine": machine, "parts": {}}
    for part in options.parts:
        load, began = os.getloadavg()[0], time.monotonic()
        print(f"\n{part}: {_PARTS[part].format(options.accounts)}; load {load:.1f} before\n", flush=True)
        sizes = options.growth if part == "growth" else [options.accounts]
        shares, results = _measured("tokens" if part == "tokens" else "coins", sizes, _ROUNDS[part])
        if part == "growth":
            print(tables.of_growth(results, shares))
        else:
            print(f"{tables.of_turns(shares[0])}\n\n{tables.of_ways(results)}")
        print(f"\n({time.monotonic() - began:.0f} s)", flush=True)
        told["parts"][part] = {"load": load, "turns": shares, "ways": results}
        options.json.parent.mkdir(parents=True, exist_ok=True)
        options.json.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    failed = [
        result for part in told["parts"].values() for result in (*part["turns"], *part["ways"]) if "error" in result
    ]
    sys.exit(1 if failed else 0)


def _measured(what: str, sizes: list[int], rounds: int) -> tuple[list[Result], list[Result]]:
    """Ours and the bare client by turns, and all ways one after the other, of every size."""
    shares: list[Result] = []
    results: list[Result] = []
    for size in sizes:
        with nodes(size, tokens=what == "tokens") as urls:
            shares.append(turns(what, size, urls))
            results.extend(all_ways(what, size, urls, rounds))
    return shares, results


def _cpu() -> str:
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines() if platform.system() == "Linux" else []
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


if __name__ == "__main__":
    main()
