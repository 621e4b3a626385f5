"""Access nodes of Flow (``https://…/v1``): FLOW of accounts at one sealed block.

Accounts are told at the height that the request names, and answers do not repeat it. A sealed block stays, so its
height names it; a node must refuse a height that no chain reaches. An account has to be created before it can hold
anything: one that there is not is no zero but a mistake of the list.

What an account has is what its vault of FLOW holds, the part that its storage needs included. What is staked lies with
the staking contract, and is not read.
"""

import re
from datetime import UTC, datetime

from monitor.chains.errors import Reason
from monitor.chains.node import Held, Wanted
from monitor.chains.pinned import CoinNode
from monitor.chains.rest_api import JsonAnswer, decimal, items, member, strictly, text
from monitor.formats import shown
from monitor.model import Address, Block, Height, Token

_SEALED = "sealed"
_REFUSED = frozenset({400, 404})
_NO_ACCOUNT = re.compile(r"account not found|account with address \S+ not found", re.IGNORECASE)
_NO_STATE = re.compile(r"not found|not available|out of range|not indexed|pruned|lowest|spork", re.IGNORECASE)
_FAR = 1 << 50
"""Heights above any that a chain reaches."""


class FlowNode(CoinNode):
    """One node. It keeps the states since the network's last upgrade (spork)."""

    async def identify(self) -> str:
        reply = await self.rest.get("/network/parameters")
        with strictly(self.link, "network parameters"):
            return f"flow:{text(member(reply.document, 'chain_id')).removeprefix('flow-')}"

    async def block_at(self, number: int) -> Block:
        found = await self._block(str(number))
        if isinstance(found, str):
            raise self.absent(f"block {number} ({found})", number, (await self.newest()).number)
        return found

    async def newest(self) -> Block:
        found = await self._block(_SEALED)
        if isinstance(found, str):
            raise self.link.fault(Reason.MALFORMED, f"it tells no sealed block: {found}")
        return found

    async def _block(self, height: str) -> Block | str:
        """The block of that height; what the node says instead, where it has none."""
        reply = await self.rest.get("/blocks", [("height", height)], told=_REFUSED)
        if reply.status != 200:
            return self._said(reply)
        with strictly(self.link, f"block {height}"):
            (block,) = items(reply.document)
            header = member(block, "header")
            moment = datetime.fromisoformat(text(member(header, "timestamp"))).astimezone(UTC)
            return Block(Height(decimal(member(header, "height"))), text(member(header, "id")), moment)

    async def balances(self, wanted: Wanted, block: Block) -> Held:
        held = await super().balances(wanted, block)
        await self.own(held.block)
        return held

    async def owned(self, coin: Token, account: Address, at: Block) -> int | str:
        reply = await self._account(account, at.number)
        if reply.status != 200:
            said = self._said(reply)
            if _NO_ACCOUNT.search(said):
                return f"there is no account {account} at block {at.number}"
            if _NO_STATE.search(said):
                raise self.absent(f"state of block {at.number} ({said})", at.number, (await self.newest()).number)
            raise self.link.fault(Reason.HTTP_STATUS, f"HTTP {reply.status}: account {account}: {said}")
        with strictly(self.link, f"account {account}"):
            if text(member(reply.document, "address")).removeprefix("0x") != account.removeprefix("0x"):
                raise ValueError("it is about another account")
            return decimal(member(reply.document, "balance"))

    async def try_nowhere(self, account: Address, at: Block) -> None:
        if (await self._account(account, _FAR)).status == 200:
            raise self.unpinned(f"height {_FAR}")

    async def _account(self, account: Address, height: int) -> JsonAnswer:
        return await self.rest.get(f"/accounts/{account}", [("block_height", str(height))], told=_REFUSED)

    def _said(self, reply: JsonAnswer) -> str:
        with strictly(self.link, "an error"):
            return shown(text(member(reply.document, "message")), 150)
