"""The process in which a large list is read and judged: it gives its memory back by ending, and can be killed.

What is said, in this order, each a pickled message but for the bytes of the documents:

1. The daemon: the task, and the bytes of the list and of the one before.
2. The process: the fingerprints of the list's rows. The daemon: the verdicts that it knows of them, some at a time.
3. The process, while it judges: the verdicts that it finds, and how far it is; at last the judged list, in pieces.

In the place of any of its messages it may say why the list is refused.
"""

import os
import resource
import signal
import traceback
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from multiprocessing.connection import Connection

from monitor import logs
from monitor.daemon.handing_over import pieces_of
from monitor.daemon.list_reading import JudgingPool, ListTask, judge_list, read_list
from monitor.daemon.packed import PackedVerdicts
from monitor.model import Verdict
from monitor.published import DocumentError, Reason, refusing

PRINT = 16
"""Bytes of a fingerprint."""


@dataclass(frozen=True, slots=True)
class SomeVerdicts:
    """Verdicts by fingerprint, as they cross from one process to the other."""

    prints: bytes
    verdicts: PackedVerdicts
    done: int = 0
    """How many rows are judged."""
    total: int = 0
    """Of how many."""

    @staticmethod
    def of(verdicts: Mapping[bytes, Verdict], done: int = 0, total: int = 0) -> "SomeVerdicts":
        """Pack them, to tell how many rows are ``done``."""
        return SomeVerdicts(b"".join(verdicts), PackedVerdicts(verdicts.values()), done, total)

    def by_print(self) -> dict[bytes, Verdict]:
        return dict(zip(prints_in(self.prints), self.verdicts, strict=True))


def prints_in(joined: bytes) -> list[bytes]:
    """The fingerprints that stand in ``joined``, one behind the other."""
    return [joined[start : start + PRINT] for start in range(0, len(joined), PRINT)]


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why the list is refused: what was raised, fit to cross to another process."""

    reason: Reason
    sentence: str
    traceback: str

    def error(self) -> DocumentError:
        """What was raised there, to be raised here."""
        error = DocumentError(self.reason, self.sentence)
        error.add_note(self.traceback)
        return error


def work(connection: Connection, log: logs.Configured, memory: int) -> None:
    """Do what the other end of ``connection`` asks for, in this process, which then ends.

    ``log`` is how that end logs. Each process here gets no more than ``memory`` bytes.
    """
    logs.configure(*log)
    os.setpgid(0, 0)  # its pool can be killed with it, and Ctrl-C of a terminal is for the command alone
    try:
        task: ListTask = connection.recv()
        try:
            with refusing(lambda: task.document.source, but=OSError):
                resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
                _read_and_judge(connection, task)
        except DocumentError as error:
            trace = "".join(traceback.format_exception(error))
            connection.send(Refusal(error.reason, str(error), trace))
    except (EOFError, OSError):  # nobody is there any more
        os.killpg(0, signal.SIGKILL)


def _read_and_judge(connection: Connection, task: ListTask) -> None:
    content, previous = connection.recv_bytes(), connection.recv_bytes()
    read = read_list(task, content, previous)
    del content, previous
    connection.send(b"".join(dict.fromkeys(read.prints)))
    known: dict[bytes, Verdict] = {}
    while (some := connection.recv()) is not None:
        known |= some.by_print()
    with closing(JudgingPool(read.published.claims, task.registry.networks, connection.close)) as pool:
        new = judge_list(task, read, known, lambda *found: connection.send(SomeVerdicts.of(*found)), pool)
    for piece in pieces_of(new):
        connection.send(piece)
    connection.send(None)
