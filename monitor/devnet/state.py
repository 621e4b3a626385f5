"""What a running devnet leaves in its directory, so that a command in another terminal finds it."""

import os
import signal
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

_FILE = "state.json"
_ENDS_WITHIN = 40.0


class Running(BaseModel):
    """A process. Ids are used again; together with the time of its start, one is unmistakable."""

    model_config = ConfigDict(frozen=True)

    pid: int
    started: int
    """In clock ticks since the machine's start."""

    @classmethod
    def of(cls, pid: int) -> "Running":
        return cls(pid=pid, started=_started(pid) or 0)

    @property
    def alive(self) -> bool:
        return _started(self.pid) == self.started

    def end(self, number: int, *, group: bool) -> None:
        """Signal the process, or everything in the group that it leads; nothing when it has ended."""
        if self.alive:
            with suppress(ProcessLookupError):
                (os.killpg if group else os.kill)(self.pid, number)


class State(BaseModel):
    """A devnet, from its start to its end."""

    model_config = ConfigDict(frozen=True)

    supervisor: Running
    """The process that started the others, and ends them when it ends."""
    ports: dict[str, int]
    """By name: the chains, and as far as they run ``monitor``, ``prometheus`` and ``alertmanager``."""
    processes: dict[str, Running]

    def save(self, directory: Path) -> None:
        """Write it in one step: a reader sees the old or the new one."""
        draft = directory / f"{_FILE}.new"
        draft.write_text(self.model_dump_json(indent=2) + "\n")
        draft.replace(directory / _FILE)

    @classmethod
    def load(cls, directory: Path) -> "State | None":
        """The state that lies in ``directory``; None when there is none that can be read."""
        try:
            return cls.model_validate_json((directory / _FILE).read_text())
        except (OSError, ValidationError):
            return None

    @property
    def running(self) -> bool:
        return self.supervisor.alive

    def end(self) -> bool:
        """End the devnet, and what a supervisor that was killed has left; whether anything was running."""
        left = [self.supervisor, *self.processes.values()]
        found = any(process.alive for process in left)
        self.supervisor.end(signal.SIGTERM, group=False)
        _wait([self.supervisor])
        for process in self.processes.values():
            process.end(signal.SIGKILL, group=True)
        _wait(self.processes.values())
        return found


def owns(directory: Path) -> bool:
    """Whether ``directory`` may be emptied: it is not there, has nothing in it, or was a devnet's."""
    return not directory.exists() or (directory / _FILE).exists() or not any(directory.iterdir())


def _started(pid: int) -> int | None:
    """When the process started; None when there is none, or only its remains (a zombie)."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] == "Z" else int(fields[19])


def _wait(processes: Iterable[Running]) -> None:
    deadline = time.monotonic() + _ENDS_WITHIN
    while any(process.alive for process in processes) and time.monotonic() < deadline:
        time.sleep(0.05)
