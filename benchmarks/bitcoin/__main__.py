"""bitcoind: one scan, then blocks and reorganisations followed, and past heights, on a real node in one run."""

import argparse
import asyncio
import os
import platform
import signal
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.bitcoin import followed, past
from benchmarks.bitcoin.ledger import Ledger
from monitor.devnet.nodes import BitcoinNode


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.bitcoin", description=__doc__)
    parser.add_argument("--accounts", type=int, default=20_000)
    parser.add_argument("--outputs", type=int, default=1_000_000)
    parser.add_argument("--blocks", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=5, help="of the scan")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the nodes end with it
    load = os.getloadavg()[0]
    print(f"{os.cpu_count()} CPUs, {platform.machine()}, Python {platform.python_version()}, load {load:.1f} before")
    with tempfile.TemporaryDirectory(prefix="benchmark-bitcoin-") as folder:
        with BitcoinNode(Path(folder)) as node:
            print(f"{node.rpc('getnetworkinfo')['subversion']}, {options.accounts:,} accounts", flush=True)
            ledger = Ledger(node, options.accounts)
            began = time.perf_counter()
            ledger.fund(options.outputs, watched=max(options.accounts, options.outputs // 20))
            print(f"{options.outputs:,} outputs made in {time.perf_counter() - began:.0f} s", flush=True)
            measurement = followed.Measurement(node, ledger)
            asyncio.run(measurement.run(options.blocks, options.rounds))
            followed.show(measurement.figures)
            past.show(asyncio.run(past.measure(node, ledger)), filters=True)
        with BitcoinNode(Path(folder), arguments=("-blockfilterindex=0",)) as node:
            past.show(asyncio.run(past.measure(node, ledger)), filters=False)


if __name__ == "__main__":
    main()
