"""One beacon node."""

from collections.abc import Sequence

from monitor.chains.beacon import owners
from monitor.chains.beacon.slots import Slots
from monitor.chains.beacon.staked import staked
from monitor.chains.beacon.validators import Validators
from monitor.chains.choice import BlockChoice
from monitor.chains.line import Line
from monitor.chains.node import Confirmed, Held, Node, Wanted
from monitor.chains.rest import Rest
from monitor.model import Block, Network, OwnerQuestion
from monitor.registry.addresses.beacon import is_withdrawal


class BeaconNode(Node):
    """It needs the state of the chosen slot only: any node has that of the newest finalized one."""

    def __init__(self, network: Network, line: Line) -> None:
        super().__init__(network, line)
        self._rest = Rest(line)
        self._slots = Slots(line, self._rest)
        self._validators = Validators(line, self._rest)

    async def identify(self) -> str:
        return await self._slots.identify()

    async def resolve(self, choice: BlockChoice) -> Block:
        return await self._slots.resolve(choice)

    async def balances(self, wanted: Wanted, block: Block) -> Held:
        held = await staked(self._validators, wanted, block)
        await self._slots.still_canonical(block)
        return held

    async def probe(self, sample: Wanted, block: Block) -> None:
        """For a withdrawal address a single validator is asked for, not all that there are."""
        if any(is_withdrawal(account) for accounts in sample.values() for account in accounts):
            await self._validators.first(block)
        else:
            await self.balances(sample, block)

    async def confirm(self, questions: Sequence[OwnerQuestion], block: Block) -> Confirmed:
        found = await owners.confirm(self._validators, questions, block, self.network.execution)
        await self._slots.still_canonical(block)
        return found

    async def close(self) -> None:
        await self._rest.close()
