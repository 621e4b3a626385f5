"""Solana nodes: all balances at one slot.

A node tells the state of the newest slot of a commitment and of no other, and slots come every 0.4 s. So everything is
asked at the same moment, with the newest slot that was seen as the least (``minContextSlot``), and counts only if all
answers name the same slot; else it is asked anew. That balances stayed the same between two slots would prove nothing:
coins that went and came back in between could be seen twice.
"""

import asyncio
from functools import partial

import stamina

from monitor.chains.block_choice import BlockChoice, Depth, Tag
from monitor.chains.errors import ChainError, Reason
from monitor.chains.jsonrpc import Call
from monitor.chains.link import Link
from monitor.chains.node import Held, Node, Wanted, without
from monitor.chains.one_state import by_named_states, refuse_others
from monitor.chains.rest_api import items, strictly
from monitor.chains.solana.accounts import SLICE, account_of, mint_decimals
from monitor.chains.solana.questions import Questions
from monitor.chains.solana.rpc import Commitment, SolanaRpc
from monitor.chains.tokens import contradiction
from monitor.chains.window import Pass, over
from monitor.model import Block, Network, Slot, Token
from monitor.registry.addresses import AddressError, decode

_SLOT = 0.4
"""Seconds between slots."""
_LOOKS = 8
"""Times that a block which was just made is asked for."""
_CAIP2 = 32
"""Characters of the genesis hash in a CAIP-2 id (namespaces, solana)."""


class SolanaNode(Node):
    """One endpoint, with the history of blocks (``--enable-rpc-transaction-history``), which has their hashes."""

    def __init__(self, network: Network, link: Link) -> None:
        super().__init__(network, link)
        self._rpc = SolanaRpc(link)
        self._commitment: Commitment = "finalized"

    async def identify(self) -> str:
        return f"solana:{(await self._rpc.genesis())[:_CAIP2]}"

    async def resolve(self, choice: BlockChoice) -> Block:
        """Return the newest block of the commitment that ``choice`` means.

        ``latest`` and ``safe`` are ``confirmed`` (two thirds of the stake have voted for it): what is merely
        ``processed`` may be skipped, and has no block yet to name it by.
        """
        if isinstance(choice, Tag | Depth):
            self._commitment = "finalized" if choice == Tag("finalized") else "confirmed"
        slot = await self._rpc.slot(self._commitment)
        refuse_others(choice, slot, self.link)
        return await self._block(slot)

    async def _block(self, slot: Slot) -> Block:
        """The block of a slot that was just named; its node may need a moment until it has stored it."""
        async for attempt in stamina.retry_context(
            on=_behind, attempts=_LOOKS, timeout=None, wait_initial=_SLOT / 4, wait_max=_SLOT, wait_jitter=0
        ):
            with attempt:
                return await self._rpc.block(slot, self._commitment)
        raise AssertionError("a retry context ends with a result or an exception")

    async def balances(self, wanted: Wanted, block: Block) -> Held:
        failed = await self._without_mint([token for token in wanted if token.contract])
        questions = Questions(without(wanted, failed))
        settings = self.link.settings
        found = await by_named_states(
            partial(self._pass, questions),
            block.number,
            self.link,
            state="slot",
            between=_SLOT,
            advice="a nearer node or your own, `batch` and `concurrency` above "
            f"{settings.batch} and {settings.concurrency}, no `rate`",
            window=self.window,
        )
        since = await self._block(Slot(found.first))  # as this node tells it, whoever named the slot
        until = since if found.whole else await self._block(Slot(found.last))
        self._rpc.grow()
        return Held(over(since, until), found.balances, failed)

    async def _pass(self, questions: Questions, oldest: int) -> Pass:
        """The answers to all questions, at slots that are not before ``oldest``."""
        told = await self._rpc.all(questions.calls(self._commitment, Slot(oldest)))
        slots = {each.slot for each in told} or {Slot(oldest)}
        with strictly(self.link, f"accounts at slot {max(slots)}"):
            balances = await asyncio.to_thread(questions.balances, [each.value for each in told])
        return Pass(min(slots), max(slots), len(told), balances)

    async def _without_mint(self, tokens: list[Token]) -> dict[Token, str]:
        """Tokens that are not what the registry says they are, with the reason. (Decimals of a mint never change.)"""
        failed: dict[Token, str] = {}
        for token in tokens:
            try:
                decode(self.network, str(token.contract))
            except AddressError as error:
                failed[token] = f"{token.contract} is no mint: it {error}"
        asked = [token for token in tokens if token not in failed]
        config = {"commitment": self._commitment, "encoding": "base64", "dataSlice": SLICE}
        calls: list[Call] = [("getMultipleAccounts", [[token.contract], config]) for token in asked]
        for token, told in zip(asked, await self._rpc.all(calls), strict=True):
            with strictly(self.link, f"the mint {token.contract}"):
                (value,) = items(told.value)
                decimals = None if value is None else mint_decimals(account_of(value))
            if decimals is None:
                failed[token] = f"there is no mint at {token.contract} at slot {told.slot}"
            elif why_not := contradiction("its mint says", decimals, token):
                failed[token] = why_not
        return failed


def _behind(error: Exception) -> bool:
    return isinstance(error, ChainError) and error.reason is Reason.BEHIND
