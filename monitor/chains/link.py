"""One endpoint's link: deadlines, pace, retries, counts and rests, whatever protocol is spoken on it."""

import asyncio
import math
import random
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from contextvars import ContextVar
from enum import Enum, auto
from typing import TypeVar

import stamina
from aiolimiter import AsyncLimiter

from monitor.chains.concurrency import now
from monitor.chains.errors import ChainError, Reason
from monitor.chains.left_blocks import LeftBlocks
from monitor.settings import EndpointSettings

T = TypeVar("T")

_ATTEMPTS = 4
_LONGEST_WAIT = 20.0
"""Seconds. An endpoint that wants to be left alone for longer is left to the others."""
_JITTER = 0.2
"""Seconds. When an endpoint wants to be asked again, not everything that waited is sent at that very moment."""
_ALWAYS_TRANSIENT = frozenset({Reason.REFUSED, Reason.RATE_LIMITED})

_FIRST_REST = 2.0
_LONGEST_REST = 300.0

# --- deadlines: every request of a job knows when it must be done, without being told through every call ---

_DEADLINE: ContextVar[float] = ContextVar("deadline", default=math.inf)


@asynccontextmanager
async def until(deadline: float) -> AsyncIterator[None]:
    """Do what is inside until ``deadline``, a time of the running loop; then it is cancelled: TimeoutError.

    Tasks that are started inside know the deadline too.
    """
    token = _DEADLINE.set(deadline)
    try:
        async with asyncio.timeout_at(deadline):
            yield
    finally:
        _DEADLINE.reset(token)


def left() -> float:
    """Return the seconds until the deadline of what is under way; infinite where there is none."""
    return _DEADLINE.get() - now()


# --- requests ---


class Link:
    """All requests to one endpoint pass here.

    Every failure of the endpoint is made by :meth:`fault`, which counts it; so each failed attempt is counted once,
    those that a retry then cured included. When the endpoint says how long it wants to be left alone
    (``Retry-After``), nothing is sent before; what cannot wait so long fails at once, without being sent.
    """

    def __init__(self, settings: EndpointSettings) -> None:
        self.settings = settings
        self.name = settings.label
        self.requests = 0
        self.failures: Counter[str] = Counter()
        self.blocks = LeftBlocks()
        self._slots = asyncio.Semaphore(settings.concurrency)
        self._pace = AsyncLimiter(max(settings.rate, 1), max(1, 1 / settings.rate)) if settings.rate else None
        self._answered = False
        self._quiet_until = 0.0
        self._open: list[Callable[[], Awaitable[None]]] = []

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
        if retry_after:
            self._quiet_until = max(self._quiet_until, now() + retry_after)
        return ChainError(
            reason,
            f"{self.name}: {detail}",
            transient=transient or reason in _ALWAYS_TRANSIENT,
            retry_after=retry_after,
        )

    async def send(self, request: Callable[[], Awaitable[T]]) -> T:
        """Run ``request`` (one request on the wire and the whole check of its answer), again while that may help."""
        try:  # nearly always enough, and a retry context is fifty objects that only the cycle collector lets go
            return await self._once(request)
        except ChainError as error:
            if not _worth_a_retry(error):
                raise
            failed = [error]
        async for attempt in stamina.retry_context(
            on=_worth_a_retry, attempts=_ATTEMPTS, timeout=None, wait_initial=0.1, wait_max=5, wait_jitter=_JITTER
        ):
            with attempt:
                if failed:
                    raise failed.pop()
                return await self._once(request)
        raise AssertionError("a retry context ends with a result or an exception")

    async def _once(self, request: Callable[[], Awaitable[T]]) -> T:
        async with self._slots:
            await self._left_alone()
            if self._pace:
                await self._pace.acquire()
            self.requests += 1
            answer = await request()
            self._answered = True
            return answer

    def ends_with(self, close: Callable[[], Awaitable[None]]) -> None:
        """Let :meth:`close` call ``close``, before what was named so far."""
        self._open.insert(0, close)

    async def close(self) -> None:
        """Give back connections, and end what goes on over them. What is used after that opens them anew."""
        for close in self._open:
            await close()

    async def _left_alone(self) -> None:
        """Wait as long as the endpoint wants to be left alone."""
        wait = self._quiet_until - now()
        if wait <= 0:
            return
        if not _bearable(wait):
            detail = f"{self.name}: it wants to be left alone for another {wait:.0f} s"
            raise ChainError(Reason.RATE_LIMITED, detail, retry_after=wait)
        await asyncio.sleep(wait + random.uniform(0, _JITTER))  # noqa: S311 - nothing depends on who can guess it


def _worth_a_retry(error: Exception) -> bool:
    return isinstance(error, ChainError) and error.transient and _bearable(error.retry_after or 0)


def _bearable(wait: float) -> bool:
    """Whether waiting so many seconds leaves time to be answered."""
    return wait <= _LONGEST_WAIT and wait < left()


# --- rests: what failed is left alone for a while, longer after each failure, and then tried once ---


class Circuit(Enum):
    """The states of a circuit breaker (M. Nygard, Release It!, chapter 5)."""

    CLOSED = auto()
    """Nothing speaks against it."""
    OPEN = auto()
    """It rests."""
    HALF_OPEN = auto()
    """It has rested: one trial will close the circuit, or open it for twice as long."""


class Breaker:
    """One thing that can go wrong with an endpoint, and how long the endpoint rests for it: 2 s to 5 minutes."""

    def __init__(self) -> None:
        self._rest = 0.0
        self._until = 0.0

    @property
    def state(self) -> Circuit:
        if not self._rest:
            return Circuit.CLOSED
        return Circuit.OPEN if now() < self._until else Circuit.HALF_OPEN

    def trip(self, at_least: float = 0) -> None:
        """Rest, since it went wrong: twice the last rest, or the seconds that the endpoint asked for if more."""
        self._rest = min(max(2 * self._rest, at_least, _FIRST_REST), _LONGEST_REST)
        self._until = now() + self._rest

    def reset(self) -> None:
        """Forget the last rest, since it went well: the next is the first one again."""
        self._rest = 0.0
