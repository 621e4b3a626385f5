"""The API of Stacks (``/extended/v2`` before a node's ``/v2``): all STX of accounts at one block.

An account is told by the node at the block whose index hash the request names (``tip``). A node that does not
understand the name tells its newest state instead, so one that nobody has is asked for first, and must be refused. An
account that was never used has zeros, in the node's own words.

An account owns what is available and what is locked for stacking, which leaves it by nobody's hand.
"""

from collections import defaultdict
from datetime import UTC, datetime

from monitor.chains.amounts import count
from monitor.chains.errors import Reason
from monitor.chains.evm.values import block_hash, data
from monitor.chains.link import Link
from monitor.chains.node import Held, Wanted
from monitor.chains.pinned import PinnedNode, any_account, each_balance, nowhere
from monitor.chains.rest_api import JsonAnswer, Rest, member, strictly
from monitor.chains.tokens import only_coins
from monitor.model import Address, Block, Height, Network, PositionKind, Token

_MISSING = frozenset({404})
_WIDTH = 16
"""Bytes of an amount."""
_MOST = 1 << 63


class StacksNode(PinnedNode):
    """One API and the node behind it, which keeps the states of all blocks."""

    def __init__(self, network: Network, link: Link) -> None:
        super().__init__(network, link)
        self._rest = Rest(link)

    async def identify(self) -> str:
        reply = await self._rest.get("/v2/info")
        with strictly(self.link, "info"):
            return f"stacks:{count(member(reply.document, 'network_id'))}"

    async def at(self, number: int) -> Block:
        reply = await self._rest.get(f"/extended/v2/blocks/{number}", told=_MISSING)
        if reply.status != 200:
            raise self.absent(f"block {number}", number, (await self.newest()).number)
        found = self._block(str(number), reply)
        if found.number != number:
            raise self.link.fault(Reason.MALFORMED, f"block {number}: it is about block {found.number}")
        return found

    async def newest(self) -> Block:
        return self._block("latest", await self._rest.get("/extended/v2/blocks/latest"))

    def _block(self, name: str, reply: JsonAnswer) -> Block:
        with strictly(self.link, f"block {name}"):
            if member(reply.document, "canonical") is not True:
                raise ValueError("it is not of the chain")
            moment = datetime.fromtimestamp(count(member(reply.document, "block_time")), UTC)
            number = Height(count(member(reply.document, "height")))
            return Block(number, block_hash(member(reply.document, "index_block_hash")), moment)

    async def balances(self, wanted: Wanted, block: Block) -> Held:
        at = await self.own(block)
        asked, failed = only_coins(wanted, self.network)
        if sample := any_account(asked):
            await self._try_nowhere(sample, at)
        stacked: defaultdict[Token, dict[Address, int]] = defaultdict(dict)

        async def balance(coin: Token, account: Address) -> int:
            available, locked = await self._owned(account, at)
            if locked:
                stacked[coin.part("stacked", PositionKind.LOCKED)][account] = locked
            return available + locked

        return Held(at, await each_balance(asked, balance), failed, positions=dict(stacked))

    async def _owned(self, account: Address, at: Block) -> tuple[int, int]:
        """What of the account is available and what is locked, in base units."""
        reply = await self._account(account, at.hash.removeprefix("0x"))
        if reply.status != 200:
            raise self.absent(f"state of block {at.number}", at.number, await self._tip_of_node())
        with strictly(self.link, f"account {account}"):
            return _amount(member(reply.document, "balance")), _amount(member(reply.document, "locked"))

    async def _tip_of_node(self) -> int:
        reply = await self._rest.get("/v2/info")
        with strictly(self.link, "info"):
            return count(member(reply.document, "stacks_tip_height"))

    async def _try_nowhere(self, account: Address, at: Block) -> None:
        """Answers do not name their block: see that it looks for the one that it is asked for."""
        if (await self._account(account, nowhere(at))).status == 200:
            raise self.unpinned(f"block {nowhere(at)}")

    async def _account(self, account: Address, tip: str) -> JsonAnswer:
        return await self._rest.get(f"/v2/accounts/{account}", [("proof", "0"), ("tip", tip)], told=_MISSING)


def _amount(value: object) -> int:
    """An amount of 128 bits, of which STX fill not even 64."""
    raw = data(value)
    if len(raw) != _WIDTH or (found := int.from_bytes(raw, "big")) >= _MOST:
        raise ValueError(f"{value!r:.60} is not an amount that there can be")
    return found
