"""NEAR nodes (JSON-RPC): which keys have full access to an account.

An account holds any number of access keys; those with full access may do everything, others may only call stated
methods of one contract (NEAR docs, "Access Keys"). Blocks are final after two more, which ``finalized`` and ``safe``
wait for.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from based58 import b58encode

from monitor.chains.amounts import count
from monitor.chains.block_choice import BlockChoice, Depth, Height, Tag
from monitor.chains.errors import Reason
from monitor.chains.http import Http
from monitor.chains.jsonrpc import JsonRpc, Reply, failure_of
from monitor.chains.link import Link
from monitor.chains.node import Confirmed
from monitor.chains.owners_only import Control, OwnersNode, one_by_one
from monitor.chains.rest_api import items, member, strictly, text
from monitor.model import Block, Network, OwnerOutcome, OwnerQuestion

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NANOSECONDS = 1000  # in a microsecond, which is what Python counts
_CAUSES = {
    "UNKNOWN_BLOCK": Reason.BEHIND,
    "GARBAGE_COLLECTED_BLOCK": Reason.PRUNED,
    "NOT_SYNCED_YET": Reason.BEHIND,
}
_UNKNOWN_ACCOUNT = "UNKNOWN_ACCOUNT"
_FULL = "FullAccess"


class NearNode(OwnersNode):
    """One node. It keeps the state of some two days; older blocks need an archival one."""

    def __init__(self, network: Network, link: Link) -> None:
        super().__init__(network, link)
        self._http = Http(link)
        self._rpc = JsonRpc(link, self._http)

    async def identify(self) -> str:
        found = self._result("status", await self._rpc.call("status", []))
        with strictly(self.link, "status"):
            return f"near:{text(member(found, 'chain_id'))}"

    async def resolve(self, choice: BlockChoice) -> Block:
        match choice:
            case Height(number):
                return await self._block({"block_id": number})
            case Tag("latest") | Depth(0):
                return await self._block({"finality": "optimistic"})
            case Tag():
                return await self._block({"finality": "final"})
            case Depth(confirmations):
                tip = await self._block({"finality": "optimistic"})
                return await self._block({"block_id": max(0, tip.number - confirmations)})

    async def _block(self, name: dict[str, object]) -> Block:
        found = self._result("block", await self._rpc.call("block", name))
        with strictly(self.link, "block"):
            moment = _EPOCH + timedelta(microseconds=count(member(found, "header", "timestamp")) // _NANOSECONDS)
            number = count(member(found, "header", "height"))
            if name.get("block_id", number) != number:
                raise ValueError(f"it is about block {number}")
            return Block(number, text(member(found, "header", "hash")), moment)

    async def confirm(self, questions: Sequence[OwnerQuestion], block: Block) -> Confirmed:
        at = await self.own(block)
        return await one_by_one(questions, at, lambda question: self._control(question, at))

    async def _control(self, question: OwnerQuestion, block: Block) -> Control:
        asked = {"request_type": "view_access_key_list", "block_id": block.hash, "account_id": question.account}
        reply = await self._rpc.call("query", asked)
        if _cause(reply) == _UNKNOWN_ACCOUNT:
            with strictly(self.link, f"access keys of {question.account}"):
                information = member(reply, "error", "cause", "info")
                if isinstance(information, dict) and information.get("block_hash", block.hash) != block.hash:
                    raise ValueError("it is unknown at another block")
            return OwnerOutcome.UNDECIDED, "the chain knows no such account"
        found = self._result("query", reply)
        with strictly(self.link, f"access keys of {question.account}"):
            if member(found, "block_hash") != block.hash:
                raise ValueError("they are those of another block")
            permissions = {
                text(member(entry, "public_key")): member(entry, "access_key", "permission")
                for entry in items(member(found, "keys"))
            }
        held = [permissions.get(spelling(key)) for key in question.keys]
        if held and all(permission == _FULL for permission in held):
            return OwnerOutcome.CONFIRMED, "the key that signed has full access"
        if any(permission is not None for permission in held):
            return OwnerOutcome.REFUTED, "the key that signed may only call stated methods"
        if _FULL not in permissions.values():
            return OwnerOutcome.UNDECIDED, "no key has full access to it: its contract alone controls it"
        return OwnerOutcome.REFUTED, f"the key that signed is none of its {len(permissions)} access keys"

    def _result(self, method: str, reply: Reply) -> object:
        if failure := failure_of(reply):
            cause = _cause(reply)
            raise self.link.fault(_CAUSES.get(cause, Reason.RPC_ERROR), f"{method}: {cause or failure}")
        return reply["result"]

    async def close(self) -> None:
        await self._http.close()


def spelling(key: bytes) -> str:
    """Return an Ed25519 key as NEAR writes it."""
    return f"ed25519:{b58encode(key).decode()}"


def _cause(reply: Reply) -> str:
    """The name of the cause in NEAR's structured errors, or empty."""
    error = reply.get("error")
    cause = error.get("cause") if isinstance(error, dict) else None
    name = cause.get("name") if isinstance(cause, dict) else None
    return name if isinstance(name, str) else ""
