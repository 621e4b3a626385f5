"""bitcoind (Bitcoin Core, Knots and other kin): one scan of the unspent outputs for all accounts, then each block."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace

from monitor.chains.bitcoin.coins import Unspent
from monitor.chains.bitcoin.core_rpc import CoreRpc
from monitor.chains.bitcoin.follow import Follower
from monitor.chains.bitcoin.genesis import caip2_of
from monitor.chains.bitcoin.parameters import parameters_of
from monitor.chains.bitcoin.scripts import Scripts
from monitor.chains.bitcoin.tip import height_of, held
from monitor.chains.block_choice import BlockChoice
from monitor.chains.errors import Reason
from monitor.chains.journals import Following
from monitor.chains.link import Link
from monitor.chains.node import Held, Node, Wanted
from monitor.model import Address, Block, Network, UnspentOutput, Work


class BitcoindNode(Node):
    """One bitcoind, pruned or not; wallets and indexes are not needed."""

    def __init__(self, network: Network, link: Link) -> None:
        super().__init__(network, link)
        self._rpc = CoreRpc(link)
        self._follower = Follower(self._rpc, network.name, parameters_of(network).decimals)
        self._scripts = Scripts(network)

    @property
    def method(self) -> str:
        return "follow" if self._follower.follows else ""

    @property
    def work(self) -> Work | None:
        return self._follower.work

    @property
    def difference(self) -> str | None:
        return self._follower.difference

    def follow(self, following: Following) -> None:
        self._follower.configure(following)
        following.blocks.append(self._raw)

    async def _raw(self, block_hash: str) -> bytes:
        try:
            return bytes.fromhex(await self._rpc.ask(str, "getblock", [block_hash, 0]))
        except ValueError as error:
            raise self.link.fault(Reason.MALFORMED, f"getblock: {error}") from None

    async def identify(self) -> str:
        return await caip2_of(self.network, self._rpc.hash_at)

    async def header_at(self, height: int) -> bytes | None:
        """Return the header of the block of that height, as it is hashed; None above the tip."""
        found = await self._rpc.hash_at(height)
        return await self._rpc.header_bytes(found) if found else None

    async def resolve(self, choice: BlockChoice) -> Block:
        info = await self._rpc.info()
        # regtest calls itself so whenever its newest block is a day old
        if info.syncing and info.chain != "regtest":
            raise self.link.fault(Reason.BEHIND, f"still syncing: block {info.blocks} of {info.headers}")
        number = height_of(choice, info.blocks, self.link)
        return await self._block(info.best if number == info.blocks else await self._rpc.hash_at(number), number)

    async def _block(self, block_hash: str | None, number: int) -> Block:
        header = await self._rpc.header(self._rpc.block_hash(block_hash)) if block_hash else None
        if header is None:
            raise self.link.fault(Reason.TIP_MOVED, f"block {number} has left the chain")
        if header.height != number:
            told = f"block {block_hash} is said to be of height {header.height}, and of {number}"
            raise self.link.fault(Reason.MALFORMED, told)
        return header.block

    async def balances(self, wanted: Wanted, block: Block) -> Held:
        scripts = await asyncio.to_thread(self._scripts.of_all, wanted)
        sums, unspent = await self._follower.sums(frozenset(scripts.values()), block) if scripts else ({}, None)
        at = await self._block(block.hash, block.number)  # as this node tells it, whoever named it
        found = await asyncio.to_thread(_held, wanted, scripts, sums, at)
        return replace(found, outputs=_Outputs(scripts, unspent)) if unspent else found

    async def probe(self, sample: Wanted, block: Block) -> None:
        """Ask whether the node knows the method, which must do: a scan takes minutes even for a single account."""
        await self._rpc.ask(object, "scantxoutset", ["status"])


@dataclass(frozen=True, slots=True)
class _Outputs:
    """By account."""

    scripts: Mapping[Address, bytes]
    unspent: Unspent

    def of(self, account: Address) -> tuple[UnspentOutput, ...]:
        return self.unspent.of(self.scripts[account])


def _held(wanted: Wanted, scripts: Mapping[Address, bytes], sums: Mapping[bytes, int], block: Block) -> Held:
    return held(wanted, {account: sums[script] for account, script in scripts.items()}, block)
