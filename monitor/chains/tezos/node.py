"""Octez nodes (RPC over HTTP): what an account of Tezos owns, staked and unstaked coins included, at one block.

``full_balance`` is the spendable balance, what is staked, what was unstaked and is not back yet, and frozen bonds. The
block is named by its hash in the path of each request. It is final once two blocks lie above it (Tenderbake). An
implicit account (tz…) that was never used has a balance of 0 in the node's own words; of a contract (KT1) that there is
not, nothing is told.
"""

from based58 import b58encode_check

from monitor.chains.errors import Reason
from monitor.chains.pinned import CoinNode, nowhere
from monitor.chains.rest_api import decimal, member, moment, strictly, text, unsigned
from monitor.model import Address, Block, Height, Token

_BLOCKS = "/chains/main/blocks"
_FINAL = "head~2"
_MISSING = frozenset({404})
_BLOCK_PREFIX = bytes.fromhex("0134")
"""By which the hashes of blocks begin with B in base58."""


class OctezNode(CoinNode):
    """One node."""

    async def identify(self) -> str:
        reply = await self.rest.get("/chains/main/chain_id")
        with strictly(self.link, "chain_id"):
            return f"tezos:{text(reply.document)}"

    async def block_at(self, number: int) -> Block:
        return await self._block(str(number), number)

    async def newest(self) -> Block:
        return await self._block("head")

    async def final(self) -> Block:
        return await self._block(_FINAL)

    async def _block(self, name: str, number: int | None = None) -> Block:
        """The block that is called ``name``, and is at level ``number`` if that is its name."""
        path = f"{_BLOCKS}/{name}/header"
        reply = await self.rest.get(path, told=_MISSING)
        if reply.status != 200:
            newest = await self.newest() if name != "head" else None
            if newest and number is not None and number > newest.number:
                raise self.link.fault(Reason.BEHIND, f"it has no block {number} yet; its newest is {newest.number}")
            raise self.link.fault(Reason.PRUNED, f"it has no block {name} any more")
        with strictly(self.link, path):
            level = unsigned(member(reply.document, "level"))
            made = moment(member(reply.document, "timestamp"))
            return Block(Height(level), text(member(reply.document, "hash")), made)

    async def owned(self, coin: Token, account: Address, at: Block) -> int:
        path = _path(account, at.hash)
        reply = await self.rest.get(path, told=_MISSING)
        if reply.status != 200:
            raise self.link.fault(
                Reason.PRUNED,
                f"it tells nothing of {account} at block {at.number}: the state is gone, the protocol of the time told "
                "no full balance, or there is no such contract",
            )
        with strictly(self.link, path):
            return decimal(reply.document)

    async def try_nowhere(self, account: Address, at: Block) -> None:
        block = b58encode_check(_BLOCK_PREFIX + bytes.fromhex(nowhere(at))).decode()
        reply = await self.rest.get(_path(account, block), told=_MISSING)
        if reply.status == 200:
            raise self.unpinned(f"block {block}")


def _path(account: Address, block: str) -> str:
    return f"{_BLOCKS}/{block}/context/contracts/{account}/full_balance"
