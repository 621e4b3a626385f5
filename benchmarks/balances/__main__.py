"""All ways to read balances, on real anvil nodes, in one run. See docs/performance.md."""

import argparse
import json
import os
import platform
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from benchmarks.balances import chain
from benchmarks.balances.ways import LIMIT, SAMPLE, SLOW, WAYS
from monitor.devnet.nodes import Anvil

Result = dict[str, float]

_PARTS = {
    "turns": "{:,} accounts, native coins, ours and the bare client by turns",
    "coins": "{:,} accounts, native coins, all ways",
    "tokens": "{:,} accounts, three tokens each, all ways",
    "growth": "native coins, 1 000 to 1 000 000 accounts",
}
_ROUNDS = 2
_GROWTH = (1_000, 10_000, 100_000, 1_000_000)
_GROWING = ("JSON-RPC batches of 1000", "ours", LIMIT)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.balances", description=__doc__)
    parser.add_argument("--accounts", type=int, default=200_000)
    parser.add_argument("--parts", nargs="+", choices=_PARTS, default=_PARTS, help="default: all")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the nodes end with it
    print(f"{os.cpu_count()} CPUs, {_cpu()}, Python {platform.python_version()}, {platform.system()}")
    for part in options.parts:
        load = os.getloadavg()[0]
        print(f"\n{part}: {_PARTS[part].format(options.accounts)}; load {load:.1f} before\n", flush=True)
        if part == "growth":
            _print_growth()
            continue
        with _nodes(options.accounts, 2, tokens=part == "tokens") as urls:
            if part == "turns":
                _print_turns(options.accounts, urls[0])
            else:
                _print_table(part, options.accounts, urls)


def _print_turns(accounts: int, url: str) -> None:
    speeds: dict[str, float] = _run("turns", str(accounts), url)
    print(f"ours {speeds['ours']:,.0f}/s, {LIMIT} {speeds[LIMIT]:,.0f}/s: {speeds['ours'] / speeds[LIMIT]:.1%}")


def _print_table(what: str, accounts: int, urls: Sequence[str]) -> None:
    counts = {way: min(accounts, SAMPLE) if way == SLOW else accounts for way in WAYS}
    results = _best(list(WAYS), what, counts, urls)
    limit = results[LIMIT]["balances"] / results[LIMIT]["seconds"]
    print("| way | balances/s | of the limit | requests | sent | received | peak memory |")
    print("|---|--:|--:|--:|--:|--:|--:|")
    for way, result in results.items():
        speed = result["balances"] / result["seconds"]
        times = accounts * (len(chain.TOKENS) if what == "tokens" else 1) / result["balances"]
        scaled = [f"{result[key] * times / 1e6:,.1f} MB" for key in ("sent", "received")]
        cells = [f"{speed:,.0f}", f"{speed / limit:.1%}", f"{result['requests'] * times:,.0f}", *scaled]
        memory = "-" if times > 1 else f"{result['memory'] / 1e6:,.0f} MB"
        print(f"| {way}{' *' if times > 1 else ''} | {' | '.join(cells)} | {memory} |", flush=True)
    print(f"\n\\* {SAMPLE:,} accounts were read; requests and bytes are scaled up.")


def _print_growth() -> None:
    print(f"| accounts | {' | '.join(_GROWING)} | ours, of the limit | ours, peak memory |")
    print("|--:" * (len(_GROWING) + 3) + "|")
    for count in _GROWTH:
        with _nodes(count, 1, tokens=False) as urls:
            results = _best(_GROWING, "coins", dict.fromkeys(_GROWING, count), urls)
        speeds = {way: result["balances"] / result["seconds"] for way, result in results.items()}
        shown = " | ".join(f"{speed:,.0f}" for speed in speeds.values())
        share, memory = speeds["ours"] / speeds[LIMIT], results["ours"]["memory"] / 1e6
        print(f"| {count:,} | {shown} | {share:.1%} | {memory:,.0f} MB |", flush=True)


@contextmanager
def _nodes(accounts: int, count: int, *, tokens: bool) -> Iterator[list[str]]:
    """Nodes of the same chain."""
    with tempfile.TemporaryDirectory() as directory:
        genesis = Path(directory) / "genesis.json"
        chain.write_genesis(genesis, accounts, tokens=tokens)
        nodes = [Anvil(1, Path(directory) / f"{number}", arguments=("--init", str(genesis))) for number in range(count)]
        try:
            for node in nodes:
                node.start()
            yield [node.url for node in nodes]
        finally:
            for node in nodes:
                node.kill()


def _best(ways: Sequence[str], what: str, counts: Mapping[str, int], urls: Sequence[str]) -> dict[str, Result]:
    """The quickest of several rounds of each way, which take turns: what else the machine does hits all alike."""
    results: dict[str, Result] = {}
    for _ in range(_ROUNDS):
        for way in ways:
            result = _measure(way, what, counts[way], urls if "quorum" in way else urls[:1])
            results[way] = min(result, results.get(way, result), key=lambda one: one["seconds"])
    return results


def _measure(way: str, what: str, accounts: int, urls: Sequence[str]) -> Result:
    return _run("measure", way, what, str(accounts), *urls)


def _run(module: str, *arguments: str) -> Result:
    """What a process of its own finds."""
    command = [sys.executable, "-m", f"benchmarks.balances.{module}", *arguments]
    result: Result = json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)
    return result


def _cpu() -> str:
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines() if platform.system() == "Linux" else []
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


if __name__ == "__main__":
    main()
