"""An explorer of an EVM chain: the balances that contracts tell through it, each tied to its block."""

from dataclasses import replace

from monitor.chains.block_choice import BlockChoice
from monitor.chains.errors import ChainError, Reason
from monitor.chains.evm import balances, positions, values
from monitor.chains.evm.explorers.tied import Multicall, Sight, Tied
from monitor.chains.evm.method_choice import Methods
from monitor.chains.evm.methods import Multicall3, multicall3_on
from monitor.chains.evm.rpc import AtBlock, Calls, EvmRpc
from monitor.chains.link import Link
from monitor.chains.node import Held, Node, Wanted
from monitor.model import Block, Network


class ExplorerNode(Node):
    """One explorer. It confirms no owners: whose code an account has cannot be tied to a block."""

    def __init__(self, network: Network, link: Link, calls: Calls | None = None) -> None:
        """``calls`` make the calls of a node through the explorer's own API; by default it speaks JSON-RPC."""
        super().__init__(network, link)
        self._rpc = EvmRpc(link, calls)
        contract = multicall3_on(network)
        self._multicall = Multicall(self._rpc.calls, link, contract)
        self._methods = Methods((Multicall3(contract),))

    @property
    def method(self) -> str:
        return self._methods.name

    async def identify(self) -> str:
        return f"eip155:{(await self._multicall.look('latest')).chain}"

    async def resolve(self, choice: BlockChoice) -> Block:
        return await self._rpc.chosen(choice)

    async def balances(self, wanted: Wanted, block: Block) -> Held:
        """Read at ``block`` between two looks at whether it is the chain's."""
        due = await self._due(block)
        if not any(wanted.values()):
            return Held(await self._rpc.still_canonical(block), {token: {} for token in wanted})
        at = AtBlock(EvmRpc(self.link, Tied(self._multicall, due)), block, hex(block.number))
        try:
            held = await positions.valued(at, await balances.balances(at, self._methods, wanted))
        except ChainError as error:
            if error.reason is Reason.UNPINNED:  # unless a reorganisation took the block meanwhile
                await self._rpc.still_canonical(block)
            raise
        return replace(held, block=await self._rpc.still_canonical(block))

    async def _due(self, block: Block) -> Sight:
        """What a call in ``block`` sees, by the block's header; ``tip_moved`` where the block has left the chain."""
        await self._rpc.still_canonical(block)
        if not block.number:
            raise self.link.fault(Reason.PAST_BLOCK, "there is no block before block 0 to tie it by")
        parent = await self._rpc.block(hex(block.number - 1))
        if parent is None:
            raise self.link.fault(Reason.MALFORMED, f"it has block {block.number} and not the one before")
        return Sight(values.chain_id(self.network.caip2), block.number, parent.hash)
