"""What is done again and again: at once, then at its interval, one at a time, whatever happens."""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from itertools import cycle, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from monitor.daemon.schedule import Job, Schedule
from monitor.model import JobState
from tests.support import virtual_time

HOUR = timedelta(hours=1)
MOMENT = timedelta(milliseconds=10)
CHANCES = st.lists(st.floats(0, 0.999), min_size=1, max_size=20)


class Work:
    """A job that counts its runs, and lasts until it may end."""

    def __init__(self, *, lasts: bool = False, fails: bool = False, raises: BaseException | None = None) -> None:
        self.begun = self.ended = self.cancelled = 0
        self.may_end = asyncio.Event()
        self.fails = fails
        self._raises = raises
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
        if self._raises:
            raise self._raises
        if self.fails:
            raise ValueError("a mistake")

    async def _tell(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    async def has_begun(self, times: int) -> None:
        async with self._changed, asyncio.timeout(30):
            await self._changed.wait_for(lambda: self.begun >= times)


async def ended() -> None:
    """Until no run is under way, nor waits for its turn."""
    while tasks := [task for task in asyncio.all_tasks() if task.get_name() in {"wallets:okx", "tick"}]:
        await asyncio.wait(tasks)


@pytest.fixture
async def schedule() -> AsyncIterator[Schedule]:
    schedule = Schedule()
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


async def test_how_the_last_run_of_a_job_ended_is_told_until_one_ends_well(schedule: Schedule) -> None:
    work, other = Work(fails=True), Work()
    with capture_logs():
        schedule.set([Job("wallets:okx", HOUR, work), Job("tick", HOUR, other)])
        await ended()
        schedule.soon("wallets:okx")
        await ended()
    assert schedule.states() == (JobState("wallets:okx", 2, "ValueError: a mistake"), JobState("tick", 0, ""))
    work.fails = False
    schedule.soon("wallets:okx")
    await ended()
    assert schedule.states() == (JobState("wallets:okx", 2, ""), JobState("tick", 0, ""))


@pytest.mark.parametrize("kind", [asyncio.CancelledError, BaseException, RecursionError, ExceptionGroup])
async def test_nothing_that_a_job_raises_ends_it_or_is_passed_over(schedule: Schedule, kind: type) -> None:
    """Not only what is an Exception: the panic of an extension is none, nor is a cancellation that nobody asked for."""
    error = kind("odd", [ValueError()]) if kind is ExceptionGroup else kind("odd")
    work = Work(raises=error)
    with capture_logs():
        schedule.set([Job("wallets:okx", MOMENT, work)])
        await work.has_begun(3)
        (state,) = schedule.states()
    assert state.failures >= 2
    assert state.error.startswith(f"{kind.__name__}: odd")


async def test_a_removed_job_is_not_told_of_any_more(schedule: Schedule) -> None:
    removed = Work(lasts=True)
    schedule.set([Job("removed", HOUR, removed)])
    await removed.has_begun(1)
    schedule.set([])
    assert schedule.states() == ()


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


# --- In hours and days, on a clock that jumps ------------------------------------------------------------------------


async def begun(job: Job, hours: float, chance: Callable[[], float] = random.random) -> list[float]:
    """When the runs of ``job`` begin, in hours."""
    begun: list[float] = []
    start, run = asyncio.get_running_loop().time(), job.run

    async def noted() -> object:
        begun.append((asyncio.get_running_loop().time() - start) / 3600)
        return await run()

    schedule = Schedule(chance)
    schedule.set([replace(job, run=noted)])
    await asyncio.sleep(hours * 3600)
    await schedule.stop()
    return begun


def lasting(hours: float) -> Callable[[], Awaitable[None]]:
    async def work() -> None:
        await asyncio.sleep(hours * 3600)

    return work


@given(CHANCES)
def test_a_job_that_is_spread_runs_once_at_any_moment_of_each_interval(chances: list[float]) -> None:
    moments = virtual_time.run(begun(Job("network", HOUR, lasting(0), spread=1), 100, cycle(chances).__next__))
    assert [int(moment) for moment in moments] == list(range(100))
    assert max(later - earlier for earlier, later in pairwise(moments)) <= 2


def test_nobody_can_tell_from_the_runs_before_when_the_next_one_comes() -> None:
    """Over all of its interval, and whatever the one before was: a tenth of the runs in each tenth of the time."""
    job = Job("network", timedelta(minutes=1), lasting(0), spread=1)
    moments = [moment * 60 for moment in virtual_time.run(begun(job, 100, random.Random(1).random))][1:]
    after_early = [later % 1 for earlier, later in pairwise(moments) if earlier % 1 < 0.2]
    for parts in (moments, after_early):
        counts = Counter(int(moment % 1 * 10) for moment in parts)
        assert all(0.7 < counts[tenth] * 10 / len(parts) < 1.3 for tenth in range(10))


@given(CHANCES, st.floats(0, 1))
def test_what_a_slow_job_finds_is_never_older_than_two_intervals_and_a_run(chances: list[float], lasts: float) -> None:
    ends = [
        begin + lasts
        for begin in virtual_time.run(
            begun(Job("network", HOUR, lasting(lasts), spread=1), 50, cycle(chances).__next__)
        )
    ]
    assert max(later - earlier for earlier, later in pairwise(ends)) <= 2 + lasts + 1e-6


@given(CHANCES)
def test_other_jobs_keep_their_time_but_for_a_twentieth(chances: list[float]) -> None:
    moments = virtual_time.run(begun(Job("wallets", HOUR, lasting(0)), 50, cycle(chances).__next__))
    assert len(moments) in {50, 51}
    assert all(0 <= moment - number <= 0.05 + 1e-6 for number, moment in enumerate(moments))


def test_a_job_that_takes_many_intervals_rests_until_the_next_one_begins() -> None:
    moments = virtual_time.run(begun(Job("network", HOUR, lasting(3.5), spread=0), 13))
    assert moments == pytest.approx([0, 4, 8, 12])


def test_a_change_of_other_jobs_postpones_none() -> None:
    """However often the configuration is loaded."""

    async def scenario() -> int:
        runs, schedule = Work(), Schedule()
        for minute in range(0, 600, 20):
            schedule.set([Job("stays", HOUR, runs, spread=0), Job(f"new {minute}", HOUR, Work())])
            await asyncio.sleep(20 * 60)
        await schedule.stop()
        return runs.begun

    assert virtual_time.run(scenario()) in {10, 11}


def test_a_job_that_comes_back_waits_for_the_end_of_the_run_that_was_cancelled_when_it_went() -> None:
    async def scenario() -> list[str]:
        told: list[str] = []

        async def before() -> None:
            try:
                await asyncio.sleep(HOUR.total_seconds())
            finally:
                await asyncio.sleep(60)
                told.append("ended")

        async def after() -> None:
            told.append("begun")

        schedule = Schedule()
        schedule.set([Job("work", HOUR, before)])
        await asyncio.sleep(1)
        schedule.set([])
        schedule.set([Job("work", HOUR, after)])
        await asyncio.sleep(100)
        await schedule.stop()
        return told

    assert virtual_time.run(scenario()) == ["ended", "begun"]


def test_a_job_may_ask_to_be_run_again_before_its_interval_is_over() -> None:
    wishes = iter([timedelta(minutes=1), timedelta(minutes=4), None, timedelta(hours=9)])

    async def work() -> timedelta | None:
        return next(wishes, None)

    moments = virtual_time.run(begun(Job("wallets", timedelta(hours=6), work, spread=0), 20))
    assert [round(moment * 60) for moment in moments] == [0, 1, 5, 360, 720, 1080]


def test_a_wish_to_be_run_again_is_forgotten_when_the_job_was_run_meanwhile() -> None:
    async def scenario() -> int:
        runs = 0

        async def work() -> timedelta | None:
            nonlocal runs
            runs += 1
            return timedelta(minutes=10) if runs == 1 else None

        schedule = Schedule()
        schedule.set([Job("wallets", timedelta(days=9), work)])
        await asyncio.sleep(60)
        schedule.soon("wallets")
        await asyncio.sleep(3600)
        await schedule.stop()
        return runs

    assert virtual_time.run(scenario()) == 2


def test_a_job_that_stands_still_is_told_of() -> None:
    async def scenario() -> tuple[JobState, ...]:
        schedule = Schedule()
        schedule.set([Job("network", HOUR, lasting(5), patience=timedelta(hours=3))])
        states = []
        for _ in range(3):
            await asyncio.sleep(2 * 3600)
            states.append(schedule.states()[0])
        await schedule.stop()
        return tuple(states)

    running, stands, ran = virtual_time.run(scenario())
    assert running.error == ran.error == ""
    assert stands.error == "it has been running for 4 h and stands still"


def test_an_interval_of_centuries_is_none_too_long() -> None:
    assert virtual_time.run(begun(Job("never", timedelta.max, lasting(0)), 1000)) == pytest.approx([0])


def test_the_clock_on_the_wall_moves_no_job(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the loop's time counts: whatever the system's clock says is never looked at."""

    def looked(*_: object) -> float:
        raise AssertionError("a job asked for the time of the wall")

    monkeypatch.setattr("time.time", looked)
    assert len(virtual_time.run(begun(Job("network", HOUR, lasting(0), spread=0), 10.5))) == 11
