"""The state of a Cosmos chain's application at one height, as a node tells it by ``abci_query``."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TypeVar

from monitor.chains.batches import Batches
from monitor.chains.cosmos.proofs import octets
from monitor.chains.cosmos.questions import Listing, Question, amount_of
from monitor.chains.errors import Reason
from monitor.chains.jsonrpc import JsonRpc, Reply, failure_of
from monitor.chains.link import Link
from monitor.chains.rest_api import decimal, member, strictly, text, unsigned
from monitor.model import Address, Block

T = TypeVar("T")

_AHEAD = re.compile(r"height in the future")
_GONE = re.compile(r"failed to load state at height|version does not exist|version mismatch|no commit info|pruned")
"""How the SDK's versions say that they do not keep the state of a height (baseapp/abci.go, store/rootmulti)."""


class State:
    """Questions to one node, in batches."""

    def __init__(self, link: Link, rpc: JsonRpc) -> None:
        self._link = link
        self._batches = Batches(link, rpc)

    def grow(self) -> None:
        """Try larger batches again, after a whole reading."""
        self._batches.grow()

    async def amounts(self, questions: Mapping[Address, Question], denom: str, block: Block) -> dict[Address, int]:
        """Return the amount of ``denom`` in the answer to each question."""
        return await self._read(questions, block, lambda answer: amount_of(answer, denom))

    async def sums(
        self, accounts: Collection[Address], listing: Listing, denom: str, block: Block
    ) -> dict[Address, int]:
        """Return the sum of ``denom`` over all pages of each account's list; a page that comes again is refused."""
        found: dict[Address, dict[str, int]] = {account: {} for account in accounts}
        asked = dict.fromkeys(accounts, b"")
        while asked:
            questions = {account: listing.question(account, page) for account, page in asked.items()}
            pages = await self._read(questions, block, lambda answer: listing.page(answer, denom))
            for account, page in pages.items():
                if (page.following and not page.amounts) or not found[account].keys().isdisjoint(page.amounts):
                    detail = f"{listing.path} {account}: a page has nothing, or what was on another"
                    raise self._link.fault(Reason.MALFORMED, detail)
                found[account] |= page.amounts
            asked = {account: page.following for account, page in pages.items() if page.following}
        return {account: sum(amounts.values()) for account, amounts in found.items()}

    async def responses(
        self, questions: Sequence[Question], block: Block, *, prove: bool = False
    ) -> list[Mapping[str, object]]:
        """Return the answers to ``questions``, each of which is of ``block``, with proofs where ``prove``."""
        named = {"height": str(block.number), "prove": prove}
        replies = await self._batches.all(
            [("abci_query", {"path": each.path, "data": each.data.hex(), **named}) for each in questions]
        )
        return [self._response(reply, each.path, block) for each, reply in zip(questions, replies, strict=True)]

    async def _read(
        self, questions: Mapping[Address, Question], block: Block, reading: Callable[[bytes], T]
    ) -> dict[Address, T]:
        found = {}
        responses = await self.responses(list(questions.values()), block)
        for (account, question), response in zip(questions.items(), responses, strict=True):
            with strictly(self._link, f"{question.path} {account}"):
                found[account] = reading(octets(member(response, "value")))
        return found

    def _response(self, reply: Reply, what: str, block: Block) -> Mapping[str, object]:
        if failure := failure_of(reply):
            raise self._link.fault(Reason.RPC_ERROR, f"{what}: {failure}")
        with strictly(self._link, what):
            response = member(reply["result"], "response")
            if not isinstance(response, dict):
                raise TypeError(f"{response!r:.60} is no response")
            code, height = unsigned(member(response, "code")), decimal(member(response, "height"))
            log = text(member(response, "log")) if code else ""
        if code:
            reason = Reason.PRUNED if _GONE.search(log) else Reason.RPC_ERROR
            raise self._link.fault(Reason.BEHIND if _AHEAD.search(log) else reason, f"{what}: {log:.160} ({code})")
        if height != block.number:
            raise self._link.fault(Reason.UNPINNED, f"{what}: it is told at height {height}, not {block.number}")
        return response
