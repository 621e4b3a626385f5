"""What goes on with endpoints while nobody waits for them: late answers to a roll call, and probes."""

import asyncio
from collections.abc import Collection, Mapping
from contextlib import suppress
from functools import partial

from monitor.chains.endpoint import Endpoint, Job
from monitor.chains.errors import ChainError
from monitor.model import Block

Late = Mapping[asyncio.Task[Block], Endpoint]
"""Who is still being asked for its block."""


class Probes:
    """The background work on the endpoints of one network, one task at most for each of two purposes."""

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
