"""Calls to one Solana node. Each is answered at the slot that the node has then reached, and says which that was."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Literal, NamedTuple

from monitor.chains.amounts import count
from monitor.chains.batches import Batches
from monitor.chains.errors import ChainError, Reason
from monitor.chains.jsonrpc import Call, JsonRpc, Reply, RpcFailure, failure_of
from monitor.chains.link import Link
from monitor.chains.rest_api import member, strictly
from monitor.chains.solana.accounts import key
from monitor.model import Block, Height, Slot

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

    slot: Slot
    value: object


class SolanaRpc:
    """The methods of one endpoint."""

    def __init__(self, link: Link) -> None:
        self.link = link
        self._rpc = JsonRpc(link)
        self._batches = Batches(link, self._rpc)

    async def genesis(self) -> str:
        """Return the hash of the genesis block."""
        found = await self._result("getGenesisHash", [])
        with strictly(self.link, "getGenesisHash"):
            return key(found)

    async def slot(self, commitment: Commitment) -> Slot:
        """Return the newest slot of ``commitment``."""
        found = await self._result("getSlot", [{"commitment": commitment}])
        with strictly(self.link, "getSlot"):
            return Slot(count(found))

    async def block(self, slot: Slot, commitment: Commitment) -> Block:
        """Return the block of ``slot``, which carries its number; heights, which skip empty slots, are not used.

        An answer does not name its slot. Its parent's must lie before; that of a later block does not.
        """
        config = {"commitment": commitment, "transactionDetails": "none", "rewards": False}
        found = await self._result("getBlock", [slot, {**config, "maxSupportedTransactionVersion": 0}])
        with strictly(self.link, f"getBlock {slot}"):
            if (parent := count(member(found, "parentSlot"))) >= slot:
                raise ValueError(f"its parent is of slot {parent}")
            moment = datetime.fromtimestamp(count(member(found, "blockTime")), UTC)
            return Block(Height(slot), key(member(found, "blockhash")), moment)

    async def all(self, calls: Sequence[Call]) -> list[Told]:
        """Return the answers to ``calls``, all under way at once, in requests of the size that the endpoint takes."""
        replies = await self._batches.all(calls)
        return [self._told(method, reply) for (method, _), reply in zip(calls, replies, strict=True)]

    def grow(self) -> None:
        """Try larger requests again, after a whole reading."""
        self._batches.grow()

    def _told(self, method: str, reply: Reply) -> Told:
        if failure := failure_of(reply):
            raise self._fault(method, failure)
        with strictly(self.link, method):
            return Told(Slot(count(member(reply["result"], "context", "slot"))), member(reply["result"], "value"))

    async def _result(self, method: str, params: object) -> object:
        reply = await self._rpc.call(method, params)
        if failure := failure_of(reply):
            raise self._fault(method, failure)
        return reply["result"]

    def _fault(self, method: str, failure: RpcFailure) -> ChainError:
        return self.link.fault(_REASONS.get(failure.code, Reason.RPC_ERROR), f"{method}: {failure}")
