"""Asking several endpoints the same, for a reading and beside it.

A reading asks as many at once as must answer, and the next one for each that fails. Where parties are asked, each has
one voice: its endpoints take over from each other, and once one of them has answered the others are not asked any more.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Collection, Coroutine, Iterable, Mapping
from contextlib import suppress
from functools import partial
from typing import Any, Generic, TypeVar

from monitor.chains.endpoint import Endpoint, Job
from monitor.chains.errors import ChainError
from monitor.model import Block

T = TypeVar("T")

Late = Mapping[asyncio.Task[Block], Endpoint]
"""Who is still being asked for its block."""


class Poll(Generic[T]):
    """Endpoints that are asked by ``ask`` in the order of ``queue``.

    With ``by_party`` parties are counted, and one endpoint of a party is asked at a time.
    """

    def __init__(
        self,
        queue: Iterable[Endpoint],
        ask: Callable[[Endpoint], Coroutine[Any, Any, T]],
        *,
        by_party: bool,
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
        """Return the next that have answered or failed, of at least ``wanted`` that are being asked, as finished tasks.

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
        """Give back what is under way: nothing more is needed."""
        running, self._running = self._running, {}
        self._queue.clear()
        return running

    async def stop(self) -> None:
        """Stop what is under way: nothing more is needed."""
        running = self.release()
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


class Probes:
    """What goes on with the endpoints of a network while nobody waits: late answers to a roll call, and probes.

    One task of an endpoint at most for each of the two.
    """

    def __init__(self) -> None:
        self._named: Mapping[Endpoint, Block] = {}
        self._attending: dict[Endpoint, asyncio.Task[Block]] = {}
        self._probing: dict[Endpoint, asyncio.Task[None]] = {}

    @property
    def absent(self) -> Collection[Endpoint]:
        """Who has not yet answered a roll call that went on without it."""
        return self._attending.keys()

    async def leave(self, late: Late) -> None:
        """Stop ``late`` ones that nobody needs."""
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    async def follow(self, named: Mapping[Endpoint, Block], late: Late) -> None:
        """Remember who ``named`` which block in the newest roll call, and let the ``late`` ones answer in peace."""
        self._named = named
        await self.leave({task: endpoint for task, endpoint in late.items() if endpoint in self._attending})
        for task, endpoint in late.items():
            if endpoint not in self._attending:
                self._attending[endpoint] = task
                task.add_done_callback(partial(self._attended, endpoint))

    def probe(self, idle: Collection[Endpoint], job: Job[object], deadline: float) -> None:
        """Let those of ``idle`` that have answered, or will, do ``job``: the very calls that a reading needs."""
        for endpoint in idle:
            if endpoint not in self._probing and (endpoint in self._named or endpoint in self._attending):
                probe = asyncio.create_task(self._probe(endpoint, job, deadline))
                self._probing[endpoint] = probe
                probe.add_done_callback(partial(self._probed, endpoint))

    async def close(self) -> None:
        """Stop everything."""
        tasks = (*self._probing.values(), *self._attending.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _probe(self, endpoint: Endpoint, job: Job[object], deadline: float) -> None:
        with suppress(ChainError):  # which the endpoint remembers
            attending = self._attending.get(endpoint)
            block = await asyncio.shield(attending) if attending else self._named[endpoint]
            await endpoint.probe(job, block, deadline)

    def _probed(self, endpoint: Endpoint, _: asyncio.Task[None]) -> None:
        self._probing.pop(endpoint, None)

    def _attended(self, endpoint: Endpoint, task: asyncio.Task[Block]) -> None:
        self._attending.pop(endpoint, None)
        if not task.cancelled():
            task.exception()  # which the endpoint remembers; asyncio is told that nobody missed it
