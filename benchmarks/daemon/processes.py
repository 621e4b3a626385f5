"""The processes of a run: the node, the daemon, an idle control, the bare server; and what they use."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.error import URLError
from urllib.request import urlopen

from monitor.devnet.processes import free_port

_CLOCK = 100
"""Ticks a second of /proc/PID/stat (USER_HZ)."""
_PATIENCE = 600
_AS_DEPLOYED = {"MALLOC_ARENA_MAX": "1"}
"""What the image and the unit file set."""
_TICKS = "import sys; from benchmarks.daemon import ticks; ticks.main(*sys.argv[1:])"


class Memory(NamedTuple):
    """Resident megabytes (10^6 bytes)."""

    now: float
    peak: float


class Process:
    """One that runs until the end of the ``with`` that it was started in."""

    def __init__(self, popen: subprocess.Popen[str]) -> None:
        self.popen = popen

    @property
    def cpu(self) -> float:
        """Seconds on the cores so far."""
        fields = self._proc("stat").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _CLOCK

    @property
    def memory(self) -> Memory:
        status = self._proc("status")
        return Memory(*(self._kilobytes(status, name) for name in ("VmRSS", "VmHWM")))

    def _kilobytes(self, status: str, name: str) -> float:
        found = re.search(rf"{name}:\s+(\d+) kB", status)
        return int(found[1]) * 1024 / 1e6 if found else 0.0

    def _proc(self, name: str) -> str:
        return Path(f"/proc/{self.popen.pid}/{name}").read_text(encoding="utf-8")


@contextmanager
def started(*arguments: str | Path, errors: Path | None = None) -> Iterator[Process]:
    """Python with these arguments. ``errors`` takes what it logs."""
    with (errors or Path("/dev/null")).open("a", encoding="utf-8") as log:
        popen = subprocess.Popen(
            [sys.executable, *arguments],
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            env=os.environ | _AS_DEPLOYED,
        )
    try:
        yield Process(popen)
    finally:
        popen.terminate()
        try:
            popen.wait(30)
        except subprocess.TimeoutExpired:
            popen.kill()
            popen.wait()


@contextmanager
def serving(module: str, *arguments: str | Path) -> Iterator[str]:
    """A module that prints its port first: the URL that it serves at."""
    with started("-m", module, *arguments) as process:
        port = process.popen.stdout.readline().strip() if process.popen.stdout else ""
        if not port:
            raise SystemExit(f"{module} ended before it served")
        yield f"http://127.0.0.1:{port}"


@contextmanager
def ticking(ticks: Path) -> Iterator[Process]:
    """The control: an event loop with nothing to do but tick."""
    # By -c, so that the daemon's own further processes import nothing of the benchmark.
    with started("-c", _TICKS, ticks) as process:
        yield process


@contextmanager
def daemon(configuration: Path, ticks: Path) -> Iterator[Process]:
    log = configuration.with_suffix(".log")
    with started("-c", _TICKS, ticks, configuration, errors=log) as process:
        yield process


def wait_for(url: str, process: Process) -> float:
    """Seconds until the daemon said yes there: ``/-/healthy`` once it serves, ``/-/ready`` after the first pass."""
    began = time.monotonic()
    while time.monotonic() - began < _PATIENCE:
        if process.popen.poll() is not None:
            raise SystemExit("the daemon ended before it was ready: see monitor.log")
        try:
            with urlopen(url, timeout=10):
                return time.monotonic() - began
        except (URLError, OSError):
            time.sleep(0.05)
    raise SystemExit(f"the daemon was not ready after {_PATIENCE} s")


def port() -> int:
    """A free one."""
    return free_port()
