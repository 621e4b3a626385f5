"""When what is done: every job first at once, then once in each of its intervals, never twice at a time.

On the event loop's own time, which is monotonic: a system clock that is put back or forward moves nothing.
"""

import asyncio
import math
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta

import structlog

from monitor.formats.phrases import span
from monitor.model import JobState

JITTER = 0.05
"""Of the interval: jobs of equal intervals drift apart, and no endpoint meets a wave."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Job:
    """Something that is done again and again. ``key`` tells it apart."""

    key: str
    interval: timedelta
    run: Callable[[], Awaitable[object]]
    """May answer a ``timedelta``: once more after this at the latest, however long the interval is."""
    about: object = None
    """What it works on: when that changes, the job is run anew at once."""
    spread: float = JITTER
    """Each interval's moment is random within this share of it: from 0, always the same, to 1, any moment."""
    patience: timedelta = timedelta(hours=6)
    """A run that takes longer stands still, and is shown as one that failed."""


@dataclass(slots=True, eq=False)
class _Turn:
    """One job's place in time. All times are the loop's."""

    job: Job
    origin: float
    """When its intervals began to be counted."""
    interval: int = 0
    """The number of the interval in which :attr:`due` lies."""
    due: asyncio.TimerHandle | None = None
    again: asyncio.TimerHandle | None = None
    """Before it is due, because the last run wanted that."""
    running: asyncio.Lock = field(default_factory=asyncio.Lock)
    since: float | None = None
    """When the run that is under way began."""
    waiting: asyncio.Task[None] | None = None
    removed: bool = False
    failures: int = 0
    error: str = ""
    """How the last run has ended; empty: well."""

    def hold(self) -> None:
        """Nothing is due any more."""
        for timer in (self.due, self.again):
            if timer:
                timer.cancel()
        self.due = self.again = None


class Schedule:
    """Runs jobs. One that raises is logged, shown, and comes again: the watch must go on."""

    def __init__(self, chance: Callable[[], float] = random.random) -> None:
        """``chance`` is a number from 0 to under 1, another one each time."""
        self._chance = chance
        self._turns: dict[str, _Turn] = {}
        self._runs: set[asyncio.Task[None]] = set()
        self._cancelled: set[asyncio.Task[None]] = set()

    def set(self, jobs: list[Job]) -> None:
        """Make ``jobs`` the ones that run; those that are new, or about something else than before, at once.

        Runs of those that are gone, or were about something else, are cancelled: they may take long, for nothing.
        :meth:`cancelled` waits for their end.
        """
        wanted = {job.key: job for job in jobs}
        for key, turn in list(self._turns.items()):
            if key not in wanted:
                self._remove(turn)
        for key, job in wanted.items():
            known = self._turns.get(key)
            if known is None or known.removed:
                self._begin(job, known)
            else:
                self._replace(known, job)

    async def cancelled(self) -> None:
        """Wait until the runs that :meth:`set` has cancelled have ended, and use nothing any more."""
        await asyncio.gather(*self._cancelled, return_exceptions=True)

    def states(self) -> tuple[JobState, ...]:
        """How every job does: how its last run ended, and whether the one under way stands still."""
        return tuple(_state(turn) for turn in self._turns.values() if not turn.removed)

    def soon(self, key: str) -> None:
        """Run the job now, besides its interval; a run that is under way is waited for first.

        A run that waits already does for all who ask meanwhile: it begins after whatever they want it to see.
        """
        turn = self._turns.get(key)
        if turn and not turn.removed:
            self._soon(turn)

    async def stop(self) -> None:
        """Start nothing any more and cancel what runs."""
        for turn in self._turns.values():
            turn.hold()
        self._turns.clear()
        for task in self._runs:
            task.cancel()
        await asyncio.gather(*self._runs, return_exceptions=True)

    # --- Jobs come and go --------------------------------------------------------------------------------------------

    def _begin(self, job: Job, before: _Turn | None) -> None:
        """Begin with ``job``; its lock is that of a removed job of the same key, whose run may not have ended yet."""
        turn = self._turns[job.key] = _Turn(job, _time())
        if before:
            turn.running = before.running
        self._plan(turn)
        self._soon(turn)

    def _replace(self, turn: _Turn, job: Job) -> None:
        before, turn.job = turn.job, job
        if (before.interval, before.spread) != (job.interval, job.spread):
            turn.hold()
            turn.origin, turn.interval = _time(), 0
            self._plan(turn)
        if before.about != job.about:
            self._cancel(job.key)
            self._soon(turn)

    def _remove(self, turn: _Turn) -> None:
        turn.removed = True
        turn.hold()
        self._cancel(turn.job.key)
        if not turn.running.locked():
            del self._turns[turn.job.key]

    def _cancel(self, key: str) -> None:
        for task in self._runs:
            if task.get_name() == key:
                task.cancel()
                self._cancelled.add(task)
                task.add_done_callback(self._cancelled.discard)

    # --- When it is due ----------------------------------------------------------------------------------------------

    def _plan(self, turn: _Turn) -> None:
        """Choose a moment in the next interval that nothing was chosen for, none of those that are over."""
        length = turn.job.interval.total_seconds()
        turn.interval = max(turn.interval, math.floor((_time() - turn.origin) / length)) + 1
        moment = turn.origin + (turn.interval + turn.job.spread * self._chance()) * length
        turn.due = asyncio.get_running_loop().call_at(moment, self._due, turn)

    def _due(self, turn: _Turn) -> None:
        """Run the job. One that still runs is not followed by what it missed: its end plans the next."""
        turn.due = None
        if not turn.running.locked():
            self._plan(turn)
            self._soon(turn)

    def _soon(self, turn: _Turn) -> None:
        if turn.waiting and not turn.waiting.cancelling():
            return
        task = turn.waiting = asyncio.create_task(self._run(turn), name=turn.job.key)
        self._runs.add(task)
        task.add_done_callback(self._runs.discard)

    async def _run(self, turn: _Turn) -> None:
        async with turn.running:
            turn.waiting = None
            if turn.removed:
                return
            if turn.again:
                turn.again.cancel()
                turn.again = None
            turn.since = _time()
            try:
                await self._work(turn)
            finally:
                turn.since = None
                if self._turns.get(turn.job.key) is turn:
                    self._go_on(turn)

    def _go_on(self, turn: _Turn) -> None:
        if turn.removed:
            del self._turns[turn.job.key]
        elif turn.due is None:
            self._plan(turn)

    async def _work(self, turn: _Turn) -> None:
        """Do the job once, and note how that ended, whatever it is: the other jobs and the next run must go on."""
        task = asyncio.current_task()
        try:
            wish = await turn.job.run()
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException as error:
            if isinstance(error, asyncio.CancelledError) and task and task.cancelling():
                raise
            turn.failures += 1
            turn.error = f"{type(error).__name__}: {error}".removesuffix(": ")
            _log.exception("job failed", job=turn.job.key)
        else:
            turn.error = ""
            if isinstance(wish, timedelta):
                loop = asyncio.get_running_loop()
                turn.again = loop.call_later(wish.total_seconds(), self._soon, turn)


def _state(turn: _Turn) -> JobState:
    took = timedelta(seconds=_time() - turn.since) if turn.since is not None else timedelta()
    error = turn.error
    if took > turn.job.patience:
        error = f"it has been running for {span(took)} and stands still"
    return JobState(turn.job.key, turn.failures, error)


def _time() -> float:
    return asyncio.get_running_loop().time()
