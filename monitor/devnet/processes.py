"""Node processes: started on free ports of 127.0.0.1, ready when they answer, ended with all their children."""

import os
import signal
import socket
import subprocess
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

_ATTEMPTS = 3
_READY_WITHIN = 60.0
_STOPS_WITHIN = 15.0
_ASK_EVERY = 0.02
_LOG_TAIL = 2000
ASK_TIMEOUT = 2.0
"""Seconds for one answer to :meth:`Node.ask`: whatever else took the port may accept and never answer."""


class NodeError(Exception):
    """A node could not be started. The text ends with the last lines of its log."""


class NotReadyError(Exception):
    """The node does not answer yet."""


def free_port(usual: int = 0) -> int:
    """A TCP port of 127.0.0.1 that nothing listens on at the moment: ``usual``, or another one if that is taken."""
    for wanted in (usual, 0):
        with socket.socket() as listener, suppress(OSError):
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as servers do, after a restart
            listener.bind(("127.0.0.1", wanted))
            port: int = listener.getsockname()[1]
            return port
    raise NodeError("127.0.0.1 has no free port")


class Node(ABC):
    """One program that serves on 127.0.0.1.

    Between choosing a free port and listening on it, another process may take it; a program that ends before it
    answered is therefore started again on other ports, a few times. After that, ``port`` stays the same: a node that
    was killed comes back where it was. An object whose ``port`` was given can also ask a node that it did not start.
    """

    name: str
    """What logs and errors call it."""

    def __init__(self, directory: Path, *, port: int = 0, usual_port: int = 0) -> None:
        """``directory`` holds the node's data and ``<name>.log``.

        ``port`` is the one to use, or that a running node uses; without it, ``usual_port`` if it is free, else any.
        """
        self.directory = directory
        self.port = port
        self._fixed = bool(port)
        self._usual_port = usual_port
        self._process: subprocess.Popen[bytes] | None = None

    @abstractmethod
    def command(self) -> Sequence[str | Path]:
        """The program and its arguments. Called once a start; may write configuration files first."""

    @abstractmethod
    def ask(self) -> None:
        """Ask the node something that only a ready one answers; NotReadyError means not yet."""

    @property
    def environment(self) -> Mapping[str, str]:
        """Variables for the process beside this process' own."""
        return {}

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> Path:
        return self.directory / f"{self.name}.log"

    @property
    def pid(self) -> int | None:
        """The process id while it runs."""
        return self._process.pid if self._process and self._process.poll() is None else None

    def choose_ports(self) -> None:
        """Choose every port that the node listens on."""
        self.port = free_port(self._usual_port)

    def start(self) -> Self:
        """Start the process and wait until it answers; NodeError if it does not."""
        self.directory.mkdir(parents=True, exist_ok=True)
        for _ in range(_ATTEMPTS):
            if not self._fixed:
                self.choose_ports()
            self._spawn()
            try:
                if self._answers():
                    self._fixed = True
                    return self
            except BaseException:
                self.kill()
                raise
            self.kill()
        raise NodeError(f"{self.name} ended before it answered:\n{self._log_tail()}")

    def stop(self) -> None:
        """End the process and its children, gently first. Does nothing when it has ended."""
        self.signal(signal.SIGTERM)
        self.resume()  # a stopped process gets no SIGTERM
        self._reap(_STOPS_WITHIN)
        self.kill()

    def kill(self) -> None:
        """End the process at once, as a crash would."""
        self.signal(signal.SIGKILL)
        self._reap(None)
        self._process = None

    def pause(self) -> None:
        """Stop the process where it is: connections are accepted by the system, but never answered."""
        self.signal(signal.SIGSTOP)
        if self._process:
            os.waitid(os.P_PID, self._process.pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)

    def resume(self) -> None:
        self.signal(signal.SIGCONT)

    def signal(self, number: int) -> None:
        """Send a signal to the process and its children."""
        if self._process:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, number)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _spawn(self) -> None:
        command = [str(part) for part in self.command()]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 - our own command
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={**os.environ, **self.environment},
                start_new_session=True,
            )

    def _answers(self) -> bool:
        """Whether the node got ready; False if its process ended."""
        if not self._process:
            return False
        deadline = time.monotonic() + _READY_WITHIN
        while time.monotonic() < deadline:
            with suppress(NotReadyError):
                self.ask()
                return self._process.poll() is None
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(_ASK_EVERY)
                return False
        raise NodeError(f"{self.name} does not answer after {_READY_WITHIN:.0f} s:\n{self._log_tail()}")

    def _reap(self, timeout: float | None) -> None:
        if self._process:
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(timeout)

    def _log_tail(self) -> str:
        return self.log.read_text(errors="replace")[-_LOG_TAIL:]
