"""Calls to one Solana node. Each is answered at the slot that the node has then reached, and says which that was."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Literal, NamedTuple

from monitor.chains.amounts import count
from monitor.chains.concurrency import together
from monitor.chains.errors import ChainError, Reason
from monitor.chains.http import Http
from monitor.chains.jsonrpc import BatchRefusedError, Call, JsonRpc, Reply, RpcFailure, failure_of
from monitor.chains.link import Link
from monitor.chains.rest_api import member, strictly
from monitor.chains.solana.accounts import key
from monitor.model import Block

Commitment = Literal["confirmed", "finalized"]

_REASONS = {
    -32001: Reason.PRUNED,  # block cleaned up
    -32004: Reason.BEHIND,  # block not available for slot
    -32014: Reason.BEHIND,  # block status not yet available
    -32016: Reason.BEHIND,  # minimum context slot has not been reached
}
"""agave, rpc-client-api, ``custom_error.rs``."""


class Told(NamedTuple):
    """The answer to one call, and the slot whose state it tells."""

    slot: int
    value: object


class SolanaRpc:
    """The methods of one endpoint."""

    def __init__(self, link: Link) -> None:
        self.link = link
        self._http = Http(link)
        self._rpc = JsonRpc(link, self._http)
        self._size = link.settings.batch

    async def genesis(self) -> str:
        """Return the hash of the genesis block."""
        found = await self._result("getGenesisHash", [])
        with strictly(self.link, "getGenesisHash"):
            return key(found)

    async def slot(self, commitment: Commitment) -> int:
        """Return the newest slot of ``commitment``."""
        found = await self._result("getSlot", [{"commitment": commitment}])
        with strictly(self.link, "getSlot"):
            return count(found)

    async def block(self, slot: int, commitment: Commitment) -> Block:
        """Return the block of ``slot``, which carries its number; heights, which skip empty slots, are not used.

        An answer does not name its slot. Its parent's must lie before; that of a later block does not.
        """
        config = {"commitment": commitment, "transactionDetails": "none", "rewards": False}
        found = await self._result("getBlock", [slot, {**config, "maxSupportedTransactionVersion": 0}])
        with strictly(self.link, f"getBlock {slot}"):
            if (parent := count(member(found, "parentSlot"))) >= slot:
                raise ValueError(f"its parent is of slot {parent}")
            moment = datetime.fromtimestamp(count(member(found, "blockTime")), UTC)
            return Block(slot, key(member(found, "blockhash")), moment)

    async def all(self, calls: Sequence[Call]) -> list[Told]:
        """Return the answers to ``calls``, all under way at once, in requests of the size that the endpoint takes.

        A request that it finds too large is halved, now and at later readings.
        """
        answers: dict[int, Told] = {}

        async def ask(start: int, part: Sequence[Call]) -> None:
            try:
                replies = await self._replies(part)
            except BatchRefusedError:
                half = len(part) // 2
                self._size = min(self._size, half)
                await together((ask(start, part[:half]), ask(start + half, part[half:])))
                return
            for position, ((method, _), reply) in enumerate(zip(part, replies, strict=True), start):
                answers[position] = self._told(method, reply)

        await together(ask(start, part) for start, part in _parts(calls, self._size))
        return [answers[position] for position in range(len(calls))]

    async def _replies(self, calls: Sequence[Call]) -> list[Reply]:
        return await self._rpc.batch(calls) if len(calls) > 1 else [await self._rpc.call(*calls[0])]

    def grow(self) -> None:
        """Try larger requests again, after a whole reading."""
        self._size = min(2 * self._size, self.link.settings.batch)

    def _told(self, method: str, reply: Reply) -> Told:
        if failure := failure_of(reply):
            raise self._fault(method, failure)
        with strictly(self.link, method):
            return Told(count(member(reply["result"], "context", "slot")), member(reply["result"], "value"))

    async def _result(self, method: str, params: object) -> object:
        reply = await self._rpc.call(method, params)
        if failure := failure_of(reply):
            raise self._fault(method, failure)
        return reply["result"]

    def _fault(self, method: str, failure: RpcFailure) -> ChainError:
        return self.link.fault(_REASONS.get(failure.code, Reason.RPC_ERROR), f"{method}: {failure}")

    async def close(self) -> None:
        """Give back the connections."""
        await self._http.close()


def _parts(calls: Sequence[Call], size: int) -> Iterator[tuple[int, Sequence[Call]]]:
    """``calls`` in parts of ``size``, each with the position of its first."""
    for start in range(0, len(calls), size):
        yield start, calls[start : start + size]
