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
from monitor.chains.link import Link
from monitor.chains.node import Held, Wanted, without
from monitor.chains.pinned import PinnedNode, any_account, each_balance
from monitor.chains.rest_api import JsonAnswer, Rest, decimal, items, member, strictly, text
from monitor.chains.tokens import only_coins
from monitor.formats import shown
from monitor.model import Address, Block, Height, Network, Token

_SEALED = "sealed"
_REFUSED = frozenset({400, 404})
_NO_ACCOUNT = re.compile(r"account not found|account with address \S+ not found", re.IGNORECASE)
_NO_STATE = re.compile(r"not found|not available|out of range|not indexed|pruned|lowest|spork", re.IGNORECASE)
_FAR = 1 << 50
"""Heights above any that a chain reaches."""


class FlowNode(PinnedNode):
    """One node. It keeps the states since the network's last upgrade (spork)."""

    def __init__(self, network: Network, link: Link) -> None:
        super().__init__(network, link)
        self._rest = Rest(link)

    async def identify(self) -> str:
        reply = await self._rest.get("/network/parameters")
        with strictly(self.link, "network parameters"):
            return f"flow:{text(member(reply.document, 'chain_id')).removeprefix('flow-')}"

    async def at(self, number: int) -> Block:
        found = await self._block(str(number))
        if isinstance(found, str):
            raise self.absent(f"block {number} ({found})", number, (await self.newest()).number)
        if found.number != number:
            raise self.link.fault(Reason.MALFORMED, f"block {number}: it is about block {found.number}")
        return found

    async def newest(self) -> Block:
        found = await self._block(_SEALED)
        if isinstance(found, str):
            raise self.link.fault(Reason.MALFORMED, f"it tells no sealed block: {found}")
        return found

    async def _block(self, height: str) -> Block | str:
        """The block of that height; what the node says instead, where it has none."""
        reply = await self._rest.get("/blocks", [("height", height)], told=_REFUSED)
        if reply.status != 200:
            return self._said(reply)
        with strictly(self.link, f"block {height}"):
            (block,) = items(reply.document)
            header = member(block, "header")
            moment = datetime.fromisoformat(text(member(header, "timestamp"))).astimezone(UTC)
            return Block(Height(decimal(member(header, "height"))), text(member(header, "id")), moment)

    async def balances(self, wanted: Wanted, block: Block) -> Held:
        at = await self.own(block)
        asked, failed = only_coins(wanted, self.network)
        if sample := any_account(asked):
            await self._try_nowhere(sample)

        async def balance(token: Token, account: Address) -> int:
            units = await self._balance(account, at)
            if units is None:
                failed[token] = f"there is no account {account} at block {at.number}"
            return units or 0

        told = await each_balance(asked, balance)
        return Held(await self.own(at), {token: told[token] for token in without(told, failed)}, failed)

    async def _balance(self, account: Address, at: Block) -> int | None:
        reply = await self._account(account, at.number)
        if reply.status != 200:
            said = self._said(reply)
            if _NO_ACCOUNT.search(said):
                return None
            if _NO_STATE.search(said):
                raise self.absent(f"state of block {at.number} ({said})", at.number, (await self.newest()).number)
            raise self.link.fault(Reason.HTTP_STATUS, f"HTTP {reply.status}: account {account}: {said}")
        with strictly(self.link, f"account {account}"):
            if text(member(reply.document, "address")).removeprefix("0x") != account.removeprefix("0x"):
                raise ValueError("it is about another account")
            return decimal(member(reply.document, "balance"))

    async def _try_nowhere(self, account: Address) -> None:
        """Answers do not name their height: see that it looks for the one that it is asked for."""
        if (await self._account(account, _FAR)).status == 200:
            raise self.unpinned(f"height {_FAR}")

    async def _account(self, account: Address, height: int) -> JsonAnswer:
        return await self._rest.get(f"/accounts/{account}", [("block_height", str(height))], told=_REFUSED)

    def _said(self, reply: JsonAnswer) -> str:
        with strictly(self.link, "an error"):
            return shown(text(member(reply.document, "message")), 150)
