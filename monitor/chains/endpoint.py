"""One endpoint's health: its chain is checked, its answers and failures are remembered."""

from collections.abc import Awaitable, Callable, Set
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from enum import IntEnum
from typing import TypeVar

import structlog

from monitor.chains.archive import Archive, Past
from monitor.chains.block_choice import AtHeight, BlockChoice
from monitor.chains.errors import HARMLESS, ChainError, Reason
from monitor.chains.examination import Examination, measured, past_of
from monitor.chains.link import Breaker, Circuit, Link, until
from monitor.chains.node import Finding, Node
from monitor.model import Block, EndpointState, Height, Network

T = TypeVar("T")
F = TypeVar("F", bound=Finding)

Job = Callable[[Node, Block], Awaitable[T]]
"""What an endpoint is asked to find out at a block."""

_AHEAD = HARMLESS | {Reason.BEHIND}
"""The same where it is asked for a height: one that it has not reached yet says only that others are quicker."""

_log = structlog.get_logger()


class Standing(IntEnum):
    """What is known against an endpoint; the less, the sooner it is asked."""

    GOOD = 0
    BEHIND = 1
    """Its newest block is older than that of others."""
    DOUBTED = 2
    """It was outvoted lately."""
    DOWN = 3


class Endpoint:
    """A node that is asked only as long as it is on the right chain.

    The chain is checked before every use: behind a URL there may be another node than a minute ago.
    """

    def __init__(
        self,
        network: Network,
        protocol: str,
        node: Node,
        link: Link,
        *,
        oldest: timedelta | None = None,
        ahead: timedelta | None = None,
        undoes: bool = False,
        archive: Archive | None = None,
    ) -> None:
        """``oldest`` is the age of a block, other than a past one by its height, that means a node left behind.

        ``ahead`` is how far after this machine's clock a block may be dated; None: as far as it likes.
        """
        self.name = link.name
        self.party = link.settings.voice
        """Who runs it: all endpoints of a party have one vote."""
        self.undoes = undoes
        """Whether the past may take it hours."""
        self.up: bool | None = None
        self.lags = False
        """Whether it stood so far behind the others, when they were last asked, that they are asked first."""
        self.jobs = 0
        """Readings and the like that it was asked for."""
        self._network = network
        self._protocol = protocol
        self._node = node
        self._link = link
        self._oldest = oldest
        self._ahead = ahead
        self._archive = archive or Archive(network)
        self._failing, self._doubted = Breaker(), Breaker()
        self._disagreements = 0
        self._head: Height | None = None
        self._lag: int | None = None
        self._block_age: timedelta | None = None
        self._last_error = ""
        self._last_success_at: datetime | None = None

    # --- what is known about it ---

    @property
    def standing(self) -> Standing:
        """What is known against it now."""
        if self.up is False:
            return Standing.DOWN
        if self._doubted.state is Circuit.OPEN:
            return Standing.DOUBTED
        return Standing.BEHIND if self.lags else Standing.GOOD

    @property
    def rests(self) -> bool:
        """Whether its circuit is open: after a failure it is asked only when no others are left."""
        return self._failing.state is Circuit.OPEN

    def past(self, height: int) -> Past:
        """Tell how good it is for a block of the past."""
        return self._archive.rank(height)

    # --- asking it ---

    async def resolve(self, choice: BlockChoice, deadline: float) -> Block:
        """Return the block that ``choice`` means to it; ``deadline`` is a time of the running loop."""
        return await self._guarded(
            self._resolve(choice), deadline, _AHEAD if isinstance(choice, AtHeight) else HARMLESS
        )

    async def ask(self, job: Job[F], block: Block, deadline: float) -> F:
        """Return its answer to ``job``; proof that it is up."""
        self.jobs += 1
        try:
            answer = await self._guarded(self._ask(job, block), deadline)
        except ChainError as error:
            if error.reason is Reason.PRUNED:
                self._archive.pruned(block)
            raise
        self._succeeded()
        return answer

    async def probe(self, job: Job[object], at: BlockChoice | Block, deadline: float) -> None:
        """Find out whether it is up, by the calls that a read needs. Its failure is remembered, not raised."""
        try:
            await self._guarded(self._probe(job, at), deadline)
        except ChainError:
            return
        self._succeeded()

    async def examine(self, reading: Job[object], choice: BlockChoice, deadline: float) -> Examination:
        """Find out what it can do by ``reading``: the calls that one account needs, now and in the past."""
        about = Examination(self.name, self._protocol, self.party)
        try:
            block = await self.resolve(choice, deadline)
            about = replace(about, block=block)
            seconds, abilities = await self._guarded(measured(self._node, reading, block), deadline)
            about = replace(about, seconds=seconds, abilities=abilities)
            if not self.undoes:
                past, why = await self._guarded(past_of(self._node, reading, block), deadline)
                about = replace(about, past=past, past_error=why)
        except ChainError as error:
            return replace(about, error=error)
        self._succeeded()
        return about

    async def _resolve(self, choice: BlockChoice) -> Block:
        await self._identify()
        if isinstance(choice, AtHeight):
            await self._archive.try_canary(self._node, self._link, choice.number)
        block = await self._node.resolve(choice)
        self._link.blocks.named(block)
        if self._oldest is None or isinstance(choice, AtHeight):
            return self._dated(block)
        self._block_age = age = datetime.now(UTC) - block.timestamp
        self._dated(block)
        if age > self._oldest:
            minutes = age // timedelta(minutes=1)
            raise self._link.fault(Reason.BEHIND, f"its block {block.number} ({choice}) is {minutes} minutes old")
        return block

    def _dated(self, block: Block) -> Block:
        """``block``, if its time can have come: a chain that is made up, or frozen, may be dated at will."""
        ahead = block.timestamp - datetime.now(UTC)
        if self._ahead is not None and ahead > self._ahead:
            minutes, dated = ahead // timedelta(minutes=1), block.timestamp.isoformat()
            detail = f"its block {block.number} is dated {dated}, {minutes} minutes ahead of this machine's clock"
            raise self._link.fault(Reason.AHEAD, detail)
        return block

    async def _ask(self, job: Job[F], block: Block) -> F:
        await self._identify()
        finding = await job(self._node, block)
        self._dated(finding.block)
        return finding

    async def _probe(self, job: Job[object], at: BlockChoice | Block) -> None:
        await job(self._node, at if isinstance(at, Block) else await self._resolve(at))

    async def _identify(self) -> None:
        found = await self._node.identify()
        if found != self._network.caip2:
            raise self._link.fault(
                Reason.WRONG_CHAIN, f"it is on {found}, but {self._network.name} is {self._network.caip2}"
            )

    async def _guarded(self, work: Awaitable[T], deadline: float, harmless: Set[Reason] = HARMLESS) -> T:
        try:
            async with until(deadline):
                return await work
        except TimeoutError:
            error = self._link.fault(Reason.TIMEOUT, "not finished when the deadline passed")
            self._failed(error)
            raise error from None
        except ChainError as error:
            self._failed(error, harmless)
            raise
        except Exception as error:
            # An answer that nobody foresaw must not keep others from being asked. It is our defect, and must not hide.
            _log.exception("an answer met a defect", network=self._network.name, endpoint=self.name)
            detail = f"its answer met a defect of the monitor ({type(error).__name__}), see its log"
            fault = self._link.fault(Reason.MALFORMED, detail)
            self._failed(fault)
            raise fault from error

    # --- what is remembered ---

    def _succeeded(self) -> None:
        if self.up is False:
            _log.info("endpoint restored", network=self._network.name, endpoint=self.name)
        self.up = True
        self._failing.reset()
        self._last_success_at = datetime.now(UTC)

    def _failed(self, error: ChainError, harmless: Set[Reason] = HARMLESS) -> None:
        self._last_error = str(error)
        if error.reason in harmless:
            return
        self._node.forget()
        if error.reason is Reason.DISAGREEMENT:  # with what it proved itself
            self._disagreements += 1
        if self.up is not False:
            _log.warning("endpoint down", network=self._network.name, endpoint=self.name, error=str(error))
        self.up = False
        self._failing.trip(error.retry_after or 0)

    def stands(self, head: Height, lag: int | None, *, lags: bool) -> None:
        """Remember the block that it named when all were asked, and how many blocks it was behind."""
        self._head, self._lag, self.lags = head, lag, lags

    def disagreed(self, difference: str) -> None:
        """Remember that other endpoints found something else at the same block."""
        self._disagreements += 1
        self._doubted.trip()
        self._last_error = f"{Reason.DISAGREEMENT}: {difference}"
        _log.warning("endpoints disagree", network=self._network.name, endpoint=self.name, difference=difference)

    def agreed(self) -> None:
        """Note that others found the same."""
        self._doubted.reset()

    def state(self) -> EndpointState:
        """Return its record, for metrics and pages."""
        return EndpointState(
            network=self._network.name,
            name=self.name,
            protocol=self._protocol,
            up=self.up,
            requests=self._link.requests,
            # Every reason, from zero: a rate over a series that begins with its first failure would not see it.
            failures={reason.value: self._link.failures[reason] for reason in Reason},
            disagreements=self._disagreements,
            last_error=self._last_error,
            last_success_at=self._last_success_at,
            method=self._node.method,
            work=self._node.work,
            difference=self._node.difference,
            standing=self.standing.name.lower(),
            head=self._head,
            lag=self._lag,
            archive=self._archive.kept,
            block_age=self._block_age,
            reorganisations=self._link.blocks.seen,
        )

    async def close(self) -> None:
        """Give back connections."""
        await self._link.close()
