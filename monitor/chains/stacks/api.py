"""The API of Stacks (``/extended/v2`` before a node's ``/v2``): all STX of accounts at one block.

An account is told by the node at the block whose index hash the request names (``tip``). A node that does not
understand the name tells its newest state instead, so one that nobody has is asked for first, and must be refused. An
account that was never used has zeros, in the node's own words.

An account owns what is available and what is locked for stacking, which leaves it by nobody's hand.
"""

from datetime import UTC, datetime

from monitor.chains.amounts import count
from monitor.chains.evm.values import block_hash, data
from monitor.chains.pinned import CoinNode, Owned, nowhere
from monitor.chains.rest_api import JsonAnswer, member, strictly
from monitor.model import Address, Block, Height, PositionKind, Token

_MISSING = frozenset({404})
_WIDTH = 16
"""Bytes of an amount."""
_MOST = 1 << 63


class StacksNode(CoinNode):
    """One API and the node behind it, which keeps the states of all blocks."""

    async def identify(self) -> str:
        reply = await self.rest.get("/v2/info")
        with strictly(self.link, "info"):
            return f"stacks:{count(member(reply.document, 'network_id'))}"

    async def block_at(self, number: int) -> Block:
        reply = await self.rest.get(f"/extended/v2/blocks/{number}", told=_MISSING)
        if reply.status != 200:
            raise self.absent(f"block {number}", number, (await self.newest()).number)
        return self._block(str(number), reply)

    async def newest(self) -> Block:
        return self._block("latest", await self.rest.get("/extended/v2/blocks/latest"))

    def _block(self, name: str, reply: JsonAnswer) -> Block:
        with strictly(self.link, f"block {name}"):
            if member(reply.document, "canonical") is not True:
                raise ValueError("it is not of the chain")
            moment = datetime.fromtimestamp(count(member(reply.document, "block_time")), UTC)
            number = Height(count(member(reply.document, "height")))
            return Block(number, block_hash(member(reply.document, "index_block_hash")), moment)

    async def owned(self, coin: Token, account: Address, at: Block) -> Owned:
        reply = await self._account(account, at.hash.removeprefix("0x"))
        if reply.status != 200:
            raise self.absent(f"state of block {at.number}", at.number, await self._tip_of_node())
        with strictly(self.link, f"account {account}"):
            locked = _amount(member(reply.document, "locked"))
            return _amount(member(reply.document, "balance")), {"stacked": (PositionKind.LOCKED, locked)}

    async def _tip_of_node(self) -> int:
        reply = await self.rest.get("/v2/info")
        with strictly(self.link, "info"):
            return count(member(reply.document, "stacks_tip_height"))

    async def try_nowhere(self, account: Address, at: Block) -> None:
        if (await self._account(account, nowhere(at))).status == 200:
            raise self.unpinned(f"block {nowhere(at)}")

    async def _account(self, account: Address, tip: str) -> JsonAnswer:
        return await self.rest.get(f"/v2/accounts/{account}", [("proof", "0"), ("tip", tip)], told=_MISSING)


def _amount(value: object) -> int:
    """An amount of 128 bits, of which STX fill not even 64."""
    raw = data(value)
    if len(raw) != _WIDTH or (found := int.from_bytes(raw, "big")) >= _MOST:
        raise ValueError(f"{value!r:.60} is not an amount that there can be")
    return found
