"""What is asked of readers over PostgreSQL: one answers, the next one if that dies, and no job is lost unseen."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import timedelta

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from monitor.store import (
    Lease,
    LeaseLostError,
    NoReaderError,
    ReadingJobs,
    Store,
    StoreError,
    answering_readers,
    bell,
    rung_or_late,
    tables,
)
from tests.support.daemons import until
from tests.support.postgresql import PostgreSQL

pytestmark = pytest.mark.integration

SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)
JOB = ("ethereum", "read", b"balances")


@pytest.fixture(autouse=True)
def _often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who waits looks soon."""
    monkeypatch.setattr(bell, "LOOKS", timedelta(milliseconds=50))


@pytest.fixture
def url(postgresql: PostgreSQL) -> str:
    return postgresql.database()


@pytest.fixture
async def stack() -> AsyncIterator[AsyncExitStack]:
    async with AsyncExitStack() as stack:
        yield stack


class Desk:
    """A process that answers what it is asked in capitals, as long as it works."""

    def __init__(self, jobs: ReadingJobs, lease: Lease) -> None:
        self.jobs = jobs
        self.lease = lease
        self.taken = asyncio.Event()
        self.silent = False
        self._work = asyncio.create_task(self._works())

    async def _works(self) -> None:
        with self.jobs.asked("east") as rung:
            while True:
                if self.lease.held:
                    for each in (await self.jobs.take("east", self.lease, ()))[0]:
                        self.taken.set()
                        if not self.silent:
                            await self.jobs.answer(each.id, each.request.upper(), self.lease)
                await rung_or_late(rung)

    async def end(self) -> None:
        self._work.cancel()
        await asyncio.wait((self._work,))


async def opened(url: str, stack: AsyncExitStack, lease: timedelta = HOUR) -> ReadingJobs:
    store = await Store.open(url)
    stack.push_async_callback(store.close)
    jobs = store.reading_jobs(lease)
    stack.push_async_callback(jobs.close)
    return jobs


async def working(url: str, stack: AsyncExitStack, lease: timedelta = HOUR) -> Desk:
    jobs = await opened(url, stack, lease)
    desk = Desk(jobs, await stack.enter_async_context(jobs.leased("east")))
    stack.push_async_callback(desk.end)
    return desk


async def execute(url: str, statement: object) -> list[object]:
    engine: AsyncEngine = create_async_engine(url)
    async with engine.begin() as connection:
        found = await connection.execute(statement)  # type: ignore[call-overload]
        rows = list(found.scalars()) if found.returns_rows else []
    await engine.dispose()
    return rows


async def rows(url: str) -> list[object]:
    return await execute(url, select(tables.reading_jobs.c.reader))


async def test_what_is_asked_is_answered_and_gone(url: str, stack: AsyncExitStack) -> None:
    asks, reads = await opened(url, stack), await working(url, stack)
    assert await asyncio.gather(*(asks.ask("east", JOB, SECOND * 30) for _ in range(3))) == [b"BALANCES"] * 3
    assert await rows(url) == []
    assert await answering_readers(url) == {"east"}
    assert reads.lease.held


async def test_who_listens_is_told_though_the_connection_was_lost(
    url: str, stack: AsyncExitStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    asks, _ = await opened(url, stack), await working(url, stack)
    await asks.ask("east", JOB, SECOND * 30)
    listens = "FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'"
    before = await execute(url, text(f"SELECT pid {listens}"))
    assert len(before) == 2
    await execute(url, text(f"SELECT pg_terminate_backend(pid) {listens}"))
    assert await asks.ask("east", JOB, SECOND * 30) == b"BALANCES", "looking finds it meanwhile"

    async def anew() -> bool:
        now = await execute(url, text(f"SELECT pid {listens}"))
        return len(now) == 2 and not {*now} & {*before}

    await until(anew)
    monkeypatch.setattr(bell, "LOOKS", HOUR)
    await asks.ask("east", JOB, SECOND * 30)


async def test_of_two_of_a_name_the_other_answers_when_the_one_is_gone_in_the_middle(
    url: str, stack: AsyncExitStack
) -> None:
    asks, first, second = await opened(url, stack), await working(url, stack), await working(url, stack, SECOND)
    first.silent = True
    asked = asyncio.create_task(asks.ask("east", JOB, SECOND * 30))
    await asyncio.wait_for(first.taken.wait(), 10)
    assert (first.lease.held, second.lease.held) == (True, False)
    await first.end()
    expired = update(tables.leases).values(until=func.clock_timestamp() - SECOND)
    await execute(url, expired)  # an hour has passed
    assert await asked == b"BALANCES"
    assert second.taken.is_set()
    with pytest.raises(LeaseLostError):
        await first.jobs.answer("its job", b"late", first.lease)
    assert not first.lease.held


async def test_a_reader_that_is_gone_and_one_that_never_was_are_told(url: str, stack: AsyncExitStack) -> None:
    asks = await opened(url, stack, timedelta(milliseconds=10))
    with pytest.raises(NoReaderError):
        await asks.ask("west", JOB, HOUR)
    desk = await working(url, stack, SECOND * 30)
    desk.silent = True
    asked = asyncio.create_task(asks.ask("east", JOB, HOUR))
    await asyncio.wait_for(desk.taken.wait(), 10)
    await desk.end()
    await execute(url, update(tables.leases).values(until=func.clock_timestamp() - SECOND))
    with pytest.raises(NoReaderError):
        await asked
    assert (await rows(url), await answering_readers(url)) == ([], frozenset())


async def test_a_job_that_is_late_given_up_or_lost_leaves_nothing(url: str, stack: AsyncExitStack) -> None:
    asks, desk = await opened(url, stack), await working(url, stack)
    desk.silent = True
    with pytest.raises(TimeoutError):
        await asks.ask("east", JOB, SECOND / 5)
    given_up = asyncio.create_task(asks.ask("east", JOB, HOUR))
    await asyncio.wait_for(desk.taken.wait(), 10)
    given_up.cancel()
    await asyncio.wait((given_up,))
    assert await rows(url) == []
    lost = asyncio.create_task(asks.ask("east", JOB, HOUR))
    await until(lambda: rows(url))
    await execute(url, text("DELETE FROM reading_jobs"))
    with pytest.raises(StoreError, match="has lost what was asked"):
        await lost


async def test_what_those_left_who_were_killed_is_swept(url: str, stack: AsyncExitStack) -> None:
    asks, _ = await opened(url, stack), await working(url, stack)
    now = func.clock_timestamp()
    left = {"id": "left", "reader": "west", "network": "bitcoin", "kind": "read", "request": b""}
    await execute(url, tables.reading_jobs.insert().values(**left, asked_at=now - HOUR, until=now - SECOND))
    await asks.ask("east", JOB, SECOND * 30)
    assert await rows(url) == []


def starting_up(_: object) -> None:
    raise RuntimeError("the database system is starting up")


async def test_a_database_that_crashes_ends_what_was_asked_of_it(
    postgresql: PostgreSQL, url: str, stack: AsyncExitStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    asks, desk = await opened(url, stack), await working(url, stack)
    await desk.end()
    asked = asyncio.create_task(asks.ask("east", JOB, HOUR))
    await until(lambda: rows(url))
    kind = await execute(url, text("SELECT relpersistence::text FROM pg_class WHERE relname = 'reading_jobs'"))
    assert kind == ["u"], "nothing of it is logged"
    await asyncio.to_thread(postgresql.kill)
    with pytest.raises(StoreError, match="cannot be asked"):
        await asks.ask("east", JOB, HOUR)
    with monkeypatch.context() as patch:
        patch.setattr(AsyncEngine, "begin", starting_up)  # as drivers raise it: no error of SQLAlchemy's
        with pytest.raises(StoreError, match="the database system is starting up"):
            await asks.ask("east", JOB, HOUR)
    assert await answering_readers(url) == frozenset()
    await asyncio.to_thread(postgresql.start)
    with pytest.raises(StoreError, match="has lost what was asked"):
        await asked
