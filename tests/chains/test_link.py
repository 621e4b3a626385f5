"""The pace of one endpoint, on a clock that jumps."""

import asyncio
from collections.abc import Iterator

import pytest
import stamina

from monitor.chains.errors import ChainError, Reason
from monitor.chains.link import Link, until
from tests.support import virtual_time
from tests.support.fake_nodes import endpoint_settings, rate_limited


@pytest.fixture(autouse=True)
def waiting(no_waiting: None) -> Iterator[None]:
    """Retries wait as they do in earnest."""
    with stamina.set_testing(False):
        yield


class Server:
    """Refuses so many requests, and notes when each came."""

    def __init__(self, link: Link, refusals: int = 0, retry_after: float = 0) -> None:
        self.link = link
        self.refusals = refusals
        self.retry_after = retry_after
        self.came: list[float] = []

    async def request(self) -> str:
        self.came.append(asyncio.get_running_loop().time())
        await asyncio.sleep(0)
        if len(self.came) <= self.refusals:
            raise rate_limited(self.link, self.retry_after)
        return "answer"


def test_a_rate_is_kept_over_any_number_of_requests() -> None:
    async def scenario() -> None:
        link = Link(endpoint_settings(rate=5, concurrency=50))
        server = Server(link)
        await asyncio.gather(*(link.send(server.request) for _ in range(50)))
        for second in range(9):
            assert sum(second <= came < second + 1 for came in server.came) <= 10  # a burst of five, then five a second
        assert server.came[-1] == pytest.approx(9, abs=0.1)

    virtual_time.run(scenario())


def test_requests_wait_until_the_endpoint_wants_to_be_asked_again_all_of_them() -> None:
    async def scenario() -> None:
        link = Link(endpoint_settings(concurrency=4))
        server = Server(link, refusals=1, retry_after=10)
        answers = [await link.send(server.request)]
        answers += await asyncio.gather(*(link.send(server.request) for _ in range(4)))
        assert answers == ["answer"] * 5
        assert [came for came in server.came[1:] if came < 10] == []

    virtual_time.run(scenario())


@pytest.mark.parametrize(("retry_after", "left"), [(10, 5), (21, 1000)])
def test_who_wants_to_be_left_alone_for_longer_than_there_is_time_is_given_up_at_once(
    retry_after: float, left: float
) -> None:
    async def scenario() -> None:
        link = Link(endpoint_settings())
        server = Server(link, refusals=9, retry_after=retry_after)
        async with until(left):
            for _ in range(2):
                with pytest.raises(ChainError) as failure:
                    await link.send(server.request)
                assert failure.value.reason is Reason.RATE_LIMITED
                assert failure.value.retry_after == pytest.approx(retry_after, abs=0.1)
            assert asyncio.get_running_loop().time() < 0.1
        assert len(server.came) == 1, "nothing is sent before"
        assert link.failures[Reason.RATE_LIMITED] == 1, "what was not sent did not fail"

    virtual_time.run(scenario())


def test_retries_wait_longer_each_time_and_end() -> None:
    async def scenario() -> None:
        link = Link(endpoint_settings())
        server = Server(link, refusals=9)
        with pytest.raises(ChainError):
            await link.send(server.request)
        assert len(server.came) == 4
        waits = [later - earlier for earlier, later in zip(server.came, server.came[1:], strict=False)]
        assert all(least <= wait <= least + 0.21 for least, wait in zip((0.1, 0.2, 0.4), waits, strict=True))

    virtual_time.run(scenario())
