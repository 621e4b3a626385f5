"""How readings add up: 1, 2 and 4 processes read one node, or each a node of its own, at the same time.

    python -m benchmarks.scaling                                    # 200 000 accounts a node; two minutes
    python -m benchmarks.scaling --accounts 20000 --seconds 2

Each process reads an equal part of the accounts by the monitor's own reader, again and again for the same seconds.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from benchmarks.balances import chain
from monitor.devnet.nodes import Anvil

READERS = (1, 2, 4)
PLAN = 10_000_000
"""Accounts that the arithmetic is for."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--accounts", type=int, default=200_000)
    parser.add_argument("--seconds", type=float, default=8)
    options = parser.parse_args()
    print(f"load before: {os.getloadavg()[0]:.1f}, {os.cpu_count()} cores")
    print("| readers | nodes | balances/s | CPU of a reader, µs/balance | requests for 10 million | seconds for them |")
    print("|--:|--:|--:|--:|--:|--:|")
    with _nodes(max(READERS), options.accounts) as urls:
        for own in (False, True):
            for readers in READERS[1:] if own else READERS:
                _row(readers, urls[:readers] if own else urls[:1] * readers, options.accounts, options.seconds)


def _row(readers: int, urls: Sequence[str], accounts: int, seconds: float) -> None:
    found = _together(urls, accounts // readers, seconds)
    balances = sum(each["balances"] for each in found)
    speed = sum(each["balances"] / each["seconds"] for each in found)
    cpu = sum(each["cpu"] for each in found) / balances * 1e6
    requests = sum(each["requests"] for each in found) / balances * PLAN
    print(
        f"| {readers} | {len(set(urls))} | {speed:,.0f} | {cpu:.2f} | {requests:,.0f} | {PLAN / speed:.0f} |",
        flush=True,
    )


def _together(urls: Sequence[str], accounts: int, seconds: float) -> list[dict[str, float]]:
    """What each of the readers finds, one for each of ``urls``, which all begin at the same moment."""
    command = (sys.executable, "-m", "benchmarks.scaling.reader")
    with ExitStack() as stack:
        readers = [
            stack.enter_context(
                subprocess.Popen(
                    (*command, url, str(accounts), str(seconds)),
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    text=True,
                )
            )
            for url in urls
        ]
        for reader in readers:
            assert reader.stdout
            assert reader.stdout.readline() == "ready\n"
        for reader in readers:
            assert reader.stdin
            reader.stdin.write("\n")
            reader.stdin.flush()
        return [json.loads(reader.communicate()[0]) for reader in readers]


@contextmanager
def _nodes(number: int, accounts: int) -> Iterator[list[str]]:
    with tempfile.TemporaryDirectory() as directory, ExitStack() as stack:
        genesis = Path(directory) / "genesis.json"
        chain.write_genesis(genesis, accounts, tokens=False)
        started = [Anvil(1, Path(directory) / str(each), arguments=("--init", str(genesis))) for each in range(number)]
        yield [stack.enter_context(each).url for each in started]


if __name__ == "__main__":
    main()
