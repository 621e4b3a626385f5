"""Calls to one EVM endpoint, at one block, in as few and as large requests as it takes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from monitor.chains.block_choice import AtHeight, BlockChoice, Depth, Tag
from monitor.chains.errors import ChainError, Reason
from monitor.chains.evm import values
from monitor.chains.evm.errors import Meaning, meaning
from monitor.chains.jsonrpc import BatchRefusedError, Call, JsonRpc, Reply, RpcFailure, failure_of
from monitor.chains.link import Link
from monitor.model import Block

Position = str | dict[str, str]
"""A block parameter: a hash in an object (EIP-1898), or a number in hex."""


class HashRefusedError(Exception):
    """The node reads blocks by number only."""


class Calls(Protocol):
    """What answers calls: :class:`JsonRpc`, or another API that can be asked the same."""

    async def call(self, method: str, params: Any, *, divisible: bool = False) -> Reply: ...  # noqa: ANN401 - JSON

    async def batch(self, calls: Sequence[Call]) -> list[Reply]: ...


class EvmRpc:
    """The methods of one endpoint. Failures are made by its link, after their cause was looked into."""

    def __init__(self, link: Link, calls: Calls | None = None) -> None:
        """``calls`` answers in the place of the endpoint's JSON-RPC, where it has none."""
        self.link = link
        self.calls: Calls = calls or JsonRpc(link)
        self.size = link.settings.batch
        """Calls in one request."""

    async def result(self, method: str, params: list[Any], block: Block | None = None) -> object:
        """Return the result of one call; ``block`` is the one that its parameters name last, if they do."""
        (reply,) = await self.ask([(method, params)])
        failure = failure_of(reply)
        if failure and block:
            raise await self.cause(failure, block, params[-1])
        if failure:
            raise self.link.fault(Reason.RPC_ERROR, f"{method}: {failure}")
        return reply["result"]

    async def divisible(self, method: str, params: list[Any]) -> Reply:
        """Return the reply to one call that asks for much; :class:`BatchRefusedError` where it asks for too much."""
        return await self.calls.call(method, params, divisible=True)

    async def chosen(self, choice: BlockChoice) -> Block:
        """Return the block that ``choice`` means to the endpoint now."""
        match choice:
            case Tag(name):
                found = await self.block(name)
            case AtHeight(number):
                found = await self.block(hex(number))
            case Depth(0):
                found = await self.block("latest")
            case Depth(confirmations):
                tip = await self.block("latest")
                found = tip and await self.block(hex(max(0, tip.number - confirmations)))
        if found is None:
            named = choice.number if isinstance(choice, AtHeight) else choice
            raise self.link.fault(Reason.BEHIND, f"it has no block {named} yet")
        return found

    async def block(self, name: str) -> Block | None:
        """Return the block that ``name``, a tag or a number, means; None where there is none, or not yet."""
        (reply,) = await self.ask([("eth_getBlockByNumber", [name, False])])
        if failure := failure_of(reply):
            if meaning(failure) is Meaning.UNKNOWN_BLOCK:
                return None
            raise self.link.fault(Reason.RPC_ERROR, f"eth_getBlockByNumber {name}: {failure}")
        try:
            found = None if reply["result"] is None else values.block(reply["result"])
        except ValueError as error:
            raise self.link.fault(Reason.MALFORMED, f"eth_getBlockByNumber {name}: {error}") from None
        if found and name.startswith("0x") and found.number != int(name, 16):
            raise self.link.fault(Reason.MALFORMED, f"eth_getBlockByNumber {name}: it is block {found.number}")
        return found

    async def still_canonical(self, block: Block) -> Block:
        """Return ``block`` as the endpoint tells it, if it still is the chain's: else ``tip_moved``."""
        found = await self.block(hex(block.number))
        if found is None:
            raise self.link.fault(Reason.BEHIND, f"it has no block {block.number} yet")
        if found.hash != block.hash:
            self.link.blocks.slipped(block, found)
            raise self.link.fault(
                Reason.TIP_MOVED,
                f"block {block.number} is {found.hash} now, no longer {block.hash}: a reorganisation",
            )
        return found

    async def all(self, calls: Sequence[Call]) -> list[Reply]:
        """Return replies to all ``calls``, in requests of the size that the endpoint takes."""
        replies: list[Reply] = []
        while len(replies) < len(calls):
            replies += await self.ask(calls[len(replies) : len(replies) + self.size])
        return replies

    async def ask(self, calls: Sequence[Call]) -> list[Reply]:
        """Return replies to the first of ``calls``, as many as the endpoint takes in one request.

        A refused batch is halved; the next reading tries the double again.
        """
        while len(calls) > 1:
            try:
                return await self.calls.batch(calls)
            except BatchRefusedError:
                self.size = min(self.size, len(calls) // 2)
                calls = calls[: self.size]
        method, params = calls[0]
        return [await self.calls.call(method, params)]

    def grow(self) -> None:
        """Try larger requests again, after a whole reading."""
        self.size = min(2 * self.size, self.link.settings.batch)

    def data(self, value: object, method: str) -> bytes:
        """Return ``value`` as data, or the fault that it is not."""
        try:
            return values.data(value)
        except ValueError as error:
            raise self.link.fault(Reason.MALFORMED, f"{method}: {error}") from None

    def quantity(self, value: object, method: str) -> int:
        """Return ``value`` as a quantity, or the fault that it is not."""
        try:
            return values.quantity(value)
        except ValueError as error:
            raise self.link.fault(Reason.MALFORMED, f"{method}: {error}") from None

    async def cause(self, failure: RpcFailure, block: Block, at: Position) -> Exception:
        """Return the error to raise for a call at ``block`` that failed for another reason than the contract's."""
        what = meaning(failure)
        if what is Meaning.HASH_REFUSED and isinstance(at, dict):
            return HashRefusedError(str(failure))
        if what in (Meaning.UNKNOWN_BLOCK, Meaning.PRUNED):
            try:
                await self.still_canonical(block)
            except ChainError as error:
                return error
            return self.link.fault(Reason.PRUNED, f"the state of block {block.number} is gone: {failure}")
        return self.link.fault(Reason.RPC_ERROR, str(failure))


@dataclass(frozen=True, slots=True)
class AtBlock:
    """An endpoint, asked at one block: ``position`` is how it wants the block addressed."""

    rpc: EvmRpc
    block: Block
    position: Position
    nowhere: Position | None = None
    """A block that nobody has, addressed in the same way; None where no block is addressed at all."""

    async def result(self, method: str, *params: object) -> object:
        """Return the result of one call whose last parameter is the block."""
        return await self.rpc.result(method, [*params, self.position], self.block)

    async def cause(self, failure: RpcFailure) -> Exception:
        """Return the error to raise for a call that failed for another reason than the contract's."""
        return await self.rpc.cause(failure, self.block, self.position)
