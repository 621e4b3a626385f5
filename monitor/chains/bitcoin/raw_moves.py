"""What a whole block did to watched accounts: what came, from the block alone, and what went, from what it spends."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from typing import NamedTuple

from monitor.chains.bitcoin.anchored_chain import Moved
from monitor.chains.bitcoin.parameters import parameters_of
from monitor.chains.bitcoin.raw_blocks import RawBlock, RawTransaction, raw_block
from monitor.chains.bitcoin.scripts import Scripts
from monitor.chains.bitcoin.transactions import Output
from monitor.chains.errors import Reason
from monitor.chains.link import Link
from monitor.formats import bitcoin
from monitor.model import Address, Network

Raw = Callable[[str], Awaitable[bytes]]
"""Fetches the block of a hash, from whomever: it is proven by that hash."""
Spent = Callable[[Sequence[RawTransaction]], Awaitable[Sequence[Sequence[Output]]]]
"""Tells the outputs that each of some transactions spends, in the order of its inputs."""


class _Came(NamedTuple):
    block: RawBlock
    accounts: Mapping[bytes, Collection[Address]]
    """By script."""
    amounts: dict[Address, int]
    spenders: list[RawTransaction]
    """Transactions that may spend from watched accounts."""


class RawMoves:
    """Tells what blocks did, by their bytes."""

    def __init__(self, network: Network, link: Link, scripts: Scripts, raw: Raw, spent: Spent) -> None:
        self._link = link
        self._scripts = scripts
        self._raw = raw
        self._spent = spent
        self._tokens = parameters_of(network).cash_tokens

    async def moved(self, block_hash: str, watched: Collection[Address]) -> Moved:
        """Return what the block did to ``watched`` accounts. ``malformed`` for what is not that block, whole."""
        raw = await self._raw(block_hash)
        try:
            came = await asyncio.to_thread(self._came, raw, block_hash, watched)
        except (ValueError, IndexError, OverflowError) as error:
            raise self._link.fault(Reason.MALFORMED, f"block {block_hash}: {error!s:.150}") from None
        for outputs in await self._spent(came.spenders):
            for output in outputs:
                for account in came.accounts.get(self._own(output.script), ()):
                    came.amounts[account] -= output.amount
        return Moved(came.block.parent, came.block.timestamp, dict(came.amounts))

    def _came(self, raw: bytes, block_hash: str, watched: Collection[Address]) -> _Came:
        block = raw_block(raw, block_hash)
        accounts: dict[bytes, list[Address]] = {}
        for account in watched:
            accounts.setdefault(self._scripts.of(account), []).append(account)
        amounts: dict[Address, int] = defaultdict(int)
        for transaction in block.transactions:
            for output in transaction.made:
                for account in accounts.get(self._own(output.script), ()):
                    amounts[account] += output.amount
        spenders = [each for each in block.transactions[1:] if not accounts.keys().isdisjoint(each.shown)]
        return _Came(block, accounts, amounts, spenders)

    def _own(self, script: bytes) -> bytes:
        return bitcoin.without_token(script) if self._tokens else script
