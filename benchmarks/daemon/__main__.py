"""``python -m benchmarks.daemon``: the daemon as it runs, scraped and watched from outside. See docs/performance.md."""

import argparse
import gzip
import os
import re
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from benchmarks.daemon import processes, ticks
from benchmarks.daemon.processes import Process
from benchmarks.daemon.scrapes import ENCODINGS, Scraped, scrape
from benchmarks.daemon.site import ASSETS, NETWORKS, Site
from benchmarks.daemon.ticks import Tick, lateness

_REST = "1h"
"""How often every network is read while the daemon is to rest after the first snapshots."""
_SETTLE = 15.0
"""Seconds after the first pass in which what it has set off ends."""


class Span(NamedTuple):
    """A while that ticks are looked at for."""

    name: str
    begin: float
    end: float


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.daemon", description=__doc__)
    parser.add_argument("--accounts", type=int, default=300_000, help="of all lists together (default: %(default)s)")
    parser.add_argument("--exchanges", type=int, nargs="+", default=[20, 1], help="a run of each (default: 20 1)")
    parser.add_argument("--interval", default="60s", help="at which every network is read (default: %(default)s)")
    parser.add_argument("--seconds", type=float, default=120, help="of scrapes, beside snapshots (default: 120)")
    asked = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that all processes end with it
    for exchanges in asked.exchanges:
        print(
            f"\n{asked.accounts:,} signed accounts, {exchanges} exchange(s) x {len(ASSETS)} assets x {len(NETWORKS)} "
            f"networks, each read every {asked.interval}; load before: {os.getloadavg()[0]:.1f}\n",
            flush=True,
        )
        with tempfile.TemporaryDirectory() as folder, processes.serving("benchmarks.daemon.node") as nodes:
            site = Site(Path(folder), exchanges, nodes, processes.port())
            site.publish(asked.accounts)
            _measure(site, asked.interval, asked.seconds)


def _measure(site: Site, busy: str, seconds: float) -> None:
    idle = site.folder / "idle"
    with processes.ticking(idle):
        for start, interval, scraped in (("first start", busy, seconds), ("restart", _REST, seconds / 4)):
            noted = site.folder / start.replace(" ", "-")
            site.configure(interval)
            with processes.daemon(site.configuration, noted) as daemon:
                spans = _watch(site, daemon, start, scraped)
            _tell_lateness(start, ticks.read(noted), ticks.read(idle), spans)


def _watch(site: Site, daemon: Process, start: str, seconds: float) -> list[Span]:
    """One daemon, from its start on; returns when it did what."""
    serving = processes.wait_for(f"{site.url}/-/healthy", daemon)  # before that nobody asks anything of the loop
    began = time.monotonic()
    taken = processes.wait_for(f"{site.url}/-/ready", daemon)
    print(f"{start}: serves after {serving:.1f} s", flush=True)
    print(f"{start}: first pass finished after {taken:.1f} s, {daemon.cpu:.1f} s of CPU; {_told(daemon)}", flush=True)
    ready = time.monotonic()
    time.sleep(_SETTLE)
    begin, cpu = time.monotonic(), daemon.cpu
    scraped = scrape(f"{site.url}/metrics", seconds)
    end = time.monotonic()
    print(f"{start}: then {(daemon.cpu - cpu) / (end - begin):.1%} of a core, scraped; {_told(daemon)}\n", flush=True)
    _tell_scrapes(site.folder, scraped, seconds / 4)
    return [Span("lists are taken up", began, ready), Span("scraped", begin, end)]


def _told(process: Process) -> str:
    return f"resident {process.memory.now:.0f} MB, at most {process.memory.peak:.0f} MB"


def _tell_scrapes(folder: Path, ours: dict[str, Scraped], seconds: float) -> None:
    """The daemon's, beside the limits."""
    body = folder / "body"
    body.write_bytes(gzip.decompress(ours["gzip"].body))
    if failed := re.search(rb"^por_snapshot_failures_total.* [1-9].*$", body.read_bytes(), re.MULTILINE):
        raise SystemExit(f"a snapshot failed, so that this is no figure of a daemon at work: {failed[0].decode()}")
    rows = {"daemon": ours}
    with processes.serving("benchmarks.daemon.bare", body) as bare:
        rows["bare: library and aiohttp"] = scrape(f"{bare}/library", seconds)
        rows["bare: the bytes, aiohttp"] = scrape(f"{bare}/bytes", seconds)
    samples = sum(not line.startswith(b"#") for line in body.read_bytes().splitlines())
    print(f"{samples:,} samples\n")
    print("| scrapes | | number | p50, ms | p99, ms | max, ms | bytes |\n|---|---|--:|--:|--:|--:|--:|")
    for name, found in rows.items():
        for encoding in ENCODINGS:
            each = found[encoding]
            figures = " | ".join(f"{each.at(share):.1f}" for share in (0.5, 0.99, 1.0))
            print(f"| {name} | {encoding} | {len(each.seconds)} | {figures} | {each.size:,} |")
    print(flush=True)


def _tell_lateness(start: str, ours: Sequence[Tick], control: Sequence[Tick], spans: Sequence[Span]) -> None:
    print(f"{start}: event loop late by ms (a process that only ticks)\n")
    print("| | p99 | max | over 50 ms |\n|---|--:|--:|--:|")
    for span in spans:
        pairs = zip(*(lateness(each, span.begin, span.end) for each in (ours, control)), strict=True)
        print(f"| {span.name} | {' | '.join(f'{one:.0f} ({other:.0f})' for one, other in pairs)} |")
    print(flush=True)


if __name__ == "__main__":
    main()
