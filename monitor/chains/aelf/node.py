"""aelf nodes (``https://…``, without ``/api``): ELF on the main chain.

A view method is executed on the state of the newest block of the best chain, and its answer names no block. So
everything is asked between two looks that showed the same newest block, and counts, where a final block is wanted, once
that block is irreversible. The answer names account and symbol.

Test networks call their main chain AELF, too, and nothing that is published tells them apart: an endpoint is taken at
its word.
"""

import re

from monitor.chains.aelf import calls
from monitor.chains.amounts import count
from monitor.chains.block_choice import BlockChoice, Depth, Tag
from monitor.chains.errors import Reason
from monitor.chains.http import Http, excerpt
from monitor.chains.link import Link
from monitor.chains.node import Held, Node, Wanted
from monitor.chains.one_state import between_looks, refuse_others, until_final
from monitor.chains.pinned import each_balance
from monitor.chains.rest_api import Rest, member, moment, strictly, text
from monitor.chains.tokens import only_coins
from monitor.model import Address, Block, Height, Network, Token

_API = "/api/blockChain"
_BLOCK_TIME = 0.5
"""Seconds."""
_HASH = re.compile(r"[0-9a-f]{64}")
_ANSWER = re.compile(rb'"?([0-9a-f]*)"?')
"""Hexadecimal digits, as JSON or, where nobody asked for that, bare."""
_MICROSECONDS = re.compile(r"(\.\d{6})\d*")


class AelfNode(Node):
    """One node."""

    def __init__(self, network: Network, link: Link) -> None:
        super().__init__(network, link)
        self._http = Http(link)
        self._rest = Rest(link)
        self._final = True

    async def identify(self) -> str:
        status = await self._status()
        with strictly(self.link, "chainStatus"):
            return f"aelf:{text(member(status, 'ChainId'))}"

    async def _status(self) -> object:
        return (await self._rest.get(f"{_API}/chainStatus")).document

    async def resolve(self, choice: BlockChoice) -> Block:
        newest = await self._newest()
        if isinstance(choice, Tag | Depth):
            self._final = choice in (Tag("finalized"), Tag("safe"))
        refuse_others(choice, newest.number, self.link)
        return await self._irreversible() if self._final and isinstance(choice, Tag) else newest

    async def _newest(self) -> Block:
        return await self._named("BestChain")

    async def _irreversible(self) -> Block:
        return await self._named("LastIrreversibleBlock")

    async def _named(self, name: str) -> Block:
        status = await self._status()
        with strictly(self.link, "chainStatus"):
            height, identity = count(member(status, f"{name}Height")), _hash(member(status, f"{name}Hash"))
        found = await self._block("block", [("blockHash", identity)])
        if (found.number, found.hash) != (height, identity):
            raise self.link.fault(Reason.MALFORMED, f"block {identity}: it is about block {found.number}, {found.hash}")
        return found

    async def _at(self, number: int) -> Block:
        found = await self._block("blockByHeight", [("blockHeight", str(number))])
        if found.number != number:
            raise self.link.fault(Reason.MALFORMED, f"blockByHeight {number}: it is about block {found.number}")
        return found

    async def _block(self, name: str, query: list[tuple[str, str]]) -> Block:
        reply = await self._rest.get(f"{_API}/{name}", [*query, ("includeTransactions", "false")])
        with strictly(self.link, name):
            header = member(reply.document, "Header")
            made = moment(_MICROSECONDS.sub(r"\1", text(member(header, "Time"))))
            return Block(Height(count(member(header, "Height"))), _hash(member(reply.document, "BlockHash")), made)

    async def balances(self, wanted: Wanted, block: Block) -> Held:
        asked, failed = only_coins(wanted, self.network)

        async def read(at: Block) -> Held:
            if at.number < block.number:
                raise self.link.fault(Reason.BEHIND, f"it stands at block {at.number}, not at {block.number} yet")
            return Held(at, await each_balance(asked, self._balance), failed)

        held = await between_looks(read, self._newest, self.link, _BLOCK_TIME, self.window)
        if self._final:
            await until_final(held.block, self._irreversible, self._at, self.link, between=_BLOCK_TIME)
        return held

    async def _balance(self, token: Token, account: Address) -> int:
        owner = calls.of(account)
        answer = await self._execute(calls.question(token.asset, owner))
        with strictly(self.link, f"GetBalance of {account}"):
            return calls.balance(answer, token.asset, owner)

    async def _execute(self, transaction: str) -> bytes:
        body = b'{"RawTransaction":"' + transaction.encode() + b'"}'

        async def request() -> bytes:
            answer = await self._http.request("POST", f"{_API}/executeTransaction", body=body)
            if answer.status != 200:
                self._http.refuse(answer)
            digits = _ANSWER.fullmatch(answer.body.strip())
            if digits is None or len(digits[1]) % 2:
                raise self.link.fault(Reason.NOT_JSON, f"GetBalance: no digits: {excerpt(answer.body)}")
            return bytes.fromhex(digits[1].decode())

        return await self.link.send(request)


def _hash(value: object) -> str:
    if not _HASH.fullmatch(text(value)):
        raise ValueError(f"{value!r:.80} is not the hash of a block")
    return text(value)
