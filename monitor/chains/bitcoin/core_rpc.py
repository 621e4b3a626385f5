"""bitcoind's JSON-RPC: the calls that are needed, typed, and what its errors mean.

Codes are those of src/rpc/protocol.h. Answers are read into types by msgspec, which keeps every digit of an amount and
never builds what nobody asks for; large ones are read in a thread.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar

import msgspec

from monitor.chains.errors import ChainError, Reason
from monitor.chains.jsonrpc import Call, JsonRpc, Reply, RpcFailure, failure_of
from monitor.chains.link import Link
from monitor.formats.bitcoin import shown_hash
from monitor.model import Block, Height

T = TypeVar("T")

HeightField = Annotated[int, msgspec.Meta(ge=0, le=2**31 - 1)]
IndexField = Annotated[int, msgspec.Meta(ge=0, le=2**32 - 1)]
TimeField = Annotated[int, msgspec.Meta(ge=0, le=2**32 - 1)]
"""A block header has 32 bits for its time."""

_MISC = -1
_NOT_FOUND = -5
_INVALID_PARAMETER = -8
_IN_WARMUP = -28
_METHOD_NOT_FOUND = -32601

_BATCH = 1000
"""Small calls in one request."""

_document = msgspec.json.Decoder(dict[str, msgspec.Raw] | list[dict[str, msgspec.Raw]])


class RpcError(Exception):
    """The node answered with an error; :meth:`CoreRpc.fault` makes it one of the endpoint's."""

    def __init__(self, failure: RpcFailure) -> None:
        super().__init__(str(failure))
        self.failure = failure

    @property
    def not_found(self) -> bool:
        """The node does not know the block."""
        return self.failure.code in {_NOT_FOUND, _INVALID_PARAMETER}

    @property
    def pruned(self) -> bool:
        """The node has let go of the block."""
        return self.failure.code == _MISC and "pruned" in self.failure.message


class Header(msgspec.Struct):
    """What is needed of ``getblockheader``'s answer."""

    hash: str
    height: HeightField
    time: TimeField
    confirmations: int
    """-1 for a block that is not on the node's chain any more."""

    @property
    def block(self) -> Block:
        return Block(Height(self.height), self.hash, datetime.fromtimestamp(self.time, UTC))


class ChainInfo(msgspec.Struct):
    """What is needed of ``getblockchaininfo``'s answer."""

    chain: str
    blocks: HeightField
    headers: HeightField
    best: str = msgspec.field(name="bestblockhash")
    syncing: bool = msgspec.field(name="initialblockdownload", default=False)
    pruned: bool = False
    oldest: int = msgspec.field(name="pruneheight", default=0)
    """The first block that a pruned node still has."""


class CoreRpc:
    """One bitcoind."""

    def __init__(self, link: Link) -> None:
        self.link = link
        self._rpc = JsonRpc(link, _loads)

    # --- the chain ---

    async def info(self) -> ChainInfo:
        return await self.ask(ChainInfo, "getblockchaininfo", [])

    async def hash_at(self, height: int) -> str | None:
        """Return the hash of the block of that height on the node's chain; None above its tip."""
        (found,) = await self.hashes([height])
        return found

    async def hashes(self, heights: Sequence[int]) -> list[str | None]:
        """Do the same for many heights."""
        found: list[str | None] = []
        for start in range(0, len(heights), _BATCH):
            calls: list[Call] = [("getblockhash", [height]) for height in heights[start : start + _BATCH]]
            replies = await self._rpc.batch(calls) if len(calls) > 1 else [await self._rpc.call(*calls[0])]
            found += map(self._hash, replies)
        return found

    def _hash(self, reply: Reply) -> str | None:
        failure = failure_of(reply)
        if failure is None:
            return self.block_hash(self.read(str, reply["result"], "getblockhash"))
        if failure.code == _INVALID_PARAMETER:  # "Block height out of range"
            return None
        raise self.fault(failure)

    async def header(self, block_hash: str) -> Header | None:
        """Return the header of a block; None where the node does not know the block."""
        try:
            header = self.read(Header, await self.call("getblockheader", [block_hash]), "getblockheader")
        except RpcError as error:
            if error.not_found:
                return None
            raise self.fault(error.failure) from None
        if header.hash != block_hash:
            raise self.link.fault(Reason.MALFORMED, f"getblockheader: asked for {block_hash}, got {header.hash}")
        return header

    async def header_bytes(self, block_hash: str) -> bytes:
        """Return the header of a block as it is hashed, which the answer was checked by."""
        told = await self.ask(str, "getblockheader", [block_hash, False])
        with suppress(ValueError):
            if shown_hash(raw := bytes.fromhex(told)) == block_hash:
                return raw
        raise self.link.fault(Reason.MALFORMED, f"getblockheader: asked for {block_hash}, got another header")

    # --- calls ---

    async def ask(self, answer: type[T], method: str, parameters: Sequence[Any]) -> T:
        """Return the answer to a call, as ``answer``; an error of the node is one of the endpoint."""
        try:
            return self.read(answer, await self.call(method, parameters), method)
        except RpcError as error:
            raise self.fault(error.failure) from None

    async def call(self, method: str, parameters: Sequence[Any], *, patience: float | None = None) -> msgspec.Raw:
        """Return the result of a call, unread. Raises :class:`RpcError` where the node refuses."""
        reply = await self._rpc.call(method, parameters, patience=patience)
        if failure := failure_of(reply):
            raise RpcError(failure)
        result: msgspec.Raw = reply["result"]
        return result

    def read(self, answer: type[T], result: msgspec.Raw, method: str) -> T:
        """Return ``result`` as ``answer``, or the fault that it is not."""
        try:
            return msgspec.json.decode(result, type=answer)
        except (ValueError, RecursionError) as error:
            raise self.link.fault(Reason.MALFORMED, f"{method}: {error!s:.150}") from None

    async def read_aside(self, answer: type[T], result: msgspec.Raw, method: str) -> T:
        """Do the same in a thread, for what is large."""
        return await asyncio.to_thread(self.read, answer, result, method)

    def block_hash(self, value: str) -> str:
        """Return ``value``, if it can be the hash of a block."""
        if len(value) != 64:
            raise self.link.fault(Reason.MALFORMED, f"{value!r:.80} is not a block hash")
        return value

    def fault(self, failure: RpcFailure) -> ChainError:
        """Return what an error of the node means for whoever reads balances."""
        if failure.code == _IN_WARMUP:
            return self.link.fault(Reason.WARMING_UP, failure.message)
        if failure.code == _INVALID_PARAMETER and "in progress" in failure.message:
            return self.link.fault(Reason.BUSY, "it scans for someone else")
        if failure.code == _METHOD_NOT_FOUND:
            lacking = "it lacks what bitcoind has (`scantxoutset`, as of Bitcoin Core 0.17); use another protocol"
            return self.link.fault(Reason.UNSUPPORTED, f"{failure}: {lacking}")
        return self.link.fault(Reason.RPC_ERROR, str(failure))


def _loads(body: bytes) -> object:
    """A reply, or a list of them, whose results stay unread: how large they are does not matter here."""
    document = _document.decode(body)
    return [_reply(each) for each in document] if isinstance(document, list) else _reply(document)


def _reply(fields: dict[str, msgspec.Raw]) -> dict[str, object]:
    return {name: value if name == "result" else msgspec.json.decode(value) for name, value in fields.items()}
