"""Lists are judged apart from the event loop: a large one in a process of its own, a small one in a thread."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from monitor.daemon.handing_over import NewList, Piece, SomeVerdicts, columns_of, prints_in, put_together
from monitor.daemon.list_reading import ListTask, judge_list, read_list
from monitor.model import Document, Verdict
from monitor.ownership import VerdictsByPrint
from monitor.published import DocumentError, unpack
from monitor.settings import DocumentSettings

if TYPE_CHECKING:
    from monitor.daemon.list_process import ListProcess

SMALL = 128 * 1024
"""Bytes, expanded, up to which a list is read and judged here: the start of a process takes as long as 500 rows."""
_FEW = 1_000
"""Rows of a list before, up to which one is compared with it here."""
_KEPT = 10_000
"""Verdicts that are kept together: each goes to another page of the index, which is written whole. A kill of this
process loses them, which took a second; whatever else happens does not."""


class KnownVerdicts(Protocol):
    """What was judged before, and is not judged again."""

    async def find(self, prints: Sequence[bytes], task: ListTask) -> Mapping[bytes, Verdict]:
        """Those of ``prints``, by fingerprint, that are known under the present rules."""

    async def need(self, prints: Sequence[bytes], task: ListTask) -> None:
        """Know that the list of ``task``, which was read as a whole, needs what was found of ``prints``."""

    async def keep(self, verdicts: VerdictsByPrint, task: ListTask) -> None:
        """Know ``verdicts``, which ``task`` needs, from now on."""


class NothingKnown:
    """For a command that judges one list, once."""

    async def find(self, prints: Sequence[bytes], task: ListTask) -> Mapping[bytes, Verdict]:
        """Nothing."""
        del prints, task
        return {}

    async def need(self, prints: Sequence[bytes], task: ListTask) -> None:
        """Do nothing."""

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

    async def judge(self, task: ListTask, content: bytes, progress: Progress = _untold) -> NewList:
        """Read, compare and judge the list in ``content``.

        Verdicts are kept as they are found: after a kill the next attempt goes on from there. ``progress`` is told in
        this thread or in another one. Raises DocumentError, also when the process ends before it has answered.
        """
        if _is_small(content, task.document, task.settings) and len(task.previous or ()) <= _FEW:
            return await self._judge_here(task, content, progress)
        from monitor.daemon.list_process import started  # noqa: PLC0415 - a small list needs no process

        async with self._turn, started(task) as process:
            return await self._judge_there(process, task, content, progress)

    async def _judge_here(self, task: ListTask, content: bytes, progress: Progress) -> NewList:
        read = await asyncio.to_thread(read_list, task, content)
        new_verdicts: list[VerdictsByPrint] = []

        def told(found: VerdictsByPrint, done: int, total: int) -> None:
            new_verdicts.append(found)
            progress(done, total)

        known = await self._known.find(list(dict.fromkeys(read.prints)), task)
        await self._known.need(list(known), task)
        new = await asyncio.to_thread(judge_list, task, read, known, told)
        for found in filter(None, new_verdicts):
            await self._known.keep(found, task)
        return new

    async def _judge_there(self, process: "ListProcess", task: ListTask, content: bytes, progress: Progress) -> NewList:
        await process.aside(process.connection.send, replace(task, previous=None))
        columns = await asyncio.to_thread(columns_of, task.previous) if task.previous is not None else {}
        for column in columns.items():
            await process.aside(process.connection.send, column)
        await process.aside(process.connection.send, None)
        await process.aside(process.connection.send_bytes, content)
        needed: list[Sequence[bytes]] = []
        while prints := await process.receive():
            known = await self._known.find(prints_in(prints), task)
            needed.append(list(known))
            await process.aside(process.connection.send, SomeVerdicts.of(known))
        for some in needed:
            await self._known.need(some, task)
        pieces: list[Piece] = []
        found: dict[bytes, Verdict] = {}
        try:
            while (said := await process.receive()) is not None:
                if not isinstance(said, SomeVerdicts):
                    pieces.append(said)
                    continue
                progress(said.done, said.total)
                found |= said.by_print()
                if len(found) >= _KEPT:
                    together, found = found, {}
                    await self._known.keep(together, task)
        finally:
            if found:
                await self._known.keep(found, task)
        return await asyncio.to_thread(put_together, pieces)


def _is_small(content: bytes, document: Document, settings: DocumentSettings) -> bool:
    """Whether it cannot expand to more than :data:`SMALL`; what cannot be unpacked is refused soon enough."""
    if len(content) > SMALL:
        return False
    try:
        return sum(file.limit for file in unpack(content, document, settings)) <= SMALL
    except DocumentError:
        return True
