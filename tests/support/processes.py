"""The daemon as operators run it: a process of its own, that can be signalled and killed."""

import os
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from monitor.devnet.nodes.prometheus import local_get
from monitor.devnet.processes import Node
from tests.support.daemons import Site, Watched

LISTEN = "${TEST_LISTEN}"
"""What a configuration for it says under ``web.listen``."""


class MonitorProcess(Node):
    """``python -m monitor run``. It has started when it answers; that is before anything was read."""

    name = "reserve-monitor"

    def __init__(self, site: Site, **variables: str) -> None:
        """``variables`` are added to its environment."""
        super().__init__(site.folder)
        self._variables = variables
        site.write(web={"listen": LISTEN})
        self._configuration = site.path

    @property
    def environment(self) -> Mapping[str, str]:
        return {"TEST_LISTEN": f"127.0.0.1:{self.port}", **self._variables}

    def command(self) -> Sequence[str | Path]:
        return (sys.executable, "-m", "monitor", "run", "--config", self._configuration)

    def ask(self) -> None:
        local_get(self.port, "/metrics")

    def watched(self) -> Watched:
        return Watched(self.port)

    def signal_only(self, number: int) -> None:
        """Signal the process alone, not those that it has started."""
        assert self.pid
        os.kill(self.pid, number)

    def exit_status(self, *, within: float) -> int:
        """Wait for its end."""
        assert self._process
        return self._process.wait(within)


def family(process: int) -> list[int]:
    """It, the processes that it has started, those that these have, and so on."""
    children: list[str] = []
    for thread in Path(f"/proc/{process}/task").iterdir():  # each has those that were started in it
        with suppress(OSError):  # it has ended
            children += (thread / "children").read_text().split()
    return [process, *(each for child in children for each in family(int(child)))]


def is_running(process: int) -> bool:
    """Whether there is such a process that has not ended: who was killed may still wait to be buried."""
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"
