"""Lists are judged apart from the event loop: a large one in a process of its own, a small one in a thread."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from multiprocessing import get_context
from typing import Any, ParamSpec, Protocol, TypeVar

from monitor import logs
from monitor.daemon.handing_over import NewList, Piece, put_together
from monitor.daemon.list_process import PRINT, Refusal, SomeVerdicts, prints_in, work
from monitor.daemon.list_reading import AFTER_A_KILL, ListTask, judge_list, read_list
from monitor.model import Document, Verdict
from monitor.ownership import VerdictsByPrint
from monitor.published import DocumentError, Reason, unpack
from monitor.settings import DocumentSettings

SMALL = 128 * 1024
"""Bytes, expanded, up to which a list is read and judged here: the start of a process takes as long as 500 rows."""
_QUERY = 500
"""Verdicts that are asked for together."""
_PROGRAM = 256 * 1024**2
"""Bytes that the program takes by itself, with room."""
_AS_MUCH_AGAIN = 2
"""Of ``max_memory``, which bounds reading: judging and comparing take as much again at the most."""
_SPAWN = get_context("spawn")

P = ParamSpec("P")
T = TypeVar("T")


class KnownVerdicts(Protocol):
    """What was judged before, and is not judged again."""

    async def find(self, prints: Sequence[bytes], task: ListTask) -> Mapping[bytes, Verdict]:
        """Those of ``prints``, by fingerprint, that are known under the present rules; ``task`` needs them."""

    async def keep(self, verdicts: VerdictsByPrint, task: ListTask) -> None:
        """Know ``verdicts``, which ``task`` needs, from now on."""


class NothingKnown:
    """For a command that judges one list, once."""

    async def find(self, prints: Sequence[bytes], task: ListTask) -> Mapping[bytes, Verdict]:
        """Nothing."""
        del prints, task
        return {}

    async def keep(self, verdicts: VerdictsByPrint, task: ListTask) -> None:
        """Do nothing."""


Progress = Callable[[int, int], None]
"""Is told how many rows are judged, and of how many."""


def _untold(_done: int, _total: int) -> None:
    pass


class ListJudge:
    """Reads and judges lists, a large one in a process that takes all cores and up to a few ``max_memory``.

    One at a time: several such processes at once would be no sooner done, and might take all the memory there is.
    """

    def __init__(self, known: KnownVerdicts) -> None:
        self._known = known
        self._turn = asyncio.Semaphore(1)

    async def judge(
        self, task: ListTask, content: bytes, previous: bytes = b"", progress: Progress = _untold
    ) -> NewList:
        """Read, compare and judge the list in ``content``; ``previous`` are the bytes of ``task.previous``.

        Verdicts are kept as they are found: after a kill the next attempt goes on from there. ``progress`` is told in
        this thread or in another one. Raises DocumentError, also when the process ends before it has answered.
        """
        if _is_small(content, task.document, task.settings) and len(previous) <= SMALL:
            return await self._judge_here(task, content, previous, progress)
        async with self._turn, _started(task) as process:
            return await self._judge_there(process, task, content, previous, progress)

    async def _judge_here(self, task: ListTask, content: bytes, previous: bytes, progress: Progress) -> NewList:
        read = await asyncio.to_thread(read_list, task, content, previous)
        new_verdicts: list[VerdictsByPrint] = []

        def told(found: VerdictsByPrint, done: int, total: int) -> None:
            new_verdicts.append(found)
            progress(done, total)

        known = await self._known.find(list(dict.fromkeys(read.prints)), task)
        new = await asyncio.to_thread(judge_list, task, read, known, told)
        for found in filter(None, new_verdicts):
            await self._known.keep(found, task)
        return new

    async def _judge_there(
        self, process: "_Process", task: ListTask, content: bytes, previous: bytes, progress: Progress
    ) -> NewList:
        await process.aside(process.connection.send, task)
        await process.aside(process.connection.send_bytes, content)
        await process.aside(process.connection.send_bytes, previous)
        prints: bytes = await process.receive()
        for start in range(0, len(prints), _QUERY * PRINT):
            known = await self._known.find(prints_in(prints[start : start + _QUERY * PRINT]), task)
            await process.aside(process.connection.send, SomeVerdicts.of(known))
        await process.aside(process.connection.send, None)
        pieces: list[Piece] = []
        while (said := await process.receive()) is not None:
            if isinstance(said, SomeVerdicts):
                progress(said.done, said.total)
                if found := said.by_print():
                    await self._known.keep(found, task)
            else:
                pieces.append(said)
        return await asyncio.to_thread(put_together, pieces)


def _is_small(content: bytes, document: Document, settings: DocumentSettings) -> bool:
    """Whether it cannot expand to more than :data:`SMALL`; what cannot be unpacked is refused soon enough."""
    if len(content) > SMALL:
        return False
    try:
        return sum(file.limit for file in unpack(content, document, settings)) <= SMALL
    except DocumentError:
        return True


@asynccontextmanager
async def _started(task: ListTask) -> AsyncIterator["_Process"]:
    process = _Process(task)
    try:
        yield process
    finally:
        await process.end()


class _Process:
    """A process that does :func:`~monitor.daemon.list_process.work`."""

    def __init__(self, task: ListTask) -> None:
        """It is still to be told its ``task``."""
        self._source = task.document.source
        memory = _AS_MUCH_AGAIN * task.settings.max_memory + _PROGRAM
        self.connection, theirs = _SPAWN.Pipe()
        self._process = _SPAWN.Process(target=work, args=(theirs, logs.configured(), memory))
        self._process.start()
        theirs.close()
        self._busy: asyncio.Future[Any] | None = None

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
        return DocumentError(Reason.KILLED, f"{self._source}: {problem}")

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
