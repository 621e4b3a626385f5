"""One endpoint's line: its pace, its retries and its counts, whatever protocol is spoken on it."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import TypeVar

import stamina
from aiolimiter import AsyncLimiter

from monitor.chains.errors import ChainError, Reason
from monitor.settings import EndpointSettings

T = TypeVar("T")

_ATTEMPTS = 4
_LONGEST_WAIT = 20.0
"""Seconds. An endpoint that wants to be left alone for longer is left to the others."""
_ALWAYS_TRANSIENT = frozenset({Reason.REFUSED, Reason.RATE_LIMITED})


class Line:
    """All requests to one endpoint pass here.

    Every failure of the endpoint is made by :meth:`fault`, which counts it; so each failed attempt is counted once,
    those that a retry then cured included.
    """

    def __init__(self, settings: EndpointSettings) -> None:
        self.settings = settings
        self.name = settings.label
        self.requests = 0
        self.failures: Counter[str] = Counter()
        self._slots = asyncio.Semaphore(settings.concurrency)
        self._pace = AsyncLimiter(max(settings.rate, 1), max(1, 1 / settings.rate)) if settings.rate else None
        self._answered = False

    @property
    def timeout(self) -> float:
        """Seconds for one request."""
        return self.settings.timeout.total_seconds()

    def fault(
        self, reason: Reason, detail: str, *, transient: bool = False, retry_after: float | None = None
    ) -> ChainError:
        """Count a failure of this endpoint and make the error to raise for it.

        A time-out is worth one retry while the endpoint has answered since the last one: a lost packet must not
        cost a snapshot of thousands of requests, a hung endpoint must not cost several time-outs.
        """
        self.failures[reason] += 1
        if reason is Reason.TIMEOUT:
            transient, self._answered = self._answered, False
        return ChainError(
            reason,
            f"{self.name}: {detail}",
            transient=transient or reason in _ALWAYS_TRANSIENT,
            retry_after=retry_after,
        )

    async def send(self, request: Callable[[], Awaitable[T]]) -> T:
        """Run ``request`` (one request on the wire and the whole check of its answer), again while that may help."""
        async for attempt in stamina.retry_context(
            on=_worth_a_retry, attempts=_ATTEMPTS, timeout=None, wait_initial=0.1, wait_max=5, wait_jitter=0.2
        ):
            with attempt:
                return await self._once(request)
        raise AssertionError("a retry context ends with a result or an exception")

    async def _once(self, request: Callable[[], Awaitable[T]]) -> T:
        async with self._slots:
            if self._pace:
                await self._pace.acquire()
            self.requests += 1
            answer = await request()
            self._answered = True
            return answer


def _worth_a_retry(error: Exception) -> bool | float:
    if not isinstance(error, ChainError) or not error.transient:
        return False
    if error.retry_after is None:
        return True
    return error.retry_after if error.retry_after <= _LONGEST_WAIT else False
