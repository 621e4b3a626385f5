"""One beacon node."""

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from monitor.chains.beacon import owners
from monitor.chains.beacon.slots import Slots
from monitor.chains.beacon.staked import staked
from monitor.chains.beacon.states import state_of
from monitor.chains.beacon.validators import State, Validators
from monitor.chains.block_choice import BlockChoice
from monitor.chains.errors import ChainError, Reason
from monitor.chains.link import Link
from monitor.chains.node import Confirmed, Held, Node, Wanted
from monitor.chains.rest_api import Rest
from monitor.model import Block, Network, OwnerQuestion
from monitor.registry.addresses.beacon import is_withdrawal

T = TypeVar("T")


class BeaconNode(Node):
    """It needs the state of the chosen slot only: any node has that of the newest finalized one."""

    def __init__(self, network: Network, link: Link) -> None:
        super().__init__(network, link)
        self._rest = Rest(link)
        self._slots = Slots(link, self._rest)
        self._validators = Validators(link, self._rest)

    async def identify(self) -> str:
        return await self._slots.identify()

    async def resolve(self, choice: BlockChoice) -> Block:
        return await self._slots.resolve(choice)

    async def balances(self, wanted: Wanted, block: Block) -> Held:
        async def read(at: Block, state: State) -> Held:
            return await staked(self._validators, wanted, at, state)

        return await self._pinned(block, read)

    async def probe(self, sample: Wanted, block: Block) -> None:
        """For a withdrawal address a single validator is asked for, not all that there are."""
        if any(is_withdrawal(account) for accounts in sample.values() for account in accounts):
            await self._pinned(block, lambda _, state: self._validators.first(state))
        else:
            await self.balances(sample, block)

    async def confirm(self, questions: Sequence[OwnerQuestion], block: Block) -> Confirmed:
        def ask(at: Block, state: State) -> Awaitable[Confirmed]:
            return owners.confirm(self._validators, questions, at, state, self.network.execution)

        return await self._pinned(block, ask)

    async def _pinned(self, block: Block, work: Callable[[Block, State], Awaitable[T]]) -> T:
        """Do ``work`` at ``block`` as this node tells it, and in its state, between two looks at the slot."""
        header = await self._slots.canonical(block)
        try:
            found = await work(header.block, await state_of(header, self._validators, self.link))
        except ChainError as error:
            if error.reason is Reason.PRUNED:  # the state may be gone with its block
                await self._slots.canonical(block)
            raise
        await self._slots.canonical(block)
        return found
