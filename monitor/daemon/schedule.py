"""The clock: every job first at once, then at its interval, never twice at a time."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

_JITTER = 0.05  # of the interval: jobs of equal intervals drift apart, and no endpoint meets a wave
_JITTER_MOST = 30.0  # seconds

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Job:
    """Something that is done again and again. ``key`` tells it apart, ``run`` reports its own failures."""

    key: str
    interval: timedelta
    run: Callable[[], Awaitable[object]]
    about: object = None
    """What it works on: when that changes, the job is run anew at once."""


class Schedule:
    """Runs jobs when APScheduler says so. A job that raises is logged and comes again: the watch must go on."""

    def __init__(self) -> None:
        self._scheduler = AsyncIOScheduler(timezone="UTC")
        self._jobs: dict[str, Job] = {}
        self._runs: set[asyncio.Task[None]] = set()
        self._cancelled: set[asyncio.Task[None]] = set()
        self._turns: dict[str, asyncio.Lock] = {}
        self._waiting: dict[str, asyncio.Task[None]] = {}

    def start(self) -> None:
        self._scheduler.start()

    def set(self, jobs: list[Job]) -> None:
        """Make ``jobs`` the ones that run; those that are new, or about something else than before, at once.

        Runs of those that are gone, or were about something else, are cancelled: they may take long, for nothing.
        :meth:`cancelled` waits for their end.
        """
        triggers = {job.key: _trigger(job.interval) for job in jobs}  # first of all: what fails changes nothing
        before, self._jobs = self._jobs, {job.key: job for job in jobs}
        for key in before.keys() - self._jobs.keys():
            self._scheduler.remove_job(key)
            self._cancel(key)
        for key, job in self._jobs.items():
            known = before.get(key)
            if known is None or known.interval != job.interval:
                self._add(key, triggers[key])
            if known is None or known.about != job.about:
                self._cancel(key)
                self.soon(key)

    async def cancelled(self) -> None:
        """Wait until the runs that :meth:`set` has cancelled have ended, and use nothing any more."""
        await asyncio.gather(*self._cancelled, return_exceptions=True)

    def _add(self, key: str, trigger: IntervalTrigger) -> None:
        self._scheduler.add_job(
            self._due,
            trigger,
            args=[key],
            id=key,
            coalesce=True,
            misfire_grace_time=None,
            replace_existing=True,
        )

    async def _due(self, key: str) -> None:
        """The interval is over. A run that takes longer than it is not followed by those that it missed."""
        if not self._turn(key).locked():
            self.soon(key)

    def soon(self, key: str) -> None:
        """Run the job now, besides its interval; a run that is under way is waited for first.

        A run that waits already does for all who ask meanwhile: it begins after whatever they want it to see.
        """
        waiting = self._waiting.get(key)
        if waiting and not waiting.cancelling():
            return
        task = self._waiting[key] = asyncio.create_task(self._run(key), name=key)
        self._runs.add(task)
        task.add_done_callback(self._runs.discard)

    def _cancel(self, key: str) -> None:
        for task in self._runs:
            if task.get_name() == key:
                task.cancel()
                self._cancelled.add(task)
                task.add_done_callback(self._cancelled.discard)

    def _turn(self, key: str) -> asyncio.Lock:
        return self._turns.setdefault(key, asyncio.Lock())

    async def _run(self, key: str) -> None:
        async with self._turn(key):
            self._waiting.pop(key, None)
            job = self._jobs.get(key)
            if job is None:
                return
            try:
                await job.run()
            except Exception:  # noqa: BLE001 - whatever it is, the other jobs and the next run must go on
                _log.exception("job failed", job=key)

    async def stop(self) -> None:
        """Start nothing any more and cancel what runs."""
        self._scheduler.shutdown(wait=False)
        for task in self._runs:
            task.cancel()
        await asyncio.gather(*self._runs, return_exceptions=True)


def _trigger(interval: timedelta) -> IntervalTrigger:
    seconds = interval.total_seconds()
    return IntervalTrigger(seconds=seconds, jitter=min(seconds * _JITTER, _JITTER_MOST))
