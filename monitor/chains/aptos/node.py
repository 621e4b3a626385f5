"""Aptos' REST API (``https://…/v1``): which authentication key an account has now.

An account's address never changes; the key that may sign for it can be rotated, and what the account's resource then
holds is the hash of the new key (Aptos docs, "Accounts"). Committed blocks are final, so every tag means the newest.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from monitor.chains.block_choice import BlockChoice, Depth, Height, Tag
from monitor.chains.errors import ChainError, Reason
from monitor.chains.evm.values import block_hash
from monitor.chains.link import Link
from monitor.chains.node import Confirmed
from monitor.chains.owners_only import Control, OwnersNode, one_by_one
from monitor.chains.rest_api import JsonAnswer, Rest, decimal, member, strictly
from monitor.model import Block, Network, OwnerOutcome, OwnerQuestion

_TOLD = frozenset({404, 410})
_GONE = 410
_FAR = 1 << 40
"""Versions above any that the ledger reaches."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class _Versioned(NamedTuple):
    """A block, and the version of the ledger after it."""

    block: Block
    version: int


class AptosNode(OwnersNode):
    """One full node."""

    def __init__(self, network: Network, link: Link) -> None:
        super().__init__(network, link)
        self._rest = Rest(link)

    async def identify(self) -> str:
        reply = await self._rest.get("")
        with strictly(self.link, "ledger information"):
            chain = member(reply.document, "chain_id")
            if isinstance(chain, bool) or not isinstance(chain, int):
                raise TypeError(f"{chain!r:.40} is not a chain id")
            return f"aptos:{chain}"

    async def resolve(self, choice: BlockChoice) -> Block:
        match choice:
            case Height(number):
                return (await self._at(number)).block
            case Tag() | Depth():
                reply = await self._rest.get("")
                with strictly(self.link, "ledger information"):
                    tip = decimal(member(reply.document, "block_height"))
                return (await self._at(max(0, tip - choice.confirmations) if isinstance(choice, Depth) else tip)).block

    async def _at(self, height: int) -> _Versioned:
        path = f"/blocks/by_height/{height}"
        reply = await self._rest.get(path, told=_TOLD)
        if reply.status != 200:
            raise self._missing(reply, f"block {height}")
        with strictly(self.link, path):
            if (found := decimal(member(reply.document, "block_height"))) != height:
                raise ValueError(f"it is about block {found}")
            moment = _EPOCH + timedelta(microseconds=decimal(member(reply.document, "block_timestamp")))
            block = Block(height, block_hash(member(reply.document, "block_hash")), moment)
            return _Versioned(block, decimal(member(reply.document, "last_version")))

    def _missing(self, reply: JsonAnswer, what: str) -> ChainError:
        if reply.status == _GONE:
            return self.link.fault(Reason.PRUNED, f"it has {what} no more")
        return self.link.fault(Reason.BEHIND, f"it has no {what} yet")

    async def confirm(self, questions: Sequence[OwnerQuestion], block: Block) -> Confirmed:
        found, version = await self._at(block.number)
        if found.hash != block.hash:
            raise self.link.fault(Reason.TIP_MOVED, f"its block {block.number} is {found.hash}, not {block.hash}")
        if questions:
            await self._try_nowhere(questions[0].account, version + _FAR)
        return await one_by_one(questions, found, lambda question: self._control(question, version))

    async def _try_nowhere(self, account: str, version: int) -> None:
        """Answers do not name their version: see that it looks for the one that it is asked for."""
        path = f"/accounts/{account}"
        reply = await self._rest.get(path, [("ledger_version", str(version))], told=_TOLD)
        with strictly(self.link, path):
            if reply.status == 200 or member(reply.document, "error_code") != "version_not_found":
                raise self.unpinned(f"version {version}")

    async def _control(self, question: OwnerQuestion, version: int) -> Control:
        path = f"/accounts/{question.account}"
        reply = await self._rest.get(path, [("ledger_version", str(version))], told=_TOLD)
        with strictly(self.link, path):
            if reply.status != 200:
                if member(reply.document, "error_code") != "account_not_found":
                    raise self._missing(reply, f"state of version {version}")
                return OwnerOutcome.UNDECIDED, "the chain knows no such account"
            key = block_hash(member(reply.document, "authentication_key"))
        if key in question.signers:
            return OwnerOutcome.CONFIRMED, f"its authentication key is that of the key that signed, {key}"
        if not int(key, 16):
            return OwnerOutcome.UNDECIDED, "no key signs for it (its authentication key is zero): other accounts do"
        return OwnerOutcome.REFUTED, f"its authentication key is {key}, which is not that of the key that signed"

    async def close(self) -> None:
        await self._rest.close()
