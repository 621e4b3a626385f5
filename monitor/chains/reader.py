"""A network, read through its endpoints: whole, at one block, agreed upon as the quorum wants, or not at all."""

import asyncio
from collections.abc import Collection, Sequence, Set
from functools import partial
from itertools import islice
from typing import TypeVar

import stamina

from monitor.chains.choice import BlockChoice, Height, choice_of
from monitor.chains.endpoint import Endpoint, Job
from monitor.chains.errors import ChainError, Reason
from monitor.chains.node import Confirmed, Finding, Held, Node, Wanted
from monitor.chains.vote import Group, Vote
from monitor.model import Address, Block, EndpointState, Network, OwnerAnswer, OwnerQuestion, Reading, frozen
from monitor.settings import NetworkSettings

F = TypeVar("F", bound=Finding)

_ROUNDS = 4
"""How often a block may slip away (a reorganisation, a new tip) before the reading is given up."""


class NetworkReader:
    """All endpoints of one network.

    Endpoints are asked in the order of the settings, those that are down last. The first that answers names the
    block; if it fails later, the next one goes on at this very block. Endpoints that a reading did not need are
    probed afterwards, so that their state is known before they are needed.
    """

    def __init__(self, network: Network, settings: NetworkSettings, endpoints: Sequence[Endpoint]) -> None:
        self._network = network
        self._settings = settings
        self._endpoints = tuple(endpoints)
        self._probes: dict[Endpoint, asyncio.Task[None]] = {}

    async def read(self, wanted: Wanted, at: BlockChoice) -> Reading:
        """The balances of all wanted accounts at the block that ``at`` chooses.

        Whole, or :class:`ChainError`: there is no partial reading. Takes at most the network's ``deadline``.
        """
        before = [endpoint.requests for endpoint in self._endpoints]
        deadline = self._deadline()

        async def balances(node: Node, block: Block) -> Held:
            return await node.balances(wanted, block)

        try:
            group = await self._agreed(at, balances, deadline)
            held = self._whole(await self._second_opinion(group, wanted, deadline), wanted)
        finally:
            idle = [
                endpoint for endpoint, sent in zip(self._endpoints, before, strict=True) if endpoint.requests == sent
            ]
            self._probe(idle, wanted, at)
        return Reading(
            block=held.block,
            balances=frozen({token: frozen(amounts) for token, amounts in held.balances.items()}),
            failed=frozen(held.failed),
            endpoints=tuple(endpoint.name for endpoint in group.endpoints),
        )

    async def confirm(self, questions: Sequence[OwnerQuestion]) -> list[OwnerAnswer]:
        """Whether signers control their contract accounts, in the order of ``questions``, all at one block.

        Raises :class:`ChainError` when no endpoint answers, or the network's accounts are no contracts.
        """
        if not questions:
            return []

        async def owners(node: Node, block: Block) -> Confirmed:
            return await node.confirm(questions, block)

        group = await self._agreed(choice_of(self._settings.block), owners, self._deadline())
        return list(group.finding.answers)

    async def check(self, sample: Wanted) -> tuple[EndpointState, ...]:
        """Ask every endpoint the very calls that a reading needs, for ``sample``; what it said is in the states."""
        deadline = self._deadline()
        choice = choice_of(self._settings.block)
        await asyncio.gather(*(endpoint.probe(sample, choice, deadline) for endpoint in self._endpoints))
        return self.endpoints()

    def endpoints(self) -> tuple[EndpointState, ...]:
        """The record of every endpoint, in the order of the settings."""
        return tuple(endpoint.state() for endpoint in self._endpoints)

    async def close(self) -> None:
        """Stop what is under way in the background and give back all connections."""
        probes = tuple(self._probes.values())
        for probe in probes:
            probe.cancel()
        await asyncio.gather(*probes, return_exceptions=True)
        await asyncio.gather(*(endpoint.close() for endpoint in self._endpoints))

    def _whole(self, held: Held, wanted: Wanted) -> Held:
        """``held``, which tells of every token all or, with a reason, nothing: whatever protocol it is from."""
        for token, accounts in wanted.items():
            if token not in held.failed and not _same(held.balances[token].keys(), accounts):
                raise ChainError(Reason.MALFORMED, f"{token}: not every account was read")
        return held

    # --- agreement ---

    def _deadline(self) -> float:
        return asyncio.get_running_loop().time() + self._settings.gives_up_after.total_seconds()

    def _in_order(self) -> list[Endpoint]:
        return sorted(self._endpoints, key=lambda endpoint: endpoint.up is False)

    async def _agreed(self, at: BlockChoice, job: Job[F], deadline: float) -> Group[F]:
        async for attempt in stamina.retry_context(
            on=_passing, attempts=_ROUNDS, timeout=None, wait_initial=0.1, wait_max=2, wait_jitter=0.1
        ):
            with attempt:
                return await self._round(at, job, deadline)
        raise AssertionError("a retry context ends with a result or an exception")

    async def _round(self, at: BlockChoice, job: Job[F], deadline: float) -> Group[F]:
        """Let one endpoint after the other name the block, until the quorum answers at it."""
        failures: list[ChainError] = []
        usable = self._in_order()
        for anchor in tuple(usable):
            if _over(deadline):
                break
            try:
                block = await anchor.resolve(at, deadline)
            except ChainError as error:
                failures.append(error)
                usable.remove(anchor)
                continue
            try:
                group = await self._quorum(sorted(usable, key=lambda one: one is not anchor), job, block, deadline)
            except ChainError as error:
                failures.append(error)
                if not error.passing:
                    break
                continue  # its block is gone, or unknown to the others: the next one names another
            if isinstance(at, Height) and group.finding.block.number != at.number:
                raise ChainError(Reason.TIP_MOVED, f"a block came after {at} while it was read")
            return group
        raise self._combined(failures)

    async def _quorum(self, candidates: Sequence[Endpoint], job: Job[F], block: Block, deadline: float) -> Group[F]:
        """Ask as many endpoints at once as must agree, and the next one for each that fails or dissents."""
        vote: Vote[F] = Vote(self._settings.quorum)
        failures: list[ChainError] = []
        queue = iter(candidates)
        running: dict[asyncio.Task[F], Endpoint] = {}
        try:
            while vote.missing > 0 and not _over(deadline):
                for endpoint in islice(queue, max(0, vote.missing - len(running))):
                    running[asyncio.create_task(endpoint.ask(job, block, deadline))] = endpoint
                if not running:
                    break
                done, _ = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    try:
                        vote.add(running.pop(task), task.result())
                    except ChainError as error:
                        failures.append(error)
        finally:
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)
        if vote.missing <= 0 or len(vote.groups) > 1:
            return vote.winner()
        raise self._combined(failures)

    def _combined(self, failures: Sequence[ChainError]) -> ChainError:
        """One error for the network. Its reason is that of the last failure, which decided."""
        name, patience = self._network.name, self._settings.gives_up_after
        if not failures:
            return ChainError(Reason.TIMEOUT, f"{name}: not read within its deadline of {patience}")
        if len(failures) == 1 and failures[0].causes:
            return failures[0]
        enough = f"no {self._settings.quorum} endpoints" if self._settings.quorum > 1 else "no endpoint"
        told = "; ".join(dict.fromkeys(map(str, failures)))
        return ChainError(failures[-1].reason, f"{name}: {enough} could read it: {told}", causes=failures)

    async def _second_opinion(self, group: Group[Held], wanted: Wanted, deadline: float) -> Held:
        """What one endpoint says that a token refuses to tell, another must confirm: a lie here would silence a token.

        (With a quorum, several have agreed on it already.)
        """
        held, first = group.finding, group.endpoints[0]
        if not held.failed or self._settings.quorum > 1:
            return held
        doubtful = {token: wanted[token] for token in held.failed}

        async def balances(node: Node, block: Block) -> Held:
            return await node.balances(doubtful, block)

        for other in self._endpoints:
            if other is first or other.up is False or _over(deadline):
                continue
            try:
                second = await other.ask(balances, held.block, deadline)
            except ChainError:
                continue
            if second.block.hash != held.block.hash:
                continue
            for token in second.balances:
                first.disagreed(f"{token} at block {held.block.number}: {held.failed[token]}; {other.name} can tell")
            return Held(held.block, {**held.balances, **second.balances}, second.failed)
        return held

    # --- the background ---

    def _probe(self, idle: Sequence[Endpoint], wanted: Wanted, at: BlockChoice) -> None:
        """Probe endpoints that were not asked, without anyone waiting for it; what rests is left alone."""
        if isinstance(at, Height):
            return
        account = next(((token, account) for token, accounts in wanted.items() for account in accounts), None)
        sample = {account[0]: [account[1]]} if account else {}
        for endpoint in idle:
            if endpoint.due and endpoint not in self._probes:
                probe = asyncio.create_task(endpoint.probe(sample, at, self._deadline()))
                self._probes[endpoint] = probe
                probe.add_done_callback(partial(self._probed, endpoint))

    def _probed(self, endpoint: Endpoint, _: asyncio.Task[None]) -> None:
        self._probes.pop(endpoint, None)


def _same(read: Set[Address], wanted: Collection[Address]) -> bool:
    """Whether these are the same accounts; without another set of all of them, where none is wanted twice."""
    return (len(read) == len(wanted) and all(map(read.__contains__, wanted))) or read == set(wanted)


def _passing(error: Exception) -> bool:
    return isinstance(error, ChainError) and error.passing


def _over(deadline: float) -> bool:
    return asyncio.get_running_loop().time() >= deadline
