"""How the endpoints of a network come to one answer at one block.

The life of a reading:

1. A roll call (rollcall.py) asks all endpoints that do not rest which block they stand at. Before every use an endpoint
   is asked which chain it is on (endpoint.py), and before it tells of the past, for a known balance (archive.py).
2. The newest block is taken that as many parties have reached as must agree; without a quorum, that of the first.
3. As many parties as must agree are asked at once (polling.py): those in good standing first, and among them in the
   order of the settings. Now and then all are asked.
4. Each request keeps the endpoint's pace, is retried where that may help, and ends with the deadline (link.py).
5. For each endpoint that fails, the next one is asked; those of one party take over from each other.
6. What they found is compared (vote.py), the block's own time included. One vote a party; once anybody contradicts,
   more must agree than contradict.
7. Where no block is agreed upon, the next lower one is tried that enough parties have reached.
8. Where a block slips away (a reorganisation, a new tip), all begins again, four times at the most.
9. Who failed rests, for longer each time (link.py). Who was outvoted is told so, once it is known who agreed.
10. Endpoints that were not needed are probed while nobody waits (polling.py).
"""

from collections.abc import Awaitable, Callable, Coroutine, Sequence
from datetime import timedelta
from functools import partial
from typing import Any, TypeVar

import stamina

from monitor.chains.block_choice import AtHeight, BlockChoice
from monitor.chains.concurrency import now
from monitor.chains.endpoint import Endpoint, Job
from monitor.chains.errors import ChainError, Reason
from monitor.chains.node import Finding
from monitor.chains.polling import Poll, Probes
from monitor.chains.rollcall import RollCall
from monitor.chains.vote import ContestedError, Group, Vote, parties_of, settle
from monitor.model import Block, Network
from monitor.settings import NetworkSettings

F = TypeVar("F", bound=Finding)

Chance = Callable[[], float]

_ROUNDS = 4
"""How often a block may slip away (a reorganisation, a new tip) before the job is given up."""
_LONGEST_PAUSE = 0.5
"""Seconds from one such round to the next."""
_LEAST_COMPARED = 1.0
"""Seconds, at the least, that parties are waited for whose answers are only compared."""


class Agreement:
    """Lets as many parties do a job as must agree.

    Each begins with a roll call, which chooses the block; then the endpoints are asked, those in good standing first
    and among them in the order of the settings, and the next one for each that fails or contradicts.
    """

    def __init__(
        self,
        network: Network,
        settings: NetworkSettings,
        endpoints: Sequence[Endpoint],
        largest_lag: timedelta,
        probes: Probes,
        *,
        chance: Chance,
    ) -> None:
        """``chance``, a number from 0 to 1 for each reading, decides whether it compares all parties."""
        self._chance = chance
        self._network = network
        self._settings = settings
        self._endpoints = tuple(endpoints)
        self._largest_lag = largest_lag
        self._probes = probes

    async def reach(self, at: BlockChoice, job: Job[F], deadline: float) -> Group[F]:
        """Return what the quorum found at the block that ``at`` chooses; :class:`ChainError` where there is none."""
        return await self.repeatedly(partial(self.reach_once, at, job, deadline), deadline)

    async def repeatedly(self, work: Callable[[], Awaitable[Group[F]]], deadline: float) -> Group[F]:
        """Return what ``work`` finds, again where another block may help: it slipped away, or is not known yet.

        Not past the ``deadline``: whoever was asked then would fail, and be called slow for nothing. Who was
        contradicted is told at the end, when it is known who agreed.
        """
        failures: list[ChainError] = []

        async def attempted() -> Group[F]:
            try:
                return await work()
            except ChainError as error:
                failures.append(error)
                raise

        def worth_another(error: Exception) -> bool:
            return isinstance(error, ChainError) and error.passing and now() + _LONGEST_PAUSE < deadline

        trusted: Sequence[Endpoint] = ()
        try:
            async for attempt in stamina.retry_context(
                on=worth_another,
                attempts=_ROUNDS,
                timeout=None,
                wait_initial=0.1,
                wait_max=_LONGEST_PAUSE,
                wait_jitter=0.1,
            ):
                with attempt:
                    group = await attempted()
            trusted = group.endpoints
        finally:
            settle(failures, trusted)
        return group

    async def reach_once(self, at: BlockChoice, job: Job[F], deadline: float) -> Group[F]:
        """Let the endpoints name blocks, and try one after the other until the quorum answers at it.

        Another block is known to other endpoints, so that one which fails, or lies, at the first costs nothing.
        """
        needed = self._settings.quorum
        everyone = needed > 1 and self._chance() < self._settings.ask_all
        roll = await self._roll_call(at, deadline, everyone=everyone)
        useless: set[Endpoint] = set()
        contested: set[Endpoint] = set()

        async def answer(block: Block, endpoint: Endpoint) -> F:
            try:
                if isinstance(at, AtHeight) and endpoint not in roll.named:
                    await endpoint.resolve(at, deadline)  # whether it may be asked about the past at all
                return await endpoint.ask(job, block, deadline)
            except ChainError as error:
                if not error.passing:
                    useless.add(endpoint)
                raise

        failures: list[ChainError] = []
        while now() < deadline and (block := roll.next_block()):
            candidates = [endpoint for endpoint in roll.candidates(block) if endpoint not in useless]
            if failures and len(parties_of(candidates)) < needed:
                continue
            candidates.sort(key=lambda endpoint: endpoint not in contested)  # others are to say who of them is right
            asking = partial(answer, block)
            try:
                group = await self._quorum(
                    candidates,
                    asking,
                    deadline,
                    needed,
                    compared=roll.compared(candidates),
                )
            except ContestedError as error:
                contested |= error.endpoints
                failures.append(error)
                continue
            except ChainError as error:
                failures.append(error)
                continue
            settle(failures, group.endpoints)
            if isinstance(at, AtHeight) and group.finding.block.number != block.number:
                raise ChainError(Reason.TIP_MOVED, f"a block came after {at} while it was read")
            return group
        absent = [roll.failed[endpoint] for endpoint in self._endpoints if endpoint in roll.failed]
        raise self._combined([*absent, *failures], needed)

    async def _roll_call(self, at: BlockChoice, deadline: float, *, everyone: bool) -> RollCall:
        past = at.number if isinstance(at, AtHeight) else None
        order = sorted(self._endpoints, key=lambda each: (each.standing, 0 if past is None else each.past(past)))
        roll = RollCall(order, at, self._settings.quorum, self._largest_lag, everyone=everyone)
        late = await roll.take(self._probes.absent, deadline)
        if past is None:
            await self._probes.follow(roll.named, late)
        else:
            await self._probes.leave(late)
        return roll

    async def reach_at(
        self, block: Block, candidates: Sequence[Endpoint], job: Job[F], deadline: float, *, needed: int
    ) -> Group[F]:
        """Return what ``needed`` parties of ``candidates`` find at ``block``, which was agreed upon."""

        async def answer(endpoint: Endpoint) -> F:
            return await endpoint.ask(job, block, deadline)

        try:
            return await self._quorum(candidates, answer, deadline, needed)
        except ContestedError as error:
            error.settle(())
            raise

    async def _quorum(
        self,
        candidates: Sequence[Endpoint],
        answer: Callable[[Endpoint], Coroutine[Any, Any, F]],
        deadline: float,
        needed: int,
        *,
        compared: int = 0,
    ) -> Group[F]:
        """Ask as many parties at once as must agree, and the next one for each that fails or contradicts.

        The first ``compared`` parties are all asked; once it is decided without them, they are waited for as long
        again as that took.
        """
        vote: Vote[F] = Vote(needed)
        failures: list[ChainError] = []
        poll = Poll(candidates, answer, by_party=True)
        began = now()
        try:
            while poll.possible and now() < deadline:
                missing = vote.missing(poll.possible)
                patience = None if missing else max(now() - began, _LEAST_COMPARED)
                wanted = max(missing, compared - len(poll.finished))
                if wanted <= 0 or not (answers := await poll.some(wanted, patience)):
                    break
                for endpoint, task in answers:
                    try:
                        vote.add(endpoint, task.result())
                    except ChainError as error:
                        failures.append(error)
        finally:
            asked = len(poll.asked)
            await poll.stop()
        if not vote.missing() or len(vote.groups) > 1:
            group = vote.winner()
            group.asked = asked
            return group
        raise self._combined(failures, needed)

    def _combined(self, failures: Sequence[ChainError], needed: int) -> ChainError:
        """One error for the network. Its reason is a disagreement, if there was one, or that of the last failure."""
        name, patience = self._network.name, self._settings.gives_up_after
        if not failures:
            return ChainError(Reason.TIMEOUT, f"{name}: not read within its deadline of {patience}")
        if len(failures) == 1 and failures[0].causes:
            return failures[0]
        enough = f"no {needed} parties" if needed > 1 else "no endpoint"
        told = "; ".join(dict.fromkeys(map(str, failures)))
        reasons = [failure.reason for failure in failures]
        reason = Reason.DISAGREEMENT if Reason.DISAGREEMENT in reasons else reasons[-1]
        return ChainError(reason, f"{name}: {enough} could read it: {told}", causes=failures)
