"""What was shown is in the history: a daemon that is stopped ends a write that has begun."""

import asyncio

import pytest

from monitor.daemon.written import written
from monitor.store import StoreError


async def test_a_job_that_is_cancelled_ends_after_its_write() -> None:
    begun, go_on, ended = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def write() -> None:
        begun.set()
        await go_on.wait()
        ended.set()

    job = asyncio.create_task(written(write()))
    await begun.wait()
    job.cancel()
    await asyncio.sleep(0)
    assert not job.done()
    go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await job
    assert ended.is_set()


async def test_whether_it_was_written_is_the_answer() -> None:
    async def write(error: Exception | None = None) -> None:
        if error:
            raise error

    assert await written(write())
    assert not await written(write(StoreError("the history cannot be written")))
    with pytest.raises(ZeroDivisionError):
        await written(write(ZeroDivisionError()))
