"""Asking several endpoints the same: as many at once as must answer, and the next one for each that fails.

Where parties are asked, each has one voice: its endpoints take over from each other, and once one of them has answered
the others are not asked any more.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine, Iterable
from typing import Any, Generic, TypeVar

from monitor.chains.endpoint import Endpoint

T = TypeVar("T")


class Poll(Generic[T]):
    """Endpoints that are asked by ``ask`` in the order of ``queue``.

    With ``by_party`` parties are counted, and one endpoint of a party is asked at a time.
    """

    def __init__(
        self,
        queue: Iterable[Endpoint],
        ask: Callable[[Endpoint], Coroutine[Any, Any, T]],
        *,
        by_party: bool = False,
    ) -> None:
        self._queue = deque(queue)
        self._ask = ask
        self._by_party = by_party
        self._running: dict[asyncio.Task[T], Endpoint] = {}
        self._finished: list[Endpoint] = []
        self._heard: set[str] = set()

    @property
    def possible(self) -> int:
        """How many may answer yet: endpoints, or parties."""
        return self._count([*self._running.values(), *self._queue])

    @property
    def waiting(self) -> set[Endpoint]:
        """Who is being asked."""
        return set(self._running.values())

    @property
    def asked(self) -> set[str]:
        """The parties that have been asked."""
        return {endpoint.party for endpoint in (*self._finished, *self._running.values())}

    @property
    def finished(self) -> set[str]:
        """The parties that have answered or failed."""
        return {endpoint.party for endpoint in self._finished}

    async def some(self, wanted: int, patience: float | None = None) -> list[tuple[Endpoint, asyncio.Task[T]]]:
        """The next that have answered or failed, of at least ``wanted`` that are being asked, as finished tasks.

        Nobody, where none has within ``patience`` seconds, or no endpoint is left to ask.
        """
        while self._count(self._running.values()) < wanted and (endpoint := self._next()):
            self._queue.remove(endpoint)
            self._running[asyncio.create_task(self._ask(endpoint))] = endpoint
        if not self._running:
            return []
        await asyncio.wait(self._running, timeout=patience, return_when=asyncio.FIRST_COMPLETED)
        done = [(self._running.pop(task), task) for task in tuple(self._running) if task.done()]
        for endpoint, task in done:
            self._finished.append(endpoint)
            if task.exception() is None:  # and asyncio is told that nobody misses it
                self._heard.add(endpoint.party)
        return done

    def _count(self, endpoints: Iterable[Endpoint]) -> int:
        """How many they are: endpoints, or parties that have not answered by another endpoint."""
        return len({each.party for each in endpoints} - self._heard) if self._by_party else len(list(endpoints))

    def _next(self) -> Endpoint | None:
        """The first in the queue whose party is to be asked."""
        spoken_for = self._heard | {endpoint.party for endpoint in self.waiting} if self._by_party else set()
        return next((endpoint for endpoint in self._queue if endpoint.party not in spoken_for), None)

    def release(self) -> dict[asyncio.Task[T], Endpoint]:
        """Nothing more is needed: give back what is under way."""
        running, self._running = self._running, {}
        self._queue.clear()
        return running

    async def stop(self) -> None:
        """Nothing more is needed: stop what is under way."""
        running = self.release()
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
