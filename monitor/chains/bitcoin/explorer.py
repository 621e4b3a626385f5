"""Block explorers of Bitcoin's family: one request an account. Each API is a subclass."""

import re
from abc import abstractmethod
from collections.abc import AsyncGenerator, Collection, Iterator
from typing import Any

import orjson

from monitor.chains.bitcoin.anchored_node import AnchoredNode
from monitor.chains.bitcoin.explorer_history import Change, since
from monitor.chains.bitcoin.genesis import caip2_of
from monitor.chains.bitcoin.tip import TRIES, height_of
from monitor.chains.block_choice import BlockChoice
from monitor.chains.concurrency import together
from monitor.chains.errors import Reason
from monitor.chains.http import Http, Query, excerpt
from monitor.chains.journals import Following
from monitor.chains.link import Link
from monitor.model import Address, Block, Network

_HASH = re.compile(r"[0-9a-f]{64}")


class _UnfitError(Exception):
    """What was told of an account does not fit together. That is nobody's fault where a block came in between."""


class ExplorerNode(AnchoredNode):
    """One explorer."""

    def __init__(self, network: Network, link: Link) -> None:
        super().__init__(network, link)
        self._http = Http(link)
        self._seen: Block | None = None
        """The tip that was resolved last."""
        self._own: Block | None = None
        """A block that was its tip right after it was found to be on the network's own chain."""

    # --- what each API tells in its own way ---

    @abstractmethod
    async def header(self, block_hash: str) -> Block:
        """Return the block of that hash, as it is told. Raises KeyError, TypeError or ValueError where it is none."""

    @abstractmethod
    async def confirmed(self, account: Address) -> tuple[int, int]:
        """Return what an account holds at the tip, and how many transactions of the chain it has.

        Raises KeyError, TypeError or ValueError for what does not tell that.
        """

    @abstractmethod
    def history(self, account: Address) -> AsyncGenerator[list[Change], None]:
        """Return what transactions of the chain did to an account, newest first, page by page."""

    @abstractmethod
    async def raw(self, block_hash: str) -> bytes:
        """Return the bytes of a block."""

    def follow(self, following: Following) -> None:
        super().follow(following)
        following.blocks.append(self.raw)

    # --- a reading ---

    async def identify(self) -> str:
        """Return the id of its chain; by one request where it still has its last tip, whose hash holds all before."""
        if self._own and await self.hash_at(self._own.number) == self._own.hash:
            return self.network.caip2
        self._own = None
        return await caip2_of(self.network, self.hash_at)

    def forget(self) -> None:
        self._own = None

    async def resolve(self, choice: BlockChoice) -> Block:
        self._own = self._seen = tip = await self.tip()
        self.newest = tip.number
        number = height_of(choice, tip.number, self.link)
        return tip if number == tip.number else await self.block_at(number)

    async def tip(self) -> Block:
        return await self._block(await self.tip_hash())

    async def block_at(self, height: int) -> Block:
        return await self._block(await self.hash_at(height), height)

    async def _block(self, block_hash: str | None, number: int | None = None) -> Block:
        if block_hash is None:
            raise self.link.fault(Reason.TIP_MOVED, f"block {number} has left the chain")
        try:
            found = await self.header(block_hash)
        except (KeyError, TypeError, ValueError, OverflowError, OSError) as error:
            raise self.link.fault(Reason.MALFORMED, f"block {block_hash}: {error!r}") from None
        if found.hash != block_hash or number not in (None, found.number):
            told = f"it is about block {found.hash!r:.70} of height {found.number}"
            raise self.link.fault(Reason.MALFORMED, f"block {block_hash}: {told}")
        return found

    async def between_looks(self, accounts: Collection[Address], block: Block) -> tuple[dict[Address, int], Block]:
        """Read accounts, and again when the tip moved, four times at the most.

        A reading of the tip then goes on at the new one. A block of the past stays, for histories tell what came
        after it.
        """
        seen = self._seen if self._seen and self._seen.hash == block.hash else None
        for number in range(TRIES):
            tip, at = await self._before(block, seen=seen, again=number > 0)
            amounts: dict[Address, int] = {}
            unfit = None
            try:
                await self._read(accounts, amounts, None if seen else at)
            except _UnfitError as error:
                unfit = str(error)
            if not accounts or await self.tip_hash() == tip:
                if unfit:
                    raise self.link.fault(Reason.MALFORMED, unfit)
                return amounts, at
            moved = self.link.fault(Reason.TIP_MOVED, f"a block came while {at.number} was read")
        raise moved

    async def _before(self, block: Block, *, seen: Block | None, again: bool) -> tuple[str, Block]:
        """The tip's hash, before anything is read, and the block that is to be read, as this explorer tells it.

        ``seen`` is that block where it was the tip.
        """
        if seen:
            at = await self.tip() if again else seen
            return at.hash, at
        tip = await self.tip_hash()
        if await self.hash_at(block.number) != block.hash:
            raise self.link.fault(Reason.TIP_MOVED, f"block {block.number} has left the chain")
        return tip, await self._block(block.hash, block.number)

    async def _read(self, accounts: Collection[Address], amounts: dict[Address, int], past: Block | None) -> None:
        remaining = iter(accounts)
        await together(self._work(remaining, amounts, past) for _ in range(self.link.settings.concurrency))

    async def _work(self, remaining: Iterator[Address], amounts: dict[Address, int], past: Block | None) -> None:
        for account in remaining:
            try:
                amounts[account] = await self._balance(account, past)
            except (KeyError, TypeError, ValueError) as error:
                raise _UnfitError(f"account {account}: {error!r}") from None

    async def _balance(self, account: Address, past: Block | None) -> int:
        """What ``account`` holds at the tip, or, in the ``past``, held at that block."""
        amount, transactions = await self.confirmed(account)
        if past:
            amount -= await since(past.number, transactions, self.history(account))
        if amount < 0:
            raise ValueError(f"it would have held {amount}")
        return amount

    async def amounts(self, accounts: Collection[Address]) -> dict[Address, int]:
        found: dict[Address, int] = {}
        try:
            await self._read(accounts, found, None)
        except _UnfitError as error:
            raise self.link.fault(Reason.MALFORMED, str(error)) from None
        return found

    # --- the wire ---

    def block_hash(self, text: object) -> str:
        """Return ``text``, if it can be the hash of a block."""
        if not isinstance(text, str) or not _HASH.fullmatch(text):
            raise self.link.fault(Reason.MALFORMED, f"“{text!s:.120}” is not a block hash")
        return text

    async def get_object(self, path: str, query: Query = ()) -> dict[str, Any]:
        """Return the JSON object at ``path``."""
        found = await self.get_json(path, query)
        if not isinstance(found, dict):
            raise self.link.fault(Reason.MALFORMED, f"{path}: not an object")
        return found

    async def get_json(self, path: str, query: Query = ()) -> object:
        """Return what is at ``path``, as JSON."""
        body = await self.get(path, query)
        try:
            return orjson.loads(body or b"")
        except ValueError:
            raise self.link.fault(Reason.NOT_JSON, f"{path}: not JSON: {excerpt(body or b'')}") from None

    async def get(self, path: str, query: Query = (), *, missing: bool = False) -> bytes | None:
        """Return the bytes at ``path``; with ``missing``, None where there is nothing."""

        async def request() -> bytes | None:
            answer = await self._http.request("GET", path, query=query)
            if answer.status == 404 and missing:
                return None
            return answer.body if answer.status == 200 else self._http.refuse(answer)

        return await self.link.send(request)
