"""A network, read through its endpoints: whole, at one block, agreed upon as the quorum wants, or not at all."""

import asyncio
import random
from collections.abc import Callable, Collection, Sequence, Set
from dataclasses import replace
from datetime import timedelta
from operator import is_
from typing import cast

from monitor.chains.agreement import Agreement, Chance
from monitor.chains.block_choice import PAST_TAKES, AtHeight, BlockChoice, choice_of
from monitor.chains.concurrency import now
from monitor.chains.endpoint import Endpoint, Job
from monitor.chains.errors import ChainError, Reason
from monitor.chains.examination import Examination
from monitor.chains.node import Confirmed, Counted, Held, Node, Quoted, Wanted
from monitor.chains.polling import Probes
from monitor.chains.vote import Group
from monitor.model import (
    Address,
    Balances,
    Block,
    EndpointState,
    FeedReading,
    Network,
    OwnerAnswer,
    OwnerQuestion,
    Positions,
    Reading,
    SentReading,
    frozen,
)
from monitor.settings import NetworkSettings


class NetworkReader:
    """All endpoints of one network.

    Each reading begins with a roll call, which chooses the block; then as many parties as must agree read it, in
    their order, and the next one for each that fails. Endpoints that a reading did not need are probed afterwards, so
    that their state is known before they are needed.
    """

    def __init__(
        self,
        network: Network,
        settings: NetworkSettings,
        endpoints: Sequence[Endpoint],
        largest_lag: timedelta = timedelta.max,
        chance: Chance = random.random,
    ) -> None:
        """``largest_lag``: how much older the block of an endpoint may be before the others are asked first.

        ``chance`` decides which readings compare all parties (``ask_all``).
        """
        self._settings = settings
        self._endpoints = tuple(endpoints)
        self._probes = Probes()
        self._agreement = Agreement(network, settings, endpoints, largest_lag, self._probes, chance=chance)

    async def read(self, wanted: Wanted, at: BlockChoice) -> Reading:
        """Return the balances of all wanted accounts at the block that ``at`` chooses.

        Whole, or :class:`ChainError`: there is no partial reading. Takes at most the network's ``deadline``, past
        blocks of nodes that undo blocks for them excepted.
        """
        before = [endpoint.jobs for endpoint in self._endpoints]
        deadline = self._deadline(at)
        try:
            group = await self._held(wanted, at, deadline)
            held = self._whole(group.finding, wanted)
        finally:
            idle = [endpoint for endpoint, jobs in zip(self._endpoints, before, strict=True) if endpoint.jobs == jobs]
            self._probe(idle, wanted, at)
        return Reading(
            block=held.block,
            balances=cast("Balances", frozen({token: frozen(told) for token, told in held.balances.items()})),
            failed=frozen(held.failed),
            endpoints=tuple(endpoint.name for endpoint in group.endpoints),
            agreed=group.parties,
            asked=group.asked,
            rates=frozen(held.rates),
            within=frozen(held.within),
            positions=cast("Positions", frozen({token: frozen(told) for token, told in held.positions.items()})),
            outputs=next((each.outputs for each in (held, *group.others) if each.outputs), None),
        )

    async def confirm(self, questions: Sequence[OwnerQuestion]) -> list[OwnerAnswer]:
        """Tell whether signers control their contract accounts, in the order of ``questions``, all at one block.

        Raises :class:`ChainError` when no endpoint answers, or the network's accounts are no contracts.
        """
        if not questions:
            return []

        async def owners(node: Node, block: Block) -> Confirmed:
            return await node.confirm(questions, block)

        at = choice_of(self._settings.block)
        group = await self._agreement.reach(at, owners, self._deadline())
        return list(group.finding.answers)

    async def quote(self, contracts: Sequence[Address], at: BlockChoice) -> FeedReading:
        """Return what the price feeds of ``contracts`` answer at the block that ``at`` chooses.

        Raises :class:`ChainError` when no endpoint answers, or the network has no contracts that are asked.
        """

        async def quoted(node: Node, block: Block) -> Quoted:
            return await node.quote(contracts, block)

        group = await self._agreement.reach(at, quoted, self._deadline())
        return FeedReading(group.finding.block, frozen(group.finding.answers))

    async def sent(self, accounts: Sequence[Address], at: BlockChoice) -> SentReading:
        """Return how many transactions ``accounts`` had sent at the block that ``at`` chooses.

        Raises :class:`ChainError` when no endpoint answers, or the network's chain does not tell.
        """

        async def counted(node: Node, block: Block) -> Counted:
            return await node.sent(accounts, block)

        group = await self._agreement.reach(at, counted, self._deadline(at))
        names = tuple(endpoint.name for endpoint in group.endpoints)
        return SentReading(group.finding.block, frozen(group.finding.counts), names)

    async def examine(self, sample: Wanted) -> list[Examination]:
        """Find out what each endpoint can do, for ``sample``, in the order of the settings."""
        deadline, choice, job = self._deadline(), choice_of(self._settings.block), self._probing(sample)
        return await asyncio.gather(*(endpoint.examine(job, choice, deadline) for endpoint in self._endpoints))

    def endpoints(self) -> tuple[EndpointState, ...]:
        """Return the record of every endpoint, in the order of the settings."""
        return tuple(endpoint.state() for endpoint in self._endpoints)

    async def close(self) -> None:
        """Stop what is under way in the background and give back all connections."""
        await self._probes.close()
        await asyncio.gather(*(endpoint.close() for endpoint in self._endpoints))

    async def _held(self, wanted: Wanted, at: BlockChoice, deadline: float) -> Group[Held]:
        """The balances of ``wanted``, and who stands for them."""

        def reading(some: Wanted) -> Job[Held]:
            async def balances(node: Node, block: Block) -> Held:
                return await node.balances(some, block)

            return balances

        group = await self._agreement.reach(at, reading(wanted), deadline)
        return replace(group, finding=await self._second_opinion(group, wanted, at, deadline, reading))

    def _whole(self, held: Held, wanted: Wanted) -> Held:
        """``held``, which tells of every token all or, with a reason, nothing: whatever protocol it is from."""
        for token, accounts in wanted.items():
            if token not in held.failed and not _same(held.balances[token].keys(), accounts):
                raise ChainError(Reason.MALFORMED, f"{token}: not every account was read")
        return held

    # --- agreement ---

    def _deadline(self, at: BlockChoice | None = None) -> float:
        patience = self._settings.gives_up_after.total_seconds()
        if isinstance(at, AtHeight) and any(endpoint.undoes for endpoint in self._endpoints):
            patience = max(patience, PAST_TAKES.total_seconds())
        return now() + patience

    async def _second_opinion(
        self,
        group: Group[Held],
        wanted: Wanted,
        at: BlockChoice,
        deadline: float,
        reading: Callable[[Wanted], Job[Held]],
    ) -> Held:
        """What one party says that a token refuses to tell, another must confirm: a lie here would silence a token.

        Its own other endpoints come last, to take over. (With a quorum, several parties have agreed on it already.)
        ``reading`` makes the job that was done.
        """
        held, first = group.finding, group.endpoints[0]
        if not held.failed or group.parties > 1:
            return held
        doubtful = reading({token: wanted[token] for token in held.failed})
        for other in sorted(self._endpoints, key=lambda each: each.party == first.party):
            if other is first or other.up is False or other in self._probes.absent or now() >= deadline:
                continue
            try:
                if isinstance(at, AtHeight):
                    await other.resolve(at, deadline)
                second = await other.ask(doubtful, held.block, deadline)
            except ChainError:
                continue
            if second.block.hash != held.block.hash:
                continue
            for token in second.balances:
                first.disagreed(f"{token} at block {held.block.number}: {held.failed[token]}; {other.name} can tell")
            return held.joined(second)
        return held

    # --- the background ---

    def _probe(self, idle: Sequence[Endpoint], wanted: Wanted, at: BlockChoice) -> None:
        """Probe endpoints that answered the roll call and nothing else, without anyone waiting for it."""
        account = next(((token, account) for token, accounts in wanted.items() for account in accounts), None)
        if not isinstance(at, AtHeight):
            sample = {account[0]: [account[1]]} if account else {}
            self._probes.probe(idle, self._probing(sample), self._deadline())

    def _probing(self, sample: Wanted) -> Job[object]:
        """The very calls that a reading needs, for ``sample``."""

        async def probe(node: Node, block: Block) -> None:
            await node.probe(sample, block)

        return probe


def _same(read: Set[Address], wanted: Collection[Address]) -> bool:
    """Whether these are the same accounts.

    Without a look-up of each where they are in the same order, and another set of all only where some are wanted twice.
    """
    if len(read) == len(wanted) and (all(map(is_, read, wanted)) or all(map(read.__contains__, wanted))):
        return True
    return read == set(wanted)
