"""java-tron's HTTP API (``/wallet/…``, ``/walletsolidity/…``): the newest block, or the newest solidified one."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from monitor.chains.amounts import count
from monitor.chains.block_choice import BlockChoice, Depth, Tag
from monitor.chains.evm.method_choice import Methods
from monitor.chains.evm.methods import Deployless
from monitor.chains.evm.rpc import EvmRpc
from monitor.chains.link import Link
from monitor.chains.node import Held, Node, Wanted
from monitor.chains.one_state import refuse_others
from monitor.chains.rest_api import member, strictly, text
from monitor.chains.tron.reading import MULTICALL3, read
from monitor.chains.tron.wallet import HEAD, SOLID, WalletApi
from monitor.model import Block, Height, Network

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_HASH = re.compile(r"[0-9a-f]{64}")


class TronNode(Node):
    """One endpoint.

    The virtual machine also runs a program without any contract, as if to estimate the energy of creating one, so
    that balances are read as on the EVM; where that fails, by Multicall3, else one by one.
    """

    def __init__(self, network: Network, link: Link) -> None:
        super().__init__(network, link)
        self._api = WalletApi(link)
        self._rpc = EvmRpc(link, self._api)
        self._methods = Methods((Deployless(), MULTICALL3))

    @property
    def method(self) -> str:
        return self._methods.name

    async def identify(self) -> str:
        """Return the chain id, which is the end of the genesis block's hash."""
        path = f"{HEAD}/getblockbynum"
        genesis = await self._api.post(path, {"num": 0})
        with strictly(self.link, path):
            return f"tron:{int(_block_id(genesis, 0)[-8:], 16)}"

    async def resolve(self, choice: BlockChoice) -> Block:
        if isinstance(choice, Tag | Depth):
            self._api.side = HEAD if choice in (Tag("latest"), Depth(0)) else SOLID
        newest = await self._newest()
        refuse_others(choice, newest.number, self.link)
        return newest

    async def _newest(self) -> Block:
        path = f"{self._api.side}/getnowblock"
        found = await self._api.post(path, {})
        with strictly(self.link, path):
            number = count(member(found, "block_header", "raw_data", "number"))
            milliseconds = count(member(found, "block_header", "raw_data", "timestamp"))
            moment = _EPOCH + timedelta(seconds=milliseconds // 1000)
            return Block(Height(number), "0x" + _block_id(found, number), moment)

    async def balances(self, wanted: Wanted, block: Block) -> Held:
        return await read(self.network, self._rpc, self._methods, wanted, self._newest, window=self.window)


def _block_id(found: dict[str, Any], number: int) -> str:
    """The hash of a block; its first 8 bytes are the block's number."""
    found_id = text(member(found, "blockID"))
    if not _HASH.fullmatch(found_id) or int(found_id[:16], 16) != number:
        raise ValueError(f"{found_id:.70} is not the hash of block {number}")
    return found_id
