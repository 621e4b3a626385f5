"""One endpoint's health: its chain is checked, its answers and failures are remembered."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import structlog

from monitor.chains.choice import BlockChoice, Height
from monitor.chains.errors import HARMLESS, ChainError, Reason
from monitor.chains.line import Line
from monitor.chains.node import Node, Wanted
from monitor.model import Block, EndpointState, Network

T = TypeVar("T")

Job = Callable[[Node, Block], Awaitable[T]]
"""What an endpoint is asked to find out at a block."""

_FIRST_REST = 2.0
_LONGEST_REST = 300.0

_log = structlog.get_logger()


class Endpoint:
    """A node that is asked only as long as it is on the right chain.

    The chain is checked before every use: behind a URL there may be another node than a minute ago.
    """

    def __init__(
        self, network: Network, protocol: str, node: Node, line: Line, *, oldest: timedelta | None = None
    ) -> None:
        """``oldest`` is the age of a block, other than a past one by its height, that means a node left behind."""
        self.name = line.name
        self.up: bool | None = None
        self._network = network
        self._protocol = protocol
        self._node = node
        self._line = line
        self._oldest = oldest
        self._disagreements = 0
        self._last_error = ""
        self._last_success_at: datetime | None = None
        self._rest = 0.0
        self._rests_until = 0.0

    @property
    def requests(self) -> int:
        """Requests sent since the start."""
        return self._line.requests

    @property
    def due(self) -> bool:
        """Whether a probe may disturb it: after a failure it rests, longer each time."""
        return asyncio.get_running_loop().time() >= self._rests_until

    async def resolve(self, choice: BlockChoice, deadline: float) -> Block:
        """The block that ``choice`` means to it; ``deadline`` is a time of the running loop."""
        return await self._guarded(self._resolve(choice), deadline)

    async def ask(self, job: Job[T], block: Block, deadline: float) -> T:
        """Its answer to ``job``; proof that it is up."""
        answer = await self._guarded(self._ask(job, block), deadline)
        self._succeeded()
        return answer

    async def probe(self, sample: Wanted, choice: BlockChoice, deadline: float) -> None:
        """Find out whether it is up, by the calls that a read needs. Its failure is remembered, not raised."""
        try:
            await self._guarded(self._probe(sample, choice), deadline)
        except ChainError:
            return
        self._succeeded()

    async def _resolve(self, choice: BlockChoice) -> Block:
        await self._identify()
        block = await self._node.resolve(choice)
        age = datetime.now(UTC) - block.timestamp
        if self._oldest is not None and age > self._oldest and not isinstance(choice, Height):
            minutes = age // timedelta(minutes=1)
            raise self._line.fault(Reason.BEHIND, f"its block {block.number} ({choice}) is {minutes} minutes old")
        return block

    async def _ask(self, job: Job[T], block: Block) -> T:
        await self._identify()
        return await job(self._node, block)

    async def _probe(self, sample: Wanted, choice: BlockChoice) -> None:
        await self._node.probe(sample, await self._resolve(choice))

    async def _identify(self) -> None:
        found = await self._node.identify()
        if found != self._network.caip2:
            raise self._line.fault(
                Reason.WRONG_CHAIN, f"it is on {found}, but {self._network.name} is {self._network.caip2}"
            )

    async def _guarded(self, work: Awaitable[T], deadline: float) -> T:
        try:
            async with asyncio.timeout_at(deadline):
                return await work
        except TimeoutError:
            error = self._line.fault(Reason.TIMEOUT, "not finished when the deadline passed")
            self._failed(error)
            raise error from None
        except ChainError as error:
            self._failed(error)
            raise

    def _succeeded(self) -> None:
        if self.up is False:
            _log.info("endpoint restored", network=self._network.name, endpoint=self.name)
        self.up = True
        self._rest = self._rests_until = 0.0
        self._last_success_at = datetime.now(UTC)

    def _failed(self, error: ChainError) -> None:
        self._last_error = str(error)
        if error.reason in HARMLESS:
            return
        if self.up is not False:
            _log.warning("endpoint down", network=self._network.name, endpoint=self.name, error=str(error))
        self.up = False
        self._rest = min(max(2 * self._rest, error.retry_after or 0, _FIRST_REST), _LONGEST_REST)
        self._rests_until = asyncio.get_running_loop().time() + self._rest

    def disagreed(self, difference: str) -> None:
        """Remember that other endpoints found something else at the same block."""
        self._disagreements += 1
        self._last_error = f"{Reason.DISAGREEMENT}: {difference}"
        _log.warning("endpoints disagree", network=self._network.name, endpoint=self.name, difference=difference)

    def state(self) -> EndpointState:
        """Its record, for metrics and pages."""
        return EndpointState(
            network=self._network.name,
            name=self.name,
            protocol=self._protocol,
            up=self.up,
            requests=self._line.requests,
            # Every reason, from zero: a rate over a series that begins with its first failure would not see it.
            failures={reason.value: self._line.failures[reason] for reason in Reason},
            disagreements=self._disagreements,
            last_error=self._last_error,
            last_success_at=self._last_success_at,
            method=self._node.method,
        )

    async def close(self) -> None:
        """Give back connections."""
        await self._node.close()
