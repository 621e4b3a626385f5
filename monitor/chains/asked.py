"""Asking several endpoints the same: as many at once as must answer, one more for each that fails or is overdue.

Where parties are asked, each has one voice: its endpoints take over from each other, and once one of them has answered
the others are not asked any more.
"""

import asyncio
import math
from collections import deque
from collections.abc import Callable, Coroutine, Iterable
from typing import Any, Generic, TypeVar

from monitor.chains.endpoint import Endpoint

T = TypeVar("T")


class Asked(Generic[T]):
    """Endpoints that are asked by ``ask`` in the order of ``queue``.

    Who has not answered after ``patience`` seconds is overdue and not counted upon any more: the next one is asked in
    its place (a hedged request), and whichever comes first counts. None: nobody is ever overdue. With ``by_party``
    parties are counted, and one endpoint of a party is asked at a time.
    """

    def __init__(
        self,
        queue: Iterable[Endpoint],
        ask: Callable[[Endpoint], Coroutine[Any, Any, T]],
        patience: float | None = None,
        *,
        by_party: bool = False,
    ) -> None:
        self._queue = deque(queue)
        self._by_party = by_party
        self._heard: set[str] = set()
        self._ask = ask
        self._patience = math.inf if patience is None else patience
        self._running: dict[asyncio.Task[T], Endpoint] = {}
        self._due: dict[asyncio.Task[T], float] = {}
        self._began: dict[Endpoint, float] = {}
        self.seconds: dict[Endpoint, float] = {}
        """How long those took who have answered or failed."""

    @property
    def possible(self) -> int:
        """How many may answer yet: endpoints, or parties."""
        left = [*self._running.values(), *self._queue]
        return len({each.party for each in left} - self._heard) if self._by_party else len(left)

    @property
    def dragging(self) -> bool:
        """Whether nobody is left to be asked, and all who have not answered are overdue."""
        return bool(self._running) and not self._expected and self._next() is None

    @property
    def prompt(self) -> set[Endpoint]:
        """Who is being asked and is not overdue."""
        return {self._running[task] for task in self._due}

    @property
    def overdue(self) -> set[Endpoint]:
        """Who is being asked and should have answered long since."""
        return {endpoint for task, endpoint in self._running.items() if task not in self._due}

    @property
    def parties(self) -> int:
        """How many parties have been asked."""
        return len({endpoint.party for endpoint in self._began})

    @property
    def heard_or_late(self) -> int:
        """How many parties have answered or failed, or are overdue."""
        return len({endpoint.party for endpoint in (*self.seconds, *self.overdue)})

    async def some(self, wanted: int) -> list[tuple[Endpoint, asyncio.Task[T]]]:
        """The next that have answered or failed, of at least ``wanted`` that are being asked, as finished tasks.

        Nobody, where somebody became overdue instead, or no endpoint is left to ask.
        """
        while self._expected < wanted and (endpoint := self._next()):
            self._queue.remove(endpoint)
            self._start(endpoint)
        if not self._running:
            return []
        now = asyncio.get_running_loop().time()
        first = min(self._due.values(), default=math.inf)
        await asyncio.wait(
            self._running, timeout=None if first == math.inf else first - now, return_when=asyncio.FIRST_COMPLETED
        )
        now = asyncio.get_running_loop().time()
        for task, due in tuple(self._due.items()):
            if task.done() or due <= now:
                del self._due[task]
            if not task.done() and due <= now:
                self._running[task].late()
        done = [(self._running.pop(task), task) for task in tuple(self._running) if task.done()]
        for endpoint, task in done:
            self.seconds[endpoint] = now - self._began[endpoint]
            if task.exception() is None:  # and asyncio is told that nobody misses it
                self._heard.add(endpoint.party)
        return done

    @property
    def _expected(self) -> int:
        """How many are counted upon: endpoints, or parties that have not answered by another endpoint."""
        return len({endpoint.party for endpoint in self.prompt} - self._heard) if self._by_party else len(self._due)

    def _next(self) -> Endpoint | None:
        """The first in the queue whose party is to be asked."""
        spoken_for = self._heard | {endpoint.party for endpoint in self.prompt} if self._by_party else set()
        return next((endpoint for endpoint in self._queue if endpoint.party not in spoken_for), None)

    def _start(self, endpoint: Endpoint) -> None:
        task = asyncio.create_task(self._ask(endpoint))
        self._running[task] = endpoint
        self._began[endpoint] = asyncio.get_running_loop().time()
        self._due[task] = self._began[endpoint] + self._patience

    def release(self) -> dict[asyncio.Task[T], Endpoint]:
        """Nothing more is needed: give back what is under way. Who is overdue was outrun by others."""
        for endpoint in self.overdue:
            endpoint.outrun()
        running, self._running = self._running, {}
        self._due.clear()
        self._queue.clear()
        return running

    async def stop(self) -> None:
        """Nothing more is needed: stop what is under way."""
        running = self.release()
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
