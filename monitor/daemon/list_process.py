"""The process in which a large list is read and judged: it gives its memory back by ending, and can be killed.

What is said, in this order, each a pickled message but for the bytes of the documents:

1. The daemon: the task, the columns of the list before, one by one, and the bytes of the list.
2. The process, while it reads: fingerprints of rows, some at a time, each once, and after the last an empty message.
   The daemon, each time: the verdicts that it knows of them.
3. The process, once the list is read: the verdicts that it found meanwhile, and those that it finds from then on, with
   how far it is; at last the judged list, in pieces.

In the place of any of its messages it may say why the list is refused.
"""

import asyncio
import os
import resource
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing, suppress
from dataclasses import replace
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any, ParamSpec, TypeVar

from monitor import logs
from monitor.daemon.handing_over import Refusal, SomeVerdicts, claims_of, pieces_of
from monitor.daemon.list_pool import AFTER_A_KILL, Ahead, JudgingPool
from monitor.daemon.list_reading import ListTask, judge_list, read_list
from monitor.daemon.standing_back import stand_back
from monitor.published import Cause, DocumentError, refusing

_FIRST_TO_GO = 500
_PROGRAM = 256 * 1024**2
"""Bytes that the program takes by itself, with room."""
_AS_MUCH_AGAIN = 2
"""Of ``max_memory``, which bounds reading: judging and comparing take as much again at the most."""
_SPAWN = get_context("spawn")

P = ParamSpec("P")
T = TypeVar("T")


def work(connection: Connection, log: logs.Configured, memory: int) -> None:
    """Do what the other end of ``connection`` asks for, in this process, which then ends.

    ``log`` is how that end logs. Each process here gets no more than ``memory`` bytes.
    """
    logs.configure(*log)
    stand_back(_FIRST_TO_GO)
    os.setpgid(0, 0)  # its pool can be killed with it, and Ctrl-C of a terminal is for the command alone
    try:
        task: ListTask = connection.recv()
        try:
            with refusing(lambda: task.document.source, but=OSError):
                resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
                columns = dict(iter(connection.recv, None))
                _read_and_judge(connection, replace(task, previous=claims_of(columns) if columns else None))
        except DocumentError as error:
            connection.send(Refusal.of(error))
    except (EOFError, OSError):  # nobody is there any more
        os.killpg(0, signal.SIGKILL)


def _read_and_judge(connection: Connection, task: ListTask) -> None:
    ahead = Ahead(task, connection)
    read = read_list(task, connection.recv_bytes(), ahead.note)
    ahead.end()
    for some in ahead.found(len(read.prints)):
        connection.send(some)
    known = ahead.known
    with closing(JudgingPool(task, read.published.claims, connection.close)) as pool:
        new = judge_list(task, read, known, lambda *found: connection.send(SomeVerdicts.of(*found)), pool.judge)
    for piece in pieces_of(new):
        connection.send(piece)
    connection.send(None)


# --- As the daemon sees it -------------------------------------------------------------------------------------------


@asynccontextmanager
async def started(task: ListTask) -> AsyncIterator["ListProcess"]:
    """A process for the list of ``task``, which is still to be told; killed at the end of the block."""
    process = ListProcess(task)
    starting = asyncio.ensure_future(asyncio.to_thread(process.start))  # waits until the system has a core for it
    try:
        await asyncio.shield(starting)
        yield process
    finally:
        await asyncio.wait((starting,))
        if not starting.cancelled() and starting.exception() is None:
            await process.end()


class ListProcess:
    """The process, as the daemon sees it."""

    def __init__(self, task: ListTask) -> None:
        """It is still to be told its ``task``."""
        self._source = task.document.source
        memory = _AS_MUCH_AGAIN * task.settings.max_memory + _PROGRAM
        self.connection, self._theirs = _SPAWN.Pipe()
        self._process = _SPAWN.Process(target=work, args=(self._theirs, logs.configured(), memory))
        self._busy: asyncio.Future[Any] | None = None

    def start(self) -> None:
        """Start it. Raises OSError where the system has none to give."""
        self._process.start()
        self._theirs.close()

    async def receive(self) -> Any:  # noqa: ANN401 - what it says, see list_process
        """What it says next. Raises DocumentError where that is a refusal, or where it has ended."""
        said = await self.aside(self.connection.recv)
        if isinstance(said, Refusal):
            raise said.error()
        return said

    async def aside(self, do: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """``do`` something with the connection, in a thread. Raises DocumentError where the process has ended."""
        try:
            return await self._in_thread(do, *args, **kwargs)
        except (EOFError, OSError) as error:
            raise await self._why_ended() from error

    async def _in_thread(self, do: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        busy = self._busy = asyncio.ensure_future(asyncio.to_thread(do, *args, **kwargs))
        return await asyncio.shield(busy)

    async def _why_ended(self) -> DocumentError:
        with suppress(EOFError, OSError):
            while True:  # it may have refused what it was still being told
                said = await self._in_thread(self.connection.recv)
                if isinstance(said, Refusal):
                    return said.error()
        await self._kill()
        code = self._process.exitcode or 0
        how = f"by {signal.Signals(-code).name}" if code < 0 else f"with status {code}"
        problem = f"the process that read and judged it was ended {how}; {AFTER_A_KILL}"
        return DocumentError(Cause.KILLED, f"{self._source}: {problem}")

    async def _kill(self) -> None:
        """Kill it with its pool, as far as they still run."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid or 0, signal.SIGKILL)
        self._process.kill()  # it may have no group of its own yet
        await asyncio.to_thread(self._process.join)

    async def end(self) -> None:
        """End it: what it had to say was said, or nobody waits for it any more."""
        await self._kill()
        if self._busy:
            await asyncio.wait((self._busy,))
            self._busy.exception()
        self.connection.close()
        self._process.close()
