"""The monitor's own daemon, as a child process."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from monitor.devnet.nodes.prometheus import local_get
from monitor.devnet.processes import Node


class Daemon(Node):
    """``reserve-monitor run`` with ``configuration``, which takes its listen address from ``DEVNET_LISTEN``.

    It is ready after a first pass over everything that it watches.
    """

    name = "reserve-monitor"

    def __init__(
        self, configuration: Path, directory: Path, *, environment: Mapping[str, str], usual_port: int = 0
    ) -> None:
        super().__init__(directory, usual_port=usual_port)
        self._configuration = configuration
        self._environment = environment

    @property
    def environment(self) -> Mapping[str, str]:
        return {**self._environment, "DEVNET_LISTEN": f"127.0.0.1:{self.port}"}

    def command(self) -> Sequence[str | Path]:
        inbox = self._environment["DEVNET_INBOX_PAGE"]
        return (sys.executable, "-m", "monitor", "run", "--devnet", inbox, "--config", self._configuration)

    def ask(self) -> None:
        local_get(self.port, "/-/ready")

    def get(self, path: str) -> str:
        """The body of a page; NotReadyError unless the answer is 200."""
        return local_get(self.port, path).decode()
