"""A network whose balances are proven: what a quorum must agree on is the block, and one endpoint shows the rest."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial

import structlog

from monitor.chains.agreement import Chance
from monitor.chains.block_choice import BlockChoice
from monitor.chains.endpoint import Endpoint, Job
from monitor.chains.errors import ChainError
from monitor.chains.network_reader import NetworkReader
from monitor.chains.node import BalanceSlots, Held, Node, StateRoot, Wanted
from monitor.chains.vote import Group, parties_of
from monitor.model import BalanceSlot, Block, Network, Token
from monitor.settings import NetworkSettings

_log = structlog.get_logger()


class ProofReader(NetworkReader):
    """A :class:`NetworkReader` that believes no endpoint what it tells of balances.

    The quorum agrees on a header, which each endpoint's answer must make the hash of, and, for tokens without a pinned
    slot, on where they keep their balances. Then one endpoint proves all balances against the header's state root; if
    it cannot, or tells other balances than it proves, the next one does at the same block.
    """

    def __init__(
        self,
        network: Network,
        settings: NetworkSettings,
        endpoints: Sequence[Endpoint],
        largest_lag: timedelta,
        pinned: Mapping[str, BalanceSlot],
        *,
        chance: Chance,
    ) -> None:
        """``pinned``: by contract, where tokens keep their balances."""
        super().__init__(network, settings, endpoints, largest_lag, chance)
        self._pinned = pinned
        self._found: dict[Token, BalanceSlot] = {}

    async def _held(self, wanted: Wanted, at: BlockChoice, deadline: float) -> Group[Held]:
        return await self._agreement.repeatedly(partial(self._proven, wanted, at, deadline), deadline)

    async def _proven(self, wanted: Wanted, at: BlockChoice, deadline: float) -> Group[Held]:
        agreed = await self._agreement.reach_once(at, _state_root, deadline)
        root = agreed.finding
        slots = await self._slots(wanted, agreed, deadline)
        provable = {token: accounts for token, accounts in wanted.items() if token not in slots.missing}

        def proving(some: Wanted) -> Job[Held]:
            async def proven(node: Node, _: Block) -> Held:
                return await node.proven(some, root, slots)

            return proven

        candidates = self._provers(agreed)
        group = await self._agreement.reach_at(root.block, candidates, proving(provable), deadline, needed=1)
        held = await self._second_opinion(group, provable, at, deadline, proving)
        for token in held.failed:
            self._found.pop(token, None)  # its contract may be another one since: to be tried anew
        endpoints = [*group.endpoints, *(each for each in agreed.endpoints if each not in group.endpoints)]
        asked = max(agreed.asked, len(parties_of(endpoints)))  # who proved it may not have been asked for the block
        return Group(replace(held, failed={**held.failed, **slots.missing}), endpoints, asked)

    def _provers(self, agreed: Group[StateRoot]) -> list[Endpoint]:
        """Whom to ask for proofs: those who know the block first."""
        return sorted(self._endpoints, key=lambda each: (each.standing, each not in agreed.endpoints))

    # --- where tokens keep their balances ---

    async def _slots(self, wanted: Wanted, agreed: Group[StateRoot], deadline: float) -> BalanceSlots:
        """The slots of all tokens: pinned, found before, or found now and agreed upon by the quorum."""
        block = agreed.finding.block
        unknown = self._unknown(wanted)
        if not unknown:
            return BalanceSlots(block, self._known(wanted))
        try:
            candidates, needed = self._provers(agreed), self._settings.quorum
            group = await self._agreement.reach_at(block, candidates, _trying(unknown), deadline, needed=needed)
        except ChainError as error:
            if error.passing:
                raise
            missing = dict.fromkeys(unknown, f"where it keeps its balances is not pinned, and was not found: {error}")
            return BalanceSlots(block, self._known(wanted), missing)
        tried = group.finding
        for token, slot in tried.found.items():
            _log.info("balance slot found", network=token.network, token=str(token), slot=str(slot))
        self._found.update(tried.found)
        return BalanceSlots(block, self._known(wanted), tried.missing)

    def _known(self, wanted: Wanted) -> dict[Token, BalanceSlot]:
        pinned = {
            token: self._pinned[token.contract] for token in wanted if token.contract and token.contract in self._pinned
        }
        return {**{token: slot for token, slot in self._found.items() if token in wanted}, **pinned}

    def _unknown(self, wanted: Wanted) -> list[Token]:
        """Tokens whose slots must be found; those of positions with a rate would prove nothing."""
        known = self._known(wanted)
        return [
            token
            for token in wanted
            if token.contract and token not in known and not (token.position and token.position.rate)
        ]

    # --- the background ---

    def _probing(self, sample: Wanted) -> Job[object]:
        async def probe(node: Node, block: Block) -> object:
            root = await node.state_root(block)
            unknown = self._unknown(sample)
            tried = await node.balance_slots(unknown, block) if unknown else BalanceSlots(block, {})
            slots = BalanceSlots(block, {**self._known(sample), **tried.found})
            return await node.proven(
                {token: sample[token] for token in sample if token not in tried.missing}, root, slots
            )

        return probe


async def _state_root(node: Node, block: Block) -> StateRoot:
    return await node.state_root(block)


def _trying(tokens: Sequence[Token]) -> Job[BalanceSlots]:
    async def found(node: Node, block: Block) -> BalanceSlots:
        return await node.balance_slots(tokens, block)

    return found
