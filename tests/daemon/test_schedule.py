"""What is done again and again: at once, then at its interval, one at a time, whatever happens."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from monitor.daemon.schedule import Job, Schedule

HOUR = timedelta(hours=1)
MOMENT = timedelta(milliseconds=10)


class Work:
    """A job that counts its runs, and lasts until it may end."""

    def __init__(self, *, lasts: bool = False, fails: bool = False) -> None:
        self.begun = self.ended = self.cancelled = 0
        self.may_end = asyncio.Event()
        self._fails = fails
        self._changed = asyncio.Condition()
        if not lasts:
            self.may_end.set()

    async def __call__(self) -> None:
        self.begun += 1
        await self._tell()
        try:
            await self.may_end.wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        self.ended += 1
        await self._tell()
        if self._fails:
            raise ValueError("a mistake")

    async def _tell(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    async def has_begun(self, times: int) -> None:
        async with self._changed, asyncio.timeout(30):
            await self._changed.wait_for(lambda: self.begun >= times)


@pytest.fixture
async def schedule() -> AsyncIterator[Schedule]:
    schedule = Schedule()
    schedule.start()
    yield schedule
    await schedule.stop()


async def test_a_job_runs_at_once_and_then_at_its_interval(schedule: Schedule) -> None:
    rare, often = Work(), Work()
    schedule.set([Job("rare", HOUR, rare), Job("often", MOMENT, often)])
    await often.has_begun(4)
    assert rare.begun == 1


async def test_a_job_never_runs_twice_at_a_time_and_missed_runs_are_not_made_up_for(schedule: Schedule) -> None:
    slow, clock = Work(lasts=True), Work()
    schedule.set([Job("slow", MOMENT, slow), Job("clock", MOMENT, clock)])
    await clock.has_begun(5)
    assert slow.begun == 1
    schedule.set([Job("slow", HOUR, slow), Job("clock", MOMENT, clock)])
    slow.may_end.set()
    await clock.has_begun(clock.begun + 5)
    assert slow.begun == 1


async def test_a_job_that_raises_is_logged_and_comes_again(schedule: Schedule) -> None:
    work = Work(fails=True)
    with capture_logs() as logs:
        schedule.set([Job("wallets:okx", MOMENT, work)])
        await work.has_begun(3)
    assert {(log["event"], log["job"], log["log_level"]) for log in logs} == {("job failed", "wallets:okx", "error")}


async def test_a_job_can_be_wanted_before_its_interval_is_over(schedule: Schedule) -> None:
    work = Work()
    schedule.set([Job("work", HOUR, work)])
    await work.has_begun(1)
    schedule.soon("work")
    await work.has_begun(2)


async def test_what_is_wanted_while_it_runs_runs_once_more_afterwards(schedule: Schedule) -> None:
    """What is under way began with the old state of things."""
    work = Work(lasts=True)
    schedule.set([Job("work", HOUR, work)])
    await work.has_begun(1)
    schedule.soon("work")
    work.may_end.set()
    await work.has_begun(2)


async def test_what_is_wanted_by_many_while_it_runs_runs_once_more_for_all(schedule: Schedule) -> None:
    work, other = Work(lasts=True), Work()
    schedule.set([Job("work", HOUR, work), Job("other", HOUR, other)])
    await work.has_begun(1)
    for _ in range(5):
        schedule.soon("work")
    work.may_end.set()
    await work.has_begun(2)
    schedule.soon("other")
    await other.has_begun(2)
    assert work.begun == 2


async def test_who_waits_for_its_turn_and_is_cancelled_does_not_stand_in_for_the_next(schedule: Schedule) -> None:
    before, after = Work(lasts=True), Work()
    schedule.set([Job("work", HOUR, before, about="the old list")])
    await before.has_begun(1)
    schedule.soon("work")
    schedule.set([Job("work", HOUR, after, about="the new list")])
    await after.has_begun(1)


async def test_another_interval_holds_from_now_on_and_does_not_disturb_the_job(schedule: Schedule) -> None:
    work, clock = Work(), Work()
    schedule.set([Job("work", HOUR, work), Job("clock", MOMENT, clock)])
    await clock.has_begun(3)
    assert work.begun == 1
    schedule.set([Job("work", MOMENT, work), Job("clock", MOMENT, clock)])
    await work.has_begun(3)


async def test_a_job_about_something_else_runs_anew_at_once(schedule: Schedule) -> None:
    before, after = Work(), Work()
    schedule.set([Job("work", HOUR, before, about="the old list")])
    await before.has_begun(1)
    schedule.set([Job("work", HOUR, after, about="the new list")])
    await after.has_begun(1)
    assert before.begun == 1


async def test_a_run_about_what_is_not_so_any_more_is_cancelled_and_not_waited_for(schedule: Schedule) -> None:
    """It may hang for minutes on the very endpoint that the new configuration replaces."""
    before, after = Work(lasts=True), Work()
    schedule.set([Job("work", HOUR, before, about="the old endpoint")])
    await before.has_begun(1)
    schedule.set([Job("work", HOUR, after, about="the new endpoint")])
    await after.has_begun(1)
    assert before.cancelled == 1


async def test_a_run_of_a_removed_job_is_cancelled(schedule: Schedule) -> None:
    removed, clock = Work(lasts=True), Work()
    schedule.set([Job("removed", HOUR, removed)])
    await removed.has_begun(1)
    schedule.set([Job("clock", MOMENT, clock)])
    await clock.has_begun(3)
    assert removed.cancelled == 1


async def test_jobs_that_stay_as_they_are_are_not_run_by_a_change_of_others(schedule: Schedule) -> None:
    stays, clock = Work(), Work()
    schedule.set([Job("stays", HOUR, stays, about="a list")])
    await stays.has_begun(1)
    schedule.set([Job("stays", HOUR, stays, about="a list"), Job("clock", MOMENT, clock)])
    await clock.has_begun(3)
    assert stays.begun == 1


async def test_a_removed_job_ends(schedule: Schedule) -> None:
    removed, clock = Work(), Work()
    schedule.set([Job("removed", MOMENT, removed), Job("clock", MOMENT, clock)])
    await removed.has_begun(2)
    schedule.set([Job("clock", MOMENT, clock)])
    runs = removed.begun
    await clock.has_begun(clock.begun + 5)
    assert removed.begun == runs


async def test_stopping_cancels_what_runs_and_waits_until_it_has_ended(caplog: pytest.LogCaptureFixture) -> None:
    schedule, first, later = Schedule(), Work(lasts=True), Work()
    schedule.start()
    with capture_logs() as logs:
        schedule.set([Job("first", HOUR, first), Job("later", MOMENT, later)])
        await first.has_begun(1)
        await later.has_begun(2)
        later.may_end.clear()  # a run that the interval, not the start, has begun
        await later.has_begun(later.begun + 1)
        await schedule.stop()
    assert (first.cancelled, later.cancelled) == (1, 1)
    assert (logs, caplog.records) == ([], []), "being stopped is no failure"


async def test_whoever_waits_for_the_cancelled_runs_finds_them_ended(schedule: Schedule) -> None:
    """What they used may be closed then."""
    work, tidied = Work(lasts=True), asyncio.Event()

    async def tidy() -> None:
        try:
            await work()
        finally:
            await asyncio.sleep(0)
            tidied.set()

    schedule.set([Job("work", HOUR, tidy, about="the old endpoint")])
    await work.has_begun(1)
    schedule.set([])
    assert not tidied.is_set()
    await schedule.cancelled()
    assert tidied.is_set()


async def test_jobs_that_cannot_be_scheduled_leave_everything_as_it_was(schedule: Schedule) -> None:
    goes_on = Work()
    schedule.set([Job("goes on", MOMENT, goes_on)])
    await goes_on.has_begun(1)
    with pytest.raises(OverflowError):
        schedule.set([Job("new", HOUR, Work()), Job("never", timedelta.max, Work())])
    await goes_on.has_begun(goes_on.begun + 2)
