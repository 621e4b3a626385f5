"""java-tron's JSON-RPC (``…/jsonrpc``): some methods of Ethereum's, at the node's newest block only.

A full node's newest block is not final. Its solidity port (``httpSolidityPort``) serves the same methods on the state
of the newest *solidified* block, which 19 of the 27 super representatives have built upon and which stays.
"""

from monitor.chains.block_choice import BlockChoice, Tag
from monitor.chains.errors import Reason
from monitor.chains.evm import values
from monitor.chains.evm.method_choice import Methods
from monitor.chains.evm.rpc import EvmRpc
from monitor.chains.link import Link
from monitor.chains.node import Held, Node, Wanted
from monitor.chains.one_state import refuse_others
from monitor.chains.tron.reading import LATEST, MULTICALL3, read
from monitor.model import Block, Network


class TronJsonRpcNode(Node):
    """One endpoint, whose newest block is that of the chain or the solidified one."""

    def __init__(self, network: Network, link: Link) -> None:
        super().__init__(network, link)
        self._rpc = EvmRpc(link)
        self._methods = Methods((MULTICALL3,))

    @property
    def method(self) -> str:
        return self._methods.name

    async def identify(self) -> str:
        result = await self._rpc.result("eth_chainId", [])
        try:
            return f"tron:{values.quantity(result)}"
        except ValueError as error:
            raise self.link.fault(Reason.MALFORMED, f"eth_chainId: {error}") from None

    async def resolve(self, choice: BlockChoice) -> Block:
        newest = await self._newest()
        refuse_others(choice, newest.number, self.link)
        return await self._final(newest) if choice in (Tag("finalized"), Tag("safe")) else newest

    async def _newest(self) -> Block:
        return await self._named(LATEST)

    async def _final(self, newest: Block) -> Block:
        """``newest``, if this endpoint serves the solidified state (it may have moved on since)."""
        final = await self._named("finalized")
        if final.number < newest.number:
            raise self.link.fault(
                Reason.PAST_BLOCK,
                f"it tells the state of its newest block only, {newest.number}, and final is {final.number}; ask the "
                "node's solidity port (httpSolidityPort), use `protocol: tron`, or set `block: latest`",
            )
        return newest

    async def _named(self, name: str) -> Block:
        found = await self._rpc.block(name)
        if found is None:
            raise self.link.fault(Reason.BEHIND, f"it has no {name} block yet")
        return found

    async def balances(self, wanted: Wanted, block: Block) -> Held:
        return await read(self.network, self._rpc, self._methods, wanted, self._newest, window=self.window)
