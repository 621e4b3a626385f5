"""Rosetta servers of the Internet Computer: ICP of accounts at one block of the ledger.

A server follows the ledger's blocks, checks that the ledger certified them, and tells what an account had after the
block that the request names by index and hash, which the answer repeats. Blocks are final. An account that no block
names has 0, in the server's own words.

Staked ICP are in accounts of the governance canister, one for each neuron: they are read where a list names those.
"""

from datetime import UTC, datetime

from monitor.chains.amounts import count
from monitor.chains.errors import ChainError, Reason
from monitor.chains.pinned import CoinNode
from monitor.chains.rest_api import JsonAnswer, decimal, items, member, strictly, text
from monitor.formats import shown
from monitor.model import Address, Block, Height, Token

_LEDGER = {"blockchain": "Internet Computer", "network": "00000000000000020101"}
"""By the id of the canister that is the ledger."""
_FIRST_BLOCK = "ffca0ecf5e837541c7ee5be431e433ad8e972a7f371e86fbe4f8ad646c7cbcea"
"""The hash of the main net's block 0, by which a local copy of the ledger, with the same id, is told from it."""
_FAILED = frozenset({500})
"""The status of all errors in Rosetta."""
_NO_BLOCK = 712


class RosettaNode(CoinNode):
    """One server."""

    async def identify(self) -> str:
        status = await self._status()
        with strictly(self.link, "network status"):
            first = text(member(status, "genesis_block_identifier", "hash"))
            return "icp:mainnet" if first == _FIRST_BLOCK else f"icp:{first}"

    # --- blocks ---

    async def block_at(self, number: int) -> Block:
        reply = await self._ask("/block", {"block_identifier": {"index": number}})
        if reply.status != 200:
            raise await self._refused(f"block {number}", reply, number)
        with strictly(self.link, f"block {number}"):
            block = member(reply.document, "block")
            return self._block(member(block, "block_identifier"), member(block, "timestamp"))

    async def newest(self) -> Block:
        status = await self._status()
        with strictly(self.link, "network status"):
            return self._block(member(status, "current_block_identifier"), member(status, "current_block_timestamp"))

    async def _status(self) -> object:
        reply = await self._ask("/network/status", {})
        if reply.status != 200:
            raise self._fault("network status", reply)
        return reply.document

    def _block(self, identifier: object, milliseconds: object) -> Block:
        index, moment = count(member(identifier, "index")), datetime.fromtimestamp(count(milliseconds) / 1000, UTC)
        return Block(Height(index), text(member(identifier, "hash")), moment)

    # --- balances ---

    async def owned(self, coin: Token, account: Address, at: Block) -> int:
        named = {"index": at.number, "hash": at.hash}
        asked = {"account_identifier": {"address": account}, "block_identifier": named}
        reply = await self._ask("/account/balance", asked)
        if reply.status != 200:
            raise await self._refused(f"state of block {at.number}", reply, at.number)
        with strictly(self.link, f"balance of {account}"):
            told = member(reply.document, "block_identifier")
            if (count(member(told, "index")), text(member(told, "hash"))) != (at.number, at.hash):
                raise self.link.fault(Reason.UNPINNED, f"it was asked about block {at.number}, and answers at {told}")
            (amount,) = items(member(reply.document, "balances"))
            unit = member(amount, "currency", "symbol"), member(amount, "currency", "decimals")
            if unit != (coin.asset, coin.decimals):
                raise ValueError(f"it is of {unit[0]!r:.20} with {unit[1]!r:.20} decimals")
            return decimal(member(amount, "value"))

    # --- answers ---

    async def _ask(self, path: str, question: dict[str, object]) -> JsonAnswer:
        return await self.rest.post(path, {"network_identifier": _LEDGER, **question}, told=_FAILED)

    async def _refused(self, what: str, reply: JsonAnswer, number: int) -> ChainError:
        """What it means that it does not tell of block ``number``."""
        with strictly(self.link, f"the error about {what}"):
            known = member(reply.document, "code") != _NO_BLOCK
        return self._fault(what, reply) if known else self.absent(what, number, (await self.newest()).number)

    def _fault(self, what: str, reply: JsonAnswer) -> ChainError:
        with strictly(self.link, f"the error about {what}"):
            code, said = member(reply.document, "code"), text(member(reply.document, "message"))
        return self.link.fault(Reason.RPC_ERROR, f"{what}: {shown(said, 100)} ({code!r:.20})")
